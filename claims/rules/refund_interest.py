"""還付加算金: what the city adds to money it has to pay back.

Source: 地方税法17条の4, 20条の4の2第2項・第5項, 附則3条の2第4項. The rate of a calendar year is the 還付加算金特例基準割合,
the same figure as the relief rate of late charge.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from claims.rules.late_charge import Step, base_yen
from claims.rules.rates import RateTable

LEAST_YEN = 1_000
UNIT_YEN = 100


@dataclass(frozen=True, slots=True)
class RefundInterest:
    """``yen`` after the last truncation, ``raw_yen`` before it, with its steps.

    ``estimated``: some day lies in a year whose rate is not announced; the sum stops at the last announced day.
    """

    yen: int
    raw_yen: int
    steps: tuple[Step, ...] = ()
    estimated: bool = False


def refund_interest(*, overpaid_yen: int, from_on: date | None, to_on: date, rates: RateTable) -> RefundInterest:
    """Return the interest from ``from_on`` to ``to_on``, both days counted; ``from_on`` ``None``: none is added.

    The base is floored to 1,000 yen and 0 below 2,000; each rate year is floored to the yen; a sum below 1,000 yen is
    0, otherwise floored to 100.

    Raises:
        ValueError: a negative amount, or a year without a relief rate in the table.
    """
    if overpaid_yen < 0:
        raise ValueError(f"過誤納金が負の数です: {overpaid_yen}円")
    base = base_yen(overpaid_yen)
    if from_on is None or not base or to_on < from_on:
        return RefundInterest(0, 0)
    steps, day = [], from_on
    while day <= min(to_on, rates.last_day):
        end = min(to_on, date(day.year, 12, 31))
        row = rates.of(day.year)
        if row is None or row.relief is None:
            raise ValueError(f"{day.year}年の還付加算金の割合が登録されていません。「延滞金の割合」に足してください。")
        days, rate = (end - day).days + 1, Fraction(row.relief)
        yen = base * rate.numerator * days // (rate.denominator * 365)
        steps.append(Step(day, end, days, base, rate, yen, "還付加算金", 365, False))
        day = date(day.year + 1, 1, 1)
    return _truncated(steps, estimated=to_on > rates.last_day)


def together(parts: Iterable[RefundInterest]) -> RefundInterest:
    """Parts of one overpayment that end on different days, summed before the one truncation."""
    found = list(parts)
    return _truncated([step for part in found for step in part.steps], estimated=any(part.estimated for part in found))


def _truncated(steps: Sequence[Step], *, estimated: bool) -> RefundInterest:
    raw = sum(step.yen for step in steps)
    yen = 0 if raw < LEAST_YEN else raw - raw % UNIT_YEN
    return RefundInterest(yen, raw, tuple(steps), estimated)
