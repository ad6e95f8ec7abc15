"""取込の取り消し: an import is undone as if it had never come, as long as nothing stands on it.

Asked for with a reason by somebody who may run imports, decided by a second person, done by a worker. What it did stays
to be read: entries are reversed, claims and receipts are kept out of sight, the history keeps what was restored.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.functions import TransactionNow
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.urls import reverse

from claims.intake import run, undo
from claims.models import ImportBatch, ImportFile, TakingBack
from claims.services.clocks import refresh_clocks
from claims.services.payments import wait_again
from claims.services.seal import seal_new_entries
from claims.services.standing_on import Standing, standing_on
from debtors.services.withdrawing import events_to_drop, withdraw
from toyota_collect import approvals, audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.history import bare_statements
from toyota_collect.models import Approval

logger = logging.getLogger(__name__)

SUBJECT = "claims.taking_back"
PROTECTED = "protected"
MEMORY = "SET LOCAL work_mem = '128MB'"
NAMED = 3  # later files told by name
MANY = 20_000  # more claims than that are refreshed with all others
REASON_LENGTH = 300
State = TakingBack.State
Status = ImportFile.Status


class TakeBackRefused(Exception):
    """The import cannot be taken back; the message says why and what to do first, in Japanese."""


@dataclass(frozen=True)
class Figures:
    """What is undone. Balances are those of the files' business systems, booked yen."""

    new_claims: int
    changed_claims: int
    entries: int
    receipts: int
    booked_anew: int
    new_identities: int
    changed_identities: int
    people: int
    life_events: int
    yen_before: int
    yen_after: int


@dataclass(frozen=True)
class Outlook:
    """What taking files back would do, and what stands in its way (``problem``: before anything else)."""

    files: Sequence[ImportFile]
    problem: str
    figures: Figures | None
    standing: Sequence[Standing]

    @property
    def is_free(self) -> bool:
        return not self.problem and not self.standing


def files_of(batch: ImportBatch, file: ImportFile | None = None) -> list[ImportFile]:
    """The one file, or all of the batch that can be taken back, the newest first; measures (支援措置) stay in force."""
    if file is not None:
        return [file]
    files = batch.files.filter(status=Status.COMMITTED).exclude(content=PROTECTED)
    return list(files.select_related("source", "batch").order_by("-pk"))


def why_not(batch: ImportBatch, files: Sequence[ImportFile]) -> str:
    """Why these files cannot be taken back, whatever stands on them; empty if they can."""
    if batch.finished_at is None:
        return "この取込は終わっていません。終わってから取り消してください。"
    if not files:
        return "取り消せるファイルがありません。"
    for file in files:
        if file.status == Status.TAKEN_BACK:
            return f"{file.name} は、すでに取り消しました。"
        if file.status != Status.COMMITTED:
            return f"{file.name} は取り込まれていません。台帳は変わっていないため、取り消すものがありません。"
        if file.content == PROTECTED:
            return "支援措置のファイルは取り消せません。守られている人の住所が見えることのないよう、措置は残します。"
        if file.begun_at is None:
            return f"{file.name} は、取り消しのための記録を残す前に取り込まれました。取り消せません。"
    return _why_not_in_order(files)


def outlook(batch: ImportBatch, file: ImportFile | None = None, *, user: Any = None) -> Outlook:
    """What taking back would do and what stands on it; nothing is kept. ``user``: who is told a few rows by name."""
    files = files_of(batch, file)
    if problem := why_not(batch, files):
        return Outlook(files, problem, None, [])
    with bare_statements(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MEMORY)
        undo.find(cursor, files)
        found = Outlook(files, "", _figures(cursor, files), standing_on(files, user=user))
        transaction.set_rollback(True)
    return found


@transaction.atomic
def ask(*, batch_id: int, file_id: int | None = None, reason: str, by: Any) -> TakingBack:
    """Ask for the decision to take back a file, or with ``file_id`` ``None`` all files of the import.

    Raises:
        ImportBatch.DoesNotExist, ImportFile.DoesNotExist: no such import.
        TakeBackRefused: no reason, something stands on the files, or this is being decided already.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    file = batch.files.select_related("source", "batch").get(pk=file_id) if file_id else None
    if not reason.strip():
        raise TakeBackRefused("取り消す理由を書いてください。")
    found = outlook(batch, file)
    if refusal := refusal_of(found):
        raise TakeBackRefused(refusal)
    assert found.figures
    page = (
        reverse("claims:import-file-back", args=[file.pk]) if file else reverse("claims:import-back", args=[batch.pk])
    )
    try:
        approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=f"file:{file.pk}" if file else f"batch:{batch.pk}",
            subject_url=page,
            title=f"取込の取り消し：{file.name if file else _title_of(batch)}"[:200],
            amount_yen=abs(found.figures.yen_after - found.figures.yen_before),
            reason=reason.strip(),
            evidence=_evidence(found),
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise TakeBackRefused(str(refused)) from refused
    asked = TakingBack.objects.create(
        batch=batch, file=file, reason=reason.strip()[:REASON_LENGTH], approval=approval, by=by
    )
    audit.record(event="import.taking_back_asked", by=by, target=asked, detail={"files": _names(found.files)})
    return asked


def approve(approval: Approval, *, by: Any, today: date) -> TakingBack:
    """The decision was taken: the import waits for a worker (``claims.tasks.take_back``).

    Raises:
        TakeBackRefused: it was taken back otherwise, or another file came in since.
    """
    asked = TakingBack.objects.select_for_update(of=("self",)).select_related("batch", "file").get(approval=approval)
    if problem := why_not(asked.batch, files_of(asked.batch, asked.file)):
        raise TakeBackRefused(problem)
    asked.state = State.DECIDED
    asked.save(update_fields=["state"])
    return asked


def waiting() -> list[int]:
    """What was decided and no worker has done yet."""
    return list(TakingBack.objects.filter(state=State.DECIDED).order_by("pk").values_list("pk", flat=True))


def carry_out(*, taking_id: int, today: date) -> TakingBack:
    """Take back what was decided, all or nothing; a second time does nothing. A refusal stands on the record.

    Raises:
        TakingBack.DoesNotExist: no such decision.
        FolderRefused: an import runs; the decision waits.
    """
    with run.one_at_a_time():
        try:
            with transaction.atomic():
                taken = _carry_out(taking_id, today)
        except (TakeBackRefused, DatabaseError) as error:
            if not isinstance(error, TakeBackRefused):
                logger.exception("taking back %s failed", taking_id)
            taken = _refuse(taking_id, error)
    seal_new_entries()
    return taken


def _carry_out(taking_id: int, today: date) -> TakingBack:
    taking = TakingBack.objects.select_for_update(of=("self",)).select_related("batch", "file", "by").get(pk=taking_id)
    if taking.state != State.DECIDED:
        return taking
    files = files_of(taking.batch, taking.file)
    if problem := why_not(taking.batch, files):
        raise TakeBackRefused(problem)
    by = run.intake_user()
    with connection.cursor() as cursor:
        cursor.execute(MEMORY)
        undo.find(cursor, files)
        undo.lock(cursor)
        figures = _figures(cursor, files)
        if refusal := _told(standing_on(files)):
            raise TakeBackRefused(refusal)
        stay = undo.undo(cursor, {"by": by.pk, "as_of": today, "year": fiscal_year(today)})
        withdraw(files=[file.pk for file in files], by=by, on=today)
    begun_at = min(file.begun_at for file in files if file.begun_at)
    wait_again(stay, since=begun_at)
    taking.state, taking.done_at, taking.figures = State.DONE, TransactionNow(), asdict(figures)
    taking.save(update_fields=["state", "done_at", "figures"])
    taking.refresh_from_db()
    ImportFile.objects.filter(pk__in=[file.pk for file in files]).update(status=Status.TAKEN_BACK, taken_back_in=taking)
    refresh_clocks(stay if len(stay) <= MANY else None, as_of=today)
    detail = {"files": _names(files), "decision": taking.approval_id} | asdict(figures)
    audit.record(event="import.taken_back", by=taking.by, target=taking, detail=detail)
    return taking


@transaction.atomic
def _refuse(taking_id: int, error: Exception) -> TakingBack:
    taking = TakingBack.objects.select_for_update(of=("self",)).select_related("by").get(pk=taking_id)
    taking.state = State.REFUSED
    taking.problem = (
        str(error)[:1000]
        if isinstance(error, TakeBackRefused)
        else "処理に失敗しました。台帳は変わっていません。記録（ログ）を確かめてください。"
    )
    taking.save(update_fields=["state", "problem"])
    audit.record(event="import.taking_back_refused", by=taking.by, target=taking, detail={"problem": taking.problem})
    return taking


def refusal_of(found: Outlook) -> str:
    """Why what the outlook shows cannot be done, in one sentence; empty if it can."""
    return found.problem or _told(found.standing)


def _told(standing: Sequence[Standing]) -> str:
    if not standing:
        return ""
    what = "、".join(f"{one.title}{one.count:,}件" for one in standing)
    return f"この取込に基づくものがあるため、取り消せません（{what}）。先にそれを取り消すか、所管課の訂正のファイルで直してください。"


def _why_not_in_order(files: Sequence[ImportFile]) -> str:
    """Files are taken back from the newest: of one system and content, and money before the claims it was paid for."""
    chosen = [file.pk for file in files]
    for file in files:
        contents = [file.content, "receipts"] if file.content == "claims" else [file.content]
        later = ImportFile.objects.filter(
            Q(source=file.source_id, content__in=contents, pk__gt=file.pk) | Q(parent=file.pk),
            status=Status.COMMITTED,
        ).exclude(pk__in=chosen)
        names = list(later.order_by("-pk").values_list("name", flat=True)[: NAMED + 1])
        if names:
            told = "、".join(names[:NAMED]) + ("など" if len(names) > NAMED else "")
            return f"{file.name} のあとに取り込んだファイルがあります（{told}）。新しいものから先に取り消してください。"
    return ""


def _figures(cursor: Any, files: Sequence[ImportFile]) -> Figures:
    *counts, before, booked = undo.figures(cursor)
    events = events_to_drop([file.pk for file in files]).count()
    return Figures(*counts, life_events=events, yen_before=before, yen_after=before - booked)


def _evidence(found: Outlook) -> dict[str, Any]:
    figures = found.figures
    assert figures
    return {
        "ファイル": "、".join(_names(found.files)),
        "読んだ行": sum(file.rows for file in found.files),
        "消える期別（追加されたもの）": figures.new_claims,
        "元に戻る期別（変更されたもの）": figures.changed_claims,
        "取り消す記帳": figures.entries,
        "取り消す領収": figures.receipts,
        "登録がなくなる人": figures.people,
        "残高（取り消す前・円）": figures.yen_before,
        "残高（取り消した後・円）": figures.yen_after,
        "残るもの": "支援措置は取り消しません",
    }


def _names(files: Sequence[ImportFile]) -> list[str]:
    return [file.name for file in files]


def _title_of(batch: ImportBatch) -> str:
    return f"取込{batch.pk}のすべてのファイル"
