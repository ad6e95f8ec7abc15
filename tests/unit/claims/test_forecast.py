"""見通し: shares of years before, ranges from past errors; by hand, and for any history."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.forecast import (
    CASH,
    ENDED,
    LAPSED,
    OTHER,
    OUTCOMES,
    Compared,
    ComparedMonth,
    Month,
    Part,
    Year,
    actual,
    backtest,
    foretell,
    plan_backtest,
    plan_share,
    plan_span,
    span,
)

YEARS = range(2018, 2027)
OTHERS = st.sampled_from(["tax", "home"])
histories = st.lists(
    st.builds(
        lambda group, first, later, outcome, yen: Part(group, first, min(2026, first + later), outcome, yen),
        OTHERS,
        st.integers(2018, 2025),
        st.integers(0, 8),
        st.sampled_from(OUTCOMES),
        st.integers(-1_000_000, 1_000_000),
    ),
    max_size=40,
)


def levy(first, yen, group="tax"):
    return Part(group, first, first, OTHER, yen)


def took(first, year, yen, outcome=CASH, group="tax"):
    return Part(group, first, year, outcome, -yen)


def test_what_a_year_did_is_told_by_outcome_and_what_is_left():
    parts = [
        levy(2020, 1_000),
        took(2020, 2020, 300),
        took(2020, 2021, 200),
        took(2020, 2021, 50, LAPSED),
        levy(2021, 99),
    ]
    year = actual(parts, 2021)
    assert (year.opening, dict(year.parts), year.left) == (700, {CASH: 200, OTHER: 0, LAPSED: 50, ENDED: 0}, 450)


def test_the_shares_of_the_years_before_are_applied_to_group_and_age():
    parts = [
        levy(2020, 1_000), took(2020, 2021, 400),  # of age 1: 40 %
        levy(2021, 2_000), took(2021, 2022, 200),  # of age 1 again: 600 of 3,000 together, 20 %
        took(2020, 2022, 300),  # of age 2: half
        levy(2022, 5_001),
    ]  # fmt: skip
    year = foretell(parts, 2023, depth=3)
    assert year.opening == 300 + 1_800 + 5_001
    # age 1: 5,001 x 600/3,000 = 1,000.2; age 2: 1,800 x 300/600 = 900; age 3, of which none was known: 300 x 900/3,600 = 75
    assert year.parts[CASH] == 1_000 + 900 + 75


def test_a_group_without_a_past_of_that_age_takes_that_of_all():
    parts = [levy(2020, 1_000), took(2020, 2021, 250), levy(2021, 800, "home")]
    assert foretell(parts, 2022, depth=3).parts[CASH] == 800 // 4 + 750 // 4  # the 750 left are of an age nobody was of


@pytest.mark.parametrize(("depth", "cash"), [(1, 900 + 100), (2, 700 + 100)])
def test_only_the_years_of_the_depth_count(depth, cash):
    parts = [levy(2019, 1_000), took(2019, 2020, 500), levy(2020, 1_000), took(2020, 2021, 900), levy(2021, 1_000)]
    parts += [took(2019, 2021, 500)]
    assert foretell(parts, 2022, depth=depth).parts[CASH] == cash


def test_nothing_is_foretold_from_nothing():
    assert foretell([], 2022, depth=3) is None
    assert foretell([levy(2021, 100)], 2022, depth=3) is None
    assert backtest([levy(2021, 100)], [2021, 2022], depth=3) == []


def year_of(year, cash):
    return Year(year, 10_000, {CASH: cash, OTHER: 0, LAPSED: 0, ENDED: 0})


def past_years(*pairs):
    return [Compared(year_of(year, then), year_of(year, came), {}) for year, then, came in pairs]


def test_the_range_is_that_of_past_errors_and_needs_three_years():
    past = past_years((2020, 100, 90), (2021, 100, 120), (2022, 100, 100))
    assert span(year_of(2023, 1_000), past, CASH) == (900, 1_200)
    assert span(year_of(2023, 1_000), past[:2], CASH) is None
    assert span(year_of(2022, 1_000), past, CASH) is None  # of 2022 itself nothing is known at its beginning
    assert span(year_of(2023, 1_001), past, CASH) == (900, 1_202)  # rounded outwards
    assert span(year_of(2023, 1_000), past, LAPSED) is None  # nothing was foretold: no ratio


@given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 400))
def test_a_city_where_every_year_is_like_the_others_is_foretold_exactly(cash, lapsed, size):
    parts = []
    for first in YEARS:
        parts.append(levy(first, size * 10_000))
        left = size * 10_000
        for year in range(first + 1, 2027):
            parts += [took(first, year, left * cash // 20), took(first, year, left * lapsed // 20, LAPSED)]
            left -= left * cash // 20 + left * lapsed // 20
    tested = backtest(parts, range(2024, 2027), depth=3)
    for one in tested:
        for name in OUTCOMES:
            assert abs(one.came.parts[name] - one.foretold.parts[name]) <= 2 * len(YEARS)  # cut yen alone


@given(histories, st.integers(2020, 2026))
def test_what_came_after_the_beginning_of_a_year_changes_nothing_of_its_forecast(parts, year):
    known = [part for part in parts if part.year < year]
    assert foretell(parts, year, depth=3) == foretell(known, year, depth=3)
    told = [(one.foretold, one.spans) for one in backtest(parts, YEARS, depth=3) if one.foretold.year <= year]
    before = [(one.foretold, one.spans) for one in backtest(known, YEARS, depth=3) if one.foretold.year <= year]
    assert told == before


@given(histories, st.integers(2018, 2026))
def test_every_yen_of_the_opening_is_taken_off_or_left_and_the_next_year_begins_with_it(parts, year):
    now, later = actual(parts, year), actual(parts, year + 1)
    assert now.opening == sum(now.parts.values()) + now.left
    assert later.opening == now.left + sum(part.yen for part in parts if part.first == part.year == year)


@given(histories)
def test_a_write_off_is_never_cash(parts):
    without = [part for part in parts if part.outcome not in (LAPSED, ENDED)]
    for year in YEARS:
        assert actual(parts, year).parts[CASH] == actual(without, year).parts[CASH]


MONTHS = [Month(place, 100, paid) for place, paid in enumerate([80, 60, 70, 90])]


def test_the_share_of_plans_is_that_of_the_months_before():
    assert plan_share(MONTHS, 3, depth=2) == Fraction(130, 200)
    assert plan_share(MONTHS, 0, depth=12) is None
    assert plan_backtest(MONTHS, depth=12) == [
        ComparedMonth(1, 100, 80, 60),
        ComparedMonth(2, 100, 70, 70),
        ComparedMonth(3, 100, 70, 90),
    ]


def test_the_range_of_plans_needs_six_months():
    tested = [ComparedMonth(place, 100, 100, came) for place, came in enumerate([90, 100, 110, 100, 100, 95])]
    assert plan_span(1_000, tested) == (900, 1_100)
    assert plan_span(1_000, tested[:5]) is None
