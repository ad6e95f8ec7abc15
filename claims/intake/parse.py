"""Strict parsing of records, a chunk at a time and column by column: rows ready for ``COPY``, or refusals."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress
from typing import Any

from claims.intake.fields import CONTENT, TOLD
from claims.intake.layout import FieldSpec, Layout
from claims.intake.records import Page, Record, line_hash
from claims.intake.values import NULL, Bad, CellReader, converter, required
from toyota_collect.csv_out import from_text

# Python's cp932 takes 80, A0 and FD–FF without complaint, for U+0080 and U+F8F0–F8F3; no text holds C0 or C1 controls.
DAMAGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\uf8f0-\uf8f3�]")
GAIJI = re.compile("[\ue000-\uf8ef]")
NOT_PLAIN = re.compile(f"[{DAMAGE.pattern[1:-1]}{GAIJI.pattern[1:-1]}]")  # of most pages the only search
BREAKS = str.maketrans({"\\": "\\\\", "\t": " ", "\r": " ", "\n": " "})
RESEND = "抽出と転送をやり直して、送り直してください。"


class FileRefused(Exception):
    """The file as a whole cannot be read; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: where, why, and its bytes as they came."""

    line: int
    code: str
    field: str
    reason: str
    raw: bytes


@dataclass
class Chunk:
    """``rows`` are lines for ``COPY`` in the order of the staging table; rows + refusals = records.

    ``told``: who the rows are about, where that stands apart: line, number, facts; none for a row that is about the same
    person with the same facts as the line above.
    """

    rows: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    gaiji: int = 0  # rows with characters outside the standard (外字), taken but to be mapped before printing


def split_cells(form: str, text: str) -> list[str]:
    """The cells of one ``csv`` or ``tsv`` row; empty if it cannot be split."""
    if form == "tsv":
        return text.split("\t")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []


class Parser:
    """Reads the records of one file by its layout.

    ``kinds`` gives the database id of each kind by code. ``as_of``: no receipt may be dated later. ``gaiji``: what the
    source's own characters mean, as ``str.translate`` takes it. ``for_ledger``: rows carry
    the hash of their bytes, and the facts of their people stand apart (``Chunk.told``).
    """

    def __init__(
        self,
        layout: Layout,
        *,
        kinds: Mapping[str, int],
        as_of: date,
        gaiji: Mapping[int, str] | None = None,
        for_ledger: bool = False,
    ) -> None:
        self.layout = layout
        self.kinds, self.as_of = kinds, as_of
        self.for_ledger = for_ledger
        self.gaiji = gaiji or {}
        self.codec = layout.codec
        self.width = 0  # columns of a delimited row, once known
        self.has_quotes = self.has_breaks = self.has_gaiji = True  # of the page in hand
        self.titles: list[str] = []
        self.places: dict[str, int] = {spec.canonical.name: spec.index for spec in layout.fields}
        self.specs = {spec.canonical.name: spec for spec in layout.fields}
        self.readers = self._readers()

    def _readers(self) -> dict[str, CellReader]:
        return {
            spec.canonical.name: CellReader(converter(spec, self.kinds, self.as_of))
            for spec in self.layout.fields
            if spec.canonical.type != "text"
        }

    def __getstate__(self) -> dict[str, Any]:
        """All but the readers: what they have read so far stays here."""
        return {name: value for name, value in self.__dict__.items() if name != "readers"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.readers = self._readers()

    def read_header(self, record: Record) -> None:
        """Find each field's column by its title.

        Raises:
            FileRefused: a title is missing or stands twice.
        """
        try:
            titles = [title.strip() for title in split_cells(self.layout.format, record.raw.decode(self.codec))]
        except UnicodeDecodeError as error:
            raise FileRefused(
                "見出しの行が文字として読めません。文字コードとレイアウトの encoding を確かめてください。"
            ) from error
        for name, spec in self.specs.items():
            if spec.value is not None:
                continue
            if titles.count(spec.column) != 1:
                problem = "がありません" if spec.column not in titles else "が2つあります"
                mend = f"様式が変わったときは、レイアウト {self.layout.code} を直してください。"
                raise FileRefused(f"見出しに「{spec.column}」の列{problem}。{mend}")
            self.places[name] = titles.index(spec.column)
        self.titles, self.width = titles, len(titles)

    def parse(self, page: Page, *, open_line: int = 0) -> Chunk:
        """Parse records; ``open_line`` is the line of a last record without its line end, else 0."""
        chunk = Chunk()
        kept, texts = self._decode(page, chunk)
        if self.layout.format == "fixed":
            kept, columns = self._cut(kept, chunk)
        else:
            kept, columns = self._columns(kept, texts, chunk)
        if kept:
            self._convert(kept, columns, chunk)
        self._mind_the_cut(chunk, page.record(-1), open_line)
        return chunk

    # --- bytes to text ---------------------------------------------------------------------------

    def _decode(self, page: Page, chunk: Chunk) -> tuple[Page, list[str]]:
        """All records at once where nothing is wrong with any, else one by one."""
        try:
            blob = b"\n".join(page.raws).decode(self.codec)
        except UnicodeDecodeError:
            return self._decode_each(page, chunk)
        texts = blob.split("\n")
        is_plain = not NOT_PLAIN.search(blob)
        if len(texts) != len(page) or (not is_plain and DAMAGE.search(blob)):
            return self._decode_each(page, chunk)
        return page, self._noted(blob, texts, chunk, has_gaiji=not is_plain)

    def _decode_each(self, page: Page, chunk: Chunk) -> tuple[Page, list[str]]:
        places, texts = [], []
        for place, raw in enumerate(page.raws):
            try:
                text = raw.decode(self.codec)
            except UnicodeDecodeError as error:
                at = error.start
                chunk.refusals.append(self._broken(page.record(place), at, raw[at : at + 2]))
                continue
            if damage := DAMAGE.search(text):
                at = len(text[: damage.start()].encode(self.codec, "replace"))
                chunk.refusals.append(self._broken(page.record(place), at, raw[at : at + 1]))
                continue
            places.append(place)
            texts.append(text)
        blob = "\n".join(texts)
        return page.only(places), self._noted(blob, texts, chunk, has_gaiji=bool(GAIJI.search(blob)))

    def _noted(self, blob: str, texts: list[str], chunk: Chunk, *, has_gaiji: bool) -> list[str]:
        """The texts of a page with 外字 that have a meaning replaced; notes what holds for all its cells."""
        self.has_quotes = '"' in blob or "\r" in blob
        self.has_breaks = any(sign in blob for sign in "\\\t\r") or blob.count("\n") >= len(texts)
        self.has_gaiji = has_gaiji
        if self.has_gaiji:
            texts = [text.translate(self.gaiji) for text in texts]
            chunk.gaiji = sum(1 for text in texts if GAIJI.search(text))
        return texts

    def _broken(self, record: Record, at: int, bad: bytes) -> Refusal:
        reason = f"{at + 1}バイト目（{bad.hex(' ').upper()}）が文字として読めません。{RESEND}"
        return Refusal(record.line, "bytes", "", reason, record.raw)

    # --- text to columns -------------------------------------------------------------------------

    def _split_all(self, texts: list[str]) -> list[list[str]]:
        """Rows of cells; an empty list stands for a row that cannot be split."""
        if self.layout.format == "tsv":
            return [text.split("\t") for text in texts]
        if not self.has_quotes:
            return [text.split(",") for text in texts]
        try:
            rows = list(csv.reader(texts, strict=True))
        except csv.Error:
            rows = []
        if len(rows) == len(texts):
            return rows
        return [split_cells(self.layout.format, text) for text in texts]

    def _columns(self, page: Page, texts: list[str], chunk: Chunk) -> tuple[Page, dict[str, Sequence[str]]]:
        rows = self._split_all(texts)
        widths = list(map(len, rows))
        if not self.width and rows:
            self.width = Counter(widths).most_common(1)[0][0]
            self.titles = [""] * self.width
            needed = max(self.places.values()) + 1
            if self.width < needed:
                mend = f"様式とレイアウト {self.layout.code}（{needed}列以上）を確かめてください。"
                raise FileRefused(f"列が{self.width}しかありません。{mend}")
        if widths.count(self.width) < len(rows):
            for place, width in enumerate(widths):
                if width != self.width:
                    reason = f"列の数が{width or '読めず'}で、{self.width}ではありません。{RESEND}"
                    chunk.refusals.append(Refusal(page.lines[place], "columns", "", reason, page.raws[place]))
            page = page.only([place for place, width in enumerate(widths) if width == self.width])
            rows = [row for row in rows if len(row) == self.width]
        cells = list(zip(*rows, strict=True))
        return page, {name: cells[place] for name, place in self.places.items() if rows and place >= 0}

    def _cut(self, page: Page, chunk: Chunk) -> tuple[Page, dict[str, Sequence[str]]]:
        size = self.layout.record_bytes
        places: list[int] = []
        cells: list[list[str]] = []
        specs = self.layout.placed
        spans = [(spec.start, spec.start + spec.width) for spec in specs]
        for place, raw in enumerate(page.raws):
            if len(raw) != size:
                reason = f"長さが{len(raw)}バイトで、{size}バイトではありません。{RESEND}"
                chunk.refusals.append(Refusal(page.lines[place], "columns", "", reason, raw))
                continue
            try:
                texts = [raw[start:end].decode(self.codec) for start, end in spans]
                cells.append([text.translate(self.gaiji) for text in texts] if self.has_gaiji else texts)
            except UnicodeDecodeError as error:
                bad = error.object[error.start : error.start + 1]
                chunk.refusals.append(self._broken(page.record(place), error.start, bad))
            else:
                places.append(place)
        names = [spec.canonical.name for spec in specs]
        return page.only(places), dict(zip(names, zip(*cells, strict=True), strict=True)) if places else {}

    # --- columns to values -----------------------------------------------------------------------

    def _convert(self, page: Page, columns: dict[str, Sequence[str]], chunk: Chunk) -> None:
        bad: dict[int, tuple[str, Bad]] = {}
        values: dict[str, Sequence[str | Bad]] = {}
        for canonical in CONTENT[self.layout.content]:
            spec = self.specs.get(canonical.name)
            if spec is None:
                absent = NULL if canonical.absent is None else canonical.absent
                values[canonical.name] = [absent] * len(page)
            else:
                cells = columns[canonical.name] if spec.value is None else [spec.value] * len(page)
                values[canonical.name] = self._values(spec, cells, bad)
        if "taxation_year" in values:
            both = zip(values["taxation_year"], values["levy_year"], strict=True)
            values["taxation_year"] = [own if own != NULL else levy for own, levy in both]
        for place, (name, found) in bad.items():
            chunk.refusals.append(Refusal(page.lines[place], found.code, name, found.reason, page.raws[place]))
        sizes = map(len, page.raws)
        places = (map(str, column) for column in (page.lines, page.starts, sizes))
        if self.for_ledger:
            self._tell(page, values, chunk)
        hashes = [self._hashes(page)] if self.for_ledger else []
        rows = zip(*places, *hashes, *values.values(), strict=True)
        if bad:
            rows = [row for place, row in enumerate(rows) if place not in bad]
        chunk.rows.extend(map("\t".join, rows))  # type: ignore[arg-type]

    def _tell(self, page: Page, values: dict[str, Sequence[str | Bad]], chunk: Chunk) -> None:
        """Take the facts of people out of the values; of lines one right below the other that say the same, the first tells."""
        numbers = values["person_number"]
        facts = list(zip(numbers, *(values.pop(one.name) for one in TOLD), strict=True))
        lines = page.lines
        above = zip(facts[1:], facts, lines[1:], lines, strict=False)
        tells = [True, *(now != last or line != before + 1 for now, last, line, before in above)]
        for line, one in zip(compress(lines, tells), compress(facts, tells), strict=True):
            if Bad not in map(type, one):  # else the next sound one differs, and tells
                chunk.told.append("\t".join((str(line), *one)))  # type: ignore[arg-type]

    def _hashes(self, page: Page) -> Iterable[str]:
        """By which each row is known again; none for one with 外字, which is told anew every time."""
        hashes = (line_hash(raw).hex() for raw in page.raws)
        return map(self._unless_gaiji, page.raws, hashes) if self.has_gaiji else hashes

    def _unless_gaiji(self, raw: bytes, found: str) -> str:
        text = raw.decode(self.codec)
        return NULL if GAIJI.search(text) and GAIJI.search(text.translate(self.gaiji)) else found

    def _values(self, spec: FieldSpec, cells: Sequence[str], bad: dict[int, tuple[str, Bad]]) -> Sequence[str | Bad]:
        name = spec.canonical.name
        if name not in self.readers:
            return self._texts(spec, cells, bad)
        reader = self.readers[name]
        column = list(map(reader.__getitem__, cells))
        if reader.has_bad:
            for place, value in enumerate(column):
                if type(value) is Bad:
                    bad.setdefault(place, (name, value))
        return column

    def _texts(self, spec: FieldSpec, cells: Sequence[str], bad: dict[int, tuple[str, Bad]]) -> Sequence[str]:
        name, canonical = spec.canonical.name, spec.canonical
        column = list(map(str.strip, cells))
        if self.layout.guarded:
            column = list(map(from_text, column))
        if spec.map:
            column = [spec.map.get(text, text) for text in column]
        if canonical.required and "" in column:
            missing = required(spec)
            for place in (place for place, text in enumerate(column) if not text):
                bad.setdefault(place, (name, Bad(missing.code, str(missing))))
        if max(map(len, column)) > canonical.length:
            for place, text in enumerate(column):
                if len(text) > canonical.length:
                    reason = f"{canonical.label}が{canonical.length}文字を超えています。列のずれを確かめてください。"
                    bad.setdefault(place, (name, Bad("columns", reason)))
        if self.has_breaks or spec.map or spec.value is not None:
            column = [text.replace("\r\n", "\n").translate(BREAKS) for text in column]
        return column

    def _mind_the_cut(self, chunk: Chunk, last: Record, open_line: int) -> None:
        """A last record without its line end was cut in transfer, unless the layout says that is its habit."""
        if open_line != last.line:
            return
        reason = f"最後の行が途中で切れています。{RESEND}"
        for place, refusal in enumerate(chunk.refusals):
            if refusal.line == open_line:
                chunk.refusals[place] = Refusal(open_line, "truncated", "", reason, refusal.raw)
                return
        if self.layout.last_line_end == "required" and chunk.rows:
            chunk.rows.pop()
            chunk.refusals.append(Refusal(open_line, "truncated", "", reason, last.raw))
