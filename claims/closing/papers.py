"""決算の表 and 縮減の内訳 to take along: CSV, workbook and PDF with the very figures of the pages.

They tell sums by kind, never of a person. Text cells are never run by a spreadsheet.
"""

import csv
import io
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from claims.closing.pages import COLUMNS, UNITS, YEN
from claims.closing.tying import Tie
from claims.closing.waterfall import PARTS
from toyota_collect.csv_out import as_text
from toyota_collect.documents.store import letterhead, render_pdf
from toyota_collect.wareki import fiscal_year_text, long_text

Cell = int | str | None
NUMBERS = "#,##0;[Red]-#,##0"
SOURCE = "債権台帳の記帳"


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    columns: list[str]
    rows: list[list[Cell]]


def closing_sheets(shown: dict[str, Any]) -> list[Sheet]:
    """The table, the proof, and how it is to be read."""
    unit = shown["unit_text"]
    columns = [
        "会計年度",
        "区分",
        "債権群",
        "種目",
        "現年・滞納繰越",
        *(f"{name}（{unit}）" for name in COLUMNS),
        "収納率（％）",
    ]
    head = [fiscal_year_text(shown["year"]), shown["part_text"]]
    rows: list[list[Cell]] = [
        [*head, line.group, line.kind, line.term, *line.figures, line.rate] for line in shown["lines"]
    ]
    return [Sheet("決算の表", columns, rows), _proof(shown["tie"]), _about(shown)]


def programme_sheets(shown: dict[str, Any]) -> list[Sheet]:
    """Each year and the whole span, the rates, and how it is to be read."""
    parts = [f"{name}（円）" for name, _ in PARTS.values()]
    columns = [
        "年度",
        "期首の滞納（円）",
        *parts,
        "期末の滞納（円）",
        "減った額（円）",
        "減らした額のうち現金（％）",
        "期末のうち停止中（円）",
    ]
    falls = [(fiscal_year_text(one["year"]), one["fall"]) for one in shown["years"]]
    falls.append(
        (f"{fiscal_year_text(shown['since'])}末から{shown['closing_name'].removesuffix('の滞納')}", shown["fall"])
    )
    rows: list[list[Cell]] = [
        [name, fall.opening, *fall.parts.values(), fall.closing, fall.reduction, fall.cash_share, fall.stopped]
        for name, fall in falls
    ]
    years = [fiscal_year_text(year) for year in (shown["until"] - 1, shown["until"])]
    terms = [f"{term}（{year}・％）" for term in ("現年", "滞納繰越", "計") for year in years]
    rates: list[list[Cell]] = [[one["name"], *one["rates"]] for one in shown["rates"]]
    return [Sheet("縮減の内訳", columns, rows), Sheet("収納率", ["種目", *terms], rates), _about(shown)]


def csv_text(sheet: Sheet) -> str:
    """The first sheet for a spreadsheet; the caller leads with the byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(_cell, sheet.columns))
    writer.writerows(map(_cell, row) for row in sheet.rows)
    return out.getvalue()


def workbook(sheets: list[Sheet]) -> bytes:
    """All sheets; figures stay figures."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        made = book.create_sheet(sheet.title)
        made.freeze_panes = "A2"
        for place, name in enumerate(sheet.columns, start=1):
            longest = max([len(name), *(len(str(row[place - 1] or "")) for row in sheet.rows)])
            made.column_dimensions[get_column_letter(place)].width = min(80, 2 * longest + 2)
        made.append([_styled(made, name, bold=True) for name in sheet.columns])
        for row in sheet.rows:
            made.append([_styled(made, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(template: str, shown: dict[str, Any], *, source: str = SOURCE) -> bytes:
    """A4 landscape, with the day, the source and page numbers; it has no number and is not kept."""
    content, _ = render_pdf(template, letterhead(shown["on"]) | shown | {"source": source})
    return content


def _proof(tie: Tie) -> Sheet:
    rows: list[list[Cell]] = [
        [one.name, one.against, one.entries, one.other, one.difference, "一致" if one.ties else "差異"]
        for one in tie.checks
    ]
    rows += [
        [
            f"差異の場所：{one.what}",
            f"{one.kind} {_year(one.year)} {one.label}",
            one.entries,
            one.other,
            one.yen,
            "差異",
        ]
        for one in tie.differences
    ]
    return Sheet(
        "照合", ["照合するもの", "もう1つの数え方", "台帳の記帳（円）", "もう1つの額（円）", "差（円）", "結果"], rows
    )


def about(shown: dict[str, Any], source: str, *more: list[Cell]) -> Sheet:
    """The last sheet: of which day the figures are, when they were counted, from what, and how they are to be read."""
    rows: list[list[Cell]] = [
        ["基準日", long_text(shown["on"])],
        ["集計した日時", f"{shown['counted_at']:%Y-%m-%d %H:%M}"],
        ["出所", source],
        *more,
    ]
    return Sheet("説明", ["項目", "内容"], rows)


def _about(shown: dict[str, Any]) -> Sheet:
    tied = "一致" if shown["tie"].ties else f"差異 {shown['tie'].found}件"
    notes: list[list[Cell]] = [["読み方", note] for note in shown["notes"]]
    return about(shown, SOURCE, ["単位", UNITS[shown.get("unit", YEN)]], ["照合", tied], *notes)


def _year(year: int | None) -> str:
    return fiscal_year_text(year) if year else ""


def _cell(cell: Cell) -> Cell:
    return as_text(cell) if isinstance(cell, str) else cell


def _styled(sheet: Any, cell: Cell, *, bold: bool = False) -> WriteOnlyCell:
    made = WriteOnlyCell(sheet, value=_cell(cell))
    if isinstance(cell, int):
        made.number_format = NUMBERS
    if bold:
        made.font = Font(bold=True)
    return made
