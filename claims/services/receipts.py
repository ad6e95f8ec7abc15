"""Receipts of our own: booking what they pay, claim by claim, and what is left over.

The late charge counts from the day of payment (領収日); entries stand on that day unless the ledger of the claim has
moved on since, so that no past balance ever goes below zero.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from claims.models import Claim, Entry, Overpayment, Receipt
from claims.services.allocation import Plan, Share, entry_lines, has_lapsed, plan_allocation, plan_of
from claims.services.overpaid import open_overpayment
from claims.services.posting import BookingRefused, Line, accounting_year, post, post_receipt
from claims.services.settling import after_booking, own_kinds, went_up_after
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
    lock_claims([part["claim"] for part in answer])
    plan = plan_of(answer, yen=receipt.left_yen, on=receipt.paid_on)
    _check(plan, answer, may_leave=bool(rest_as))
    lines = booking_lines(receipt, plan.shares, today=today, note=note)
    if plan.rest_yen:
        bears = any(share.due.terms.late_regime == "local_tax" for share in plan.shares) or not plan.shares
        lines.append(
            overpaid_line(
                receipt,
                plan.rest_yen,
                person_id=person_id,
                cause=rest_as,
                bears_interest=bears,
                on=receipt.paid_on,
                by=by,
                today=today,
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
    lock_claims(claim_ids)
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


def overpaid_line(
    receipt: Receipt,
    yen: int,
    *,
    person_id: int | None,
    cause: str,
    bears_interest: bool,
    on: date,
    by: Any,
    today: date,
    note: str,
) -> Line:
    """The entry that moves what a receipt has left to a new overpayment."""
    over = open_overpayment(
        person_id=person_id,
        cause=cause,
        arose_on=receipt.paid_on,
        explanation=f"{long_text(receipt.paid_on)}に納付された{receipt.amount_yen:,}円のうち {receipt.receipt_number}",
        ground=receipt.ground,
        bears_interest=bears_interest,
        by=by,
    )
    return Line(
        Entry.Kind.RECEIPT,
        Entry.Component.OVERPAID,
        -yen,
        on,
        receipt_id=receipt.pk,
        overpayment_id=over.pk,
        accounting_year=accounting_year(on, today=today),
        note=note,
    )


def lock_claims(claim_ids: Iterable[int]) -> list[int]:
    """Lock the claims in the one order all writers use; return their ids."""
    return list(
        Claim.objects.filter(pk__in=set(claim_ids)).order_by("pk").select_for_update().values_list("pk", flat=True)
    )


def _check(plan: Plan, answer: Sequence[dict[str, int]], *, may_leave: bool) -> None:
    if not plan.yen:
        raise BookingRefused("この領収は、すべて充当済みです。")
    if len({share.claim.pk for share in plan.shares}) != len(answer):
        raise BookingRefused("充当先の債権が見つかりません。もう一度選び直してください。")
    own = own_kinds(on=plan.on)
    for share in plan.shares:
        if share.claim.kind_id not in own:
            raise BookingRefused(f"{share.claim.kind.name}の収納は所管課が記帳します。ここでは充当できません。")
        claim = share.claim
        if share.yen and has_lapsed(share, plan.on):
            raise BookingRefused(
                f"{claim.kind.short_name} {claim.notice_number} {claim.instalment_label} は、納付の日には消滅していました。"
                "受け取れません（地方税法18条2項の例）。充当先から外し、入金済みなら過誤納金としてください。"
            )
        if not share.fits():
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


def booking_lines(receipt: Receipt, shares: Sequence[Share], *, today: date, note: str) -> list[Line]:
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
