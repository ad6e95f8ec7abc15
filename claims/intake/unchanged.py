"""Lines that the source's last claims file brought too, and that nothing has touched since: counted, not read again.

A line is known by its bytes. It counts as unchanged only if the file that brought it is committed still, lines are read
under the same layout, heading, kinds, holidays, 外字 and program, and neither its claim nor its person was touched by
anybody else since. Whoever is read about is read with their last line, which tells who they are; where it may tell
another thing than before, with all their lines. Whatever is not certain is read: docs/adr/0010-direct-loading.md.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from claims.intake.hashes import LineHasher
from claims.intake.job import Job, same_key
from claims.intake.records import CHUNK, HASH_BYTES, Page, Records
from claims.intake.remembered import NUMBERS, Basis, read_known
from claims.intake.second_reader import SecondReader
from claims.models import ClaimKind, ImportFile, KnownLines
from claims.services.gaiji import characters_of
from debtors.services.identities import FACTS
from toyota_collect.models import Holiday

AHEAD = 2 * CHUNK  # known lines among which those of a page are looked for
APPS = ("toyota_collect", "debtors", "claims")
Place = tuple[int, int, int]  # line, start, size
# Claims somebody else touched since. What the file itself changed counts as touched, too.
TOUCHED = """
SELECT claim_id FROM claims_entry WHERE written_at >= %(since)s AND in_file_id IS DISTINCT FROM %(known)s
    AND kind IN ('levy', 'correction', 'exemption', 'reversal') AND claim_id IS NOT NULL
UNION SELECT claim_id FROM claims_claimevent WHERE kind = 'dunning'
    AND (id > %(last_event)s OR written_at >= %(since)s AND written_at <> %(booked_at)s)
UNION SELECT claim_id FROM claims_claimeventhistory WHERE kind = 'dunning' AND pgh_created_at >= %(since)s
UNION SELECT pgh_obj_id FROM claims_claimhistory WHERE pgh_created_at >= %(since)s
"""
# People that somebody else touched since, or gave a claim to or from: it is not sure who they are.
DOUBTFUL = f"""
SELECT unnest(ARRAY[h.identity_id, c.identity_id])
    FROM claims_claimhistory h LEFT JOIN claims_claim c ON c.id = h.pgh_obj_id
    WHERE h.pgh_created_at >= %(since)s AND h.identity_id IS DISTINCT FROM c.identity_id
UNION SELECT i.id FROM debtors_sourceidentityhistory h JOIN debtors_sourceidentity i ON i.id = h.pgh_obj_id
    WHERE h.pgh_created_at >= %(since)s AND ({", ".join(f"h.{name}" for name in FACTS)}, h.ground)
        IS DISTINCT FROM ({", ".join(f"i.{name}" for name in FACTS)}, i.ground)
"""
# Claims and people that the rows read so far are about.
NAMED_CLAIMS = f"""
SELECT c.id FROM stage s JOIN claims_claim c ON c.source_id = %(source)s AND {same_key("s", "c")}
"""
NAMED_PEOPLE = """
SELECT i.id, max(s.line) FROM stage s
JOIN debtors_sourceidentity i ON i.source_id = %(source)s AND i.person_number = s.person_number GROUP BY i.id
"""


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
    parts = KnownLines.objects.filter(file=last, read_under=basis.read_under).select_related("file")
    return parts.defer("hashes", *NUMBERS).first()


class Comparison:
    """A file beside the known lines: which are kept, and which lines have to be read.

    Both run in the same order, but for what was added, changed or left out. A line that was moved back is read.
    """

    def __init__(self, job: Job, last: KnownLines) -> None:
        self.known = read_known(last.file)
        self.rows = 0  # of the file
        self._job = job
        self._last = last
        self._wanted: list[Place] = []

    def run(self, cursor: Any, pages: Iterable[Page], records: Records) -> None:
        """Read the whole file by its hashes."""
        reached = 0
        with SecondReader(LineHasher(), self._job.path) as second:
            for page, hashes in second.parsed(pages, records):
                reached = self._meet(page, hashes, reached)
                self.rows += len(page)
                if self._job.progress:
                    self._job.progress.read(self.rows)
        self._set_aside(cursor)

    def pays(self) -> bool:
        """Whether reading only what differs is less than reading all: half of the file is as it was."""
        return 2 * self.known.kept() > self.rows

    def to_read(self, cursor: Any, file: BinaryIO) -> Iterator[Page]:
        """Pages of the lines that have to be read: those that differ, then those that what was read bears on.

        The latter were known to be about no other claims and people, and name nothing more. After each page the caller has
        put it into ``stage``.
        """
        yield from self._pages(file)
        cursor.execute("ANALYZE stage")
        self._take_out(_numbers(cursor, NAMED_CLAIMS, self._job.params), _named(cursor, self._job), set())
        yield from self._pages(file)

    def _pages(self, file: BinaryIO) -> Iterator[Page]:
        wanted, self._wanted = sorted(self._wanted), []
        for begin in range(0, len(wanted), CHUNK):
            lines, starts, sizes = zip(*wanted[begin : begin + CHUNK], strict=True)
            yield Page(lines, starts, [_bytes(file, *place) for place in zip(starts, sizes, strict=True)])

    def _meet(self, page: Page, hashes: list[bytes], reached: int) -> int:
        """Put the lines of a page to their places from ``reached`` on; return the place up to which they were met."""
        known, near = self.known, None
        ours, theirs = b"".join(hashes), known.hashes
        sizes = array("i", map(len, page.raws))
        at = 0
        while at < len(page):
            if same := _same(ours, at, theirs, reached):
                here, there = slice(at, at + same), slice(reached, reached + same)
                known.lines[there] = array("i", page.lines[here])
                known.starts[there] = array("q", page.starts[here])
                known.sizes[there] = sizes[here]
                at, reached = at + same, reached + same
                continue
            # Most often one line was changed, left out or added: then the next one follows, or this one.
            if _hash(theirs, reached + 1) in (_hash(ours, at), _hash(ours, at + 1)):
                reached += 1
                if _hash(theirs, reached) == hashes[at]:
                    continue
            elif _hash(ours, at + 1) != _hash(theirs, reached):
                near = near or self._near(hashes, reached)
                if (place := near.get(hashes[at], -1)) >= reached:
                    reached = place
                    continue
            self._wanted.append((page.lines[at], page.starts[at], sizes[at]))
            at += 1
        return reached

    def _near(self, hashes: list[bytes], reached: int) -> dict[bytes, int]:
        """The known lines that follow by their hash; where many were left out, those that follow further on."""
        found = self._from(reached)
        if hashes[0] not in found and hashes[-1] not in found:
            for one, before in ((hashes[0], 0), (hashes[-1], len(hashes))):
                at = self.known.hashes.find(one, reached * HASH_BYTES)
                if at >= 0 and at % HASH_BYTES == 0:
                    return self._from(max(reached, at // HASH_BYTES - before))
        return found

    def _from(self, reached: int) -> dict[bytes, int]:
        places = range(reached, min(reached + AHEAD, len(self.known.claims)))
        return dict(zip(self.known.hashes_of(places), places, strict=True))

    def _set_aside(self, cursor: Any) -> None:
        """Read what others touched since, and all of the people whose last line is another one."""
        last = self._last
        params = self._job.params | {"known": last.file_id, "since": last.unseen_since}
        params |= {"booked_at": last.booked_at, "last_event": last.last_event}
        absent = {one for one, line in zip(self.known.identities, self.known.lines, strict=True) if not line}
        self._take_out(_numbers(cursor, TOUCHED, params), dict.fromkeys(absent, 0), _numbers(cursor, DOUBTFUL, params))

    def _take_out(self, touched: set[int], named: dict[int, int], doubtful: set[int]) -> None:
        """Read lines that were kept: those of touched claims, the last one of each person read about, and all where that is not sure.

        ``named``: the last line read so far that is about a person, 0 for none. The last line says who somebody is. It is
        sure that it says what it said if it was the last before, too, may not be refused, and no line follows it.
        """
        known = self.known
        out = {place for place, one in enumerate(known.claims) if one in touched and known.lines[place] > 0}
        read_about = {known.identities[place] for place in out} | {one for one, line in named.items() if line}
        people = doubtful.union(named, read_about)
        places_of = defaultdict(list)
        for place, one in enumerate(known.identities):
            if one in people:
                places_of[one].append(place)
        for person, places in places_of.items():
            last = places[-1]
            line = abs(known.lines[last])
            if person in doubtful or last in out or not line or named.get(person, 0) > line:
                out.update(places)
            elif person in read_about:
                out.add(last)
        for place in out:
            if (line := known.lines[place]) > 0:
                self._wanted.append((line, known.starts[place], known.sizes[place]))
                known.lines[place] = -line


def _same(ours: bytes, at: int, theirs: bytes, place: int) -> int:
    """How many hashes in a row are the same, from ``at`` and ``place`` on."""
    begin, other = at * HASH_BYTES, place * HASH_BYTES
    most = min(len(ours) - begin, len(theirs) - other) // HASH_BYTES
    low, step = 0, 1
    while step and low < most:
        far = min(low + step, most)
        if (
            ours[begin + low * HASH_BYTES : begin + far * HASH_BYTES]
            == theirs[other + low * HASH_BYTES : other + far * HASH_BYTES]
        ):
            low, step = far, 2 * step
        else:
            most, step = far - 1, (far - low) // 2
    return low


def _hash(hashes: bytes, place: int) -> bytes:
    """The hash at a place; empty beyond the end."""
    return hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]


def _numbers(cursor: Any, query: str, params: dict[str, Any]) -> set[int]:
    cursor.execute(query, params)
    return {number for (number,) in cursor.fetchall()}


def _named(cursor: Any, job: Job) -> dict[int, int]:
    cursor.execute(NAMED_PEOPLE, job.params)
    return dict(cursor.fetchall())


def _bytes(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
