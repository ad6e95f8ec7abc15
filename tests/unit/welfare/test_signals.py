"""困窮のサイン: every rule of the shipped table fires on its boundary and not below it; unknown facts say nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toyota_collect.permissions import Ground
from welfare.models import SignalRule
from welfare.reference import signal_rows
from welfare.rules.signals import COMPARE, MEASURES, Condition, Facts, conditions_of, find, measures_of, why_not

DAY = date(2026, 11, 20)
ROWS = signal_rows()
RULES = [SignalRule(**row).as_rule() for row in ROWS]
BY_CODE = {rule.code: rule for rule in RULES}
HONEST = Facts(
    open_yen=120_000, open_claims=8, open_kinds=2, open_groups=frozenset({"tax", "home"}), before=10, kept_before=10,
    first_due_on=DAY - timedelta(days=900), broke_on=DAY - timedelta(days=300), after=8, kept_after=0, paid_after=0,
    kinds_after=2, kinds_unpaid_after=2, last_paid_on=DAY - timedelta(days=320), born_on=date(1980, 1, 1),
)  # fmt: skip


def codes(facts: Facts) -> set[str]:
    found = find(RULES, facts, on=DAY, threshold=4)
    return {sign.code for sign in (*found.signs, *found.counters)}


def months_ago(months: int) -> date:
    return DAY - timedelta(days=months * 30)


# By hand, not from the table: facts that make the rule fire, and the same one step short of it.
EDGES = {
    "stopped": ({"kept_after": 1, "after": 7}, {"kept_after": 2, "after": 8}),
    "short_stop": ({"before": 3, "kept_before": 3, "after": 2}, {"before": 3, "kept_before": 2, "after": 2}),
    "all_stopped": ({}, {"kinds_unpaid_after": 1}),
    "many_kinds": ({"open_kinds": 3}, {"open_kinds": 2}),
    "child_water_health": ({"open_groups": frozenset({"child", "health"})}, {"open_groups": frozenset({"child", "tax"})}),
    "small_sums_ended": (
        {"small_sums": 3, "small_last_on": months_ago(3)}, {"small_sums": 3, "small_last_on": DAY - timedelta(days=89)}
    ),
    "plan_broke": ({"plan_kept": 2, "plan_broken_on": DAY}, {"plan_kept": 1, "plan_broken_on": DAY}),
    "part_only": ({"part_after": 2, "after": 8}, {"part_after": 1, "after": 8}),
    "income_drop": ({"tax_before_yen": 100_000, "tax_now_yen": 70_000}, {"tax_before_yen": 100_000, "tax_now_yen": 71_000}),
    "low_income": ({"tax_now_yen": 60_999}, {"tax_now_yen": 61_000}),
    "exempted": ({"exempted_on": months_ago(36)}, {"exempted_on": months_ago(37)}),
    "welfare_now": ({"welfare_from": months_ago(3)}, {"welfare_from": months_ago(3), "welfare_until": months_ago(1)}),
    "welfare_stopped": (
        {"welfare_from": months_ago(40), "welfare_until": months_ago(30)},
        {"welfare_from": months_ago(40), "welfare_until": months_ago(31)},
    ),
    "school_aid": ({"school_aid_from": DAY}, {}),
    "child_support": ({"child_support_from": DAY}, {}),
    "lone_parent": ({"adults": 1, "minors": 1}, {"adults": 2, "minors": 1}),
    "elderly_alone": (
        {"born_on": date(1961, 11, 20), "adults": 1, "minors": 0}, {"born_on": date(1961, 11, 21), "adults": 1, "minors": 0}
    ),
    "single": ({"adults": 1, "minors": 0}, {"adults": 2, "minors": 0}),
    "old_age": ({"born_on": date(1951, 11, 20)}, {"born_on": date(1951, 11, 21)}),
    "bereaved": ({"member_died_on": months_ago(48)}, {"member_died_on": months_ago(49)}),
    "nontax_only": ({"open_groups": frozenset({"home"})}, {"open_groups": frozenset({"home", "tax"})}),
    "welfare_debt": ({"open_groups": frozenset({"welfare"})}, {"open_groups": frozenset({"home"})}),
    "returned": ({"returned_on": months_ago(12)}, {"returned_on": months_ago(13)}),
    "no_answer": ({"tries": 3}, {"tries": 2}),
    "silent": ({}, {"last_paid_on": DAY - timedelta(days=179)}),
    "hardship_told": ({"hardship_told_on": months_ago(12)}, {"hardship_told_on": months_ago(13)}),
    "illness_told": ({"illness_told_on": months_ago(12)}, {"illness_told_on": months_ago(13)}),
    "body": ({"is_corporate": True}, {}),
    "dead": ({"died_on": DAY}, {}),
    "away": ({"lives_here": False}, {"lives_here": True}),
    "paying": ({"paid_months": 2}, {"paid_months": 1}),
    "mostly_paid": ({"after": 10, "paid_after": 6}, {"after": 10, "paid_after": 5}),
    "well_off": ({"tax_now_yen": 250_000}, {"tax_now_yen": 249_999}),
    "new_arrears": ({"broke_on": months_ago(4)}, {"broke_on": months_ago(5)}),
    "never_regular": ({"before": 1, "kept_before": 1}, {"before": 2, "kept_before": 2}),
    "mixed_before": ({"before": 10, "kept_before": 7}, {"before": 10, "kept_before": 8}),
    "one_kind": ({"kinds_unpaid_after": 1, "paid_after": 4}, {"kinds_unpaid_after": 2, "paid_after": 4}),
}  # fmt: skip


def test_every_rule_has_its_edge_here():
    assert EDGES.keys() == BY_CODE.keys()


@pytest.mark.parametrize("code", EDGES)
def test_a_rule_fires_on_its_boundary_and_not_one_step_short_of_it(code):
    there, short = (replace(HONEST, **facts) for facts in EDGES[code])
    assert code in codes(there)
    assert code not in codes(short)


def test_every_rule_names_its_law_its_grounds_and_only_measures_that_exist():
    for rule in RULES:
        assert rule.law
        assert rule.label
        assert set(rule.grounds) <= set(Ground.values)
        assert {one.measure for one in rule.conditions} <= MEASURES.keys()
        known = measures_of(replace(HONEST, **EDGES[rule.code][0]), DAY)
        sign = find([rule], replace(HONEST, **EDGES[rule.code][0]), on=DAY, threshold=0)
        assert all("{" not in one.text for one in (*sign.signs, *sign.counters)), known


def test_both_kinds_stand_in_the_table_and_the_named_signals_of_the_city_with_them():
    assert {rule.code for rule in RULES if rule.counters} >= {
        "body",
        "dead",
        "away",
        "paying",
        "well_off",
        "never_regular",
    }
    assert {rule.code for rule in RULES if not rule.counters} >= {
        "many_kinds", "child_water_health", "plan_broke", "income_drop", "exempted", "school_aid", "child_support",
        "welfare_now", "welfare_stopped", "returned", "no_answer", "old_age", "single", "illness_told", "nontax_only",
        "silent",
    }  # fmt: skip


def test_a_long_honest_payer_who_stopped_is_flagged_with_reasons_and_a_firm_is_not():
    found = find(RULES, HONEST, on=DAY, threshold=4)
    assert found.flagged
    assert found.signs[0].code == "stopped"
    assert "100%" in found.signs[0].text
    assert found.score == sum(sign.weight for sign in (*found.signs, *found.counters))
    body = find(RULES, replace(HONEST, is_corporate=True), on=DAY, threshold=4)
    assert not body.flagged
    assert [sign.code for sign in body.counters] == ["body"]


def test_who_neither_pays_nor_calls_is_silent_and_who_spoke_with_us_is_not():
    assert find(RULES, HONEST, on=DAY, threshold=4).silent
    assert not find(RULES, replace(HONEST, spoken_on=months_ago(2)), on=DAY, threshold=4).silent
    assert not find(RULES, replace(HONEST, last_paid_on=months_ago(2)), on=DAY, threshold=4).silent


def test_the_threshold_is_reached_not_passed():
    score = find(RULES, HONEST, on=DAY, threshold=0).score
    assert find(RULES, HONEST, on=DAY, threshold=score).flagged
    assert not find(RULES, HONEST, on=DAY, threshold=score + 1).flagged


def test_without_a_sign_nobody_is_flagged_however_low_the_threshold():
    assert not find([BY_CODE["paying"]], replace(HONEST, paid_months=3), on=DAY, threshold=-99).flagged


def test_why_not_says_what_was_missing_and_what_nobody_knows():
    near = {one.code: one for one in why_not(RULES, HONEST, on=DAY)}
    assert "stopped" not in near
    assert near["many_kinds"].missed == ("未納の債権種目の数が3以上でない（2）",)
    assert near["income_drop"].unknown == ("市民税・県民税の年額の減った割合（%）",)
    assert near["income_drop"].missed == ()
    assert near["school_aid"].missed == ("「就学援助の認定がある」に当たらない",)
    assert near["nontax_only"].missed == ("「市税の未納」に当たる",)


@given(st.permutations(RULES))
def test_the_order_of_the_rules_says_nothing(rules):
    assert find(rules, HONEST, on=DAY, threshold=4) == find(RULES, HONEST, on=DAY, threshold=4)


@given(st.sampled_from([*MEASURES]), st.sampled_from(list(COMPARE)), st.integers(0, 999))
def test_what_is_not_known_holds_no_condition(measure, compare, number):
    assert not Condition(measure, compare, number).holds({})


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_share_lies_between_nothing_and_all(kept, more):
    facts = replace(HONEST, before=kept + more, kept_before=kept)
    share = measures_of(facts, DAY).get("kept_before")
    assert share is None if kept + more == 0 else 0 <= share <= 100


@pytest.mark.parametrize("text", ["", "before", "before>4", "nonsense>=1", "before>=x", "before>=1,after>=2"])
def test_conditions_that_cannot_be_read_are_refused(text):
    with pytest.raises(ValueError):
        conditions_of(text)
