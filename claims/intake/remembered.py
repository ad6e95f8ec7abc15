"""The lines of a source's last claims file, kept until its next one: packed into parts, and read again.

The first load packs them in the database; later files join what they kept of the last ones with what they read.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import Cursor

from claims.intake.job import Job
from claims.intake.records import HASH_BYTES
from claims.models import ImportFile, KnownLines

PART = 5_000  # lines
AT_ONCE = 20  # parts
NUMBERS = ("claims", "identities", "cells", "levies")
AFTER_ALL = 2**31
Row = tuple[int, bytes, int, int, int, int]  # line, hash, claim, identity, cell, levy
Columns = tuple[bytearray, *tuple["array[int]", ...]]
# A cell is what control totals are told by: kind, levy year and instalment in one number.
TAKEN = f"""
SELECT s.line, coalesce(uuid_send(s.hash), decode(repeat('00', {HASH_BYTES}), 'hex')) AS hash,
    coalesce(k.claim_id, s.new_id) AS claim_id, i.id AS identity_id,
    (s.kind::bigint << 32) | (s.levy_year::bigint << 16) | s.instalment AS cell, s.levied_yen
FROM stage s JOIN identities_now i ON i.person_number = s.person_number LEFT JOIN known k ON k.line = s.line
"""
INTO = "claims_knownlines (file_id, part, read_under, unseen_since, booked_at, last_event, hashes, claims, identities, cells, levies)"
TYPES = ["int8", "int4", "varchar", "timestamptz", "timestamptz", "int8", *["bytea"] * 5]
HEAD = "SELECT now(), coalesce((SELECT max(id) FROM claims_claimevent), 0)"
REMEMBER = f"""
INSERT INTO {INTO}
SELECT %(file)s, line / %(part)s, %(read_under)s, %(since)s, h.*, string_agg(hash, '' ORDER BY line),
    string_agg(int8send(claim_id), '' ORDER BY line), string_agg(int8send(identity_id), '' ORDER BY line),
    string_agg(int8send(cell), '' ORDER BY line), string_agg(int8send(levied_yen), '' ORDER BY line)
FROM ({TAKEN} ORDER BY line) taken, ({HEAD}) h (booked_at, last_event) GROUP BY line / %(part)s, booked_at, last_event
"""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a file is read under, and since when it may not have seen what others did (see ``KnownLines``)."""

    read_under: str
    since: datetime


@dataclass(slots=True)
class Known:
    """The lines of the last file by their place in it, and where each stands in this one: 65 bytes a line.

    ``lines``: its line in this file, where it is kept as it was; 0 where it is not in it, below 0 where it is read.
    """

    hashes: bytes = b""
    claims: "array[int]" = field(default_factory=lambda: array("q"))
    identities: "array[int]" = field(default_factory=lambda: array("q"))
    cells: "array[int]" = field(default_factory=lambda: array("q"))
    levies: "array[int]" = field(default_factory=lambda: array("q"))
    lines: "array[int]" = field(default_factory=lambda: array("i"))
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    sizes: "array[int]" = field(default_factory=lambda: array("i"))

    def kept(self) -> int:
        """How many lines are as they were, and not read."""
        return sum(line > 0 for line in self.lines)

    def hashes_of(self, places: range) -> Iterator[bytes]:
        begins = range(HASH_BYTES * places.start, HASH_BYTES * places.stop, HASH_BYTES)
        return (self.hashes[at : at + HASH_BYTES] for at in begins)

    def totals(self) -> dict[tuple[int, int, int], tuple[int, int]]:
        """Rows and yen of the kept lines by kind id, levy year and instalment."""
        found: dict[int, tuple[int, int]] = {}
        for line, cell, yen in zip(self.lines, self.cells, self.levies, strict=True):
            if line > 0:
                rows, sum_yen = found.get(cell, (0, 0))
                found[cell] = rows + 1, sum_yen + yen
        return {(cell >> 32, cell >> 16 & 0xFFFF, cell & 0xFFFF): total for cell, total in found.items()}


def read_known(file: ImportFile) -> Known:
    """All that is remembered of a file; nothing where its lines are never known again."""
    known, found = Known(), []
    # The driver's own cursor: bytes as they are, not as text of hexadecimal digits.
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        last = -1
        while True:
            cursor.execute(
                f"SELECT part, hashes, {', '.join(NUMBERS)} FROM claims_knownlines WHERE file_id = %s AND part > %s"
                f" ORDER BY part LIMIT {AT_ONCE}",
                [file.pk, last],
                binary=True,
            )
            rows = cursor.fetchall()
            if not rows:
                break
            for last, hashes, *packed in rows:  # noqa: B007  the next page begins above it
                found.append(hashes)
                for name, numbers in zip(NUMBERS, packed, strict=True):
                    getattr(known, name).extend(_unpacked(numbers))
    known.hashes = b"".join(found)
    count = len(known.claims)
    known.lines, known.starts, known.sizes = (
        array(kind, bytes(size * count)) for kind, size in (("i", 4), ("q", 8), ("i", 4))
    )
    return known


def remember(cursor: Any, job: Job, basis: Basis, known: Known) -> None:
    """Keep the lines of a file that was taken in, in place of those of the source's file before."""
    KnownLines.objects.filter(file__source=job.source, file__layout=job.layout.code).delete()
    if not known.kept():
        cursor.execute(REMEMBER, job.params | {"part": PART, "read_under": basis.read_under, "since": basis.since})
        return
    cursor.execute(HEAD)
    head = cursor.fetchone()
    cursor.execute(f"{TAKEN} ORDER BY line")
    taken = cursor.fetchall()
    with cursor.copy(f"COPY {INTO} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(TYPES)
        for part, (hashes, *numbers) in enumerate(_together(known, taken)):
            packed = map(_packed, numbers)
            copy.write_row((job.file.pk, part, basis.read_under, basis.since, *head, hashes, *packed))


def _together(known: Known, taken: list[Row]) -> Iterator[Columns]:
    """What was kept and what was read, in parts, in the order of this file's lines."""
    part = _columns()
    for piece in _pieces(known, taken):
        for column, more in zip(part, piece, strict=True):
            column.extend(more)
        if len(part[1]) >= PART:
            yield part
            part = _columns()
    if part[1]:
        yield part


def _pieces(known: Known, taken: list[Row]) -> Iterator[tuple[Sequence[int], ...]]:
    """Runs of kept lines and single lines that were read, as columns."""
    place, count = 0, len(known.lines)
    for line, *row in (*taken, (AFTER_ALL,)):
        while place < count and (stands := known.lines[place]) < line:
            if stands <= 0:
                place += 1
                continue
            begin = place
            while place < count and 0 < known.lines[place] < line and place - begin < PART:
                place += 1
            numbers = (getattr(known, name)[begin:place] for name in NUMBERS)
            yield known.hashes[begin * HASH_BYTES : place * HASH_BYTES], *numbers
        if row:
            hash_, *numbers_of_one = row
            yield hash_, *([number] for number in numbers_of_one)


def _columns() -> Columns:
    return bytearray(), *(array("q") for _ in NUMBERS)


def _packed(numbers: "array[int]") -> bytes:
    """As ``int8send`` writes them."""
    numbers.byteswap()
    return numbers.tobytes()


def _unpacked(packed: bytes) -> "array[int]":
    found = array("q")
    found.frombytes(packed)
    found.byteswap()
    return found
