"""What a firm may see: each rule decides one case alone, nothing forbidden ever passes, and no rule could be left out."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from lawyers.rules import disclosure
from lawyers.rules.disclosure import KINDS, RULES, Fact, Scope, why_withheld

SCOPE = Scope(
    claims=frozenset({1, 2}),
    people=frozenset({10}),
    grounds=frozenset({"contract", "register", "consent", "open"}),
    own_words=frozenset({"架空 税所", "愛知県名古屋市東区主税町1番地", "市営住宅使用料"}),
)
PAPER = Fact("contract", frozenset({"contract"}), frozenset({"C"}), frozenset({1}), words="契約書.pdf")
CALL = Fact("contact", frozenset({"contract"}), person=10, words="月末に納める。")

ALONE: dict[str, list[Fact]] = {
    "ground": [
        replace(PAPER, grounds=frozenset({"tax"})),
        replace(PAPER, grounds=frozenset({"contract", "coercive"})),
        replace(PAPER, grounds=frozenset()),
        replace(PAPER, grounds=frozenset({"unheard"})),
        replace(CALL, grounds=frozenset({"tax"})),
    ],
    "claims": [replace(PAPER, claims=frozenset({1, 3})), replace(PAPER, claims=frozenset({3}))],
    "person": [replace(CALL, person=11), replace(CALL, person=None)],
    "class": [
        replace(PAPER, classes=frozenset({"A"})),
        replace(PAPER, classes=frozenset({"C", "A"})),
        replace(PAPER, classes=frozenset({"C", ""})),
        replace(PAPER, classes=frozenset()),
    ],
    "kind": [
        replace(PAPER, kind=kind)
        for kind in (
            "other",
            "other_letter",
            "hold",
            "hardship",
            "note",
            "workplace",
            "consent",
            "safety",
            "account",
            "",
        )
    ],
    "tax": [
        replace(PAPER, words="市民税の明細.pdf"),
        replace(PAPER, words="差 押 調書"),
        replace(PAPER, words="消費税と固定資産税"),
        replace(PAPER, words="国保の賦課決定"),
        replace(CALL, words="督促状のことで電話"),
    ],
    "private": [
        replace(CALL, words="生活保護を申請した"),
        replace(CALL, words="勤務先が変わった"),
        replace(CALL, words="口座 1234567"),
    ],
    "place": [replace(PAPER, hidden=True, addressed=True), replace(CALL, hidden=True)],
    "withdrawn": [replace(PAPER, withdrawn=True)],
}
SHOWN = [
    PAPER,
    CALL,
    replace(PAPER, words="督促状の控え"),  # of its own claim
    replace(PAPER, words="水道料金（消費税込み）"),
    replace(PAPER, words="架空 税所の契約書　愛知県名古屋市東区主税町1番地"),
    replace(PAPER, hidden=True),  # names no place
    replace(PAPER, classes=frozenset({"B", "C"}), claims=frozenset({1, 2})),
    replace(CALL, words="", hidden=True),  # that somebody called tells no place
]


def test_every_rule_is_tried():
    assert set(ALONE) == {rule.code for rule in RULES}


@pytest.mark.parametrize(("code", "fact"), [(code, fact) for code, facts in ALONE.items() for fact in facts])
def test_a_rule_alone_keeps_it_back(code: str, fact: Fact):
    assert [rule.code for rule in RULES if rule.holds(fact, SCOPE)] == [code]
    assert why_withheld(fact, SCOPE) == next(rule.why for rule in RULES if rule.code == code)


@pytest.mark.parametrize("fact", SHOWN)
def test_what_a_court_needs_is_shown(fact: Fact):
    assert why_withheld(fact, SCOPE) == ""


def test_a_word_in_the_name_of_an_own_kind_tells_of_that_claim_alone():
    scope = replace(SCOPE, own_words=frozenset({"国民健康保険 給付費返還金（資格喪失後受診）", "国保給付費返還金"}))
    assert why_withheld(replace(PAPER, words="国保給付費の返還決定通知"), scope) == ""
    assert why_withheld(replace(PAPER, words="国保税の明細"), scope)


# --- over random facts -----------------------------------------------------------------------------------------

GROUNDS = ["contract", "register", "consent", "open", "tax", "coercive", "new"]
FACTS = st.builds(
    Fact,
    kind=st.sampled_from([*sorted(KINDS), "hardship", "hold", "new"]),
    grounds=st.frozensets(st.sampled_from(GROUNDS), max_size=2),
    classes=st.frozensets(st.sampled_from(["A", "B", "C", ""]), max_size=2),
    claims=st.frozensets(st.integers(1, 4), max_size=2),
    person=st.sampled_from([None, 10, 11]),
    words=st.sampled_from(["", "請求書", "市 民 税", "督促", "督促と差押", "入院した", "消費税", "通帳の写し"]),
    addressed=st.booleans(),
    hidden=st.booleans(),
    withdrawn=st.booleans(),
)


def forbidden(fact: Fact) -> bool:
    """Written anew, from what the law forbids and not from the rules."""
    person_alone = len(fact.claims) == 0
    if fact.withdrawn or fact.grounds & {"tax", "coercive", "new"} or len(fact.grounds) == 0:
        return True
    if fact.claims & {3, 4} or (person_alone and fact.person != 10):
        return True
    if not person_alone and (fact.classes & {"A", ""} or not fact.classes):
        return True
    if fact.kind in {"hardship", "hold", "new"}:
        return True
    if fact.words in {"市 民 税", "督促と差押"} or (person_alone and fact.words in {"督促", "入院した", "通帳の写し"}):
        return True
    return fact.hidden and (fact.addressed or (person_alone and fact.words != ""))


@given(FACTS)
def test_nothing_forbidden_is_shown_and_the_rest_is(fact: Fact):
    assert bool(why_withheld(fact, SCOPE)) == forbidden(fact)


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_without_any_one_rule_something_forbidden_would_be_shown(code: str, monkeypatch: Any):
    monkeypatch.setattr(disclosure, "RULES", tuple(rule for rule in RULES if rule.code != code))
    try:
        leaked = find(FACTS, lambda fact: forbidden(fact) and not why_withheld(fact, SCOPE))
    except NoSuchExample:
        pytest.fail(f"the rule {code} keeps nothing back that no other does")
    assert forbidden(leaked)
