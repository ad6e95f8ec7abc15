"""Streaming a file into a staging table with COPY; refused rows go straight to the import log. Memory stays flat."""

import gc
import pickle
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from claims.intake import unchanged
from claims.intake.fields import PERSON, SQL_TYPES, Canonical, staged
from claims.intake.job import Job
from claims.intake.parse import Chunk, FileRefused, Parser, Refusal
from claims.intake.records import Page, Records
from claims.intake.remembered import Basis, Known
from claims.intake.second_reader import SecondReader
from claims.intake.tables import by_line, copy_into
from claims.intake.unchanged import Comparison
from claims.models import ClaimKind
from claims.services.gaiji import characters_of
from toyota_collect.temporary import fresh_table, table_from

REASON_LENGTH = 500
BLOCK = 1 << 17
NUMBERED = {"claims": "claims_claim", "receipts": "claims_receipt"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """``rows`` were read (header and blank lines not counted), ``rejected`` of them refused by the parser."""

    rows: int
    rejected: int
    gaiji: int
    sha256: str
    titles: list[str]
    basis: Basis | None = None  # on what its lines can be known again
    known: Known = field(default_factory=Known)  # of the last file, and which of them are kept


def fill(cursor: Any, job: Job) -> Loaded:
    """Read the file into the table ``stage``: the server takes a page in while the next one is parsed.

    Each row has the id a new claim or receipt would get; a row that is none leaves its number unused. Rows of claims that
    are as they were stay out (``claims.intake.unchanged``).

    Raises:
        FileRefused: the file as a whole cannot be read in its layout.
    """
    content = job.layout.content
    claims = content == "claims"
    _make_stage(cursor, content)
    kinds = dict(ClaimKind.objects.values_list("code", "pk"))
    parser = Parser(job.layout, kinds=kinds, as_of=job.as_of, gaiji=characters_of(job.source), for_ledger=claims)
    with _no_cycles(), job.path.open("rb") as file, TemporaryFile() as aside, TemporaryFile() as told:
        records = Records(file, job.layout)
        pages = _below_header(records, parser)
        basis = unchanged.basis_of(cursor, job, parser.titles)
        compared = None
        if last := unchanged.last_lines(job, basis):
            compared = Comparison(job, last)
            compared.run(cursor, pages, records)
            if not compared.pays():
                compared = None
                file.seek(0)
                records = Records(file, job.layout)
                pages = _below_header(records, parser)
        taking = _Taking(cursor, job, parser, records, aside, told)
        if compared:
            read = compared.rows
            for page in compared.to_read(cursor, file):
                taking.take([page])
        else:
            read = taking.take_all(pages)
        _keep_what_lies(cursor, job, aside)
        if claims:
            _fill_told(cursor, told)
    cursor.execute(f"ANALYZE stage ({', '.join(_joined(content))})")
    known = compared.known if compared else Known()
    return Loaded(read, taking.refused, taking.gaiji, records.sha256, parser.titles, basis, known)


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Nothing here refers to itself: looking for such garbage among millions of cells takes a third of the reading."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _joined(content: str) -> list[str]:
    """The columns by which statements group and join."""
    return ["line", *(one.name for one in staged(content) if one.required)]


def _typed(fields: Iterable[Canonical]) -> list[str]:
    return [f"{one.name} {SQL_TYPES.get(one.type, 'text')}" for one in fields]


def _make_stage(cursor: Any, content: str) -> None:
    columns = ["line integer NOT NULL", "start bigint NOT NULL", "size integer NOT NULL"]
    columns += [*(["hash uuid"] if content == "claims" else []), *_typed(staged(content))]
    if table := NUMBERED.get(content):
        # The sequence by its name: looking it up for each row costs more than the row.
        columns.append(f"new_id bigint NOT NULL DEFAULT nextval('{table}_id_seq')")
    fresh_table(cursor, "stage", ", ".join(columns))


def _fill_told(cursor: Any, told: IO[bytes]) -> None:
    """Table ``told``: a line is about whom the last one at or above it that tells of its person is about."""
    fresh_table(cursor, "told", ", ".join(["line integer NOT NULL", *_typed(PERSON)]))
    told.seek(0)
    with copy_into(cursor, "told") as copy:
        while block := told.read(BLOCK):
            copy.write(block)
    cursor.execute("CREATE INDEX ON told (person_number, line DESC)")


def _below_header(records: Records, parser: Parser) -> Iterable[Page]:
    """The pages below the header, which the parser has read.

    Raises:
        FileRefused: there is no header, or not the right one.
    """
    pages = records.pages()
    if not parser.layout.header:
        return pages
    first = next(pages, None)
    if first is None:
        raise FileRefused("空のファイルです。抽出と転送をやり直してください。")
    parser.read_header(first.record(0))
    rest = first.after_header()
    return chain([rest] if rest else [], pages)


@dataclass
class _Taking:
    """Parses pages into the table ``stage``; refusals are put aside, because the connection is busy with a COPY."""

    cursor: Any
    job: Job
    parser: Parser
    records: Records
    aside: IO[bytes]
    told: IO[bytes]
    refused: int = 0
    gaiji: int = 0

    def take_all(self, pages: Iterable[Page]) -> int:
        """The whole file; return how many records there were.

        Without a heading the first page says how many columns a row has: then no two read it.
        """
        if not self.job.layout.pages_stand_alone:
            return self.take(pages)
        with SecondReader(self.parser, self.job.path) as second:
            return self._take(second.parsed(pages, self.records))

    def take(self, pages: Iterable[Page]) -> int:
        """Return how many records there were."""
        return self._take((page, self.parser.parse(page, open_line=self.records.open_line)) for page in pages)

    def _take(self, parsed_pages: Iterable[tuple[Page, Chunk]]) -> int:
        read = 0
        names = ["line", "start", "size", *(["hash"] if self.parser.for_ledger else [])]
        names += [one.name for one in staged(self.job.layout.content)]
        with copy_into(self.cursor, f"stage ({', '.join(names)})") as copy:
            for page, parsed in parsed_pages:
                read += len(page)
                self.refused += len(parsed.refusals)
                self.gaiji += parsed.gaiji
                if parsed.rows:
                    copy.write("\n".join(parsed.rows) + "\n")
                if parsed.told:
                    self.told.write(("\n".join(parsed.told) + "\n").encode())
                if parsed.refusals:
                    pickle.dump([astuple(one) for one in parsed.refusals], self.aside)
                if self.job.progress:
                    self.job.progress.read(read)
        return read


def _keep_what_lies(cursor: Any, job: Job, aside: IO[bytes]) -> None:
    end = aside.tell()
    aside.seek(0)
    while aside.tell() < end:
        keep(cursor, job, [Refusal(*facts) for facts in pickle.load(aside)])  # noqa: S301  written by ourselves


def keep(cursor: Any, job: Job, refusals: Iterable[Refusal]) -> None:
    """Keep refused rows whole in the import log."""
    with cursor.copy("COPY claims_rejectedrow (file_id, line, code, field, reason, raw) FROM STDIN") as copy:
        for one in refusals:
            copy.write_row((job.file.pk, one.line, one.code, one.field, one.reason[:REASON_LENGTH], one.raw))


def refuse(cursor: Any, job: Job, table: str, query: str, *, code: str, field: str, reason: str) -> int:
    """Take the rows that ``query`` (line, detail) selects out of the table and into the import log.

    ``reason`` may hold ``{detail}``. The bytes are read again from the file. Returns how many rows were refused.
    """
    table_from(
        cursor,
        "refused",
        f"SELECT t.line, t.start, t.size, bad.detail::text FROM {table} t JOIN ({query}) bad ON bad.line = t.line",
        job.params,
    )
    cursor.execute("SELECT count(*) FROM refused")
    count = int(cursor.fetchone()[0])
    if count:
        cursor.execute(f"DELETE FROM {table} t USING refused r WHERE t.line = r.line")
        for page in _refusals(job, code, field, reason):
            keep(cursor, job, page)
    return count


def _refusals(job: Job, code: str, field: str, reason: str) -> Iterator[list[Refusal]]:
    with job.path.open("rb") as file:
        for rows in by_line("refused", "start, size, detail"):
            page = []
            for line, start, size, detail in rows:
                file.seek(start)
                page.append(Refusal(line, code, field, reason.format(detail=detail), file.read(size)))
            yield page
