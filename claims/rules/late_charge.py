"""延滞金 and 遅延損害金: what a delay costs up to a day, with every step that leads to it.

One function, :func:`late_charge`, is the legal reference; screens and letters show its steps.

Source: 地方税法20条の4の2, 20条の9の4, 14条の5, 15条の9, 附則3条の2; 民法404条, 419条.
"""

from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from claims.rules.rates import RateTable, YearRate
from toyota_collect.calendar import last_day_after
from toyota_collect.money import comma
from toyota_collect.wareki import long_text, year_text

UNIT_OF_BASE = 1_000
LEAST_BASE = 2_000


class Regime(StrEnum):
    """What a delay costs by."""

    LOCAL_TAX = "local_tax"
    """Two brackets, rates by calendar year (地方税, and 料 whose ordinance follows it)."""
    FLAT = "simple"
    """One rate for the whole delay (民法, contract or ordinance)."""
    NONE = "none"


class Rounding(StrEnum):
    """Where fractions of a yen are dropped on the way."""

    SEGMENT = "segment"
    BRACKET = "bracket"
    END = "end"


class ReliefKind(StrEnum):
    """What a period of relief does to the rate."""

    FULL = "full"
    """免除 (執行停止, 災害・病気による徴収猶予, 期限延長)."""
    SPECIAL = "yuyo"
    """猶予特例基準割合 (その他の徴収猶予, 換価の猶予)."""
    HALF = "half"
    """Half of the rate after the first bracket."""


class Relief(NamedTuple):
    """A period of relief, both ends included."""

    from_on: date
    to_on: date
    kind: ReliefKind


class Payment(NamedTuple):
    """Principal paid on a day (領収日); it lowers the base from the next day."""

    on: date
    yen: int


@dataclass(frozen=True, slots=True)
class LateChargeTerms:
    """How one kind of claim charges a delay.

    ``rate`` is a year's fraction of the base and belongs to ``FLAT`` alone. ``min_total_yen``:
    a total below it is not charged; ``floor_unit_yen``: the unit the total is floored to.
    ``divisor_in_leap_year`` is 365, or 366 where an ordinance says so.
    """

    regime: Regime
    first_bracket_months: int = 1
    rate: Fraction | None = None
    rounding: Rounding = Rounding.SEGMENT
    truncate_principal: bool = True
    min_total_yen: int = 1_000
    floor_unit_yen: int = 100
    divisor_in_leap_year: int = 365

    def __post_init__(self) -> None:
        if self.regime is Regime.FLAT and (self.rate is None or self.rate < 0):
            raise ValueError("一律の率で計算する債権には、年の率(0以上)が必要です。")
        if self.first_bracket_months not in (1, 3):
            raise ValueError("低い率の期間は1か月または3か月です。")
        if self.min_total_yen < 0 or self.floor_unit_yen < 1 or self.divisor_in_leap_year not in (365, 366):
            raise ValueError("端数または日数の定めが正しくありません。")


class Step(NamedTuple):
    """One run of days with one base and one rate; ``yen`` is floored, both days are included."""

    from_on: date
    to_on: date
    days: int
    base_yen: int
    rate: Fraction
    yen: int
    label: str
    divisor: int
    in_first_bracket: bool

    @property
    def text(self) -> str:
        """The step as a Japanese sentence for screens."""
        period = f"{long_text(self.from_on)}から{long_text(self.to_on)}まで{self.days}日間"
        if not self.base_yen or not self.rate:
            return f"{period}: {self.label}のため0円"
        return (
            f"{period}: {comma(self.base_yen)}円 × 年{percent(self.rate)}% × {self.days}日 ÷ {self.divisor}日"
            f" = {comma(self.yen)}円({self.label})"
        )


@dataclass(frozen=True, slots=True)
class LateCharge:
    """What the delay costs. ``raw_yen`` is the sum before the last truncation.

    ``estimated`` (概算): some day lies past the last announced rates. ``determined_on``: the day
    the principal was paid off, from which the amount no longer grows.
    """

    yen: int
    raw_yen: int
    estimated: bool = False
    steps: tuple[Step, ...] = ()
    determined_on: date | None = None
    closing: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Every step and the closing truncation, as Japanese sentences."""
        return (*(step.text for step in self.steps), *([self.closing] if self.closing else ()))


def late_charge(
    *,
    due_on: date,
    principal_yen: int,
    payments: Iterable[tuple[date, int]] = (),
    as_of: date,
    terms: LateChargeTerms,
    rates: RateTable,
    relief: Sequence[Relief] = (),
) -> LateCharge:
    """Return the late charge as if everything still unpaid were paid on ``as_of``.

    Args:
        due_on: the effective due date, already moved off holidays. Charging starts the day after.
        principal_yen: principal of this one instalment at the due date.
        payments: principal paid, in any order; those after ``as_of`` are not looked at.
        as_of: last counted day.
        rates: announced rates; read only by ``Regime.LOCAL_TAX``.
        relief: periods in which the law lowers the rate; where they overlap the lowest counts.

    Raises:
        ValueError: a negative amount, a relief that ends before it begins, or the special relief
            rate of local taxes on a flat-rate claim.
    """
    if principal_yen < 0:
        raise ValueError(f"元金が負の数です: {principal_yen}円")
    _check_relief(relief, terms)
    paid_off_on, stretches = _stretches(due_on, principal_yen, payments, as_of)
    if terms.regime is Regime.NONE:
        return LateCharge(0, 0, determined_on=paid_off_on)
    last_known = rates.last_day if terms.regime is Regime.LOCAL_TAX and not rates.assumed else None
    steps: list[Step] = []
    estimated = False
    cursor = due_on.toordinal() + 1
    for balance, until in stretches:
        base = base_yen(balance, truncate=terms.truncate_principal)
        if not base:
            steps.extend(_nothing_due(cursor, stretches[-1][1]))
            break
        estimated = until > rates.last_day.toordinal() and terms.regime is Regime.LOCAL_TAX
        if last_known:
            until = min(until, last_known.toordinal())
        steps.extend(_runs(cursor, until, base, due_on, terms, rates, relief))
        cursor = until + 1
        if estimated and last_known:
            break
    raw = _raw_yen(terms.rounding, steps)
    yen = 0 if raw < terms.min_total_yen else raw - raw % terms.floor_unit_yen
    closing = _closing(raw, yen, terms, rates if estimated else None) if steps or estimated else ""
    return LateCharge(yen, raw, estimated, tuple(steps), None if estimated else paid_off_on, closing)


def base_yen(principal_yen: int, *, truncate: bool = True) -> int:
    """Return the base of the charge: floored to 1,000 yen, 0 where the principal is below 2,000.

    Source: 地方税法20条の4の2第2項.
    """
    if not truncate:
        return principal_yen
    return principal_yen - principal_yen % UNIT_OF_BASE if principal_yen >= LEAST_BASE else 0


def percent(rate: Fraction) -> str:
    """A rate as percent: 7/250 → ``"2.8"``. A rate without a short decimal stays a fraction."""
    hundredth = rate * 100
    if 10_000 % hundredth.denominator:
        return str(hundredth)
    whole, part = divmod(int(hundredth * 10_000), 10_000)
    return f"{whole}.{part:04d}".rstrip("0").removesuffix(".")


def _check_relief(relief: Sequence[Relief], terms: LateChargeTerms) -> None:
    for period in relief:
        if period.to_on < period.from_on:
            raise ValueError(f"減免の期間の終わりが始まりより前です: {period.from_on}〜{period.to_on}")
        if period.kind is ReliefKind.SPECIAL and terms.regime is Regime.FLAT:
            raise ValueError("猶予特例基準割合は、地方税の延滞金の例による債権だけに使えます。")


def _stretches(
    due_on: date, principal_yen: int, payments: Iterable[tuple[date, int]], as_of: date
) -> tuple[date | None, list[tuple[int, int]]]:
    """Return the day of full payment, and each balance with the (ordinal) last day it stands."""
    balance, paid_off_on = principal_yen, None
    stretches: list[tuple[int, int]] = []
    paid = sorted(payments)
    for paid_on, yen in paid:
        if yen < 0:
            raise ValueError(f"納付額が負の数です: {paid_on.isoformat()} {yen}円")
    for paid_on, yen in paid:
        if paid_on > as_of or not balance:
            break
        if not yen:
            continue
        if paid_on > due_on:
            stretches.append((balance, paid_on.toordinal()))
        balance = max(0, balance - yen)
        if not balance:
            paid_off_on = paid_on
    if balance and as_of > due_on:
        stretches.append((balance, as_of.toordinal()))
    return paid_off_on, stretches


@lru_cache(maxsize=8192)
def _bracket_end(due_on: date, months: int) -> int:
    return last_day_after(due_on, months=months).toordinal()


def _nothing_due(cursor: int, until: int) -> Iterator[Step]:
    if cursor <= until:
        days = until - cursor + 1
        yield Step(_day(cursor), _day(until), days, 0, Fraction(0), 0, f"元金が{comma(LEAST_BASE)}円未満", 365, False)


def _runs(
    cursor: int,
    until: int,
    base: int,
    due_on: date,
    terms: LateChargeTerms,
    rates: RateTable,
    relief: Sequence[Relief],
) -> Iterator[Step]:
    """Yield the runs of days from ``cursor`` to ``until`` (ordinals, both included) with one rate each."""
    local_tax = terms.regime is Regime.LOCAL_TAX
    bracket_end = _bracket_end(due_on, terms.first_bracket_months) if local_tax else 0
    edges = [day for period in relief for day in (period.from_on.toordinal() - 1, period.to_on.toordinal())]
    while cursor <= until:
        from_on = _day(cursor)
        row = rates.of(from_on.year) if local_tax else None
        in_first = cursor <= bracket_end
        end = min(until, _year_end(from_on.year), bracket_end) if in_first else min(until, _year_end(from_on.year))
        if edges:
            end = min(end, *(edge for edge in edges if edge >= cursor), end)
        rate, label = _rate(terms, row, in_first, cursor, relief)
        days = end - cursor + 1
        divisor = terms.divisor_in_leap_year if isleap(from_on.year) else 365
        yen = base * rate.numerator * days // (rate.denominator * divisor)
        yield Step(from_on, _day(end), days, base, rate, yen, label, divisor, in_first)
        cursor = end + 1


@lru_cache(maxsize=512)
def _year_end(year: int) -> int:
    return date(year, 12, 31).toordinal()


_day = date.fromordinal


def _rate(
    terms: LateChargeTerms, row: YearRate | None, in_first: bool, day: int, relief: Sequence[Relief]
) -> tuple[Fraction, str]:
    """Return the lowest rate that applies on ``day`` (an ordinal), and what it is called."""
    if row is None:
        assert terms.rate is not None
        rate, after, special, label = terms.rate, terms.rate, terms.rate, "遅延損害金"
    else:
        after = row.after
        # Years without a 猶予特例基準割合: the half of 15条の9第1項, or the first rate where lower.
        special = row.relief if row.relief is not None else min(row.first, row.after / 2)
        rate = row.first if in_first else after
        label = f"{terms.first_bracket_months}か月以内" if in_first else f"{terms.first_bracket_months}か月経過後"
    for period in relief:
        if period.from_on.toordinal() <= day <= period.to_on.toordinal():
            lowered, name = {
                ReliefKind.FULL: (Fraction(0), "免除"),
                ReliefKind.SPECIAL: (special, "猶予の特例"),
                ReliefKind.HALF: (after / 2, "2分の1免除"),
            }[period.kind]
            if lowered < rate:
                rate, label = lowered, name
    return rate, f"{label}・{row.name}" if row and row.name else label


def _raw_yen(rounding: Rounding, steps: Sequence[Step]) -> int:
    if rounding is Rounding.SEGMENT:
        return sum([step.yen for step in steps])
    exact: dict[bool, Fraction] = {}
    for step in steps:
        bracket = step.in_first_bracket and rounding is Rounding.BRACKET
        part = Fraction(step.base_yen * step.days, step.divisor) * step.rate
        exact[bracket] = exact.get(bracket, Fraction(0)) + part
    return sum([int(part) for part in exact.values()])


def _closing(raw: int, yen: int, terms: LateChargeTerms, estimated_by: RateTable | None) -> str:
    if raw < terms.min_total_yen:
        text = f"合計{comma(raw)}円は{comma(terms.min_total_yen)}円未満のため、0円です。"
    elif raw == yen:
        text = f"合計{comma(yen)}円です。"
    else:
        text = f"合計{comma(raw)}円の{comma(terms.floor_unit_yen)}円未満を切り捨てて、{comma(yen)}円です。"
    if estimated_by is None:
        return text
    if estimated_by.assumed:
        return f"{text}{year_text(estimated_by.last_year + 1)}からは「{estimated_by.assumed.name}」による概算です。"
    return (
        f"{text}{year_text(estimated_by.last_year + 1)}の割合がまだ告示されていないため、"
        f"{long_text(estimated_by.last_day)}までの概算です。"
    )
