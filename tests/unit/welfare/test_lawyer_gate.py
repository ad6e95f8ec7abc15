"""Nobody goes to lawyers before welfare has answered, or has been silent for the set time with the question on record."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toyota_collect.registry import Registry, Verdict
from welfare.rules.lawyer_gate import Word, gate

DAY = date(2026, 11, 20)
DAYS = {"silent_days": 30, "valid_days": 180}


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("words", "allowed", "says"),
    [
        pytest.param([], False, "照会の記録がありません", id="never asked"),
        pytest.param([Word(ago(29))], False, "回答を待っています", id="asked 29 days ago"),
        pytest.param([Word(ago(30))], True, "30日を過ぎても回答がありません", id="silent for 30 days"),
        pytest.param([Word(ago(100)), Word(ago(3))], False, "回答を待っています", id="asked again three days ago"),
        pytest.param([Word(ago(10), ago(5), True)], True, "委任に支障はありません", id="nothing against it"),
        pytest.param([Word(ago(10), ago(5), False)], False, "待ってほしい", id="support is under way"),
        pytest.param([Word(ago(10), ago(5), False, DAY)], False, "待ってほしい", id="wait until today"),
        pytest.param([Word(ago(10), ago(5), False, ago(1))], False, "もう一度照会", id="the wait is over: ask again"),
        pytest.param([Word(ago(200), ago(180), True)], True, "支障はありません", id="an answer of 180 days ago"),
        pytest.param([Word(ago(200), ago(181), True)], False, "古くなっています", id="an answer of 181 days ago"),
        pytest.param([Word(ago(9), ago(8), True), Word(ago(5))], False, "待っています", id="a newer question waits"),
        pytest.param(
            [Word(ago(60), ago(50), True), Word(ago(40))], True, "回答がありません", id="and was left unanswered"
        ),
        pytest.param(
            [Word(ago(60), ago(50), False), Word(ago(40))], False, "待ってほしい", id="silence undoes no answer"
        ),
        pytest.param(
            [Word(ago(9), ago(8), True), Word(ago(7), ago(2), False)], False, "待ってほしい", id="the last counts"
        ),
        pytest.param([Word(DAY + timedelta(days=1))], False, "記録がありません", id="a question of tomorrow"),
        pytest.param([Word(ago(5), DAY + timedelta(days=1), True)], False, "待っています", id="an answer of tomorrow"),
    ],
)
def test_the_gate(words, allowed, says):
    verdict = gate(words, on=DAY, **DAYS)
    assert verdict.allowed is allowed
    assert says in verdict.reason


@st.composite
def word(draw):
    asked = draw(st.integers(0, 400))
    answered = draw(st.none() | st.integers(0, asked))
    wait = draw(st.none() | st.integers(-60, answered)) if answered is not None else None
    lets_go = answered is not None and wait is None and draw(st.booleans())
    return Word(ago(asked), None if answered is None else ago(answered), lets_go, None if wait is None else ago(wait))


@given(st.lists(word(), max_size=5))
def test_who_passes_was_asked_about_and_answered_or_left_unanswered_for_the_whole_time(words):
    verdict = gate(words, on=DAY, **DAYS)
    assert verdict.reason
    if verdict.allowed:
        going = any(one.lets_go and one.answered_on and (DAY - one.answered_on).days <= 180 for one in words)
        silent = any(one.answered_on is None and (DAY - one.asked_on).days >= 30 for one in words)
        assert going or silent
        assert not any(one.wait_until and one.answered_on == max(filter(None, (w.answered_on for w in words)))
                       and one.wait_until >= DAY and all(w.answered_on is None or w is one or w.answered_on < one.answered_on for w in words)
                       for one in words)  # fmt: skip


def test_where_no_gate_is_kept_nobody_passes_and_every_gate_must_let_through():
    kept = Registry()
    assert not kept.may_go_to_lawyers([1], DAY)[1].allowed
    kept.lawyer_gates.append(lambda people, on: dict.fromkeys(people, Verdict(True, "一")))
    assert kept.may_go_to_lawyers([1, 2], DAY)[2] == Verdict(True, "一")
    kept.lawyer_gates.append(lambda people, on: {1: Verdict(False, "二"), 2: Verdict(True, "二")})
    assert kept.may_go_to_lawyers([1, 2], DAY) == {1: Verdict(False, "二"), 2: Verdict(True, "一")}
    assert not kept.may_go_to_lawyers([3], DAY)[3].allowed  # a gate that does not know somebody lets nobody through
    assert kept.may_go_to_lawyers([], DAY) == {}
