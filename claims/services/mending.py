"""直して送る: a refused row with some cells written anew goes through the same parser, checks and booking, as a file of its own.

The row stays as it came. It is sent once, by whoever is first, and only if nothing in it is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from claims.intake import catalogue, figures, run
from claims.intake.layout import Layout
from claims.intake.mended import CellRefused, file_of, written
from claims.models import Claim, Entry, ImportBatch, ImportFile, RejectedRow
from toyota_collect import audit
from toyota_collect.history import bare_statements

REASON_LENGTH = 200


class MendRefused(Exception):
    """The row cannot be taken; ``field`` is the field to mend, if it is one, the message the Japanese reason."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True)
class Outcome:
    """The file of the mended row, and what it changes (``claims.intake.figures``)."""

    file: ImportFile
    figures: dict[str, Any]


def try_row(*, row_id: int, changes: Mapping[str, str], by: Any, as_of: date) -> Outcome:
    """What sending the mended row would do; nothing is kept. Raises ``MendRefused`` and ``FolderRefused`` as sending does."""
    with transaction.atomic():
        _, outcome = _send(row_id, changes, by=by, as_of=as_of)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def send_row(*, row_id: int, changes: Mapping[str, str], reason: str, by: Any, as_of: date) -> Outcome:
    """Take the row in with the cells in ``changes`` (by field name); persons, clocks and seal follow (``run.finish``).

    Raises:
        RejectedRow.DoesNotExist: no such row.
        MendRefused: sent before, overtaken by a later file, or still not acceptable.
        FolderRefused: an import runs.
    """
    if not reason.strip():
        raise MendRefused("直した理由（だれに何を確かめたか）を書いてください。", "reason")
    row, outcome = _send(row_id, changes, by=by, as_of=as_of)
    row.mended_by, row.mended_at, row.mended_in = by, timezone.now(), outcome.file
    row.mended_why = reason.strip()[:REASON_LENGTH]
    row.save()
    detail = {"file": row.file_id, "line": row.line, "fields": sorted(changes), "reason": row.mended_why}
    audit.record(event="import.row_mended", by=by, target=outcome.file, detail=detail)
    return outcome


def why_not(row: RejectedRow) -> str:
    """Why the row cannot be mended; empty if it can."""
    file = row.file
    if row.mended_at:
        return "この行は、すでに直して送られています。"
    if file.status == ImportFile.Status.TAKEN_BACK:
        return "取込を取り消したファイルの行です。ファイルごと送り直してもらってください。"
    if file.status != ImportFile.Status.COMMITTED:
        return "取り込まれなかったファイルの行です。ファイルごと送り直してもらってください。"
    if catalogue.find(file.layout) is None:
        return f"レイアウト {file.layout} が使えません。先にレイアウトを直してください。"
    later = ImportFile.objects.filter(layout=file.layout, parent=None, pk__gt=file.pk)
    if file.content != "receipts" and later.filter(status=ImportFile.Status.COMMITTED).exists():
        return "この業務の新しいファイルが取り込まれています。新しいファイルの行を直してください。"
    return ""


def _send(row_id: int, changes: Mapping[str, str], *, by: Any, as_of: date) -> tuple[RejectedRow, Outcome]:
    row = RejectedRow.objects.select_for_update(of=("self",)).select_related("file__source").get(pk=row_id)
    if problem := why_not(row):
        raise MendRefused(problem)
    parent, layout = row.file, catalogue.find(row.file.layout)
    assert layout is not None
    # Two rows of one file may be sent at once; the totals of the whole are compared by one after the other.
    ImportFile.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    try:
        row.mended_raw = written(layout, parent.titles, bytes(row.raw), changes)
    except CellRefused as refused:
        raise MendRefused(str(refused), refused.field) from refused
    before = figures.before(parent.source_id)
    with run.one_at_a_time():
        batch = ImportBatch.objects.create(by=by, as_of=as_of, files_total=1, step="直した行の取込")
        file = _import(batch, parent, layout, row)
    _refuse_what_it_lacks(file)
    told = figures.figures(file, before)
    _refuse_overwriting(row, file)
    return row, Outcome(file, told)


def _import(batch: ImportBatch, parent: ImportFile, layout: Layout, row: RejectedRow) -> ImportFile:
    with TemporaryDirectory() as folder:
        assert parent.source is not None  # a file that was taken in has one; its name says it no more
        layout = replace(run.for_source(layout, parent.source), control="none")
        path = Path(folder, f"{parent.name[:180]}（{row.line}行目）")
        path.write_bytes(file_of(layout, parent.titles, bytes(row.mended_raw or b"")))
        with bare_statements():
            return run.import_file(batch, run.Extract(path, layout), parent=parent)


def _refuse_what_it_lacks(file: ImportFile) -> None:
    refused = file.rejected_rows.first()
    if refused:
        raise MendRefused(refused.reason, refused.field)
    if file.status != ImportFile.Status.COMMITTED:
        raise MendRefused(file.message)


def _refuse_overwriting(row: RejectedRow, file: ImportFile) -> None:
    """A row that its own file had already taken under the same key would change what that row said."""
    if file.content != "claims" or file.inserted:
        return
    family = [row.file_id, *row.file.mended_files.exclude(pk=file.pk).values_list("pk", flat=True)]
    touched = Claim.objects.filter(Q(seen_in_file=file) | Q(pk__in=Entry.objects.filter(in_file=file).values("claim")))
    if row.code == "duplicate" or Entry.objects.filter(claim__in=touched, in_file__in=family).exists():
        raise MendRefused(
            "同じ期別の行が、このファイルで受け付けられています。通知書番号・期別を確かめてください。", "notice_number"
        )
