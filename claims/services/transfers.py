"""還付の振込: approved refunds as a 総合振込 file for the bank, each in exactly one file, and what comes back unpaid."""

import hashlib
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Sum

from claims.models import Entry, Refund, TransferFile
from claims.moneyfiles import NotWritable, Transfer, write_transfers
from claims.services.posting import Line, accounting_year, post
from toyota_collect import audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import value_on

REQUESTER = "refund.requester"


class TransferRefused(Exception):
    """No file can be made, or a refund cannot be taken back; the message says why and what to do, in Japanese."""


@transaction.atomic
def make_transfer_file(*, transfer_on: date, by: Any) -> TransferFile:
    """Put every refund that waits into one file; a refund is in one file for ever.

    Raises:
        TransferRefused: none waits, or a name or number cannot be written in the bank's characters.
    """
    refunds = list(
        Refund.objects.select_for_update(of=("self",))
        .filter(transfer_file=None, returned_on=None)
        .select_related("account")
        .order_by("pk")
    )
    if not refunds:
        raise TransferRefused("振込を待っている還付はありません。")
    requester = value_on(REQUESTER, transfer_on)
    try:
        content = write_transfers(on=transfer_on, transfers=[_transfer(refund) for refund in refunds], **requester)
    except NotWritable as error:
        raise TransferRefused(str(error)) from error
    sequence = TransferFile.objects.filter(number__startswith=f"{fiscal_year(transfer_on)}-").count() + 1
    file = TransferFile.objects.create(
        number=f"{fiscal_year(transfer_on)}-{sequence:04d}",
        transfer_on=transfer_on,
        count=len(refunds),
        total_yen=sum(refund.total_yen for refund in refunds),
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        by=by,
    )
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(transfer_file=file)
    detail = {"number": file.number, "count": file.count, "yen": file.total_yen, "sha256": file.sha256}
    audit.record(event="transfer_file.made", by=by, target=file, detail=detail)
    return file


@transaction.atomic
def return_refund(*, refund_id: int, on: date, by: Any, today: date) -> Refund:
    """The bank could not pay it: the money is owed again and waits for a new decision.

    Raises:
        TransferRefused: it has not been sent, or has come back already.
    """
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.transfer_file_id is None or refund.returned_on:
        raise TransferRefused("振込に出していないか、すでに戻った還付です。")
    paid = refund.overpayment.entries.filter(
        kind__in=[Entry.Kind.REFUND, Entry.Kind.REFUND_INTEREST], claim=None, on=refund.decided_on, reversed_by=None
    )
    lines = [
        Line(
            Entry.Kind.REVERSAL,
            entry.component,
            -entry.amount_yen,
            on,
            overpayment_id=entry.overpayment_id,
            reverses_id=entry.pk,
            accounting_year=accounting_year(on, today=today),
            note="振込不能",
        )
        for entry in paid.order_by("pk")
    ]
    post(
        lines,
        by=by,
        event="refund.returned",
        subject_type="claims.refund",
        subject_key=str(refund.pk),
        detail={"on": on.isoformat()},
    )
    refund.returned_on = on
    refund.save(update_fields=["returned_on"])
    return refund


def waiting() -> tuple[int, int]:
    """How many refunds wait for a file, and their yen with interest."""
    rows = Refund.objects.filter(transfer_file=None, returned_on=None)
    return rows.count(), rows.aggregate(yen=Sum(F("amount_yen") + F("interest_yen")))["yen"] or 0


def _transfer(refund: Refund) -> Transfer:
    account = refund.account
    return Transfer(
        bank=account.bank_code,
        branch=account.branch_code,
        account_kind=account.account_type,
        account=account.account_number,
        payee_kana=account.holder_kana,
        amount_yen=refund.total_yen,
        reference=f"{refund.pk:010d}",
        bank_kana=account.bank_kana,
        branch_kana=account.branch_kana,
    )
