"""Yearly rates of late charge, as tables that know where their knowledge ends.

The rows are dated data (see ``claims.data``); nothing here reads a file or a clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

PERMYRIAD = 10_000


@dataclass(frozen=True, slots=True)
class YearRate:
    """Rates of one calendar year, as fractions of the base a year (7/250 = 2.8 %).

    ``first`` runs to the end of the first bracket, ``after`` from then on. ``relief`` is the
    猶予特例基準割合, ``None`` where the year has none. ``name`` is set only for a rate that is
    assumed, not announced.
    """

    year: int
    first: Fraction
    after: Fraction
    relief: Fraction | None = None
    name: str = ""

    @classmethod
    def permyriad(cls, year: int, first: int, after: int, relief: int | None = None, name: str = "") -> "YearRate":
        """Build a row from whole 1/10,000 parts a year (280 = 2.8 %)."""
        return cls(
            year,
            Fraction(first, PERMYRIAD),
            Fraction(after, PERMYRIAD),
            None if relief is None else Fraction(relief, PERMYRIAD),
            name,
        )


class RateTable:
    """Announced rates by calendar year, without a gap; the first row also covers every year before it.

    Past the last row there is no rate, unless :meth:`assuming` names one.
    """

    def __init__(self, rows: Iterable[YearRate]) -> None:
        """Raises ``ValueError`` when the table is empty, doubles a year or leaves one out."""
        ordered = sorted(rows, key=lambda row: row.year)
        if not ordered:
            raise ValueError("延滞金の割合の表が空です。")
        years = [row.year for row in ordered]
        if years != list(range(years[0], years[-1] + 1)):
            raise ValueError("延滞金の割合の表に、抜けた年または重なった年があります。")
        self._rows = {row.year: row for row in ordered}
        self._earliest = ordered[0]
        self.last_year = years[-1]
        self.last_day = date(years[-1], 12, 31)
        self.assumed: YearRate | None = None

    def assuming(self, *, first: Fraction, after: Fraction, name: str, relief: Fraction | None = None) -> "RateTable":
        """Return a copy that goes on with this named rate after the last announced year."""
        table = RateTable(self._rows.values())
        table.assumed = YearRate(self.last_year + 1, first, after, relief, name)
        return table

    def of(self, year: int) -> YearRate:
        """Return the row of ``year``, or the assumed one after the last announced year.

        Raises:
            ValueError: the year lies past the last announced one and nothing is assumed.
        """
        if row := self._rows.get(year):
            return row
        if year < self._earliest.year:
            return self._earliest
        if self.assumed:
            return self.assumed
        raise ValueError(f"{year}年の延滞金の割合がまだ告示されていません。")


@dataclass(frozen=True, slots=True)
class CivilRate:
    """法定利率 for delays that began between two days, both included."""

    from_on: date
    to_on: date
    rate: Fraction


def civil_rate(delay_began_on: date, rows: Iterable[CivilRate]) -> Fraction:
    """Return the statutory rate that a debt keeps for good once its delay began on that day.

    Raises:
        ValueError: no rate is known for the day.

    Source: 民法404条, 419条1項.
    """
    for row in rows:
        if row.from_on <= delay_began_on <= row.to_on:
            return row.rate
    raise ValueError(f"{delay_began_on.isoformat()} の法定利率が登録されていません。利率表に追加してください。")
