"""Files of extractions, written row by row: CSV in two encodings, and xlsx. No cell is one a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from toyota_collect import cp932
from toyota_collect.csv_out import as_text

# Control characters that a workbook cannot hold; in a CSV they are nothing either.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class CannotWrite(Exception):
    """A value does not fit into the file; the message says which and what to do, in Japanese."""


def write_utf8(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """CSV in UTF-8 with BOM, as Excel opens it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([_text(title) for title in titles])
        writer.writerows([_csv_cell(cell) for cell in row] for row in rows)


def write_cp932(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """CSV in CP932, for systems that read nothing else.

    Raises:
        CannotWrite: a character outside CP932; nothing is replaced.
    """
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    with path.open("wb") as file:
        for number, row in enumerate(chain([titles], rows)):
            line.seek(0)
            line.truncate()
            writer.writerow([_csv_cell(cell) for cell in row])
            try:
                file.write(cp932.encode(line.getvalue()))
            except UnicodeEncodeError as error:
                sign = error.object[error.start]
                raise CannotWrite(
                    f"データの{number}行目に、Shift_JIS（CP932）にない文字「{sign}」（U+{ord(sign):04X}）があります。"
                    "形式を「CSV（UTF-8）」か「Excel」に変えて、もう一度書き出してください。"
                ) from error


def write_xlsx(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A workbook of one sheet; figures stay figures and days stay days. Written through a temporary file, never held whole."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("抽出")
    sheet.freeze_panes = "A2"
    sheet.append([_bold(sheet, title) for title in titles])
    for row in rows:
        sheet.append([cell if isinstance(cell, int | date) else _text(cell) for cell in row])
    book.save(path)


WRITERS = {"utf8": write_utf8, "cp932": write_cp932, "xlsx": write_xlsx}
SUFFIXES = {"utf8": "csv", "cp932": "csv", "xlsx": "xlsx"}


def _bold(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, value=_text(title))
    cell.font = Font(bold=True)
    return cell


def _csv_cell(cell: Any) -> Any:
    if isinstance(cell, int):
        return cell
    return cell.isoformat() if isinstance(cell, date) else _text(cell)


def _text(cell: Any) -> str:
    return as_text(_CONTROL.sub("", str(cell))) if cell is not None else ""
