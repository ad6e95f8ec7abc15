"""Streaming the families out of the database: rows come by a server-side cursor, bytes go straight on; memory stays flat."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from io import TextIOWrapper
from typing import IO, Any

from django.db import connection, transaction

from claims.standard.queries import QUERIES
from claims.standard.schema import MANIFEST, VERSION, Column, Family, families
from toyota_collect.csv_out import as_text

PAGE = 5_000
BREAKS = str.maketrans({"\t": " ", "\r": " ", "\n": " "})
Opener = Callable[[str], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True)
class Written:
    """A file as the manifest tells of it; ``sums`` by title, in yen."""

    file: str
    family: str
    rows: int
    sha256: str
    sums: dict[str, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """What is written: ``source`` narrows it to one system's claims and numbers (``None``: all of them).

    ``hidden``: people whose address no file may carry; ``hidden_identities``: entries, also those nobody holds. ``today`` counts beside ``as_of`` for protection.
    """

    as_of: date
    today: date
    city_code: str
    source: int | None
    source_code: str
    hidden: tuple[int, ...]
    hidden_identities: tuple[int, ...]

    @property
    def params(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of,
            "today": self.today,
            "city": self.city_code,
            "source": self.source,
            "hidden": list(self.hidden),
            "hidden_identities": list(self.hidden_identities),
        }


class _Hashed:
    """A file to write bytes to, which knows their SHA-256."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._hash = file, hashlib.sha256()
        self.closed = False

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def write_all(scope: Scope, opener: Opener, *, told: Callable[[int], None] = lambda done: None) -> list[Written]:
    """Write every outgoing family and the manifest, all as of one moment; ``told`` hears how many files are done."""
    written = []
    with snapshot():
        for family in families().values():
            if "out" in family.ways:
                written.append(_write(family, scope, opener))
                told(len(written))
    with opener(MANIFEST) as file:
        file.write(manifest(scope, written))
    return written


def manifest(scope: Scope, written: list[Written]) -> bytes:
    """What was written, with rows, sums and SHA-256, as JSON."""
    head: Mapping[str, Any] = {
        "version": VERSION,
        "as_of": scope.as_of.isoformat(),
        "source": scope.source_code,
        "city_code": scope.city_code,
    }
    text = json.dumps({**head, "files": [asdict(one) for one in written]}, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


@contextmanager
def snapshot() -> Iterator[None]:
    """One moment of the database for all that is read, if no transaction is open already."""
    fresh = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if fresh:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _write(family: Family, scope: Scope, opener: Opener) -> Written:
    name, rows = family.file_name(scope.as_of, scope.source_code), 0
    sums = [0] * len(family.columns)
    money = [place for place, column in enumerate(family.columns) if column.type == "yen"]
    shown = [_shown(column) for column in family.columns]
    with opener(name) as file:
        hashed = _Hashed(file)
        text = TextIOWrapper(hashed, encoding="utf-8", newline="", write_through=False)  # type: ignore[type-var]
        out = csv.writer(text, lineterminator="\n")
        out.writerow(family.titles)
        for page in _pages(QUERIES[family.code], scope.params, family):
            out.writerows([[show(cell) for show, cell in zip(shown, row, strict=True)] for row in page])
            for place in money:
                sums[place] += sum(row[place] or 0 for row in page)
            rows += len(page)
        text.detach()
    totals = {family.columns[place].title: sums[place] for place in money}
    return Written(name, family.code, rows, hashed.sha256, totals)


def _pages(query: str, params: dict[str, Any], family: Family) -> Iterator[list[tuple[Any, ...]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        page = cursor.fetchmany(PAGE)
        names = [column.name for column in cursor.description]
        if names != [column.code for column in family.columns]:
            raise LookupError(f"{family.code}: the query gives {names}")
        while page:
            yield page
            page = cursor.fetchmany(PAGE)


def _shown(column: Column) -> Callable[[Any], str]:
    """How a value of the column is written: ISO dates, plain integers, text that no spreadsheet runs."""
    if column.type == "date":
        return lambda day: day.isoformat() if day else ""
    if column.type in ("yen", "int", "year"):
        return lambda number: "" if number is None else str(number)
    return lambda text: as_text(text.translate(BREAKS).strip()) if text else ""
