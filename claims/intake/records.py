"""Cutting a file into records: physical lines, quoted line breaks joined, or fixed lengths. Bytes only, memory flat."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from itertools import accumulate, islice
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from claims.intake.layout import Layout

CHUNK = 5_000
HASH_BYTES = 16
MOST_LINES = 10  # of one quoted record; a quote not closed by then is damage of its own line
BOM = b"\xef\xbb\xbf"
END_OF_FILE = b"\x1a"  # Ctrl-Z, which some mainframes write last


def line_hash(raw: bytes) -> bytes:
    """What a record is known by when it comes again: ``HASH_BYTES`` of a hash of its bytes."""
    return blake2b(raw, digest_size=HASH_BYTES).digest()


class Record(NamedTuple):
    """``line``: the 1-based physical line (or record) it begins on; ``start``: its byte offset; ``raw``: without line end."""

    line: int
    start: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Some records one after the other, kept as columns: a file has millions."""

    lines: Sequence[int]
    starts: Sequence[int]
    raws: Sequence[bytes]

    def __len__(self) -> int:
        return len(self.raws)

    def record(self, place: int) -> Record:
        return Record(self.lines[place], self.starts[place], self.raws[place])

    def only(self, places: Sequence[int]) -> "Page":
        """The records at these places."""
        columns = ([column[place] for place in places] for column in (self.lines, self.starts, self.raws))
        return Page(*columns)  # type: ignore[arg-type]

    def after_header(self) -> "Page":
        return Page(self.lines[1:], self.starts[1:], self.raws[1:])


class Records:
    """The records of one open file in pages; afterwards ``sha256`` is the file's hash.

    ``open_line`` is the line of the last record if it lacks its line end (or is too short for a fixed length), else 0.
    It is known when the last page is handed out.
    """

    def __init__(self, file: BinaryIO, layout: "Layout") -> None:
        self._file = file
        self._layout = layout
        self._hash = sha256()
        self.open_line = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def pages(self) -> Iterator[Page]:
        """The records in order, blank ones left out; no page is empty."""
        if self._layout.format == "csv":
            return self._quoted()
        if self._layout.format == "fixed" and not self._has_line_ends():
            return self._blocks()
        return self._lines()

    def _has_line_ends(self) -> bool:
        head = self._file.read(self._layout.record_bytes + 2)
        self._file.seek(0)
        return b"\n" in head or b"\r" in head

    def _lines(self) -> Iterator[Page]:
        line = start = 0
        while whole := list(islice(self._file, CHUNK)):
            self._hash.update(b"".join(whole))
            starts = list(accumulate(map(len, whole), initial=start))
            raws = [raw.rstrip(b"\r\n") for raw in whole]
            if line == 0 and raws[0].startswith(BOM):
                starts[0], raws[0] = len(BOM), raws[0][len(BOM) :]
            start = starts.pop()
            page = _without_blanks(Page(range(line + 1, line + 1 + len(raws)), starts, raws))
            line += len(raws)
            if page:
                last = page.lines[-1]
                self.open_line = last if last == line and not whole[-1].endswith(b"\n") else 0
                yield page

    def _quoted(self) -> Iterator[Page]:
        """Lines, those joined that a quoted cell spans. A quote byte is never part of a CP932 or UTF-8 character."""
        waiting: deque[Record] = deque()
        for page in self._lines():
            if not waiting and (b'"' not in b"".join(page.raws) or not any(raw.count(b'"') & 1 for raw in page.raws)):
                yield page
                continue
            waiting.extend(map(page.record, range(len(page))))
            yield from _joined(waiting, look_ahead=MOST_LINES)
        yield from _joined(waiting, look_ahead=0)

    def _blocks(self) -> Iterator[Page]:
        size, line = self._layout.record_bytes, 0
        while whole := self._file.read(size * CHUNK):
            self._hash.update(whole)
            raws = [whole[at : at + size] for at in range(0, len(whole), size)]
            places = [place for place, raw in enumerate(raws) if raw.strip(END_OF_FILE)]
            page = Page(
                range(line + 1, line + 1 + len(raws)), range(line * size, (line + len(raws)) * size, size), raws
            )
            line += len(raws)
            if places:
                page = page if len(places) == len(raws) else page.only(places)
                self.open_line = page.lines[-1] if len(page.raws[-1]) < size else 0
                yield page


def _without_blanks(page: Page) -> Page:
    if b"" not in page.raws and END_OF_FILE not in page.raws:
        return page
    return page.only([place for place, raw in enumerate(page.raws) if raw and raw != END_OF_FILE])


def _joined(waiting: deque[Record], *, look_ahead: int) -> Iterator[Page]:
    """Take records off the queue as long as ``look_ahead`` more follow, each with the lines its quoted cell spans."""
    taken = []
    while len(waiting) > look_ahead:
        record = waiting.popleft()
        if record.raw.count(b'"') & 1:
            record = _closed(record, waiting)
        taken.append(record)
    if taken:
        yield Page(*zip(*taken, strict=True))


def _closed(record: Record, waiting: deque[Record]) -> Record:
    for count, further in enumerate(islice(waiting, MOST_LINES), 1):
        if further.raw.count(b'"') & 1:
            return Record(record.line, record.start, _span(record, [waiting.popleft() for _ in range(count)]))
    return record


def _span(record: Record, rest: Sequence[Record]) -> bytes:
    """The bytes from the first line to the last, as many as in the file: a refused row is read from there again."""
    raw = record.raw
    for further in rest:
        raw += b"\n".rjust(further.start - record.start - len(raw), b"\r") + further.raw
    return raw
