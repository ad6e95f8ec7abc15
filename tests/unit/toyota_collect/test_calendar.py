from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toyota_collect import calendar

HOLIDAYS = {date(2026, 1, 1), date(2026, 1, 12), date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)}


@pytest.mark.parametrize(
    ("first_day", "months", "expected"),
    [
        pytest.param("2025-02-01", 1, "2025-02-28", id="due 31 January"),
        pytest.param("2024-02-01", 1, "2024-02-29", id="due 31 January, leap year"),
        pytest.param("2025-01-31", 1, "2025-02-28", id="143条2項ただし書: no 31 February"),
        pytest.param("2025-02-03", 1, "2025-03-02", id="due 2 February"),
        pytest.param("2021-05-01", 3, "2021-07-31", id="three months"),
        pytest.param("2024-03-01", 60, "2029-02-28", id="five years"),
        pytest.param("2020-02-29", 60, "2025-02-28", id="five years from 29 February"),
        pytest.param("2025-12-01", 1, "2025-12-31", id="over the end of the year"),
    ],
)
def test_period_of_the_civil_code_ends_on(first_day, months, expected):
    end = calendar.last_day_of_period(date.fromisoformat(first_day), months=months)
    assert end == date.fromisoformat(expected)


def test_years_are_twelve_months():
    first = date(2020, 8, 1)
    assert calendar.last_day_of_period(first, years=5) == calendar.last_day_of_period(first, months=60)


def test_the_day_of_the_act_is_not_counted():
    assert calendar.last_day_after(date(2025, 6, 2), months=6) == date(2025, 12, 2)


def test_a_period_needs_a_length():
    with pytest.raises(ValueError, match="1か月以上"):
        calendar.last_day_of_period(date(2025, 1, 1))
    with pytest.raises(ValueError, match="暦の外"):
        calendar.last_day_of_period(date(9996, 1, 1), years=5)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 240))
def test_a_later_start_never_ends_earlier(first_day, months):
    end = calendar.last_day_of_period(first_day, months=months)
    assert end <= calendar.last_day_of_period(first_day + timedelta(days=1), months=months)
    assert end < calendar.last_day_of_period(first_day, months=months + 1)


@pytest.mark.parametrize(
    ("nominal", "expected"),
    [
        pytest.param("2022-07-31", "2022-08-01", id="矢吹: Sunday 31 July"),
        pytest.param("2026-05-02", "2026-05-07", id="weekend runs into three holidays"),
        pytest.param("2025-12-31", "2026-01-05", id="year end, then Sunday"),
        pytest.param("2024-12-29", "2025-01-06", id="29 December to the first Monday"),
        pytest.param("2026-01-02", "2026-01-05", id="2 January, then a weekend"),
        pytest.param("2026-12-28", "2026-12-28", id="28 December is a business day"),
        pytest.param("2026-07-31", "2026-07-31", id="a Friday"),
    ],
)
def test_local_tax_due_date_moves_to_a_business_day(nominal, expected):
    assert calendar.local_tax_due(date.fromisoformat(nominal), HOLIDAYS) == date.fromisoformat(expected)


def test_year_end_days_are_business_days_outside_the_tax_rule():
    assert calendar.next_business_day(date(2026, 12, 29), HOLIDAYS) == date(2026, 12, 29)
    assert calendar.next_business_day(date(2026, 1, 10), HOLIDAYS) == date(2026, 1, 13)


@pytest.mark.parametrize(("day", "year"), [("2026-03-31", 2025), ("2026-04-01", 2026), ("2026-12-31", 2026)])
def test_fiscal_year_turns_on_1_april(day, year):
    assert calendar.fiscal_year(date.fromisoformat(day)) == year


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-11-30", 0, "2026-11-01"),
        ("2026-01-31", -1, "2025-12-01"),
        ("2026-12-31", 1, "2027-01-01"),
        ("2026-11-15", -11, "2025-12-01"),
        ("2026-11-15", -23, "2024-12-01"),
    ],
)
def test_the_first_of_a_month_before_or_after(day, months, expected):
    assert calendar.first_of_month(date.fromisoformat(day), months) == date.fromisoformat(expected)
