"""What the import screens show: batches, the files of one, and one file with its rows that were not accepted."""

from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from claims.intake import catalogue, run
from claims.intake.shown import shown_cells
from claims.models import Claim, ClaimKind, Entry, ImportBatch, ImportFile, ImportPreview, PreviewFile
from toyota_collect.permissions import Permission, allows
from toyota_collect.wareki import fiscal_year_text

PER_PAGE = 25
ROWS_PER_PAGE = 50
SHOWN_PREVIEWS = 3
CODES = {
    "bytes": "文字が壊れている",
    "columns": "列が合わない",
    "truncated": "途中で切れている",
    "required": "必要な項目がない",
    "date": "日付が正しくない",
    "amount": "金額が正しくない",
    "negative": "金額がマイナス",
    "number": "数字が正しくない",
    "kind": "債権種目が分からない",
    "duplicate": "二重",
    "no_claim": "債権がない",
    "no_person": "宛名がない",
    "overpaid": "払い過ぎ",
    "key": "取消の相手がない",
}
COUNTS = ("rows", "inserted", "changed", "same", "rejected")


def batches(page: str | None) -> dict[str, Any]:
    """Context of the list of imports."""
    counted = ImportBatch.objects.select_related("by").annotate(
        count=Count("files"),
        troubled=Count("files", filter=Q(files__status__in=ImportFile.TROUBLED)),
        **{f"sum_{name}": Coalesce(Sum(f"files__{name}"), 0) for name in COUNTS},
    )
    found = Paginator(counted.order_by("-pk"), PER_PAGE).get_page(page)
    running = run.is_running()
    for batch in found:
        batch.state = state_of(batch, running=running)
    folder = settings.INTAKE_DIR
    previews = list(ImportPreview.objects.select_related("by").order_by("-pk")[:SHOWN_PREVIEWS])
    for preview in previews:
        preview.state = state_of_preview(preview, running=running)
    return {
        "page": found,
        "previews": previews,
        "folder": folder,
        "waiting": [path.name for path in run.extract_paths(folder)] if folder.is_dir() else [],
        "running": running,
    }


def state_of(batch: ImportBatch, *, running: bool) -> dict[str, str]:
    """Label and tone of where a batch stands; an unfinished one that nobody works on has stopped."""
    if batch.problem:
        return {"label": "できず", "tone": "care"}
    if batch.finished_at:
        return {"label": "完了", "tone": "good"}
    if batch.step == run.WAITING:
        return {"label": "待機中", "tone": "act"}
    return {"label": "取込中", "tone": "act"} if running else {"label": "中断", "tone": "care"}


def state_of_preview(found: ImportPreview, *, running: bool) -> dict[str, str]:
    """Label and tone of where a preview stands; an unfinished one that nobody works on has stopped."""
    if found.problem:
        return {"label": "できず", "tone": "care"}
    if found.batch_id:
        return {"label": "取込を始めた", "tone": "good"}
    if found.finished_at:
        return {"label": "確かめた", "tone": "good"}
    working = running or found.step == run.WAITING
    return {"label": "確かめ中", "tone": "act"} if working else {"label": "中断", "tone": "care"}


def batch_page(batch: ImportBatch) -> dict[str, Any]:
    """Context of one batch and of its live part."""
    files = list(batch.files.select_related("source").order_by("pk"))
    running = batch.finished_at is None and (run.is_running() or batch.step == run.WAITING)
    return {
        "batch": batch,
        "files": files,
        "state": state_of(batch, running=running),
        "running": running,
        "failed": sum(file.status in ImportFile.TROUBLED for file in files),
        "sums": {name: sum(getattr(file, name) for file in files) for name in COUNTS},
        "troubled": [file for file in files if file.status in ImportFile.TROUBLED],
    }


def file_page(file: ImportFile, *, code: str, page: str | None, user: Any) -> dict[str, Any]:
    """Context of one file. Refused rows are opened only to those who may see claims, never with their addresses."""
    rows = file.rejected_rows.select_related("mended_by").order_by("line", "pk")
    by_code = dict(rows.order_by().values("code").annotate(count=Count("pk")).values_list("code", "count"))
    chosen = Paginator(rows.filter(code=code) if code else rows, ROWS_PER_PAGE).get_page(page)
    may_open = allows(user, Permission.CLAIM_VIEW)
    if may_open:
        _open(file, chosen)
    for row in chosen:
        row.code_label = CODES.get(row.code, row.code)
    return {
        "file": file,
        "page": chosen,
        "may_open": may_open,
        "may_mend": may_open and allows(user, Permission.IMPORT_RUN) and file.status == ImportFile.Status.COMMITTED,
        "mended": rows.exclude(mended_at=None).count(),
        "rejected_rows": sum(by_code.values()),
        "fate": fate_of_rows(file),
        "filters": _filters(file, by_code, code),
        "totals": control_totals(file),
    }


def fate_of_rows(file: ImportFile | PreviewFile) -> dict[str, Any]:
    """What became, or would become, of the rows of a file, as the sum component shows it."""
    return {
        "whole": {"label": "読んだ行", "value": file.rows},
        "parts": [
            {"label": "追加", "value": file.inserted},
            {"label": "変更", "value": file.changed},
            {"label": "同じ", "value": file.same},
            {"label": "受け付けず", "value": file.rejected},
        ],
        "difference": file.rows - file.inserted - file.changed - file.same - file.rejected,
    }


def control_totals(file: ImportFile) -> dict[str, Any] | None:
    """The control totals of a file as ``compared_totals`` shows them."""
    return compared_totals(list(file.control_totals.order_by("kind", "levy_year", "instalment").values()))


def compared_totals(cells: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Control totals per cell (fields of ``ControlTotal``): those that differ, and the sums of all; ``None`` where the file has none."""
    if not cells:
        return None
    names = dict(ClaimKind.objects.values_list("code", "name"))
    for cell in cells:
        cell["kind_name"] = names.get(cell["kind"], cell["kind"])
        cell["year_text"] = fiscal_year_text(cell["levy_year"])
        cell["row_difference"] = cell["our_rows"] - cell["their_rows"]
        cell["yen_difference"] = cell["our_yen"] - cell["their_yen"]
    sums = {name: sum(cell[name] for cell in cells) for name in ("their_rows", "their_yen", "our_rows", "our_yen")}
    return {
        "cells": [cell for cell in cells if cell["row_difference"] or cell["yen_difference"]],
        "count": len(cells),
        "sums": sums,
        "row_difference": sums["our_rows"] - sums["their_rows"],
        "yen_difference": sums["our_yen"] - sums["their_yen"],
    }


def paid_differences(user: Any) -> QuerySet[Claim]:
    """Claims whose section says another paid total than the ledger has booked: compared, never booked."""
    money = [Entry.Kind.RECEIPT, Entry.Kind.SET_OFF, Entry.Kind.REFUND]
    booked = (
        Entry.objects.filter(claim=OuterRef("pk"))
        .filter(Q(kind__in=money) | Q(kind=Entry.Kind.REVERSAL, reverses__kind__in=money))
        .values("claim")
        .annotate(yen=-Sum("amount_yen"))
        .values("yen")
    )
    claims = Claim.objects.visible_to(user).exclude(section_paid_yen=None)
    return (
        claims.annotate(booked_paid_yen=Coalesce(Subquery(booked), 0))
        .exclude(section_paid_yen=F("booked_paid_yen"))
        .annotate(paid_difference_yen=F("section_paid_yen") - F("booked_paid_yen"))
        .select_related("kind", "source", "section", "identity__person")
        .order_by("source", "kind", "levy_year", "instalment", "pk")
    )


def _open(file: ImportFile, rows: Page) -> None:
    layout = catalogue.find(file.layout)
    for row in rows:
        row.size = len(row.raw)
        row.cells = shown_cells(layout, file.titles, bytes(row.raw)) if layout else None


def _filters(file: ImportFile, by_code: dict[str, int], code: str) -> list[dict[str, Any]]:
    url = reverse("claims:import-file", args=[file.pk])
    every = {"label": "すべて", "url": url, "count": sum(by_code.values()), "current": not code}
    return [every] + [
        {"label": label, "url": f"{url}?code={key}", "count": by_code[key], "current": code == key}
        for key, label in CODES.items()
        if key in by_code
    ]
