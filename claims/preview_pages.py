"""What the preview screens show: the whole inbox, and one file with its changes."""

from typing import Any

from claims.import_pages import COUNTS, compared_totals, fate_of_rows, state_of_preview
from claims.intake import run
from claims.models import ImportFile, ImportPreview, PreviewFile
from toyota_collect.permissions import Permission, allows


def preview_page(found: ImportPreview) -> dict[str, Any]:
    """Context of one preview and of its live part."""
    files = list(found.files.select_related("source").order_by("pk"))
    running = found.finished_at is None and (run.is_running() or found.step == run.WAITING)
    return {
        "preview": found,
        "files": files,
        "running": running,
        "state": state_of_preview(found, running=running),
        "troubled": [one for one in files if one.status != ImportFile.Status.COMMITTED],
        "sums": {name: sum(getattr(one, name) for one in files) for name in COUNTS},
        "yen_difference": sum(one.yen_difference for one in files),
        "gone_count": sum(one.gone["count"] for one in files),
        "gone_yen": sum(one.gone["yen"] for one in files),
        "may_start": not running and not found.problem and found.finished_at is not None and found.batch_id is None,
    }


def file_page(file: PreviewFile, *, user: Any) -> dict[str, Any]:
    """Context of one file. Rows are shown only to those who may see claims; counts and sums to all."""
    may_open = allows(user, Permission.CLAIM_VIEW)
    told = file.figures
    kinds = told.get("kinds", [])
    for row in kinds:
        row["difference"] = row["yen_after"] - row["yen_before"]
        row["millions_before"], row["millions_after"] = (_millions(row[name]) for name in ("yen_before", "yen_after"))
    sums = {
        name: sum(row[name] for row in kinds) for name in ("claims_before", "claims_after", "yen_before", "yen_after")
    }
    parts = [{"label": "取込前（変わる区分）", "value": sums["yen_before"]}, *told.get("booked", [])]
    return {
        "file": file,
        "may_open": may_open,
        "kinds": kinds,
        "sums": sums,
        "difference_yen": sums["yen_after"] - sums["yen_before"],
        "whole": {"label": "取込後の残高", "value": sums["yen_after"]},
        "parts": parts,
        "unexplained_yen": sums["yen_after"] - sum(part["value"] for part in parts),
        "fields": told.get("fields", []),
        "sample": told.get("sample", []) if may_open else [],
        "gone": file.gone,
        "gone_rows": file.gone["rows"] if may_open else [],
        "totals": compared_totals(told.get("totals", [])),
        "fate": fate_of_rows(file),
    }


def _millions(yen: int) -> str:
    return f"{yen // 100_000 / 10:.1f}"
