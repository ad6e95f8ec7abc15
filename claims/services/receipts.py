"""Receipts of our own: booking what they pay, and taking them back when the money did not come in after all.

The late charge counts from the day of payment (領収日); entries stand on that day unless the ledger of the claim has
moved on since, so that no past balance ever goes below zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, ClaimEvent, Entry, Overpayment, Receipt, ReceiptCancellation
from claims.services.allocation import Plan, Share, entry_lines, plan_allocation, plan_of
from claims.services.overpaid import open_overpayment
from claims.services.posting import OWN_SOURCE, BookingRefused, Line, accounting_year, post, post_receipt
from claims.services.settling import after_booking, own_kinds, standing, went_up_after
from toyota_collect import approvals, audit
from toyota_collect.models import Approval
from toyota_collect.permissions import Ground
from toyota_collect.wareki import long_text


@transaction.atomic
def book_receipt(
    *,
    receipt_id: int,
    answer: Sequence[dict[str, int]],
    by: Any,
    today: date,
    rest_as: str = "",
    person_id: int | None = None,
    note: str = "",
) -> Plan:
    """Book what is left of a receipt: on claims as ``answer`` says (see ``Share.as_json``), the rest as an overpayment.

    ``rest_as`` is the cause of the overpayment (``Overpayment.Cause``); without it nothing may be left over.

    Raises:
        BookingRefused: a claim owes less than it would receive, money would be left over, or nothing is left of it.
    """
    receipt = Receipt.objects.select_for_update().get(pk=receipt_id)
    _lock([part["claim"] for part in answer])
    plan = plan_of(answer, yen=receipt.left_yen, on=receipt.paid_on)
    _check(plan, answer, may_leave=bool(rest_as))
    lines = _booking(receipt, plan.shares, today=today, note=note)
    if plan.rest_yen:
        over = open_overpayment(
            person_id=person_id,
            cause=rest_as,
            arose_on=receipt.paid_on,
            explanation=f"{long_text(receipt.paid_on)}に納付された{receipt.amount_yen:,}円のうち {receipt.receipt_number}",
            ground=receipt.ground,
            bears_interest=any(share.due.terms.late_regime == "local_tax" for share in plan.shares) or not plan.shares,
            by=by,
        )
        lines.append(
            Line(
                Entry.Kind.RECEIPT,
                Entry.Component.OVERPAID,
                -plan.rest_yen,
                receipt.paid_on,
                receipt_id=receipt.pk,
                overpayment_id=over.pk,
                accounting_year=accounting_year(receipt.paid_on, today=today),
                note=note,
            )
        )
    detail = {"receipt": receipt.receipt_number, "yen": plan.yen, "rest_yen": plan.rest_yen}
    post(
        lines,
        by=by,
        event="receipt.allocated",
        subject_type="claims.receipt",
        subject_key=str(receipt.pk),
        detail=detail,
    )
    after_booking([share.claim.pk for share in plan.shares], by=by, today=today)
    return plan


@transaction.atomic
def receive_at_counter(
    *, person_id: int, claim_ids: Sequence[int], yen: int, paid_on: date, by: Any, today: date
) -> Receipt:
    """Book money handed over at the counter on the chosen claims; what they do not take becomes an overpayment.

    Raises:
        BookingRefused: no claims, a claim that is not the person's or not ours to book, no money, or a day to come.
    """
    if yen <= 0 or paid_on > today:
        raise BookingRefused("金額は1円以上、領収日は今日までにしてください。")
    _lock(claim_ids)
    claims = list(Claim.objects.filter(pk__in=claim_ids, identity__person_id=person_id).select_related("kind"))
    if not claims or len(claims) != len(set(claim_ids)):
        raise BookingRefused("この人の期別を1つ以上選んでください。")
    grounds = {claim.ground for claim in claims}
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_counter_receipt_number')")
        number = f"W{cursor.fetchone()[0]:09d}"
    receipt = post_receipt(
        [],
        number=number,
        paid_on=paid_on,
        booked_on=paid_on,
        channel=Receipt.Channel.COUNTER,
        yen=yen,
        ground=grounds.pop() if len(grounds) == 1 else Ground.TAX,
        by=by,
        detail={"yen": yen},
    )
    plan = plan_allocation(claims, yen=yen, on=paid_on)
    book_receipt(
        receipt_id=receipt.pk,
        answer=[share.as_json() for share in plan.shares if share.yen],
        by=by,
        today=today,
        rest_as=Overpayment.Cause.EXCESS,
        person_id=person_id,
        note="窓口での納付",
    )
    receipt.refresh_from_db()
    return receipt


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
    lines = [_reversal(entry, on=on, today=today, note=reason) for entry in [*entries, *others]]
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


def _lock(claim_ids: Iterable[int]) -> list[int]:
    """Lock the claims in the one order all writers use; return their ids."""
    return list(
        Claim.objects.filter(pk__in=set(claim_ids)).order_by("pk").select_for_update().values_list("pk", flat=True)
    )


def _lock_around(receipt_id: int) -> None:
    """Lock a receipt, the others that paid on its claims, its overpayments and its claims, in the order of all writers.

    Raises:
        BookingRefused: somebody booked on these claims between looking and locking.
    """
    found = receipts, overpayments, claims = _around(receipt_id)
    list(Receipt.objects.filter(pk__in=receipts).order_by("pk").select_for_update())
    list(Overpayment.objects.filter(pk__in=overpayments).order_by("pk").select_for_update(of=("self",)))
    _lock(claims)
    if _around(receipt_id) != found:
        raise BookingRefused("ほかの人が同じ債権に記帳しています。少し待ってから、もう一度取り消してください。")


def _around(receipt_id: int) -> tuple[set[int], set[int], set[int]]:
    """Ids of the receipts, overpayments and claims that taking a receipt back may touch."""
    paid = Entry.objects.filter(receipt=receipt_id)
    claims = set(paid.exclude(claim=None).values_list("claim_id", flat=True))
    beside = Entry.objects.filter(claim__in=claims).exclude(receipt=None)
    overpayments = set(paid.exclude(overpayment=None).values_list("overpayment_id", flat=True))
    return {receipt_id, *beside.values_list("receipt_id", flat=True)}, overpayments, claims


def _check(plan: Plan, answer: Sequence[dict[str, int]], *, may_leave: bool) -> None:
    if not plan.yen:
        raise BookingRefused("この領収は、すべて充当済みです。")
    if len({share.claim.pk for share in plan.shares}) != len(answer):
        raise BookingRefused("充当先の債権が見つかりません。もう一度選び直してください。")
    own = own_kinds(on=plan.on)
    for share in plan.shares:
        if share.claim.kind_id not in own:
            raise BookingRefused(f"{share.claim.kind.name}の収納は所管課が記帳します。ここでは充当できません。")
        if not share.fits():
            claim = share.claim
            raise BookingRefused(
                f"{claim.kind.short_name} {claim.notice_number} {claim.instalment_label} の未納額が変わりました"
                f"（今は{share.due.total_yen:,}円、案は{share.yen:,}円）。案を作り直してください。"
            )
    if plan.rest_yen < 0:
        raise BookingRefused(f"領収の額より{-plan.rest_yen:,}円多く充当しようとしています。案を作り直してください。")
    if plan.rest_yen and not may_leave:
        raise BookingRefused(
            f"{plan.rest_yen:,}円の行き先が決まっていません。過誤納金とするか、充当先を足してください。"
        )


def _booking(receipt: Receipt, shares: Sequence[Share], *, today: date, note: str) -> list[Line]:
    """Entries of the shares, each on the day of payment or, where the claim's ledger has moved on, today."""
    moved = went_up_after([share.claim.pk for share in shares], receipt.paid_on)
    lines: list[Line] = []
    for share in shares:
        on = today if share.claim.pk in moved else receipt.paid_on
        lines += entry_lines(
            [share],
            on=on,
            kind=Entry.Kind.RECEIPT,
            accounting_year=accounting_year(on, today=today),
            receipt_id=receipt.pk,
            note=note,
        )
    return lines


def _late_money(claim_ids: Sequence[int], *, but: Receipt) -> list[Entry]:
    """Entries of other receipts of ours on late charge, which stands no longer once the principal is open again."""
    late = Q(claim__in=claim_ids, component=Entry.Component.LATE) & ~Q(receipt=but)
    return [entry for entry in standing(late) if entry.receipt and entry.receipt.source_id == but.source_id]


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
    lines = _booking(receipt, plan.shares, today=today, note="取消に伴う充当のやり直し")
    if plan.rest_yen:
        over = open_overpayment(
            person_id=claim.identity.person_id,
            cause=Overpayment.Cause.EXCESS,
            arose_on=receipt.paid_on,
            explanation=f"領収 {receipt.receipt_number} 充当のやり直しの残り",
            ground=claim.ground,
            bears_interest=True,
            by=by,
        )
        lines.append(
            Line(
                Entry.Kind.RECEIPT,
                Entry.Component.OVERPAID,
                -plan.rest_yen,
                today,
                receipt_id=receipt.pk,
                overpayment_id=over.pk,
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
