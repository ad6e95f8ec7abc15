"""How long a row of my day may wait, and what ends the waiting."""

from dataclasses import replace
from datetime import date

import pytest

from debtors.rules.next_action import STEP, advise
from debtors.rules.postponing import digests, has_news, limit_of
from tests.unit.debtors.test_next_action import RULES
from toyota_collect.registry import Fact

FRIDAY = date(2026, 11, 20)
HOLIDAYS = {date(2026, 11, 23)}  # 勤労感謝の日, a Monday


def limit(*facts: Fact, counted_from: date = FRIDAY, on: date = FRIDAY, days: int = 5):
    return limit_of(facts, on=on, counted_from=counted_from, working_days=days, holidays=HOLIDAYS)


@pytest.mark.parametrize(("days", "last"), [(1, date(2026, 11, 24)), (5, date(2026, 11, 30))])
def test_working_days_leave_out_weekends_and_holidays(days, last):
    assert limit(days=days).day == last


@pytest.mark.parametrize("code", ["clock", STEP, "review"])
@pytest.mark.parametrize(
    ("deadline", "last"),
    [
        pytest.param(date(2026, 11, 30), date(2026, 11, 30), id="on the last of the working days"),
        pytest.param(date(2026, 12, 1), date(2026, 11, 30), id="after them"),
        pytest.param(date(2026, 11, 27), date(2026, 11, 27), id="a day of work"),
        pytest.param(date(2026, 11, 29), date(2026, 11, 27), id="a Sunday: nobody would be here"),
        pytest.param(date(2026, 11, 23), None, id="a holiday with no day of work before it"),
        pytest.param(FRIDAY, None, id="today"),
        pytest.param(date(2026, 11, 19), None, id="gone by"),
    ],
)
def test_no_row_waits_beyond_a_deadline_of_its_own(code, deadline, last):
    assert limit(Fact("clock", date(2031, 1, 1)), Fact(code, deadline)).day == last


def test_the_reason_names_what_limits():
    assert "時効の最終日（令和8年11月27日）" in limit(Fact("clock", date(2026, 11, 27))).why
    assert "5開庁日" in limit().why
    assert "見直し日" in limit(Fact("review", FRIDAY)).why


def test_a_promise_of_the_debtor_is_no_deadline_of_ours():
    assert limit(Fact("promise", FRIDAY)).day == date(2026, 11, 30)


def test_days_count_on_from_the_first_time():
    assert limit(counted_from=date(2026, 11, 16)).day == date(2026, 11, 24)
    assert limit(counted_from=date(2026, 11, 13)).day is None


PAID = Fact("paid", FRIDAY, 3_000)
OWED = Fact("owed", yen=9_000)
PROMISE = Fact("promise", date(2026, 11, 24), text="約束")


def known(*facts: Fact, on: date = FRIDAY) -> set[str]:
    return digests(facts, advise(RULES, facts, on=on))


def news(before: set[str], *facts: Fact, on: date = FRIDAY) -> bool:
    return has_news(before, facts, advise(RULES, facts, on=on))


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(Fact("returned", FRIDAY), id="a fact"),
        pytest.param(replace(PAID, yen=3_001), id="another sum"),
        pytest.param(replace(PAID, on=date(2026, 11, 21)), id="another day"),
        pytest.param(replace(PAID, text="x"), id="other words"),
        pytest.param(replace(PAID, about="x"), id="another matter"),
    ],
)
def test_one_fact_more_is_news_and_one_less_is_none(new):
    before = known(PAID, OWED)
    assert not news(before, OWED, PAID)
    assert not news(before, PAID)
    assert news(before, PAID, OWED, new)


def test_a_day_that_goes_by_is_news_where_it_brings_a_new_reason():
    before = known(PAID, PROMISE)
    assert not news(before, PAID, PROMISE, on=date(2026, 11, 24))
    assert news(before, PAID, PROMISE, on=date(2026, 11, 25))


def test_nothing_can_be_read_in_what_is_known():
    assert all(len(one) == 16 and "約束" not in one for one in known(PROMISE))
