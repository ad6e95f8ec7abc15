"""回収の見込み: what part of a claim is expected to come in, by how lately the person paid or was heard of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from toyota_collect.calendar import last_day_after


@dataclass(frozen=True, slots=True)
class Band:
    """``permille`` where the last payment and the last contact lie within so many months; None: whenever, or never."""

    paid_within_months: int | None
    heard_within_months: int | None
    permille: int


def bands(rows: Sequence[Sequence[Any]]) -> tuple[Band, ...]:
    """Read ``expected_permille`` of the setting ``lawyers.readiness``: rows of [paid within, heard within, permille].

    Raises:
        ValueError: no row that fits everybody ends the table, or a part lies outside 0 to 1000 permille; Japanese.
    """
    found = tuple(Band(*row) for row in rows)
    last = found[-1] if found else None
    if not last or last.paid_within_months is not None or last.heard_within_months is not None:
        raise ValueError("設定「lawyers.readiness」の回収の見込みに、すべての人に当てはまる最後の行がありません。")
    if any(not 0 <= band.permille <= 1000 for band in found):
        raise ValueError("設定「lawyers.readiness」の回収の見込みは、0から1000（千分率）で書いてください。")
    return found


def expected_permille(
    table: Sequence[Band], *, last_payment_on: date | None, last_contact_on: date | None, on: date
) -> int:
    """The permille of the first band that fits on ``on``; the last day of a band's months is within them."""
    return next(
        band.permille
        for band in table
        if _within(last_payment_on, band.paid_within_months, on)
        and _within(last_contact_on, band.heard_within_months, on)
    )


def _within(day: date | None, months: int | None, on: date) -> bool:
    return months is None or (day is not None and on <= last_day_after(day, months=months))
