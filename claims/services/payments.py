"""Payments from the files of banks, shops and eLTAX: taken in whole, matched, and booked when nothing is in doubt.

A payment's state is a function of the set of lines that told of it (速報, 取消, 確報), so files may come twice, in parts or
in the wrong order. What is in doubt becomes a case for two people (claims.services.cases).
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from claims.models import Claim, Payment, PaymentLine, ReceiptFile
from claims.moneyfiles import FileDamaged, MoneyFile, MoneyLine, read
from claims.services import settlement
from claims.services.clocks import clocks_together
from toyota_collect import audit
from toyota_collect.calendar import is_business_day
from toyota_collect.dated import value_or
from toyota_collect.documents.store import write_private
from toyota_collect.held import held
from toyota_collect.models import Holiday
from toyota_collect.telling import tell

FINAL_WITHIN = "receipts.final_within_business_days"
TELL_EVERY = 20  # payments between two words on the progress
State = Payment.State


def take_in(*, content: bytes, name: str, by: Any, as_of: date) -> ReceiptFile:
    """Take a file in, whole or not at all; the returned row says what became of it (``problem``)."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            return _take_in(content, name=name, digest=digest, by=by, as_of=as_of)
    except FileDamaged as damaged:
        return _refused(name, digest, str(damaged), by=by, as_of=as_of)


def keep_for_worker(*, content: bytes, name: str, by: Any, as_of: date) -> ReceiptFile:
    """Keep a large file for a worker, who takes it in like any other; a known or damaged one is refused at once."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            _refuse_known(digest)
            whole = read(content, name=name, as_of=as_of)
            place = f"receipts/{digest}"
            write_private(Path(settings.MEDIA_ROOT) / place, content)
            facts = {"feed": whole.feed.value, "title": whole.title, "records": len(whole.lines)}
            return ReceiptFile.objects.create(
                name=name[:200], sha256=digest, waits_at=place, as_of=as_of, by=by, **facts
            )
    except FileDamaged as damaged:
        return _refused(name, digest, str(damaged), by=by, as_of=as_of)


@transaction.atomic
def take_in_kept(*, file_id: int) -> ReceiptFile:
    """Take in a file that was kept. Safe to run twice: a file that no longer waits, or that is being taken in, is left."""
    free = ReceiptFile.objects.select_for_update(of=("self",), skip_locked=True).select_related("by")
    file = free.filter(pk=file_id).first()
    if file is None or not file.is_waiting:
        return ReceiptFile.objects.get(pk=file_id)
    path = Path(settings.MEDIA_ROOT) / file.waits_at
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        file.problem = "預かったファイルが変わっています。もう一度取り込んでください。"
        file.waits_at = ""
        file.save(update_fields=["problem", "waits_at"])
        return file
    file.waits_at = ""
    _fill(file, read(content, name=file.name, as_of=file.as_of), by=file.by)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return file


def waiting_files(*, since: datetime) -> list[int]:
    """Ids of files that have waited for a worker since before then."""
    return list(ReceiptFile.objects.exclude(waits_at="").filter(at__lt=since).values_list("pk", flat=True))


def progress_of(file: ReceiptFile) -> int:
    """How many payments of a waiting file are done, as the worker last told."""
    return int(cache.get(_progress_key(file)) or 0)


def _progress_key(file: ReceiptFile) -> str:
    return f"receipt-file:{file.pk}"


def _refuse_known(digest: str) -> None:
    if known := ReceiptFile.objects.filter(sha256=digest, problem="").first():
        raise FileDamaged(f"同じ内容のファイルを「{known.name}」として取込済みです。二度は取り込みません。")


def _take_in(content: bytes, *, name: str, digest: str, by: Any, as_of: date) -> ReceiptFile:
    _refuse_known(digest)
    whole = read(content, name=name, as_of=as_of)
    file = ReceiptFile.objects.create(name=name[:200], sha256=digest, as_of=as_of, by=by)
    _fill(file, whole, by=by)
    return file


def _fill(file: ReceiptFile, whole: MoneyFile, *, by: Any) -> None:
    """Write what the file says, and settle every payment of which it tells something new."""
    as_of = file.as_of
    file.feed, file.title = whole.feed.value, whole.title
    file.records, file.total_yen = len(whole.lines), whole.total_yen
    told = _told(file, whole.lines, as_of=as_of)
    file.new_records = len(told)
    file.save()
    with held(), clocks_together():
        for done, payment in enumerate(told):
            settlement.settle(payment, by=by, today=as_of)
            if done % TELL_EVERY == 0:
                tell(_progress_key(file), done)
    detail = {"file": file.name, "records": file.records, "new": file.new_records, "yen": file.total_yen}
    audit.record(event="receipt_file.taken", by=by, target=file, detail=detail)


def _refused(name: str, digest: str, problem: str, *, by: Any, as_of: date) -> ReceiptFile:
    with transaction.atomic():
        file = ReceiptFile.objects.create(name=name[:200], sha256=digest, problem=problem[:1000], as_of=as_of, by=by)
        audit.record(event="receipt_file.refused", by=by, target=file, detail={"problem": file.problem})
    return file


def _told(file: ReceiptFile, lines: Sequence[MoneyLine], *, as_of: date) -> list[Payment]:
    """Keep what is new in the lines; return the payments of which something new was told, in order of their lines."""
    keys = [line.key for line in lines]
    known = {one.key: one for one in Payment.objects.select_for_update().filter(feed=file.feed, key__in=keys)}
    fresh: dict[str, Payment] = {}
    for line in lines:
        if line.key not in known and line.key not in fresh:
            fresh[line.key] = _payment(file.feed, line, as_of=as_of)
    known |= {one.key: one for one in Payment.objects.bulk_create(fresh.values(), batch_size=2_000)}
    heard = set(PaymentLine.objects.filter(payment__in=known.values()).values_list("payment_id", "status"))
    new: dict[tuple[int, str], PaymentLine] = {}
    for line in lines:
        payment = known[line.key]
        place = (payment.pk, line.status.value)
        if place not in heard and place not in new:
            new[place] = _line(file, payment, line)
    PaymentLine.objects.bulk_create(new.values(), batch_size=2_000)
    changed = {pk for pk, _ in new}
    return [payment for payment in known.values() if payment.pk in changed]


def _payment(feed: str, line: MoneyLine, *, as_of: date) -> Payment:
    return Payment(
        feed=feed,
        key=line.key,
        state=line.status.value,
        paid_on=line.paid_on,
        value_on=line.value_on,
        amount_yen=line.amount_yen,
        slip_code=line.slip_code,
        reference=line.reference[:40],
        payer_kana=line.payer_kana[:60],
        first_seen_on=as_of,
    )


def _line(file: ReceiptFile, payment: Payment, line: MoneyLine) -> PaymentLine:
    return PaymentLine(
        file=file,
        payment=payment,
        line=line.line,
        status=line.status.value,
        amount_yen=line.amount_yen,
        paid_on=line.paid_on,
        value_on=line.value_on,
        detail=line.detail,
        raw=line.raw,
    )


def find_missing_finals(*, by: Any, today: date) -> int:
    """Open a case for every 速報 whose 確報 is overdue; return how many. Safe to run again."""
    limit = business_days_before(today, int(value_or(FINAL_WITHIN, today, 15)))
    late = Payment.objects.filter(state=State.PROVISIONAL, settled_at=None, first_seen_on__lt=limit, case=None)
    opened = 0
    for payment in late.order_by("pk"):
        with transaction.atomic():
            settlement.open_case(
                payment,
                kind="no_final",
                explanation=f"速報（{payment.first_seen_on:%Y-%m-%d}）から、決まった営業日数を過ぎても確報が届きません。"
                "収納代行会社に照会し、確報を送ってもらうか、取消として終わらせてください。",
                today=today,
            )
            opened += 1
    return opened


def business_days_before(day: date, count: int) -> date:
    """The business day ``count`` business days before ``day``."""
    holidays = frozenset(
        Holiday.objects.filter(on__gt=day - timedelta(days=count * 3 + 30)).values_list("on", flat=True)
    )
    while count:
        day -= timedelta(days=1)
        count -= is_business_day(day, holidays)
    return day


def wait_again(claim_ids: Collection[int], *, since: datetime) -> int:
    """Payments that a section's receipts have settled ``since`` wait for them again, where these were taken back."""
    settled = Payment.objects.filter(targets__claim__in=claim_ids, receipt=None, section_yen__gt=0)
    found = settled.filter(state=State.FINAL, settled_at__gt=since).values("pk")
    return Payment.objects.filter(pk__in=found).update(settled_at=None, note="")


def settle_section_payments(*, today: date) -> int:
    """End the wait for payments that the section has meanwhile booked itself; return how many. Safe to run again."""
    waiting = Payment.objects.filter(state=State.FINAL, settled_at=None, section_yen__gt=0, receipt=None)
    ended = 0
    for payment in waiting.order_by("pk"):
        targets = Claim.objects.filter(payment_targets__payment=payment)
        booked = targets.filter(entries__kind="receipt", entries__on__gte=payment.paid_on).distinct().count()
        if targets.count() == booked:
            payment.settled_at = timezone.now()
            payment.note = f"所管課の収納データで記帳を確かめました（{today:%Y-%m-%d}）。"
            payment.save(update_fields=["settled_at", "note"])
            ended += 1
    return ended
