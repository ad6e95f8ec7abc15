"""What follows from money on claims: determined late charge (延滞金の確定), 一部納付 as acknowledgement, clocks."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from claims.models import BookingSource, Claim, ClaimEvent, Entry, Overpayment
from claims.services.charges import DETERMINES, amounts_due
from claims.services.clocks import refresh_clocks
from claims.services.overpaid import open_overpayment
from claims.services.posting import Line, post
from toyota_collect.held import once

MONEY = (Entry.Kind.RECEIPT, Entry.Kind.LATE_FIXED)


def after_booking(claim_ids: Iterable[int], *, by: Any, today: date) -> None:
    """What follows from money on claims: determined late charge, 一部納付 as acknowledgement, clocks."""
    pks = sorted(set(claim_ids))
    if not pks:
        return
    settle_late(pks, by=by, today=today)
    for claim in Claim.objects.filter(pk__in=pks, principal_yen__gt=0):
        paid = standing(Q(claim=claim, kind=Entry.Kind.RECEIPT, component=Entry.Component.PRINCIPAL))
        for day in {entry.receipt.paid_on for entry in paid if entry.receipt}:
            ClaimEvent.objects.update_or_create(
                claim=claim,
                kind=ClaimEvent.Kind.PART_PAYMENT,
                on=day,
                defaults={"withdrawn_at": None},
                create_defaults={"ground": claim.ground, "origin": "収納", "by": by},
            )
    refresh_clocks(pks)


def settle_late(claim_ids: Sequence[int], *, by: Any, today: date) -> None:
    """Bring the determined late charge of paid-off claims to what the rule gives, where we book the money ourselves.

    More is determined; less is corrected, and what was paid too much of it becomes an overpayment.
    """
    chosen = Claim.objects.filter(pk__in=claim_ids, principal_yen=0, identity__person__isnull=False)
    claims = list(chosen.select_related("kind", "identity"))
    determined = _determined([claim.pk for claim in claims])
    dues = amounts_due(claims, as_of=today)
    own = own_kinds(on=today)
    for claim in claims:
        due, fixed = dues[claim.pk], determined.get(claim.pk, 0)
        if claim.kind_id not in own or due.charge.estimated or due.charge.determined_on is None:
            continue
        more = due.charge.yen - fixed
        facts: dict[str, Any] = {"on": today, "claim_id": claim.pk}
        lines = []
        if more > 0:
            lines = [Line(Entry.Kind.LATE_FIXED, Entry.Component.LATE, more, note="完納による確定", **facts)]
        elif more < 0:
            lines = [Line(Entry.Kind.CORRECTION, Entry.Component.LATE, more, note="延滞金の再計算", **facts)]
            if (paid := -more - claim.late_yen) > 0:
                over = open_overpayment(
                    person_id=claim.identity.person_id,
                    cause=Overpayment.Cause.LATE_REDUCED,
                    arose_on=today,
                    explanation=f"{claim.kind.short_name} {claim.notice_number} 延滞金の再計算",
                    ground=claim.ground,
                    bears_interest=True,
                    by=by,
                )
                lines.append(Line(Entry.Kind.REFUND, Entry.Component.LATE, paid, overpayment_id=over.pk, **facts))
        post(
            lines,
            by=by,
            event="late_charge.determined",
            subject_type="claims.claim",
            subject_key=str(claim.pk),
            detail={"yen": due.charge.yen},
        )


@once
def own_kinds(*, on: date) -> set[int]:
    """Kinds of which money paid on ``on`` is booked by us and not by the section."""
    rows = BookingSource.objects.filter(starts_on__lte=on).order_by("kind_id", "-starts_on").distinct("kind_id")
    return {kind for kind, feed in rows.values_list("kind_id", "by") if feed == BookingSource.By.OWN}


def went_up_after(claim_ids: Iterable[int], on: date) -> set[int]:
    """Claims of which a balance rose after ``on``: booking less for that day could put a past balance below zero."""
    later = Entry.objects.filter(claim__in=claim_ids, on__gt=on)
    rose = later.filter(Q(kind__in=[Entry.Kind.REVERSAL, Entry.Kind.REFUND]) | Q(amount_yen__gt=0))
    return set(rose.values_list("claim_id", flat=True))


def standing(condition: Q) -> list[Entry]:
    """Entries of receipts that no reversal has taken back."""
    rows = Entry.objects.filter(condition, kind__in=MONEY, reversed_by=None, receipt__isnull=False)
    return list(rows.select_related("receipt").order_by("pk"))


def _determined(claim_ids: Sequence[int]) -> dict[int, int]:
    """Late charge determined so far, corrections and reversals taken off, by claim id."""
    rows = Entry.objects.filter(claim__in=claim_ids, component=Entry.Component.LATE).filter(
        Q(kind__in=DETERMINES) | Q(kind=Entry.Kind.REVERSAL, reverses__kind__in=DETERMINES)
    )
    return dict(rows.values_list("claim_id").annotate(yen=Sum("amount_yen")))
