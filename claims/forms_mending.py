"""The form of one refused row: a text for each field, what stands there now, and how it must be written."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.html import escape

from claims.forms_layouts import AS_LABELS
from claims.intake.mended import Cell

PREFIX = "f_"  # before the name of a field of the row
MOST_SHOWN = 12  # values of a table of codes
LONGEST = 500


class MendForm(forms.Form):
    """``cells`` as ``claims.intake.mended`` gives them; ``field`` and ``why`` are what the row was refused for."""

    use_required_attribute = False

    reason = forms.CharField(
        label="直した理由",
        max_length=200,
        required=False,
        help_text="だれに何を確かめて直したか。記録に残ります",
    )

    def __init__(self, data: Any, *, cells: Sequence[Cell], field: str, why: str) -> None:
        super().__init__(data)
        self.cells = cells
        for cell in cells:
            self.fields[PREFIX + cell.name] = forms.CharField(
                label=cell.spec.canonical.label,
                max_length=LONGEST,
                required=False,
                strip=True,
                initial=cell.proposed or cell.text,
                help_text=_help(cell, why if cell.name == field else ""),
            )

    def changes(self) -> dict[str, str]:
        """The fields whose text is another one than in the row; an empty text leaves a hidden one as it is."""
        given = [(cell, self.cleaned_data.get(PREFIX + cell.name, "")) for cell in self.cells]
        return {cell.name: text for cell, text in given if text != cell.text}

    def refuse(self, field: str, reason: str) -> None:
        """Put a reason beside its field; one that the form does not have stands above all."""
        name = field if field in self.fields else PREFIX + field
        self.add_error(name if name in self.fields else None, reason)

    @property
    def cell_fields(self) -> list[Any]:
        return [self[PREFIX + cell.name] for cell in self.cells]


def _help(cell: Cell, why: str) -> str:
    """Why the field was refused, what its bytes are, how it is written. Escaped: the template takes help as it is."""
    lines = [f"受け付けなかった理由：{why.rstrip('。')}"] if why else []
    if cell.hidden:
        lines.append("元の値は表示しません。空のままなら、元の値を残します")
    if cell.hex:
        lines.append(f"元のバイト：{cell.hex}" + ("。読める形の案を入れました" if cell.proposed else ""))
    if cell.spec.form in AS_LABELS and cell.spec.form not in ("yen", "int"):
        lines.append(f"書き方：{AS_LABELS[cell.spec.form]}")
    if cell.spec.map:
        lines.append(f"使う値：{'、'.join(list(cell.spec.map)[:MOST_SHOWN])}")
    return escape("。".join(lines))
