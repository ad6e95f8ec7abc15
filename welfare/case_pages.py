"""What a welfare worker sees: only what the basis of each case opens on the day."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from claims.models import Claim
from debtors.joined import together
from toyota_collect.calendar import next_business_day
from toyota_collect.dated import value_on
from toyota_collect.models import Holiday
from toyota_collect.permissions import Ground
from welfare import sheet
from welfare.models import Referral
from welfare.rules.disclosure import grounds_open, items_open
from welfare.services.cases import result_labels
from welfare.services.referrals import basis_of

LISTS = {
    "new": ("受け付けていない", ["consented"]),
    "open": ("支援中", ["received"]),
    "answered": ("回答済", ["answered"]),
}


def room_row(referral: Referral, *, on: date) -> dict[str, Any]:
    """A line of the inbox."""
    basis = basis_of(referral)
    return {
        "referral": referral,
        "urgent": referral.lane == Referral.Lane.URGENT,
        "due_on": first_due_on(referral) if referral.state == Referral.State.CONSENTED else answer_due_on(referral),
        "meeting": referral.meetings.filter(outcome="planned").first(),
        "basis": basis.text() if basis else "",
        "until": basis.until if basis else on,
        "result": result_labels().get(referral.result, referral.result),
    }


def first_due_on(referral: Referral) -> date:
    """Until when somebody should have spoken with the person: the same day where it is urgent."""
    handed_on = referral.handed_on or referral.consented_on or referral.offered_at.date()
    if referral.lane == Referral.Lane.URGENT:
        return handed_on
    holidays = set(Holiday.objects.filter(on__gte=handed_on).values_list("on", flat=True))
    day = handed_on
    for _ in range(value_on("referral.terms", handed_on)["first_days"]):
        day = next_business_day(day + timedelta(days=1), holidays)
    return day


def answer_due_on(referral: Referral) -> date:
    """Until when a result should be given back."""
    handed_on = referral.handed_on or referral.consented_on or referral.offered_at.date()
    return handed_on + timedelta(days=value_on("referral.terms", handed_on)["answer_days"])


def case_context(referral: Referral, user: Any, *, on: date) -> dict[str, Any]:
    """The page of one case; its basis is in force, or the caller has answered 404."""
    basis = basis_of(referral)
    assert basis
    items = items_open(basis, on=on)
    consent = referral.consent
    case = getattr(referral, "case", None)
    return {
        "referral": referral,
        "person": referral.person,
        "basis": basis,
        "case": case,
        "told": sheet.labels(sheet.ITEMS, items, on=on),
        "recipients": sheet.labels(sheet.RECIPIENTS, consent.recipients, on=on) if consent else [],
        "contact": referral.contact if "contact" in items else "",
        "troubles": sheet.labels(sheet.TROUBLES, consent.troubles, on=on) if consent and "troubles" in items else [],
        "summary": referral.summary if "troubles" in items else "",
        "debts": debts_of(referral, user, on=on),
        "meetings": referral.meetings.select_related("collector", "worker"),
        "attempts": case.attempts.select_related("by") if case else [],
        "notes": case.notes.select_related("by") if case else [],
        "results": _results(case, on=on) if case else [],
        "first_due_on": first_due_on(referral),
        "answer_due_on": answer_due_on(referral),
        "on": on,
    }


def debts_of(referral: Referral, user: Any, *, on: date) -> list[dict[str, Any]]:
    """What is owed, a line a kind in booked yen, on the grounds that are open; tax only on its own."""
    basis = basis_of(referral)
    opened = grounds_open(basis, sheet.grounds_of_items(on=on), on=on) if basis else frozenset()
    claims = Claim.objects.visible_to(user, opened=opened).filter(identity__person__in=together(referral.person_id))
    sums: dict[tuple[int, str, str], int] = defaultdict(int)
    for claim in claims.outstanding().with_total().select_related("kind"):
        key = (claim.kind.position, claim.kind.name, Ground(claim.ground).label)
        sums[key] += claim.booked_yen
    return [{"kind": kind, "ground": ground, "yen": yen} for (_, kind, ground), yen in sorted(sums.items())]


def _results(case: Any, *, on: date) -> list[dict[str, Any]]:
    names = result_labels()
    return [{"row": row, "label": names.get(row.code, row.code)} for row in case.results.select_related("by")]
