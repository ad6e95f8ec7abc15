"""What the page of one refused row shows."""

from typing import Any

from claims.forms_mending import MendForm
from claims.import_pages import CODES
from claims.intake import catalogue
from claims.intake.mended import cells_of, empty_cells
from claims.models import RejectedRow
from claims.services.mending import Outcome, why_not


def form_of(row: RejectedRow, data: Any = None) -> MendForm | None:
    """The form of the row; ``None`` where its layout is no more."""
    layout = catalogue.find(row.file.layout)
    if layout is None:
        return None
    cells = cells_of(layout, row.file.titles, bytes(row.raw))
    return MendForm(data, cells=empty_cells(layout) if cells is None else cells, field=row.field, why=row.reason)


def row_page(row: RejectedRow, form: MendForm | None, outcome: Outcome | None = None) -> dict[str, Any]:
    """Context of the page; ``outcome`` is what trying the row has shown."""
    layout = catalogue.find(row.file.layout)
    whole = layout is not None and cells_of(layout, row.file.titles, bytes(row.raw)) is not None
    return {
        "row": row,
        "file": row.file,
        "form": form,
        "code_label": CODES.get(row.code, row.code),
        "problem": why_not(row),
        "whole": whole,
        "size": len(row.raw),
        "tried": outcome,
        "yen_difference": sum(one["value"] for one in outcome.figures["booked"]) if outcome else 0,
        "sample": outcome.figures.get("sample", []) if outcome else [],
    }
