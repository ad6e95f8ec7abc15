"""Cutting a file into records: physical lines, quoted line breaks joined, or fixed lengths. Bytes only, memory flat."""

from collections import deque
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import BinaryIO, NamedTuple

from claims.intake.layout import Layout

CHUNK = 5_000
MOST_LINES = 10  # of one quoted record; a quote not closed by then is damage of its own line
BOM = b"\xef\xbb\xbf"
END_OF_FILE = b"\x1a"  # Ctrl-Z, which some mainframes write last


class Record(NamedTuple):
    """``line``: the 1-based physical line (or record) it begins on; ``start``: its byte offset; ``raw``: without line end."""

    line: int
    start: int
    raw: bytes


class Records:
    """The records of one open file in chunks; afterwards ``sha256`` is the file's hash.

    ``open_line`` is the line of the last record if it lacks its line end (or is too short for a fixed length), else 0.
    It is known when the last chunk is handed out.
    """

    def __init__(self, file: BinaryIO, layout: Layout) -> None:
        self._file = file
        self._layout = layout
        self._hash = sha256()
        self.open_line = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def chunks(self) -> Iterator[list[Record]]:
        records = self._cut()
        while chunk := list(islice(records, CHUNK)):
            yield chunk

    def _cut(self) -> Iterator[Record]:
        if self._layout.format == "csv":
            return self._quoted()
        if self._layout.format == "fixed" and not self._has_line_ends():
            return self._blocks()
        return self._lines()

    def _has_line_ends(self) -> bool:
        head = self._file.read(self._layout.record_bytes + 2)
        self._file.seek(0)
        return b"\n" in head or b"\r" in head

    def _lines(self) -> Iterator[Record]:
        start = 0
        for line, raw in enumerate(self._file, 1):
            self._hash.update(raw)
            record = self._record(line, start, raw)
            start += len(raw)
            if record.raw and record.raw != END_OF_FILE:
                self.open_line = 0 if raw.endswith(b"\n") else line
                yield record

    def _quoted(self) -> Iterator[Record]:
        """Lines, those joined that a quoted cell spans. A quote byte is never part of a CP932 or UTF-8 character."""
        lines = self._lines()
        waiting: deque[Record] = deque()
        while record := waiting.popleft() if waiting else next(lines, None):
            if record.raw.count(b'"') % 2 == 0:
                yield record
                continue
            while len(waiting) < MOST_LINES and (further := next(lines, None)):
                waiting.append(further)
            yield self._joined(record, waiting)

    @staticmethod
    def _joined(record: Record, waiting: deque[Record]) -> Record:
        for count, further in enumerate(list(waiting), 1):
            if further.raw.count(b'"') % 2:
                parts = [record.raw, *(waiting.popleft().raw for _ in range(count))]
                return Record(record.line, record.start, b"\n".join(parts))
        return record

    def _blocks(self) -> Iterator[Record]:
        size = self._layout.record_bytes
        for number, raw in enumerate(iter(lambda: self._file.read(size), b""), 1):
            self._hash.update(raw)
            if raw.strip(END_OF_FILE):
                self.open_line = number if len(raw) < size else 0
                yield Record(number, (number - 1) * size, raw)

    @staticmethod
    def _record(line: int, start: int, raw: bytes) -> Record:
        if line == 1 and raw.startswith(BOM):
            start, raw = start + len(BOM), raw[len(BOM) :]
        return Record(line, start, raw.rstrip(b"\r\n"))
