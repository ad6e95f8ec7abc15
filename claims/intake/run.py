"""Importing a folder: each file in a transaction of its own, then linking, clocks and the seal."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from claims.intake import (
    apply_claims,
    apply_protections,
    apply_receipts,
    apply_register,
    apply_welfare,
    catalogue,
)
from claims.intake.control import SUFFIX, compare, explain
from claims.intake.direct import Unsound
from claims.intake.job import Counts, Job
from claims.intake.layout import ANY_SOURCE, Layout, LayoutError
from claims.intake.parse import FileRefused
from claims.intake.previewed import hash_of, refuse_changed
from claims.intake.progress import Progress
from claims.intake.remembered import remember
from claims.intake.stage import Loaded, fill
from claims.models import ClaimKind, ImportBatch, ImportFile, RejectedRow
from claims.services import life_tasks
from claims.services.clocks import refresh_clocks
from claims.services.seal import seal_new_entries
from debtors.models import SourceSystem
from debtors.services import link_new_identities
from toyota_collect import audit
from toyota_collect.models import User
from toyota_collect.permissions import Ground

logger = logging.getLogger(__name__)

RUN_LOCK = 4_710_035  # held while a batch runs; a batch without it has stopped
INTAKE_USER = "system.intake"
PATIENCE = 60.0
WAITING = "開始を待っています"
GREW = 1_000  # new rows of one file
ORDER = {"register": 0, "protected": 1, "claims": 2, "receipts": 3, "welfare": 4}
APPLY = {
    "register": apply_register,
    "protected": apply_protections,
    "claims": apply_claims,
    "receipts": apply_receipts,
    "welfare": apply_welfare,
}
MESSAGE_LENGTH = 1_000
# Memory of the server for one file at a time; and a statement whose worker was killed ends soon.
SESSION = """SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '256MB';
SET LOCAL client_connection_check_interval = '1s'"""
RUNNING = "別の取込が動いています。終わってから始めてください。"


class FolderRefused(Exception):
    """Nothing can be imported; the message says why and what to do, in Japanese."""


class RowsLost(Exception):
    """The counts of a file do not add up: a defect of the intake, never of the extract."""


@dataclass(frozen=True, slots=True)
class Extract:
    """A file of the folder with the one layout it is written in, or why there is none."""

    path: Path
    layout: Layout | None
    problem: str = ""


def start(*, by: Any, as_of: date) -> ImportBatch:
    """Open a batch, so that its progress can be watched; ``by`` is who asked for it.

    Raises:
        FolderRefused: another batch runs or is about to.
    """
    waiting = timezone.now() - timedelta(minutes=10)
    soon = ImportBatch.objects.filter(finished_at=None, step=WAITING, started_at__gt=waiting).exists()
    if soon or is_running():
        raise FolderRefused(RUNNING)
    return ImportBatch.objects.create(by=by, as_of=as_of, step=WAITING)


def is_running() -> bool:
    """Whether some process holds the lock of a running batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [RUN_LOCK],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def one_at_a_time(patience: float = 0) -> Iterator[None]:
    """Hold the lock of a running batch; ``patience``: seconds to wait for it, while the session of a killed worker ends."""
    give_up = monotonic() + patience
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [RUN_LOCK])
            if cursor.fetchone()[0]:
                break
            if monotonic() > give_up:
                raise FolderRefused(RUNNING)
            sleep(0.2)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [RUN_LOCK])


def run(batch: ImportBatch, folder: Path) -> ImportBatch:
    """Import all extracts of a folder: register, 支援措置, claims, receipts, 生活保護; files that fail are reported.

    Importing the same files again changes nothing. May be run again after a stop at any point: each file is one
    transaction, and what the batch has done with a file that did not change since is not done again.

    Raises:
        FolderRefused: the folder or the layouts cannot be used, or another batch runs.
    """
    batch.refresh_from_db()
    if batch.finished_at:
        return batch
    resumed = batch.step != WAITING
    try:
        with one_at_a_time(PATIENCE if resumed else 0):
            batch.refresh_from_db()
            if batch.finished_at:  # by whoever held the lock
                return batch
            extracts = _still_to_do(batch, folder)
            _step(batch, "", files_total=batch.files.count() + len(extracts))
            for extract in extracts:
                _step(batch, f"{extract.path.name} を読み込んでいます")
                file = import_file(batch, extract)
                if file.inserted >= GREW:
                    _gather_statistics()
            finish(batch)
    except FolderRefused as refused:
        if not (resumed and str(refused) == RUNNING):  # else somebody is at work on it
            _step(batch, "", problem=str(refused), finished_at=timezone.now())
        raise
    return batch


def _gather_statistics() -> None:
    """The next file joins with what this one wrote: the server must not take the tables for as small as they were."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_claim, claims_entry, claims_receipt, debtors_sourceidentity")


def _still_to_do(batch: ImportBatch, folder: Path) -> list[Extract]:
    """The folder's extracts without those this batch has done; what failed before a stop is tried again."""
    batch.files.filter(status=ImportFile.Status.FAILED).delete()
    done = dict(batch.files.values_list("name", "sha256"))
    if done and not extract_paths(folder):
        return []
    extracts = find_extracts(folder)
    return [one for one in extracts if one.path.name not in done or done[one.path.name] != hash_of(one.path)]


def unfinished(*, since: timedelta) -> list[int]:
    """Batches of the inbox that stopped longer ago than ``since`` and that nobody works on (a worker was killed).

    Of those older than a day only the newest of all batches is one: after a weekend without power it goes on, while files
    of a later day never come in under an earlier one's. One that began in the future is from before the clock was set back.
    """
    if is_running():
        return []
    now = timezone.now()
    newest = ImportBatch.objects.order_by("-pk").values("pk")[:1]
    recent = Q(started_at__gt=now - timedelta(days=1)) | Q(pk__in=newest)
    stopped = ImportBatch.objects.filter(
        recent, Q(started_at__lt=now - since) | Q(started_at__gt=now), finished_at=None
    )
    return list(stopped.exclude(by__username=INTAKE_USER).order_by("pk").values_list("pk", flat=True))


def put_away(batch: ImportBatch, folder: Path) -> None:
    """Move what a batch committed, with its control totals, below ``done/``: an inbox holds only what is to be done.

    The message of a batch may come again long after. A file of the same name that is not the one that was read belongs to a
    later batch, and while one runs nothing is taken from under it.

    Raises:
        FolderRefused: another batch runs.
    """
    done = folder / "done" / f"{batch.pk:06d}"
    with one_at_a_time(PATIENCE):
        for file in batch.files.filter(status=ImportFile.Status.COMMITTED):
            path = folder / file.name
            if not path.exists() or hash_of(path) != file.sha256:
                continue
            for one in (folder / (file.name + SUFFIX), path):  # the file last: without it nothing asks for its totals
                if one.exists():
                    done.mkdir(parents=True, exist_ok=True)
                    one.rename(done / one.name)


def finish(batch: ImportBatch) -> None:
    """After the files: persons, clocks, seal, and the record of what was done. For who holds the lock."""
    _step(batch, "名寄せをしています")
    link_new_identities(by=intake_user())
    life_tasks.raise_tasks(on=batch.as_of, by=intake_user())
    _step(batch, "時効を計算しています")
    refresh_clocks(as_of=batch.as_of)
    _step(batch, "台帳を封印しています")
    seal_new_entries()
    files = {one.name: one.status for one in batch.files.all()}
    with transaction.atomic():
        audit.record(event="import.finished", by=batch.by, target=batch, detail={"files": files})
        _step(batch, "", finished_at=timezone.now())


def intake_user() -> User:
    """The account under which extracts are booked, whoever started the import."""
    return User.objects.get(username=INTAKE_USER)


def find_extracts(folder: Path) -> list[Extract]:
    """Return the folder's extracts in the order of import.

    Raises:
        FolderRefused: no such folder, no file in it, or a layout is wrong.
    """
    if not folder.is_dir():
        raise FolderRefused(f"フォルダー {folder} がありません。抽出ファイルを置いた場所を指定してください。")
    try:
        layouts = catalogue.layouts()
    except LayoutError as error:
        raise FolderRefused(f"レイアウトが使えません。{error}") from error
    extracts = [match(path, layouts) for path in extract_paths(folder)]
    if not extracts:
        raise FolderRefused(f"フォルダー {folder} に抽出ファイルがありません。ファイルを置いてから始めてください。")
    return sorted(extracts, key=lambda one: (ORDER[one.layout.content] if one.layout else len(ORDER), one.path.name))


def extract_paths(folder: Path) -> list[Path]:
    """The files of a folder that are to be imported: all but hidden ones and control totals, by name."""
    paths = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
    return [path for path in paths if not path.name.endswith(SUFFIX)]


def match(path: Path, layouts: list[Layout] | None = None) -> Extract:
    """Find the one layout a file is written in, by its name."""
    owners = [layout for layout in layouts or catalogue.layouts() if layout.owns(path.name)]
    if len(owners) == 1:
        return Extract(path, owners[0])
    if not owners:
        return Extract(
            path,
            None,
            "どのレイアウトにも当たらない名前です。ファイル名か claims/layouts の files を確かめてください。",
        )
    codes = "、".join(layout.code for layout in owners)
    return Extract(
        path, None, f"レイアウト {codes} の両方に当たる名前です。files を1つだけに当たるようにしてください。"
    )


def import_file(batch: ImportBatch, extract: Extract, *, parent: ImportFile | None = None) -> ImportFile:
    """Import one file, all or nothing, and report its fate; only a broken installation raises.

    ``parent``: the file whose refused rows this one mends.
    """
    began = monotonic()
    try:
        if extract.layout is None:
            raise FileRefused(extract.problem)
        with Progress(batch, extract.path.name) as progress, transaction.atomic():
            file = _import(batch, extract.path, extract.layout, progress, parent)
    except (FileRefused, OSError, DatabaseError, RowsLost, Unsound) as error:
        if not isinstance(error, FileRefused):
            logger.exception("import of %s failed", extract.path.name)
        file = _failed(batch, extract, error)
    file.seconds = round(monotonic() - began, 3)
    file.save(update_fields=["seconds"])
    return file


def _import(
    batch: ImportBatch, path: Path, layout: Layout, progress: Progress, parent: ImportFile | None
) -> ImportFile:
    source = source_of(path, layout)
    if source is None:
        code = layout.source_in(path.name)
        raise FileRefused(f"業務システム「{code}」が登録されていません。管理画面の「業務システム」に足してください。")
    layout = for_source(layout, source)
    file = ImportFile.objects.create(
        batch=batch,
        parent=parent,
        source=source,
        layout=layout.code,
        content=layout.content,
        name=path.name,
        sha256="",
        status=ImportFile.Status.FAILED,
    )
    job = Job(
        path=path, layout=layout, source=source, file=file, by=intake_user(), as_of=batch.as_of, progress=progress
    )
    step = APPLY[layout.content]
    with connection.cursor() as cursor:
        cursor.execute(SESSION)
        loaded = fill(cursor, job)
        refuse_changed(batch, path, loaded.sha256)
        progress.step("確かめています", loaded.rows)
        loaded = replace(loaded, rejected=loaded.rejected + step.validate(cursor, job))
        comparison = compare(cursor, job, loaded.rejected, loaded.known)
        if comparison and not comparison.agrees:
            return _block(job, loaded, explain(comparison))
        progress.step("台帳に書いています", loaded.rows)
        counts = step.apply(cursor, job)
        counts = replace(counts, same=counts.same + loaded.known.kept())
        if loaded.basis:
            remember(cursor, job, loaded.basis, loaded.known)
        return _commit(job, loaded, counts)


def source_of(path: Path, layout: Layout | None) -> SourceSystem | None:
    """The system that sent a file of this name, if it is registered."""
    return SourceSystem.objects.filter(code=layout.source_in(path.name)).first() if layout else None


def for_source(layout: Layout, source: SourceSystem) -> Layout:
    """The layout as it holds for one source, where it serves them all.

    Raises:
        FileRefused: the source's section has no kind.
    """
    if layout.source != ANY_SOURCE:
        return layout
    return replace(layout, source=source.code, ground=ground_of(source))


def ground_of(source: SourceSystem) -> str:
    """On what ground a system that sends standard files learned of people: that of its section's kinds, the strictest.

    Raises:
        FileRefused: its section has no kind.
    """
    grounds = set(ClaimKind.objects.filter(section=source.section_id).values_list("ground", flat=True))
    for ground in (Ground.TAX, Ground.COERCIVE, Ground.CONTRACT):
        if ground in grounds:
            return ground
    raise FileRefused(
        f"業務システム「{source.code}」の所管課には債権種目がありません。管理画面の「業務システム」と「債権種目」を確かめてください。"
    )


def _commit(job: Job, loaded: Loaded, counts: Counts) -> ImportFile:
    kept = RejectedRow.objects.filter(file=job.file).count()
    if loaded.rejected != kept or counts.inserted + counts.changed + counts.same + kept != loaded.rows:
        raise RowsLost(f"{job.path.name}: {loaded.rows} rows read, {counts} and {kept} rejected")
    gaiji = f"外字を含む行が{loaded.gaiji}行あります。印刷の前に文字の対応を決めてください。" if loaded.gaiji else ""
    return _save(
        job,
        loaded,
        ImportFile.Status.COMMITTED,
        gaiji,
        inserted=counts.inserted,
        changed=counts.changed,
        same=counts.same,
        rejected=kept,
    )


def _block(job: Job, loaded: Loaded, message: str) -> ImportFile:
    """Nothing entered the ledger: every row of the file counts as not accepted."""
    return _save(job, loaded, ImportFile.Status.BLOCKED, message, rejected=loaded.rows)


def _save(job: Job, loaded: Loaded, status: str, message: str, **counts: int) -> ImportFile:
    file = job.file
    file.status, file.sha256, file.rows = status, loaded.sha256, loaded.rows
    file.message, file.titles = message[:MESSAGE_LENGTH], loaded.titles
    for name, count in counts.items():
        setattr(file, name, count)
    file.save()
    return file


def _failed(batch: ImportBatch, extract: Extract, error: Exception) -> ImportFile:
    layout = extract.layout
    message = (
        str(error)
        if isinstance(error, FileRefused)
        else "処理に失敗しました。台帳は変わっていません。記録（ログ）を確かめてください。"
    )
    return ImportFile.objects.create(
        batch=batch,
        source=source_of(extract.path, layout),
        layout=layout.code if layout else "",
        content=layout.content if layout else "",
        name=extract.path.name,
        sha256="",
        status=ImportFile.Status.FAILED,
        message=message[:MESSAGE_LENGTH],
    )


def _step(batch: ImportBatch, step: str, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.step = step[:250]
    batch.save()


def report(batch: ImportBatch) -> dict[str, Any]:
    """The counts of a batch, per file and in all, as the command prints them."""
    names = ("rows", "inserted", "changed", "same", "rejected")
    files = list(batch.files.order_by("pk"))
    seconds = (batch.finished_at - batch.started_at).total_seconds() if batch.finished_at else 0.0
    return {
        **{name: sum(getattr(file, name) for file in files) for name in names},
        "seconds": round(seconds, 2),
        "files": [
            {
                "file": file.name,
                **{name: getattr(file, name) for name in names},
                "status": file.status,
                "message": file.message,
            }
            for file in files
        ],
    }
