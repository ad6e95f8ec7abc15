"""還付加算金, worked out by hand from the rates of 令和7年 (0.9 %) and 令和8年 (1.3 %)."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.data import late_charge_rates
from claims.rules.rates import RateTable, YearRate
from claims.rules.refund_interest import refund_interest

RATES = late_charge_rates()


def interest(yen, from_on, to_on, rates=RATES):
    return refund_interest(overpaid_yen=yen, from_on=from_on, to_on=to_on, rates=rates)


@pytest.mark.parametrize(
    ("yen", "base"),
    [
        pytest.param(1_999, None, id="20条の4の2第2項: below 2,000 yen nothing is added"),
        pytest.param(2_000, 2_000, id="20条の4の2第2項: 2,000 yen"),
        pytest.param(2_999, 2_000, id="20条の4の2第2項: yen below 1,000 do not count"),
        pytest.param(3_000, 3_000, id="20条の4の2第2項: 3,000 yen"),
    ],
)
def test_base(yen, base):
    steps = interest(yen, date(2026, 1, 1), date(2026, 12, 31)).steps
    assert [step.base_yen for step in steps] == ([base] if base else [])


@pytest.mark.parametrize(
    ("yen", "from_on", "to_on", "raw", "final"),
    [
        # 900,000 x 0.013 x 365 / 365 = 11,700
        pytest.param(900_000, date(2026, 1, 1), date(2026, 12, 31), 11_700, 11_700, id="附則3条の2: a whole year"),
        # 600,000 x 0.013 x 46 / 365 = 983.01; 47 days: 1,004.38
        pytest.param(600_000, date(2026, 10, 1), date(2026, 11, 15), 983, 0, id="20条の4の2第5項: below 1,000 yen"),
        pytest.param(600_000, date(2026, 10, 1), date(2026, 11, 16), 1_004, 1_000, id="20条の4の2第5項: below 100 yen"),
        # 365,000: 13 yen a day; 76 days 988, 77 days 1,001
        pytest.param(365_000, date(2026, 5, 1), date(2026, 7, 15), 988, 0, id="76 days at 13 yen"),
        pytest.param(365_000, date(2026, 5, 1), date(2026, 7, 16), 1_001, 1_000, id="77 days at 13 yen"),
        # 1,000,000 x 0.009 x 31 / 365 = 764.38; x 0.013 x 31 / 365 = 1,104.10
        pytest.param(1_000_000, date(2025, 12, 1), date(2026, 1, 31), 1_868, 1_800, id="附則3条の2: two rate years"),
        # each year floored by itself: 0.009 x 400,000 x 1 / 365 = 9.86, 0.013 x 400,000 x 71 / 365 = 1,011.5
        pytest.param(400_000, date(2025, 12, 31), date(2026, 3, 12), 1_020, 1_000, id="each year floored to the yen"),
        pytest.param(9_000_000, date(2026, 5, 1), date(2026, 5, 1), 320, 0, id="17条の4: both days count, one day"),
        pytest.param(9_000_000, date(2026, 5, 2), date(2026, 5, 1), 0, 0, id="17条の4: before the first counted day"),
        pytest.param(9_000_000, None, date(2026, 5, 1), 0, 0, id="no first day: none is added"),
        pytest.param(0, date(2026, 1, 1), date(2026, 12, 31), 0, 0, id="nothing overpaid"),
    ],
)
def test_worked_out_by_hand(yen, from_on, to_on, raw, final):
    found = interest(yen, from_on, to_on)
    assert (found.raw_yen, found.yen, found.estimated) == (raw, final, False)


@pytest.mark.parametrize(("raw", "yen"), [(999, 0), (1_000, 1_000), (1_099, 1_000), (1_100, 1_100)])
def test_the_sum_is_floored_at_the_end_20条の4の2第5項(raw, yen):
    rates = RateTable([YearRate(2026, Fraction(0), Fraction(0), Fraction(raw, 10_000))])
    found = interest(10_000, date(2026, 1, 1), date(2026, 12, 31), rates)
    assert (found.raw_yen, found.yen) == (raw, yen)


def test_the_steps_say_which_days_had_which_rate():
    found = interest(1_000_000, date(2025, 12, 1), date(2026, 1, 31))
    assert [(step.from_on, step.to_on, step.days, step.rate, step.yen) for step in found.steps] == [
        (date(2025, 12, 1), date(2025, 12, 31), 31, Fraction(9, 1_000), 764),
        (date(2026, 1, 1), date(2026, 1, 31), 31, Fraction(13, 1_000), 1_104),
    ]


def test_a_leap_year_is_divided_by_365_too_20条の4の2第1項の例():
    rates = RateTable([YearRate(2024, Fraction(0), Fraction(0), Fraction(365, 10_000))])
    assert interest(100_000, date(2024, 1, 1), date(2024, 12, 31), rates).raw_yen == 3_660


def test_past_the_announced_years_it_stops_and_says_so():
    last = interest(1_000_000, date(2026, 12, 1), date(2026, 12, 31))
    after = interest(1_000_000, date(2026, 12, 1), date(2027, 1, 31))
    assert (after.raw_yen, after.estimated, last.estimated) == (last.raw_yen, True, False)


def test_a_year_without_the_rate_is_named():
    rates = RateTable([YearRate(2026, Fraction(28, 1_000), Fraction(91, 1_000), None)])
    with pytest.raises(ValueError, match="2026年"):
        interest(10_000, date(2026, 1, 1), date(2026, 12, 31), rates)


def test_a_negative_overpayment_is_an_error():
    with pytest.raises(ValueError, match="負"):
        interest(-1, date(2026, 1, 1), date(2026, 12, 31))


DAYS = st.dates(date(2014, 1, 1), date(2026, 12, 31))


@given(yen=st.integers(0, 50_000_000), days=st.tuples(DAYS, DAYS, DAYS))
def test_more_days_and_more_money_never_earn_less(yen, days):
    first, middle, last = sorted(days)
    whole = interest(yen, first, last)
    assert 0 <= interest(yen, first, middle).raw_yen <= whole.raw_yen <= interest(yen + 1_000, first, last).raw_yen
    assert whole.yen % 100 == 0
    assert whole.yen == 0 or 1_000 <= whole.yen <= whole.raw_yen < whole.yen + 100
    assert sum(step.days for step in whole.steps) in (0, (last - first).days + 1)


@given(yen=st.integers(2_000, 50_000_000), first=DAYS, last=DAYS)
def test_agrees_with_a_count_day_by_day(yen, first, last):
    """Another way to the same figure: every day by itself, summed in exact fractions by calendar year."""
    if first > last:
        first, last = last, first
    years: dict[int, Fraction] = {}
    for year in range(first.year, last.year + 1):
        days = (min(last, date(year, 12, 31)) - max(first, date(year, 1, 1))).days + 1
        years[year] = Fraction(yen // 1_000 * 1_000) * RATES.of(year).relief * days / 365
    assert interest(yen, first, last).raw_yen == sum(int(one) for one in years.values())
