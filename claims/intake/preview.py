"""確かめる: the import of the whole inbox, done in one transaction that is taken back; only what it would do is kept.

The files build on each other (a receipt needs its claim), so all of them run before anything is taken back.
"""

from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from claims.intake import figures, run
from claims.intake.previewed import control_of, hash_of
from claims.models import ControlTotal, ImportBatch, ImportFile, ImportPreview, PreviewFile, TakingBack
from toyota_collect import audit

COPIED = (
    "source_id",
    "layout",
    "content",
    "name",
    "status",
    "message",
    "rows",
    "inserted",
    "changed",
    "same",
    "rejected",
)
TOTALS = ("kind", "levy_year", "instalment", "their_rows", "their_yen", "our_rows", "our_yen")


class PreviewRefused(Exception):
    """Nothing can be imported from this preview; the message says why and what to do, in Japanese."""


@transaction.atomic
def start(*, by: Any, as_of: date) -> ImportPreview:
    """Open a preview, so that its progress can be watched.

    Raises:
        FolderRefused: an import or a preview runs.
    """
    if run.is_running():
        raise run.FolderRefused(run.RUNNING)
    return ImportPreview.objects.create(by=by, as_of=as_of, step=run.WAITING)


def preview(found: ImportPreview, folder: Path) -> ImportPreview:
    """Find out what an import of the folder would do. A second time changes nothing; after a stop it begins anew.

    Raises:
        FolderRefused: the folder or the layouts cannot be used, or an import runs.
    """
    if found.finished_at:
        return found
    try:
        with run.one_at_a_time():
            extracts = run.find_extracts(folder)
            ImportPreview.objects.filter(pk=found.pk).update(files_total=len(extracts), files_done=0)
            results = _try_all(found, extracts)
    except run.FolderRefused as refused:
        found.problem, found.step, found.finished_at = str(refused), "", timezone.now()
        found.save(update_fields=["problem", "step", "finished_at"])
        raise
    with transaction.atomic():
        found.files.all().delete()
        PreviewFile.objects.bulk_create(results)
        found.files_total = found.files_done = len(results)
        found.step, found.finished_at = "", timezone.now()
        found.save(update_fields=["files_total", "files_done", "step", "finished_at"])
        audit.record(
            event="import.previewed", by=found.by, target=found, detail={"files": [one.name for one in results]}
        )
    return found


def _try_all(found: ImportPreview, extracts: list[run.Extract]) -> list[PreviewFile]:
    results = []
    with transaction.atomic():
        batch = ImportBatch.objects.create(by=found.by, as_of=found.as_of)
        for done, extract in enumerate(extracts):
            _tell(found, f"{extract.path.name} を確かめています", done)
            results.append(_try(found, batch, extract))
        transaction.set_rollback(True)
    return results


def _try(found: ImportPreview, batch: ImportBatch, extract: run.Extract) -> PreviewFile:
    path = extract.path
    sha256 = hash_of(path), control_of(path)
    source = run.source_of(path, extract.layout)
    before = figures.before(source.pk if source else None)
    file = run.import_file(batch, extract)
    told = figures.figures(file, before) | {"totals": list(ControlTotal.objects.filter(file=file).values(*TOTALS))}
    copied = {name: getattr(file, name) for name in COPIED}
    return PreviewFile(preview=found, sha256=sha256[0], control_sha256=sha256[1], figures=told, **copied)


def _tell(found: ImportPreview, step: str, done: int) -> None:
    """Progress is written beside the transaction, which nobody else sees."""
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE claims_importpreview SET step = %s, files_done = %s WHERE id = %s", [step[:250], done, found.pk]
            )
    finally:
        beside.close()


@transaction.atomic
def start_import(*, preview_id: int, folder: Path, by: Any, as_of: date) -> tuple[ImportBatch, bool]:
    """Open the batch that takes in what was previewed; each file is checked against its hash again when it is read.

    Returns the batch and whether it is new: a second time gives the one that was started. ``as_of`` is today.

    Raises:
        ImportPreview.DoesNotExist: no such preview.
        PreviewRefused: it is not finished, or the files, the ledger or the day are others by now.
        FolderRefused: an import runs.
    """
    found = ImportPreview.objects.select_for_update().get(pk=preview_id)
    if found.batch is not None:
        return found.batch, False
    if problem := why_not(found, folder, as_of=as_of):
        raise PreviewRefused(problem)
    found.batch = run.start(by=by, as_of=as_of)
    found.save(update_fields=["batch"])
    return found.batch, True


def why_not(found: ImportPreview, folder: Path, *, as_of: date) -> str:
    """Why what was previewed can not be taken in any more; empty if it can."""
    again = "もう一度確かめてください。"
    if found.finished_at is None or found.problem:
        return f"確かめが終わっていません。{again}"
    if found.as_of != as_of:
        return f"確かめた日と基準日が違います。{again}"
    if ImportFile.objects.filter(at__gt=found.started_at, status=ImportFile.Status.COMMITTED).exists():
        return f"確かめたあとに別の取込がありました。{again}"
    if TakingBack.objects.filter(done_at__gt=found.started_at).exists():
        return f"確かめたあとに、取込の取り消しがありました。{again}"
    files = list(found.files.all())
    if not any(one.status == ImportFile.Status.COMMITTED for one in files):
        return "取り込めるファイルがありません。理由を見て、抽出をやり直してください。"
    there = {path.name for path in run.extract_paths(folder)} if folder.is_dir() else set()
    known = {one.name for one in files}
    if added := sorted(there - known):
        return f"{added[0]} は、確かめたときにはなかったファイルです。{again}"
    for one in files:
        path = folder / one.name
        if (one.sha256, one.control_sha256) != (hash_of(path), control_of(path)):
            return f"{one.name} が、確かめたあとに変わりました。{again}"
    return ""
