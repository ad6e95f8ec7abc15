"""Streaming a file into a staging table with COPY; refused rows go straight to the import log. Memory stays flat."""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import connection
from psycopg.copy import QueuedLibpqWriter

from claims.intake.fields import CONTENT, SQL_TYPES
from claims.intake.job import Job
from claims.intake.parse import FileRefused, Parser, Refusal
from claims.intake.records import CHUNK, Records
from claims.models import ClaimKind
from claims.services.gaiji import characters_of

REASON_LENGTH = 500
WAITING_BLOCKS = 24  # of 128 KB, between parser and server
NUMBERED = {"claims": "claims_claim", "receipts": "claims_receipt"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """``rows`` were read (header and blank lines not counted), ``rejected`` of them refused by the parser."""

    rows: int
    rejected: int
    gaiji: int
    sha256: str
    titles: list[str]


class _SentAside(QueuedLibpqWriter):
    """Pages go to the server in a thread of their own while the next one is parsed; few may wait, memory stays flat."""

    def __init__(self, cursor: Any) -> None:
        super().__init__(cursor)
        self._queue.maxsize = WAITING_BLOCKS


def fresh_table(cursor: Any, name: str, columns: str) -> None:
    """Make an empty temporary table that ends with the transaction."""
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")


def table_from(cursor: Any, name: str, query: str, params: dict[str, Any]) -> None:
    """Make a temporary table from a query, with statistics for the statements that follow."""
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {query}", params)
    cursor.execute(f"ANALYZE {name}")


def fill(cursor: Any, job: Job) -> Loaded:
    """Read the whole file into the table ``stage``: the server takes a page in while the next one is parsed.

    Each row has the id a new claim or receipt would get; a row that is none leaves its number unused.

    Raises:
        FileRefused: the file as a whole cannot be read in its layout.
    """
    content = CONTENT[job.layout.content]
    typed = [f"{one.name} {SQL_TYPES.get(one.type, 'text')}" for one in content]
    columns = ["line integer NOT NULL", "start bigint NOT NULL", "size integer NOT NULL", *typed]
    if table := NUMBERED.get(job.layout.content):
        columns.append(f"new_id bigint NOT NULL DEFAULT nextval(pg_get_serial_sequence('{table}', 'id'))")
    fresh_table(cursor, "stage", ", ".join(columns))
    kinds = dict(ClaimKind.objects.values_list("code", "pk"))
    parser = Parser(job.layout, kinds=kinds, as_of=job.as_of, gaiji=characters_of(job.source))
    read = refused = gaiji = 0
    joined = ["line", *(one.name for one in content if one.required)]  # what the statements group and join by
    names = ", ".join(["line", "start", "size", *(one.name for one in content)])
    with job.path.open("rb") as file, TemporaryFile() as aside:
        records = Records(file, job.layout)
        header_due = job.layout.header
        with cursor.copy(f"COPY stage ({names}) FROM STDIN", writer=_SentAside(cursor.cursor)) as copy:
            for page in records.pages():
                if header_due:
                    parser.read_header(page.record(0))
                    page, header_due = page.after_header(), False
                if not page:
                    continue
                parsed = parser.parse(page, open_line=records.open_line)
                read += len(page)
                refused += len(parsed.refusals)
                gaiji += parsed.gaiji
                if parsed.rows:
                    copy.write("\n".join(parsed.rows) + "\n")
                if parsed.refusals:
                    pickle.dump([astuple(one) for one in parsed.refusals], aside)
                if job.progress:
                    job.progress.read(read)
        if header_due:
            raise FileRefused("空のファイルです。抽出と転送をやり直してください。")
        _keep_what_lies(cursor, job, aside)
    cursor.execute(f"ANALYZE stage ({', '.join(joined)})")
    return Loaded(read, refused, gaiji, records.sha256, parser.titles)


def _keep_what_lies(cursor: Any, job: Job, aside: IO[bytes]) -> None:
    """Refusals were put aside in a file, because the connection was busy with a COPY."""
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
    """Pages of refusals, complete before they are handed out: no query may run while a COPY does."""
    with connection.cursor() as cursor, job.path.open("rb") as file:
        last = 0
        cursor.execute("CREATE INDEX ON refused (line)")
        while True:
            cursor.execute(
                "SELECT line, start, size, detail FROM refused WHERE line > %s ORDER BY line LIMIT %s", [last, CHUNK]
            )
            rows = cursor.fetchall()
            if not rows:
                return
            page = []
            for last, start, size, detail in rows:
                file.seek(start)
                page.append(Refusal(last, code, field, reason.format(detail=detail), file.read(size)))
            yield page
