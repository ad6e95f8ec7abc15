"""Taking a receipt back when its money did not come in after all (不渡り, 振替不能, 誤入力): asked by one, decided by another."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, ClaimEvent, Entry, Overpayment, Receipt, ReceiptCancellation
from claims.services.allocation import plan_allocation
from claims.services.posting import OWN_SOURCE, BookingRefused, Line, accounting_year, post
from claims.services.receipts import booking_lines, lock_claims, overpaid_line
from claims.services.settling import after_booking, standing
from toyota_collect import approvals, audit
from toyota_collect.models import Approval

CANCELLATION = "claims.receipt_cancellation"


def ask_to_cancel(*, receipt_id: int, reason: str, by: Any) -> Approval:
    """Ask a second person to agree that the money of a receipt did not come in. Raises ``BookingRefused``."""
    receipt = Receipt.objects.get(pk=receipt_id)
    if receipt.source.code != OWN_SOURCE:
        raise BookingRefused("所管課の収納は、所管課の取消データで取り消されます。ここでは取り消せません。")
    if ReceiptCancellation.objects.filter(receipt=receipt).exists():
        raise BookingRefused("この領収はすでに取り消されています。")
    if not reason.strip():
        raise BookingRefused("取り消す理由を書いてください。")
    try:
        return approvals.ask(
            subject_type=CANCELLATION,
            subject_key=str(receipt.pk),
            subject_url=reverse("claims:receipt", args=[receipt.pk]),
            title=f"領収の取消（{receipt.receipt_number}）",
            amount_yen=receipt.amount_yen,
            reason=reason.strip(),
            evidence={
                "領収番号": receipt.receipt_number,
                "領収日": receipt.paid_on.isoformat(),
                "納付方法": receipt.channel_label,
                "金額（円）": receipt.amount_yen,
                "取消のあと": "充当をすべて打ち消し、未納に戻します。延滞金は納期限から計算し直します。",
            },
            by=by,
        )
    except approvals.ApprovalRefused as error:
        raise BookingRefused(str(error)) from error


@transaction.atomic
def cancel_receipt(*, receipt_id: int, on: date, reason: str, by: Any, today: date) -> Receipt:
    """Take a receipt back whole: its entries are reversed, the claims are open again and their late charge runs on.

    Money of other receipts that had paid late charge of a claim now open again is allocated anew, principal first.

    Raises:
        BookingRefused: it is taken back already, or its overpaid part has been paid out or set off.
    """
    _lock_around(receipt_id)
    receipt = Receipt.objects.get(pk=receipt_id)
    if ReceiptCancellation.objects.filter(receipt=receipt).exists():
        raise BookingRefused("この領収はすでに取り消されています。")
    entries = standing(Q(receipt=receipt))
    touched = sorted({entry.claim_id for entry in entries if entry.claim_id})
    others = _late_money(touched, but=receipt)
    taken_back = [*entries, *others]
    used = _late_used_elsewhere(taken_back, touched)
    lines = [_reversal(entry, on=on, today=today, note=reason) for entry in taken_back if entry.pk not in used]
    freed: dict[tuple[Receipt, int], int] = defaultdict(int)
    for entry in others:
        if entry.kind == Entry.Kind.RECEIPT and entry.receipt and entry.claim_id:
            freed[entry.receipt, entry.claim_id] -= entry.amount_yen
    detail = {"receipt": receipt.receipt_number, "yen": receipt.amount_yen, "reason": reason}
    post(
        lines,
        by=by,
        event="receipt.cancelled",
        subject_type="claims.receipt",
        subject_key=str(receipt.pk),
        detail=detail,
    )
    ReceiptCancellation.objects.create(receipt=receipt, on=on, reason=reason, by=by)
    for (other, claim_id), yen in sorted(freed.items(), key=lambda one: (one[0][0].paid_on, one[0][0].pk)):
        _allocate_again(other, claim_id, yen, by=by, today=today)
    _withdraw_part_payments(entries, by=by)
    after_booking(touched, by=by, today=today)
    receipt.refresh_from_db()
    return receipt


def _lock_around(receipt_id: int) -> None:
    """Lock a receipt, the others that paid on its claims, its overpayments and its claims, in the order of all writers.

    Raises:
        BookingRefused: somebody booked on these claims between looking and locking.
    """
    found = receipts, overpayments, claims = _around(receipt_id)
    list(Receipt.objects.filter(pk__in=receipts).order_by("pk").select_for_update())
    list(Overpayment.objects.filter(pk__in=overpayments).order_by("pk").select_for_update(of=("self",)))
    lock_claims(claims)
    if _around(receipt_id) != found:
        raise BookingRefused("ほかの人が同じ債権に記帳しています。少し待ってから、もう一度取り消してください。")


def _around(receipt_id: int) -> tuple[set[int], set[int], set[int]]:
    """Ids of the receipts, overpayments and claims that taking a receipt back may touch."""
    paid = Entry.objects.filter(receipt=receipt_id)
    claims = set(paid.exclude(claim=None).values_list("claim_id", flat=True))
    beside = Entry.objects.filter(claim__in=claims).exclude(receipt=None)
    overpayments = set(paid.exclude(overpayment=None).values_list("overpayment_id", flat=True))
    return {receipt_id, *beside.values_list("receipt_id", flat=True)}, overpayments, claims


def _late_money(claim_ids: Sequence[int], *, but: Receipt) -> list[Entry]:
    """Entries of other receipts of ours on late charge, which stands no longer once the principal is open again."""
    late = Q(claim__in=claim_ids, component=Entry.Component.LATE) & ~Q(receipt=but)
    return [entry for entry in standing(late) if entry.receipt and entry.receipt.source_id == but.source_id]


def _late_used_elsewhere(entries: Sequence[Entry], claim_ids: Sequence[int]) -> set[int]:
    """Entries of determined late charge that stay, the latest looked at first: a set-off, a section's receipt or a write-off
    has used them, and without them the claim would owe less than nothing. They count when the charge is determined anew.
    """
    late = dict(Claim.objects.filter(pk__in=claim_ids).values_list("pk", "late_yen"))
    for entry in entries:
        if entry.claim_id and entry.component == Entry.Component.LATE and entry.kind == Entry.Kind.RECEIPT:
            late[entry.claim_id] -= entry.amount_yen
    stay = set()
    for entry in sorted(entries, key=lambda entry: -entry.pk):
        if entry.claim_id and entry.kind == Entry.Kind.LATE_FIXED:
            if late[entry.claim_id] < entry.amount_yen:
                stay.add(entry.pk)
            else:
                late[entry.claim_id] -= entry.amount_yen
    return stay


def _reversal(entry: Entry, *, on: date, today: date, note: str) -> Line:
    return Line(
        Entry.Kind.REVERSAL,
        entry.component,
        -entry.amount_yen,
        max(on, entry.on),
        claim_id=entry.claim_id,
        receipt_id=entry.receipt_id,
        overpayment_id=entry.overpayment_id,
        reverses_id=entry.pk,
        accounting_year=accounting_year(max(on, entry.on), today=today),
        note=note,
    )


def _allocate_again(receipt: Receipt, claim_id: int, yen: int, *, by: Any, today: date) -> None:
    claim = Claim.objects.select_related("kind", "identity").get(pk=claim_id)
    plan = plan_allocation([claim], yen=yen, on=receipt.paid_on)
    note = "取消に伴う充当のやり直し"
    lines = booking_lines(receipt, plan.shares, today=today, note=note)
    if plan.rest_yen:
        lines.append(
            overpaid_line(
                receipt,
                plan.rest_yen,
                person_id=claim.identity.person_id,
                cause=Overpayment.Cause.EXCESS,
                bears_interest=True,
                on=today,
                by=by,
                today=today,
                note=note,
            )
        )
    post(
        lines,
        by=by,
        event="receipt.allocated_again",
        subject_type="claims.receipt",
        subject_key=str(receipt.pk),
        detail={"claim": claim_id, "yen": yen},
    )


def _withdraw_part_payments(entries: Sequence[Entry], *, by: Any) -> None:
    """一部納付 of a payment that never was is no acknowledgement; another payment of the same day keeps it."""
    for entry in entries:
        if entry.component != Entry.Component.PRINCIPAL or entry.receipt is None:
            continue
        day = entry.receipt.paid_on
        if not standing(Q(claim_id=entry.claim_id, kind=Entry.Kind.RECEIPT, receipt__paid_on=day)):
            events = ClaimEvent.objects.filter(claim_id=entry.claim_id, kind=ClaimEvent.Kind.PART_PAYMENT, on=day)
            if events.filter(withdrawn_at=None).update(withdrawn_at=timezone.now()):
                audit.record(event="event.withdrawn", by=by, target=entry.claim, detail={"on": day.isoformat()})
