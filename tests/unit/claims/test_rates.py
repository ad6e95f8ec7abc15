"""The table of announced rates, what is assumed after it, and the statutory rate of private claims (民法404条)."""

from datetime import date
from fractions import Fraction

import pytest

from claims.data import civil_rates, late_charge_rates
from claims.rules.late_charge import percent
from claims.rules.rates import RateTable, YearRate, civil_rate

RATES = late_charge_rates()


def test_rate_table_refuses_gaps():
    with pytest.raises(ValueError, match=r"^延滞金の割合の表に、抜けた年または重なった年があります。$"):
        RateTable([YearRate.permyriad(2024, 240, 870), YearRate.permyriad(2026, 280, 910)])
    with pytest.raises(ValueError, match=r"^延滞金の割合の表に、抜けた年または重なった年があります。$"):
        RateTable([YearRate.permyriad(2024, 240, 870), YearRate.permyriad(2024, 240, 870)])
    with pytest.raises(ValueError, match=r"^延滞金の割合の表が空です。$"):
        RateTable([])


def test_a_row_of_rates_and_what_is_assumed_after_the_last():
    row = YearRate.permyriad(2026, 280, 910, 130, "名")
    assert row == YearRate(2026, Fraction(28, 1000), Fraction(91, 1000), Fraction(13, 1000), "名")
    assert YearRate.permyriad(2026, 280, 910) == YearRate(2026, Fraction(28, 1000), Fraction(91, 1000), None, "")
    table = RateTable([row])
    assert table.assumed is None
    low, high, special = Fraction(1, 100), Fraction(2, 100), Fraction(1, 200)
    assert table.assuming(first=low, after=high, relief=special, name="仮").of(2030) == YearRate(
        2027, low, high, special, "仮"
    )
    assert table.assumed is None
    with pytest.raises(ValueError, match=r"^2027年の延滞金の割合がまだ告示されていません。$"):
        table.of(2027)


@pytest.mark.parametrize(
    ("year", "first", "after"),
    [(1995, "7.3", "14.6"), (2001, "4.5", "14.6"), (2013, "4.3", "14.6"), (2014, "2.9", "9.2"), (2021, "2.5", "8.8"),
     (2025, "2.4", "8.7"), (2026, "2.8", "9.1")],
)  # fmt: skip
def test_announced_rates(year, first, after):
    row = RATES.of(year)
    assert (percent(row.first), percent(row.after)) == (first, after)


@pytest.mark.parametrize(("began", "rate"), [("2020-03-31", "5"), ("2020-04-01", "3"), ("2029-03-31", "3")])
def test_statutory_rate_of_the_day_the_delay_began(began, rate):
    assert percent(civil_rate(date.fromisoformat(began), civil_rates())) == rate


def test_statutory_rate_after_the_next_review_is_unknown():
    with pytest.raises(ValueError, match="2029-04-01"):
        civil_rate(date(2029, 4, 1), civil_rates())


def test_percent_is_exact():
    assert [percent(Fraction(n, 10_000)) for n in (280, 865, 1000, 5)] == ["2.8", "8.65", "10", "0.05"]
    assert percent(Fraction(1, 3)) == "100/3"
