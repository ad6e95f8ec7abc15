"""Opening the account of an overpayment (過誤納金): why it arose, from when it bears interest, until when it may be claimed."""

from datetime import date
from typing import Any

from claims.models import Overpayment
from toyota_collect import audit
from toyota_collect.calendar import ONE_DAY, last_day_after
from toyota_collect.dated import value_or
from toyota_collect.permissions import Ground

CLAIMABLE_YEARS = "refund.claimable_years"
INTEREST_AFTER_MONTHS = "refund.interest_after_months"


def open_overpayment(
    *,
    person_id: int | None,
    cause: str,
    arose_on: date,
    explanation: str,
    ground: str,
    bears_interest: bool,
    by: Any,
    paid_on: date | None = None,
) -> Overpayment:
    """Open the account of an overpayment; the entry that fills it follows in the same transaction.

    Interest counts from the payment, ``paid_on``, where the reason for paying it back arose later (減額更正).
    """
    over = Overpayment.objects.create(
        person_id=person_id,
        cause=cause if person_id else Overpayment.Cause.UNKNOWN,
        arose_on=arose_on,
        interest_from=interest_from(cause, paid_on or arose_on)
        if bears_interest and person_id and ground == Ground.TAX
        else None,
        claimable_until=last_day_after(arose_on, years=int(value_or(CLAIMABLE_YEARS, arose_on, 5))),
        explanation=explanation[:300],
        ground=ground,
        by=by,
    )
    audit.record(event="overpayment.opened", by=by, target=over, detail={"cause": over.cause})
    return over


def interest_from(cause: str, paid_on: date) -> date:
    """The first day that bears 還付加算金 (地方税法17条の4第1項; months by cause are a dated setting)."""
    months = int(value_or(INTEREST_AFTER_MONTHS, paid_on, {}).get(cause, 1))
    return (last_day_after(paid_on, months=months) if months else paid_on) + ONE_DAY
