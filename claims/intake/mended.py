"""A refused row cell by cell as its layout places them, and the same row with some cells written anew.

Bytes only: what nobody changes stays exactly as it came, readable or not.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from claims.intake.fields import SECRET_IN_RAW
from claims.intake.layout import FieldSpec, Layout
from claims.intake.parse import DAMAGE, split_cells
from claims.intake.shown import reads_like_a_place

# Every byte is one character here. Comma, quote and tab are never part of a CP932 or UTF-8 character.
BYTES = "latin-1"
OTHER_CODECS = ("utf-8", "cp932", "euc_jp", "shift_jis_2004", "iso2022_jp")
BLANK = b" "


class CellRefused(Exception):
    """A new text that does not fit its place; ``field`` is its name, the message the Japanese reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of the row. ``text`` has U+FFFD for bytes that are no text; ``hex`` are the bytes of such a cell.

    ``proposed``: the bytes read in another code, where one fits. A ``hidden`` cell shows neither.
    """

    spec: FieldSpec
    text: str
    hidden: bool
    hex: str = ""
    proposed: str = ""

    @property
    def name(self) -> str:
        return self.spec.canonical.name


def cells_of(layout: Layout, titles: Sequence[str], raw: bytes) -> list[Cell] | None:
    """The cells of a row in the order of the layout; ``None`` where the columns cannot be told apart."""
    parts = _parts(layout, titles, raw)
    return None if parts is None else [_cell(layout, spec, parts[spec.canonical.name]) for spec in layout.placed]


def empty_cells(layout: Layout) -> list[Cell]:
    """Cells of a row whose columns cannot be told apart: all of it must be written."""
    return [Cell(spec, "", False) for spec in layout.placed]


def written(layout: Layout, titles: Sequence[str], raw: bytes, changes: Mapping[str, str]) -> bytes:
    """The row with the cells in ``changes`` (by field name) written anew.

    Raises:
        CellRefused: a text does not fit, or has characters that the file's code does not know.
    """
    specs = {spec.canonical.name: spec for spec in layout.placed}
    codec = layout.codec
    new = {name: _encoded(name, text, codec) for name, text in changes.items() if name in specs}
    if layout.format == "fixed":
        row = bytearray(raw if len(raw) == layout.record_bytes else BLANK * layout.record_bytes)
        for name, cell in new.items():
            start, width = specs[name].start, specs[name].width
            if len(cell) > width:
                raise CellRefused(name, f"{width}バイトまでです。いまは{len(cell)}バイトあります。")
            row[start : start + width] = cell.ljust(width, BLANK)
        return bytes(row)
    cells = _split(layout, titles, raw) or [b""] * len(titles)
    for name, cell in new.items():
        cells[layout.place(specs[name], titles)] = cell
    return _joined(layout, cells)


def file_of(layout: Layout, titles: Sequence[str], row: bytes) -> bytes:
    """A file that holds this row alone, with the header its layout asks for."""
    header = _joined(layout, [title.encode(layout.codec) for title in titles])
    lines = [header, row] if layout.header else [row]
    return b"".join(line + b"\r\n" for line in lines)


def _split(layout: Layout, titles: Sequence[str], raw: bytes) -> list[bytes] | None:
    cells = split_cells(layout.format, raw.decode(BYTES))
    return [cell.encode(BYTES) for cell in cells] if cells and len(cells) == len(titles) else None


def _parts(layout: Layout, titles: Sequence[str], raw: bytes) -> dict[str, bytes] | None:
    if layout.format == "fixed":
        if len(raw) != layout.record_bytes:
            return None
        return {spec.canonical.name: raw[spec.start : spec.start + spec.width] for spec in layout.placed}
    cells = _split(layout, titles, raw)
    if cells is None:
        return None
    return {spec.canonical.name: cells[layout.place(spec, titles)] for spec in layout.placed}


def _joined(layout: Layout, cells: Sequence[bytes]) -> bytes:
    if layout.format == "tsv":
        return b"\t".join(cells)
    out = StringIO()
    csv.writer(out, lineterminator="").writerow([cell.decode(BYTES) for cell in cells])
    return out.getvalue().encode(BYTES)


def _cell(layout: Layout, spec: FieldSpec, part: bytes) -> Cell:
    text = part.decode(layout.codec, "replace").strip()
    hidden = bool(text) and (spec.canonical.name in SECRET_IN_RAW or reads_like_a_place(text))
    if hidden:
        return Cell(spec, "", True)
    if not DAMAGE.search(text):
        return Cell(spec, text, False)
    proposed = _proposed(part, layout.codec)
    if reads_like_a_place(proposed):
        return Cell(spec, "", True)
    return Cell(spec, text, False, part.hex(" ").upper(), proposed)


def _proposed(part: bytes, codec: str) -> str:
    for other in OTHER_CODECS:
        if other == codec:
            continue
        try:
            text = part.decode(other).strip()
            text.encode(codec)
        except UnicodeError:
            continue
        if not DAMAGE.search(text):
            return text
    return ""


def _encoded(name: str, text: str, codec: str) -> bytes:
    if damage := DAMAGE.search(text):
        raise CellRefused(name, f"文字として使えないもの（U+{ord(damage[0]):04X}）があります。書き直してください。")
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        sign = text[error.start]
        raise CellRefused(
            name, f"「{sign}」はこのファイルの文字コードにありません。使える字に直してください。"
        ) from error
