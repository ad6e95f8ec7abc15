"""Lines that the source's last claims file brought too, and that nothing has touched since: counted, not read again.

A line is known by its bytes. It counts as unchanged only if the file that brought it is committed still, lines are read
under the same layout, heading, kinds, holidays, 外字 and program, and neither its claim nor its person was touched by
anybody else since. Whoever is read about is read with their last line, which tells who they are; where it may tell
another thing than before, with all their lines. Whatever is not certain is read: docs/adr/0010-direct-loading.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from claims.intake.job import Job, same_key
from claims.intake.parse import LineHasher
from claims.intake.records import Page, Records
from claims.intake.second_reader import SecondReader
from claims.intake.tables import by_line, copy_into
from claims.models import ClaimKind, ImportFile, KnownLines
from claims.services.gaiji import characters_of
from debtors.services.identities import FACTS
from toyota_collect.models import Holiday
from toyota_collect.temporary import fresh_table, table_from

PART = 5_000  # lines
APPS = ("toyota_collect", "debtors", "claims")
KEPT_COLUMNS = """line integer, start bigint, size integer, hash uuid, place bigint, levied_yen bigint, claim_id bigint,
    identity_id bigint, kind bigint, levy_year integer, instalment integer"""
BEFORE = """
SELECT p.part::bigint * %(part)s + l.n AS place, l.hash, l.claim_id, l.levied_yen, c.identity_id, c.kind_id AS kind,
    c.levy_year, c.instalment
FROM claims_knownlines p, unnest(p.hashes, p.claims, p.levies) WITH ORDINALITY l (hash, claim_id, levied_yen, n)
JOIN claims_claim c ON c.id = l.claim_id AND c.source_id = %(source)s
WHERE p.file_id = %(known)s
"""
KEPT = """
SELECT l.line, l.start, l.size, l.hash, b.place, b.levied_yen, b.claim_id, b.identity_id, b.kind, b.levy_year, b.instalment
FROM lines l JOIN before b ON b.hash = l.hash
"""
WANTED = "SELECT line, start, size FROM lines l WHERE NOT EXISTS (SELECT FROM kept k WHERE k.line = l.line)"
# Claims somebody else touched since, or that have two lines now. What the file itself changed counts as touched, too.
TOUCHED = """
SELECT claim_id FROM claims_entry WHERE written_at >= %(since)s AND in_file_id IS DISTINCT FROM %(known)s
    AND kind IN ('levy', 'correction', 'exemption', 'reversal') AND claim_id IS NOT NULL
UNION SELECT claim_id FROM claims_claimevent WHERE kind = 'dunning'
    AND (id > %(last_event)s OR written_at >= %(since)s AND written_at <> %(booked_at)s)
UNION SELECT claim_id FROM claims_claimeventhistory WHERE kind = 'dunning' AND pgh_created_at >= %(since)s
UNION SELECT pgh_obj_id FROM claims_claimhistory WHERE pgh_created_at >= %(since)s
UNION SELECT claim_id FROM kept GROUP BY claim_id HAVING count(*) > 1
"""
# The last line says who a person is. It is sure that it says what it said if it was the last before, too, and nobody
# else touched the person since or gave a claim to or from them.
PEOPLE = f"""
SELECT p.identity_id, p.last_line, p.place_of_last = b.last_place AND u.identity_id IS NULL AS sure
FROM (
    SELECT identity_id, max(line) AS last_line, max((line::bigint << 32) + place) & ((1::bigint << 32) - 1) AS place_of_last
    FROM kept GROUP BY identity_id
) p JOIN (SELECT identity_id, max(place) AS last_place FROM before GROUP BY identity_id) b USING (identity_id)
LEFT JOIN (
    SELECT unnest(ARRAY[h.identity_id, c.identity_id]) AS identity_id
        FROM claims_claimhistory h LEFT JOIN claims_claim c ON c.id = h.pgh_obj_id
        WHERE h.pgh_created_at >= %(since)s AND h.identity_id IS DISTINCT FROM c.identity_id
    UNION SELECT i.id FROM debtors_sourceidentityhistory h JOIN debtors_sourceidentity i ON i.id = h.pgh_obj_id
        WHERE h.pgh_created_at >= %(since)s AND ({", ".join(f"h.{name}" for name in FACTS)}, h.ground)
            IS DISTINCT FROM ({", ".join(f"i.{name}" for name in FACTS)}, i.ground)
) u USING (identity_id)
"""
# Claims and people that the rows read so far are about.
NAMED_CLAIMS = f"""
SELECT c.id AS claim_id FROM stage s JOIN claims_claim c ON c.source_id = %(source)s AND {same_key("s", "c")}
"""
NAMED_PEOPLE = """
SELECT i.id AS identity_id, max(s.line) AS last_line FROM stage s
JOIN debtors_sourceidentity i ON i.source_id = %(source)s AND i.person_number = s.person_number GROUP BY i.id
"""
# It is no more sure who a person is whose last line may be refused, or is another one.
UNSURE = (
    """UPDATE people p SET sure = false FROM kept k JOIN touched t ON t.claim_id = k.claim_id
    WHERE p.identity_id = k.identity_id AND p.last_line = k.line AND p.sure""",
    "UPDATE people p SET sure = false FROM named n WHERE n.identity_id = p.identity_id AND n.last_line > p.last_line AND p.sure",
)
# Lines of touched claims; all lines of people of whom it is not sure; of others that are read about, the last line.
TAKE_OUT = """
WITH gone AS (
    DELETE FROM kept k WHERE k.line IN (
        SELECT k.line FROM kept k JOIN touched t ON t.claim_id = k.claim_id
        UNION SELECT k.line FROM kept k JOIN people p ON p.identity_id = k.identity_id AND NOT p.sure
        UNION SELECT p.last_line FROM people p JOIN named n ON n.identity_id = p.identity_id
    ) RETURNING line, start, size
)
INSERT INTO wanted SELECT line, start, size FROM gone
"""
REMEMBER = """
INSERT INTO claims_knownlines (file_id, part, read_under, unseen_since, booked_at, last_event, hashes, claims, levies)
SELECT %(file)s, line / %(part)s, %(read_under)s, %(since)s, now(),
    coalesce((SELECT max(id) FROM claims_claimevent), 0),
    array_agg(hash ORDER BY line), array_agg(claim_id ORDER BY line), array_agg(levied_yen ORDER BY line)
FROM (
    SELECT s.line, s.hash, coalesce(k.claim_id, s.new_id) AS claim_id, s.levied_yen
    FROM stage s LEFT JOIN known k ON k.line = s.line
    UNION ALL SELECT line, hash, claim_id, levied_yen FROM kept
) taken GROUP BY line / %(part)s
"""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a file is read under, and since when it may not have seen what others did (see ``KnownLines``)."""

    read_under: str
    since: datetime


def basis_of(cursor: Any, job: Job, titles: list[str]) -> Basis | None:
    """On what lines of this file can be known again; ``None`` where they never are.

    Without a heading the first rows say how many columns a row has, so no row can be read alone. A file of mended rows
    says nothing of the others. Call it before anything of the ledger is read.
    """
    layout = job.layout
    if layout.content != "claims" or job.file.parent is not None or not layout.pages_stand_alone:
        return None
    # Whoever is at work now may commit what we do not see. The clocks of our machines may differ a little.
    cursor.execute(
        "SELECT least(now(), min(xact_start)) - interval '5 minutes' FROM pg_stat_activity"
        " WHERE datname = current_database()"
    )
    (since,) = cursor.fetchone()
    facts = (
        layout,
        titles,
        list(ClaimKind.objects.order_by("pk").values_list("pk", "code", "section", "ground")),
        list(Holiday.objects.order_by("on").values_list("on", flat=True)),
        sorted(characters_of(job.source).items()),
        _program(),
    )
    return Basis(sha256(repr(facts).encode()).hexdigest(), since)


@cache
def _program() -> str:
    """A hash of our own code: after a change of it every line is read anew once."""
    found = sha256()
    for app in APPS:
        for path in sorted(Path(settings.ROOT, app).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def last_lines(job: Job, basis: Basis | None) -> KnownLines | None:
    """A part of what the source's last file brought; ``None`` where nothing of it may be trusted.

    Only the last file, and only while it is committed: whoever takes a file back ends this, too.
    """
    if basis is None:
        return None
    files = ImportFile.objects.filter(source=job.source, layout=job.layout.code, parent=None)
    last = files.filter(status=ImportFile.Status.COMMITTED).order_by("-pk").first()
    return KnownLines.objects.filter(file=last, read_under=basis.read_under).defer("hashes", "claims", "levies").first()


def keep_nothing(cursor: Any) -> None:
    """Table ``kept``, empty: every line is read."""
    fresh_table(cursor, "kept", KEPT_COLUMNS)


def set_aside(cursor: Any, job: Job, last: KnownLines, pages: Iterable[Page], records: Records) -> int:
    """Put the unchanged lines into table ``kept``, those to be read into ``wanted``; return how many lines there are."""
    params = job.params | {"part": PART, "known": last.file_id, "since": last.unseen_since}
    params |= {"booked_at": last.booked_at, "last_event": last.last_event}
    count = _copy_lines(cursor, job, pages, records)
    for name, query in (
        ("before", BEFORE),
        ("kept", KEPT),
        ("wanted", WANTED),
        ("touched", TOUCHED),
        ("people", PEOPLE),
    ):
        table_from(cursor, name, query, params)
    _take_out(cursor, job)
    return count


def _copy_lines(cursor: Any, job: Job, pages: Iterable[Page], records: Records) -> int:
    """Table ``lines``: where each line stands and its hash. The last one without its line end is told apart."""
    fresh_table(cursor, "lines", "line integer, start bigint, size integer, hash uuid")
    count = 0
    with copy_into(cursor, "lines") as copy, SecondReader(LineHasher(), job.path) as second:
        for page, hashed in second.parsed(pages, records):
            copy.write("\n".join(hashed.rows) + "\n")
            count += len(page)
            if job.progress:
                job.progress.read(count)
    cursor.execute("ANALYZE lines")
    return count


def to_read(cursor: Any, job: Job, file: BinaryIO) -> Iterator[Page]:
    """Pages of the lines that have to be read, until what was read names nothing more that is kept.

    Between two pages the caller has put the page into ``stage``.
    """
    while True:
        for rows in by_line("wanted", "start, size"):
            lines, starts, sizes = zip(*rows, strict=True)
            yield Page(lines, starts, [_bytes(file, *place) for place in zip(starts, sizes, strict=True)])
        cursor.execute("ANALYZE stage")
        fresh_table(cursor, "wanted", "line integer, start bigint, size integer")
        table_from(cursor, "touched", NAMED_CLAIMS, job.params)
        if not _take_out(cursor, job):
            return


def _take_out(cursor: Any, job: Job) -> int:
    """Move lines from ``kept`` to ``wanted``; return how many."""
    table_from(cursor, "named", NAMED_PEOPLE, job.params)
    for statement in (*UNSURE, TAKE_OUT):
        cursor.execute(statement)
    return int(cursor.rowcount)


def _bytes(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def remember(cursor: Any, job: Job, basis: Basis) -> None:
    """Keep the lines of a file that was taken in, in place of those of the source's file before."""
    KnownLines.objects.filter(file__source=job.source, file__layout=job.layout.code).delete()
    cursor.execute(REMEMBER, job.params | {"part": PART, "read_under": basis.read_under, "since": basis.since})
