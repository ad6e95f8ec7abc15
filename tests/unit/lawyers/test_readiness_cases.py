"""The golden cases of ``tests/cases/readiness.json``: every expected field, worked by hand from the law (自作)."""

import json
from datetime import date
from pathlib import Path

import pytest

from lawyers.rules.court import Forum
from lawyers.rules.deadlines import Deadline, ProceedingEvent, deadlines, stands
from lawyers.rules.readiness import BundleFacts, Colour, Evidence, Meter, Party, Terms, meter

FILE = json.loads((Path(__file__).parents[2] / "cases" / "readiness.json").read_text(encoding="utf-8"))
HOLIDAYS = frozenset(date.fromisoformat(day) for day in FILE["holidays"])
AS_OF = "2026-11-20"


def facts(case):
    row = FILE["base"] | case["facts"]
    return BundleFacts(**row | {
        "evidence": tuple(Evidence(**one | {"missing": tuple(one["missing"])}) for one in row["evidence"]),
        "parties": tuple(Party(**one) for one in row["parties"]),
        "principal_yen": tuple(row["principal_yen"]),
        "last_day": date.fromisoformat(row["last_day"]) if row["last_day"] else None,
        "classes": frozenset(row["classes"]),
    })  # fmt: skip


def terms(case):
    return Terms.from_settings(**FILE["terms"] | {"readiness": FILE["terms"]["readiness"] | case.get("terms", {})})


def told(found: Meter, expected):
    """What the meter says, in the words of the file."""
    words = {
        colour: [f"{one.code} {one.about}".strip() for one in found.checks if one.colour == colour]
        for colour in (Colour.RED, Colour.AMBER)
    }
    costs = {
        "stamp_yen": found.costs.stamp_yen,
        "postage_yen": found.costs.postage_yen,
        "total_yen": found.costs.total_yen,
    }
    said = {"red": words[Colour.RED], "amber": words[Colour.AMBER]} | costs
    return {name: said[name] if name in said else getattr(found, name) for name in expected}


@pytest.mark.parametrize("case", FILE["cases"], ids=[case["id"] for case in FILE["cases"]])
def test_a_bundle(case):
    found = meter(facts(case), terms(case), on=date.fromisoformat(case.get("on", AS_OF)))
    assert told(found, case["expected"]) == case["expected"]
    assert all(one.text.endswith("。") for one in found.checks)
    assert found.expected_yen - found.costs.total_yen == found.net_yen


def standing_of(row: Deadline):
    return "done" if row.done else "missed" if row.missed else "near" if row.near else "open"


@pytest.mark.parametrize("case", FILE["deadlines"], ids=[case["id"] for case in FILE["deadlines"]])
def test_a_proceeding(case):
    events = [(ProceedingEvent(event), date.fromisoformat(day)) for event, day in case["events"]]
    on, route = date.fromisoformat(case["on"]), Forum(case["route"])
    rows = deadlines(route, events, on=on, holidays=HOLIDAYS, warn_days=7)
    found = stands(route, events, on=on, holidays=HOLIDAYS)

    def iso(day):
        return day.isoformat() if day else None

    assert {
        "deadlines": [[row.code, iso(row.last_day), standing_of(row)] for row in rows],
        "state": found.state,
        "final_on": iso(found.final_on),
        "lapsed_on": iso(found.lapsed_on),
        "clock": [[one.kind, iso(one.on), iso(one.until)] for one in found.clock],
    } == case["expected"]


def test_the_file_has_sixty_cases_and_names_none_twice():
    names = [case["id"] for case in FILE["cases"] + FILE["deadlines"]]
    assert len(names) == len(set(names))
    assert len(FILE["cases"]) >= 60
    assert all(case["why"] for case in FILE["cases"] + FILE["deadlines"])
    assert {case["expected"]["colour"] for case in FILE["cases"]} == set(Colour)
    assert "自作" in FILE["meta"]["source"]
