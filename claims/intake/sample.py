"""Trying a layout on a sample: what stands where, what is read from it, and what a file seems to be written in.

Nothing is stored and the ledger is not touched. Pure but for what it is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from claims.intake.fields import CONTENT
from claims.intake.layout import DATE_FORMS, Layout, codec_of
from claims.intake.parse import FileRefused, Parser, Refusal, split_cells
from claims.intake.records import BOM, Page, Records
from claims.intake.values import NULL
from toyota_collect.wareki import parse_as

MOST_BYTES = 2_000_000
MOST_ROWS = 200
BLANK = ord(" ")
SHOWN = 3  # values shown of each place


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the row: where it stands (from 1), its title if it has one, what is in it, and which field reads it."""

    where: str
    title: str
    values: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a layout makes of a sample. ``rows``: a text per field of ``labels``; ``problem`` stands for the whole file."""

    labels: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    places: tuple[Place, ...] = ()
    count: int = 0
    problem: str = ""

    @property
    def accepted(self) -> int:
        return self.count - len(self.refusals)


def try_out(layout: Layout, data: bytes, *, kinds: Mapping[str, int], as_of: date) -> Tried:
    """Read the first ``MOST_ROWS`` rows of a sample as an import would, without its checks against the ledger."""
    records = Records(BytesIO(data), layout)
    parser = Parser(layout, kinds=kinds, as_of=as_of)
    page = next(records.pages(), Page((), (), ()))
    try:
        if layout.header and page:
            parser.read_header(page.record(0))
            page = page.after_header()
        page = page.only(range(min(len(page), MOST_ROWS)))
        places = _places(layout, parser, page.raws)
        if not page:
            return Tried(problem="見本に行がありません。中身のあるファイルを選んでください。")
        chunk = parser.parse(page, open_line=records.open_line)
    except FileRefused as refused:
        return Tried(problem=str(refused))
    names = {str(pk): code for code, pk in kinds.items()}
    content = CONTENT[layout.content]
    carried = [place for place, one in enumerate(content) if any(spec.canonical is one for spec in layout.fields)]
    rows = []
    for line in chunk.rows:
        cells = line.split("\t")[3:]
        rows.append(tuple(_shown(content[place].type, cells[place], names) for place in carried))
    labels = tuple(content[place].label for place in carried)
    return Tried(labels, tuple(rows), tuple(chunk.refusals), tuple(places), len(page))


def _shown(kind: str, cell: str, names: Mapping[str, str]) -> str:
    if cell == NULL:
        return ""
    return names.get(cell, cell) if kind == "kind" else cell.replace("\\\\", "\\")


def _places(layout: Layout, parser: Parser, raw: Sequence[bytes]) -> list[Place]:
    if layout.format == "fixed":
        return _spans(layout, raw)
    rows = [split_cells(layout.format, one.decode(layout.codec, "replace")) for one in raw[:SHOWN]]
    used: dict[int, list[str]] = {}
    for spec in layout.placed:
        used.setdefault(layout.place(spec, parser.titles), []).append(spec.canonical.label)
    width = len(parser.titles) or max(map(len, rows), default=0)
    return _columns(parser.titles, rows, width, used)


def _columns(
    titles: Sequence[str], rows: Sequence[Sequence[str]], width: int, used: Mapping[int, Sequence[str]]
) -> list[Place]:
    return [
        Place(
            f"{place + 1}列",
            _cell(titles, place),
            tuple(_cell(row, place) for row in rows),
            "・".join(used.get(place, ())),
        )
        for place in range(width)
    ]


def _spans(layout: Layout, raw: Sequence[bytes]) -> list[Place]:
    """Each field's bytes and the gaps between them, in the order of the row; fields may overlap."""
    spans = sorted((spec.start, spec.start + spec.width, spec.canonical.label) for spec in layout.fields if spec.width)
    places, end = [], 0
    for start, stop, label in [*spans, (layout.record_bytes, layout.record_bytes, "")]:
        if start > end:
            places.append(_span(layout, raw, end, start, ""))
        if stop > start:
            places.append(_span(layout, raw, start, stop, label))
        end = max(end, stop)
    return places


def _span(layout: Layout, raw: Sequence[bytes], start: int, stop: int, label: str) -> Place:
    values = tuple(one[start:stop].decode(layout.encoding, "replace").strip() for one in raw[:SHOWN])
    return Place(f"{start + 1}〜{stop}バイト", "", values, label)


# --- what a file seems to be written in ------------------------------------------------------------


def raw_places(data: bytes, *, encoding: str, form: str, header: bool, record_bytes: int = 0) -> list[Place]:
    """What stands where in a sample, whatever a layout says of it.

    Columns of a delimited file; of a fixed-length one the stretches between bytes that are blank in every row.
    """
    if form == "fixed":
        return _stretches(data, encoding, record_bytes)
    rows = split(data, encoding, form)[: SHOWN + 1]
    titles, body = (rows[0], rows[1:]) if header and rows else ([], rows)
    return _columns(titles, body[:SHOWN], max(map(len, rows), default=0), {})


def _stretches(data: bytes, encoding: str, size: int) -> list[Place]:
    rows = [row for row in data.splitlines() if len(row) == size][:MOST_ROWS]
    if size and not rows:
        rows = [data[at : at + size] for at in range(0, len(data) - size + 1, size)][:MOST_ROWS]
    used = [any(row[at] != BLANK for row in rows) for at in range(size)] if rows else []
    places, start = [], None
    for at, filled in enumerate([*used, False]):
        if filled and start is None:
            start = at
        elif not filled and start is not None:
            values = tuple(row[start:at].decode(encoding, "replace").strip() for row in rows[:SHOWN])
            places.append(Place(f"{start + 1}〜{at}バイト", "", values, ""))
            start = None
    return places


def split(data: bytes, encoding: str, form: str) -> list[list[str]]:
    """The cells of the first lines of a delimited sample, without spaces around them; bytes that are no text are U+FFFD."""
    text = data.removeprefix(BOM).decode(codec_of(encoding), "replace")
    lines = [line for line in text.splitlines() if line.strip("\x1a")][: MOST_ROWS + 1]
    return [[cell.strip() for cell in split_cells(form, line)] for line in lines]


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def guess(data: bytes) -> dict[str, Any]:
    """Encoding, format, header and record length that fit a sample; keys as in a layout."""
    found: dict[str, Any] = {"encoding": _encoding(data), "header": False}
    lines = [line for line in data.splitlines() if line.strip(b"\x1a")][: MOST_ROWS + 1]
    commas, tabs = (min((line.count(sign) for line in lines), default=0) for sign in (b",", b"\t"))
    if not commas and not tabs:
        same = len(lines) > 1 and len(set(map(len, lines))) == 1
        return found | {"format": "fixed"} | ({"record_bytes": len(lines[0])} if same else {})
    found["format"] = "tsv" if tabs > commas else "csv"
    titles = split(data, found["encoding"], found["format"])[0]
    found["header"] = all(title and not title.isdecimal() for title in titles) and len(set(titles)) == len(titles)
    return found


def _encoding(data: bytes) -> str:
    if data.startswith(BOM):
        return "utf-8-sig"
    with suppress(UnicodeDecodeError):
        data.decode("utf-8")
        return "utf-8"
    return "cp932"


def date_form(values: Iterable[str]) -> str:
    """The one form in which all given dates can be read (empty ones count for nothing), or ``""``."""
    texts = [text.strip() for text in values if text.strip("0/-. ")]
    fitting = [form for form in DATE_FORMS if texts and all(_reads(text, form) for text in texts)]
    return fitting[0] if fitting else ""


def _reads(text: str, form: str) -> bool:
    with suppress(ValueError):
        return bool(parse_as(text, form))
    return False
