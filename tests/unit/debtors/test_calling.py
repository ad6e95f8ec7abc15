"""At what hours people are called, and what a call is about."""

from datetime import date, datetime, timedelta
from itertools import permutations

import pytest

from debtors.rules.calling import CallFacts, Situation, situations, why_not_now

HOURS = {"weekday": ["09:00", "19:45"], "saturday": ["09:00", "17:00"], "sunday": None, "holiday": None}
FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
HOLIDAY = date(2026, 11, 23)  # 勤労感謝の日
DAY = timedelta(days=1)


def at(day: date, time: str) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T{time}")


@pytest.mark.parametrize(
    ("day", "time", "open_"),
    [
        (FRIDAY, "08:59:59", False),
        (FRIDAY, "09:00", True),
        (FRIDAY, "19:44:59", True),
        (FRIDAY, "19:45", False),
        (SATURDAY, "16:59", True),
        (SATURDAY, "17:00", False),
        (SUNDAY, "12:00", False),
        (HOLIDAY, "12:00", False),
    ],
)
def test_the_first_minute_counts_and_the_last_does_not(day, time, open_):
    assert (why_not_now(at(day, time), HOURS, {HOLIDAY}) == "") is open_


def test_who_may_not_call_is_told_when_one_may():
    assert "平日は09:00から19:45まで" in why_not_now(at(FRIDAY, "20:00"), HOURS, set())
    assert "休日" in why_not_now(at(HOLIDAY, "12:00"), HOURS, {HOLIDAY})
    with pytest.raises(KeyError):
        why_not_now(at(SATURDAY, "12:00"), {"weekday": ["09:00", "10:00"]}, set())


def test_a_holiday_on_a_saturday_is_a_holiday():
    assert "休日" in why_not_now(at(SATURDAY, "10:00"), HOURS, {SATURDAY})


HOLDS = {
    Situation.PLAN: {"plan_missed": 1},
    Situation.PROMISE: {"promised_on": FRIDAY - DAY},
    Situation.LETTER: {"letter_on": FRIDAY - DAY},
    Situation.NO_ANSWER: {"unanswered_on": FRIDAY - DAY},
    Situation.AGAIN: {"spoken_on": FRIDAY - 9 * DAY},
}


@pytest.mark.parametrize("pair", list(permutations(HOLDS, 2)), ids=lambda pair: f"{pair[0].value}, {pair[1].value}")
def test_of_two_situations_the_more_telling_is_spoken_of_and_both_are_shown(pair):
    facts = {name: value for one in pair for name, value in HOLDS[one].items()}
    order = list(Situation)
    assert situations(CallFacts(today=FRIDAY, **facts)) == tuple(sorted(pair, key=order.index))


def test_nothing_known_is_a_first_call():
    assert situations(CallFacts(today=FRIDAY)) == (Situation.FIRST,)


@pytest.mark.parametrize(
    ("facts", "gone"),
    [
        pytest.param({"promised_on": FRIDAY}, Situation.PROMISE, id="the promised day is today"),
        pytest.param({"promised_on": FRIDAY - DAY, "promise_kept": True}, Situation.PROMISE, id="money came"),
        pytest.param({"letter_on": FRIDAY - DAY, "spoken_on": FRIDAY - DAY}, Situation.LETTER, id="spoken of since"),
        pytest.param({"unanswered_on": FRIDAY - DAY, "spoken_on": FRIDAY}, Situation.NO_ANSWER, id="answered since"),
    ],
)
def test_what_is_over_is_not_spoken_of(facts, gone):
    assert gone not in situations(CallFacts(today=FRIDAY, **facts))
