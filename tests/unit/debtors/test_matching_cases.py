"""名寄せ by case: twins, parent and child, namesakes, re-used phones, names that changed. All people are synthetic."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import link_identities
from debtors.rules.normalise import address_key, kana_key, name_key, phone_key, room_key
from debtors.rules.questions import Agreement, find_questions

FILE = Path(__file__).resolve().parents[2] / "cases" / "matching.json"
CASES = json.loads(FILE.read_text(encoding="utf-8"))["cases"]


def several(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def record(number: int, facts: dict[str, Any]) -> IdentityRecord:
    return IdentityRecord(
        id=number,
        source=facts["source"],
        person_number=facts.get("number") or f"{facts['source']}{number}",
        name_key=name_key(facts["name"]),
        kana_key=kana_key(facts["kana"]),
        birth_on=date.fromisoformat(facts["birth_on"]) if "birth_on" in facts else None,
        sex=facts.get("sex", ""),
        address_key=address_key(facts.get("address", "")),
        room=room_key(facts.get("address", "")),
        phone_key=phone_key(facts.get("phone", "")),
        atena_number=facts.get("atena", ""),
        corporate_number=facts.get("corporate", ""),
        household_number=facts.get("household", ""),
        other_names=tuple(map(name_key, several(facts.get("former_name")))),
        other_kanas=tuple(map(kana_key, several(facts.get("former_kana")))),
        former_dwellings=tuple((address_key(one), room_key(one)) for one in several(facts.get("former_address"))),
    )


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in CASES])
def test_linked_and_asked(case):
    records = [record(number, facts) for number, facts in enumerate(case["records"])]
    linking = link_identities(records)
    assert [list(group) for group in linking.groups] == case["groups"]
    questions = find_questions([[records[key] for key in group] for group in linking.groups])
    assert [[one.left[0], one.right[0]] for one in questions] == case["asked"]
    assert link_identities(records[::-1]) == linking


def test_pairs_that_staff_keep_apart_are_neither_linked_nor_asked():
    records = [record(number, facts) for number, facts in enumerate(CASES[0]["records"])]
    assert link_identities(records).groups == ((0, 1),)
    assert link_identities(records, never=[(1, 0)]).groups == ((0,), (1,))
    numbered = [replace(one, atena_number="A1") for one in records]
    assert link_identities(numbered, never=[(0, 1)]).groups == ((0,), (1,))
    assert len(find_questions([[one] for one in records])) == 1
    assert find_questions([[one] for one in records], never=[(1, 0)]) == []


def test_a_question_says_what_agrees_fact_by_fact_and_no_address():
    moved = next(case for case in CASES if case["id"].startswith("namesakes without birth date"))
    records = [record(number, facts) for number, facts in enumerate(moved["records"])]
    (question,) = find_questions([[one] for one in records])
    told = {one.fact: (one.agreement, one.note) for one in question.evidence}
    assert told["氏名"][0] is told["フリガナ"][0] is Agreement.SAME
    assert told["生年月日"][0] is told["電話"][0] is Agreement.UNKNOWN
    assert told["住所"] == (Agreement.ALIKE, "同じ番地。部屋は違うか、分かりません")
    assert told["名の珍しさ"][1] == "市内の記録に2件"
    assert told["世帯"] == (Agreement.UNKNOWN, "片方だけが住民記録にあります")
    assert not any("西町" in one.note or "203" in one.note for one in question.evidence)


def test_the_likeliest_question_comes_first_and_questions_form_no_ring():
    base = CASES[-3]["records"][0]  # a person of the register
    records = [
        record(0, base),
        record(1, base | {"source": "suido", "number": "S1", "atena": "", "household": "", "birth_on": "1980-04-02"}),
        record(2, base | {"source": "suido", "number": "S2", "atena": "", "household": "", "sex": "1"}),
    ]
    questions = find_questions([[one] for one in records])
    assert [one.score for one in questions] == sorted((one.score for one in questions), reverse=True)
    assert [(one.left, one.right) for one in questions] == [((0,), (2,)), ((0,), (1,))]
