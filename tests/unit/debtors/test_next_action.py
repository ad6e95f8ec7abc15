"""次の一手のすすめ: the table that is shipped, pair by pair; order says nothing, and what softens only softens."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtors.models import NextActionRule
from debtors.reference import next_action_rows
from debtors.rules.next_action import Advice, Rule, Severity, When, advise, span_of, time_left
from toyota_collect.registry import Fact

DAY = date(2026, 11, 20)
RULES = [NextActionRule(**row).as_rule() for row in next_action_rows()]
BY_CODE = {rule.code: rule for rule in RULES}
# The order in which the rules of a desk lead, what only softens last; written by hand, not read from the table.
TODAY = [
    "clock", "promise_broken", "plan_broken", "step_overdue", "mail_returned", "welfare_reply", "lawyer_reply", "paid",
    "review", "step_today", "hardship", "sign",
]  # fmt: skip
KNOWN = ["untouched", "decision", "no_step"]
SOFTENS = {
    "hardship": 1, "sign": 1, "protected": 1, "died": 1, "held": 1, "support": 1, "sign_confirmed": 1, "announced": 1,
    "promise_waiting": 2, "plan_running": 2, "seizure_held": 2,
}  # fmt: skip
ORDER = [*TODAY, *KNOWN, *[code for code in SOFTENS if code not in ("hardship", "sign")]]
PRESSES = {"clock": 2, "promise_broken": 2, "plan_broken": 2, "untouched": 2, "decision": 3}
# One fact silences the other rule: the two never fire together.
NEVER_TOGETHER = {
    frozenset(pair)
    for pair in [
        ("promise_broken", "announced"), ("plan_broken", "plan_running"),
        ("decision", "paid"), ("decision", "promise_broken"), ("decision", "promise_waiting"),
        ("decision", "plan_running"), ("untouched", "plan_running"), ("step_overdue", "untouched"),
        ("step_today", "untouched"), ("step_overdue", "decision"), ("step_today", "decision"),
        ("step_overdue", "no_step"), ("step_today", "no_step"),
    ]
}  # fmt: skip


def fact_for(rule: Rule) -> Fact:
    """A fact that makes the rule fire by itself on DAY."""
    day = {
        When.ANY: None, When.PAST: DAY - timedelta(days=1), When.DUE: DAY, When.TODAY: DAY,
        When.COMING: DAY + timedelta(days=1), When.RECENT: DAY - timedelta(days=1),
    }[rule.when]  # fmt: skip
    since = DAY - timedelta(days=9) if rule.fact == "promise" else None
    return Fact(rule.fact, day, max(rule.least_yen, 1), rule.code, since=since, about=f"matter of {rule.code}")


def leads(advice: Advice) -> str:
    assert advice.recommended
    return advice.recommended.rule.code


def fired(advice: Advice) -> set[str]:
    return {reason.rule.code for reason in advice.reasons}


def test_the_order_names_every_rule_once():
    assert sorted(ORDER) == sorted(BY_CODE)
    assert len(BY_CODE) == len(RULES)


@pytest.mark.parametrize("code", ORDER)
def test_a_rule_fires_for_its_fact_alone(code):
    advice = advise([BY_CODE[code]], [fact_for(BY_CODE[code])], on=DAY)
    assert (leads(advice), advice.in_day) == (code, code in TODAY)
    assert advice.recommended
    assert advice.recommended.step == BY_CODE[code].step


@pytest.mark.parametrize(("one", "other"), list(combinations(ORDER, 2)))
def test_each_pair_has_its_order_and_its_ceiling(one, other):
    rules = [BY_CODE[one], BY_CODE[other]]
    advice = advise(rules, [fact_for(rule) for rule in rules], on=DAY)
    together = {BY_CODE[one].fact, BY_CODE[other].fact}
    if frozenset((one, other)) in NEVER_TOGETHER and len(together) == 2:
        assert len(fired(advice)) == 1
        return
    assert fired(advice) == {one, other}, "every reason is told, not only the one that leads"
    assert leads(advice) == one
    for reason in advice.reasons:
        ceiling = min((SOFTENS[code] for code in (one, other) if code in SOFTENS), default=3)
        presses = PRESSES.get(reason.rule.code, 1)
        assert reason.softened == (presses > ceiling)
        assert reason.severity == (1 if presses > ceiling else presses)
        assert reason.step == (reason.rule.softened_step if reason.softened else reason.rule.step)


FACTS = st.builds(
    Fact,
    st.sampled_from(sorted({rule.fact for rule in RULES} | {"contact", "kept"})),
    st.none() | st.dates(DAY - timedelta(days=100), DAY + timedelta(days=100)),
    st.integers(0, 200_000),
    st.sampled_from(["", "水道料金 R3 6回", "来庁を受ける"]),
    about=st.sampled_from(["", "case", "plan:1"]),
)


@given(
    st.lists(FACTS, max_size=8).flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))), st.randoms()
)
def test_the_order_of_entry_changes_nothing(both, random):
    facts, shuffled = both
    rules = list(RULES)
    random.shuffle(rules)
    assert advise(RULES, facts, on=DAY) == advise(rules, shuffled, on=DAY)


@given(st.lists(FACTS, max_size=8), st.sampled_from(sorted(SOFTENS)))
def test_what_softens_never_hardens_nor_raises_a_rank(facts, code):
    before = advise(RULES, facts, on=DAY)
    after = advise(RULES, [*facts, fact_for(BY_CODE[code])], on=DAY)
    if before.in_day and after.in_day:
        assert after.rank >= before.rank
    if before.recommended and after.recommended:
        assert after.recommended.severity <= max(before.recommended.severity, Severity.LOOK)
    if code in fired(after):
        assert all(reason.severity <= SOFTENS[code] for reason in after.reasons)


@given(st.lists(FACTS, max_size=8))
def test_an_adverse_act_is_only_asked_for_and_never_a_task_of_the_day(facts):
    advice = advise(RULES, facts, on=DAY)
    for reason in advice.reasons:
        if reason.severity == Severity.DECISION:
            assert "決裁を求める" in reason.step
            assert not reason.rule.in_day
    assert not advice.in_day or advice.recommended.severity < Severity.DECISION


def fires(code: str, *facts: Fact) -> bool:
    return code in fired(advise(RULES, facts, on=DAY))


@pytest.mark.parametrize(
    ("code", "fact", "expected"),
    [
        pytest.param("clock", Fact("clock", DAY), True, id="地方税法18条 the last day itself"),
        pytest.param(
            "clock", Fact("clock", DAY - timedelta(days=1)), False, id="地方税法18条 the day after is too late"
        ),
        pytest.param("clock", Fact("clock", DAY + timedelta(days=90)), True, id="市の運用 90 days before"),
        pytest.param("clock", Fact("clock", DAY + timedelta(days=91)), False, id="市の運用 91 days before"),
        pytest.param("promise_broken", Fact("promise", DAY), False, id="徴収の実務 a promise is kept on its day"),
        pytest.param(
            "promise_broken", Fact("promise", DAY - timedelta(days=1)), True, id="徴収の実務 the next morning"
        ),
        pytest.param("promise_waiting", Fact("promise", DAY), True, id="徴収の実務 its day is still waited for"),
        pytest.param("paid", Fact("paid", DAY), True, id="市の運用 paid today"),
        pytest.param("paid", Fact("paid", DAY - timedelta(days=7)), True, id="市の運用 paid 7 days ago"),
        pytest.param("paid", Fact("paid", DAY - timedelta(days=8)), False, id="市の運用 paid 8 days ago"),
        pytest.param("paid", Fact("paid", DAY + timedelta(days=1)), False, id="市の運用 not yet paid"),
        pytest.param("step_overdue", Fact("step", DAY - timedelta(days=1)), True, id="次の一手の期限 passed"),
        pytest.param("step_overdue", Fact("step", DAY), False, id="次の一手の期限 its day is in time"),
        pytest.param("step_today", Fact("step", DAY), True, id="次の一手の期限 on its day"),
        pytest.param("step_today", Fact("step", DAY + timedelta(days=1)), False, id="次の一手の期限 tomorrow's"),
        pytest.param("review", Fact("review", DAY), True, id="見直し日 on its day"),
        pytest.param("review", Fact("review", DAY + timedelta(days=1)), False, id="見直し日 the day before"),
        pytest.param("decision", Fact("seizable", yen=100_000), True, id="市の運用 100,000 yen"),
        pytest.param("decision", Fact("seizable", yen=99_999), False, id="市の運用 99,999 yen"),
    ],
)
def test_boundary_days_and_amounts(code, fact, expected):
    assert fires(code, fact) is expected


def test_a_promise_that_was_kept_is_neither_broken_nor_waited_for_and_other_money_is_not_it():
    promise, coming = (Fact("promise", DAY + timedelta(days=days)) for days in (-2, 2))
    for code, fact in (("promise_broken", promise), ("promise_waiting", coming)):
        assert not fires(code, fact, Fact("kept", fact.on))
        assert fires(code, fact, Fact("paid", DAY - timedelta(days=1), 1_000))


def test_money_is_a_task_until_somebody_spoke_with_the_person():
    paid = Fact("paid", DAY - timedelta(days=2), 5_000)
    assert fires("paid", paid, Fact("contact", DAY - timedelta(days=3)))
    assert not fires("paid", paid, Fact("contact", DAY - timedelta(days=2)))


def test_a_step_on_a_matter_that_a_fact_tells_of_is_not_told_twice():
    step = Fact("step", DAY, text="連絡する", about="plan:1")
    assert fired(advise(RULES, [step, Fact("plan_broken", about="plan:1")], on=DAY)) == {"plan_broken"}
    assert fired(advise(RULES, [step, Fact("plan_broken", about="plan:2")], on=DAY)) == {"plan_broken", "step_today"}


def test_of_two_clocks_the_nearer_leads_and_both_are_told():
    far, near = (
        Fact("clock", DAY + timedelta(days=30), 9_000, "遠い"),
        Fact("clock", DAY + timedelta(days=3), 10, "近い"),
    )
    advice = advise(RULES, [far, near], on=DAY)
    assert [reason.text for reason in advice.reasons] == ["近い", "遠い"]
    assert advice.recommended
    assert advice.recommended.fact == near


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("days", [0, 5])
@pytest.mark.parametrize("away", [-400, -6, -5, -1, 0, 1, 5, 6, 400])
def test_the_span_of_a_rule_holds_just_the_days_on_which_it_fires(when, days, away):
    rule, day = replace(BY_CODE["clock"], when=when, days=days), DAY + timedelta(days=away)
    first, last = span_of(rule, DAY)
    assert bool(advise([rule], [Fact("clock", day)], on=DAY).reasons) is (first <= day <= last)


def test_nothing_known_is_nothing_to_do():
    advice = advise(RULES, [], on=DAY)
    assert (advice.reasons, advice.recommended, advice.in_day) == ((), None, False)


@pytest.mark.parametrize(
    ("day", "text"), [(DAY, "本日まで"), (DAY + timedelta(days=6), "あと6日"), (DAY - timedelta(days=3), "3日超過")]
)
def test_time_left_is_said_in_days(day, text):
    assert time_left(day, DAY) == text


def test_a_reason_fills_its_places():
    advice = advise(RULES, [Fact("paid", DAY, 58_200)], on=DAY)
    assert advice.reasons[0].text == "令和8年11月20日に58,200円の入金がありました"
