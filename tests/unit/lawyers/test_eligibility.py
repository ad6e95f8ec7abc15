"""Whom the city may propose to its lawyers: each thing that stands in the way does so alone. All synthetic."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawyers.rules.eligibility import ClaimFacts, Limits, PersonFacts, eligible

DAY = date(2026, 11, 20)
LIMITS = Limits(least_yen=50_000, margin_months=6, contacts=3)
PERSON = PersonFacts(
    protected=False, deceased_without_heirs=False, gate_allowed=True, gate_reason="", plan_kept=False,
    last_contact_on=date(2026, 10, 1), last_payment_on=None, contacts_in_year=3,
)  # fmt: skip
CLAIM = ClaimFacts(
    claim_id=1, legal_class="C", may_go_to_lawyers=True, principal_yen=40_000, total_yen=50_000,
    last_day=date(2030, 3, 31), lapsed=False, dunned_on=date(2025, 5, 1),
)  # fmt: skip


def codes(reasons):
    return [reason.code for reason in reasons]


def test_a_dunned_private_claim_of_somebody_in_reach_may_be_proposed():
    verdict = eligible(PERSON, [CLAIM], LIMITS, on=DAY)
    assert verdict.allowed
    assert (verdict.claims, verdict.total_yen) == ((1,), 50_000)
    assert verdict.excluded == verdict.person_reasons == verdict.cautions == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"legal_class": "A"}, "class_a", id="地方税法331条ほか: self-execution"),
        pytest.param({"legal_class": "A", "may_go_to_lawyers": False}, "class_a", id="self-execution, told once"),
        pytest.param({"legal_class": ""}, "class_a", id="class unknown"),
        pytest.param({"may_go_to_lawyers": False}, "kind", id="kind kept by the city"),
        pytest.param({"lapsed": True}, "lapsed", id="民法145条: waits for 援用"),
        pytest.param({"last_day": date(2026, 11, 19)}, "lapsed", id="ran out yesterday"),
        pytest.param({"last_day": DAY}, "clock_near", id="ends today"),
        pytest.param({"last_day": date(2027, 5, 20)}, "clock_near", id="民法143条: ends in six months to the day"),
        pytest.param({"held": "徴収停止"}, "held", id="held"),
        pytest.param({"being_paid": True}, "being_paid", id="being paid"),
        pytest.param({"in_case": True}, "in_case", id="a firm has it"),
        pytest.param({"dunned_on": None}, "not_dunned", id="施行令171条: never dunned"),
        pytest.param({"dunned_on": date(2026, 11, 21)}, "not_dunned", id="施行令171条: dunned tomorrow"),
    ],
)
def test_each_reason_alone_excludes_a_claim(changes, code):
    verdict = eligible(PERSON, [replace(CLAIM, **changes)], LIMITS, on=DAY)
    assert [(number, reason.code) for number, reason in verdict.excluded] == [(1, code)]
    assert verdict.excluded[0][1].text.endswith("。")
    assert codes(verdict.person_reasons) == ["nothing"]
    assert not verdict.allowed


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"last_day": date(2027, 5, 21)}, id="民法143条: a day more than six months"),
        pytest.param({"last_day": None}, id="民法147条: postponed"),
        pytest.param({"dunned_on": DAY}, id="施行令171条: dunned today"),
        pytest.param({"legal_class": "B"}, id="非強制徴収公債権"),
    ],
)
def test_what_lies_just_inside_is_free(changes):
    assert eligible(PERSON, [replace(CLAIM, **changes)], LIMITS, on=DAY).allowed


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"protected": True}, "protected", id="支援措置"),
        pytest.param(
            {"gate_allowed": False, "gate_reason": "回答を待っています。"}, "welfare_gate", id="welfare waits"
        ),
        pytest.param({"gate_allowed": False}, "welfare_gate", id="welfare, without a word"),
        pytest.param({"plan_kept": True}, "plan_kept", id="a plan is kept"),
        pytest.param({"deceased_without_heirs": True}, "no_heir", id="no heir found"),
    ],
)
def test_each_reason_alone_keeps_the_person_out(changes, code):
    verdict = eligible(replace(PERSON, **changes), [CLAIM], LIMITS, on=DAY)
    assert codes(verdict.person_reasons) == [code]
    assert verdict.claims == (1,)
    assert not verdict.allowed
    assert verdict.person_reasons[0].text == (changes.get("gate_reason") or verdict.person_reasons[0].text) != ""


def test_the_least_sum_is_that_of_the_free_claims_and_included():
    two = [replace(CLAIM, total_yen=49_999), replace(CLAIM, claim_id=2, total_yen=900_000, legal_class="A")]
    verdict = eligible(PERSON, two, LIMITS, on=DAY)
    assert (verdict.claims, verdict.total_yen, codes(verdict.person_reasons)) == ((1,), 49_999, ["below_least"])
    assert eligible(PERSON, [*two, replace(CLAIM, claim_id=3, total_yen=1)], LIMITS, on=DAY).allowed
    assert codes(eligible(PERSON, [], LIMITS, on=DAY).person_reasons) == ["nothing"]


def test_all_reasons_are_told_never_just_the_first():
    person = replace(PERSON, protected=True, gate_allowed=False, plan_kept=True, deceased_without_heirs=True)
    claim = replace(
        CLAIM, legal_class="A", lapsed=True, held="破産", being_paid=True, in_case=True, dunned_on=None
    )  # fmt: skip
    verdict = eligible(person, [claim], LIMITS, on=DAY)
    assert codes(reason for _, reason in verdict.excluded) == [
        "class_a", "lapsed", "held", "being_paid", "in_case", "not_dunned",
    ]  # fmt: skip
    assert codes(verdict.person_reasons) == ["protected", "welfare_gate", "plan_kept", "no_heir", "nothing"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"contacts_in_year": 2}, ["few_contacts"], id="two contacts where three are usual"),
        pytest.param({"contacts_in_year": 0, "last_contact_on": None}, ["few_contacts"], id="never heard of"),
        pytest.param({"last_payment_on": date(2026, 8, 20)}, ["recent_payment"], id="paid three months ago to the day"),
        pytest.param({"last_payment_on": date(2026, 8, 19)}, [], id="paid a day earlier"),
    ],
)
def test_cautions_keep_nobody_out(changes, expected):
    verdict = eligible(replace(PERSON, **changes), [CLAIM], LIMITS, on=DAY)
    assert codes(verdict.cautions) == expected
    assert verdict.allowed


@given(st.lists(st.builds(
    ClaimFacts, claim_id=st.integers(1, 99), legal_class=st.sampled_from("ABC"), may_go_to_lawyers=st.booleans(),
    principal_yen=st.just(1), total_yen=st.integers(0, 10**7), last_day=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    lapsed=st.booleans(), dunned_on=st.none() | st.just(DAY), held=st.sampled_from(["", "破産"]),
    being_paid=st.booleans(), in_case=st.booleans(),
), max_size=6, unique_by=lambda claim: claim.claim_id))  # fmt: skip
def test_every_claim_is_free_or_has_its_reasons_and_no_self_executing_claim_is_free(claims):
    verdict = eligible(PERSON, claims, LIMITS, on=DAY)
    told = {number for number, _ in verdict.excluded}
    assert told | set(verdict.claims) == {claim.claim_id for claim in claims}
    assert not told & set(verdict.claims)
    assert verdict.total_yen == sum(claim.total_yen for claim in claims if claim.claim_id in verdict.claims)
    assert all(claim.legal_class != "A" for claim in claims if claim.claim_id in verdict.claims)
