"""Hash chains (改ざん検知): rows that are never changed, sealed in sequence order in blocks that are chained.

Writers never wait for each other: a trigger lets them share an advisory lock before the first row gets its number. The
sealing job takes the lock alone only for the moment in which it reads the last number, and hashes without it. So a block
never misses a row that was still being written, and nobody waits while hashes are made.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Max, Model

from toyota_collect.models.seals import LogBlock, SealedBlock

BLOCK = 10_000
LEAF = 16  # bytes of a row's SHA-256 that a block keeps
PATIENCE = "200ms"  # so long writers may be held up, once a beat, where they leave the sealing no gap
LAST_ID = 2**63 - 1
LINES_SQL = """
SELECT e.id, substring(sha256(convert_to(jsonb_build_array({facts})::text, 'UTF8')) FOR 16) AS leaf
FROM {table} e WHERE e.id > %s AND e.id <= %s ORDER BY e.id LIMIT %s
"""
BLOCK_SQL = "SELECT min(id), max(id), count(*), string_agg(leaf, ''::bytea ORDER BY id) FROM ({lines}) block"


class WritersBusy(Exception):
    """Somebody has been writing rows of the chain for longer than one waits."""


@dataclass(frozen=True)
class Chain:
    """``seals``: where blocks are kept; ``rows``: what is sealed; ``lock``: the advisory lock that its writers share
    (``share_the_seal_lock``).
    """

    name: str
    label: str
    seals: type[SealedBlock]
    rows: type[Model]
    lock: int

    def block(self) -> str:
        """SQL of a block: first and last number, rows, and what is hashed of them; of the rows after one number up to
        another (included), so many at most.
        """
        raise NotImplementedError

    def kept(self, hashed: Any) -> dict[str, Any]:
        """The fields of a block that hold what was hashed."""
        raise NotImplementedError


@dataclass(frozen=True)
class LogChain(Chain):
    """A chain whose blocks know each row. ``facts``: what a row says, as SQL over the alias ``e``, its number first."""

    facts: str

    def lines(self) -> str:
        return LINES_SQL.format(facts=self.facts, table=self.rows._meta.db_table)

    def block(self) -> str:
        return BLOCK_SQL.format(lines=self.lines())

    def kept(self, hashed: bytes) -> dict[str, Any]:
        return {"content_sha256": hashlib.sha256(hashed).hexdigest(), "leaves": hashed}


def hold_off_writers(chain: Chain, *, patience: str) -> None:
    """Until the end of this transaction nobody writes rows of the chain, and all that were being written are there to be read.

    Raises:
        WritersBusy: somebody is still writing after ``patience`` ("5s").
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [patience])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [chain.lock])
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        raise WritersBusy from error


def last_written(chain: Chain) -> int | None:
    """The number up to which every row is there to be read; None while somebody has been writing for too long.

    Call it outside a transaction: the lock is held until the end of the one around it.
    """
    try:
        with transaction.atomic():
            hold_off_writers(chain, patience=PATIENCE)
            last: int | None = chain.rows._base_manager.aggregate(last=Max("pk"))["last"]
            return last or 0
    except WritersBusy:
        return None


def link(former: str, content: str) -> str:
    """Hash of a block in the chain: over the former block's chain hash and its own content hash (both hex)."""
    return hashlib.sha256(f"{former}{content}".encode()).hexdigest()


def seal(chain: Chain) -> int:
    """Seal what was written since the last block; return how many rows. Running twice, or two at once, does no harm."""
    upto = last_written(chain)
    if upto is None:
        return 0
    sealed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        if not alone(chain):
            return 0
        last = chain.seals._default_manager.order_by("-pk").first()
        after, former = (last.last_entry, last.chain_sha256) if last else (0, "")
        while True:
            cursor.execute(chain.block(), [after, upto, BLOCK])
            first, after_block, count, hashed = cursor.fetchone()
            if not count:
                return sealed
            kept = chain.kept(hashed)
            former = link(former, kept["content_sha256"])
            chain.seals._default_manager.create(
                first_entry=first, last_entry=after_block, entries=count, chain_sha256=former, **kept
            )
            after, sealed = after_block, sealed + count


def alone(chain: Chain) -> bool:
    """Whether nobody else seals this chain; until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [chain.lock])  # another space than the writers' lock
        return bool(cursor.fetchone()[0])


def differences(chain: LogChain) -> Iterator[dict[str, Any]]:
    """What of the log is not as it was sealed, block by block, with the row and its place in the chain.

    ``problem``: ``altered`` (the row says something else), ``removed`` (``after``: the row before it), ``added`` (a row that
    was not there when its block was sealed), ``block`` or ``chain`` (the seal itself was changed).
    """
    after, former, place = 0, "", 0
    with connection.cursor() as cursor:
        for block in chain.seals._default_manager.order_by("last_entry").iterator():
            assert isinstance(block, LogBlock)
            kept = bytes(block.leaves)
            cursor.execute(chain.block(), [after, block.last_entry, LAST_ID])
            found = cursor.fetchone()[3] or b""
            if bytes(found) != kept:
                yield from _rows(chain, after, block.last_entry, kept, place)
            if hashlib.sha256(kept).hexdigest() != block.content_sha256 or len(kept) != LEAF * block.entries:
                yield {"log": chain.name, "problem": "block", "rows": [block.first_entry, block.last_entry]}
            if link(former, block.content_sha256) != block.chain_sha256:
                yield {"log": chain.name, "problem": "chain", "rows": [block.first_entry, block.last_entry]}
            after, former, place = block.last_entry, block.chain_sha256, place + block.entries


def _rows(chain: LogChain, after: int, last: int, kept: bytes, place: int) -> Iterator[dict[str, Any]]:
    """Which rows of one block differ from the leaves it keeps; ``place`` rows of the chain come before it."""
    with connection.cursor() as cursor:
        cursor.execute(chain.lines(), [after, last, LAST_ID])
        rows = [(pk, bytes(leaf)) for pk, leaf in cursor.fetchall()]
    leaves = [kept[at : at + LEAF] for at in range(0, len(kept), LEAF)]
    wanted, there = set(leaves), {leaf for _pk, leaf in rows}
    gone = [number for number, leaf in enumerate(leaves) if leaf not in there]
    new = [pk for pk, leaf in rows if leaf not in wanted]
    if len(rows) == len(leaves):  # as many as were sealed: each stands where it stood
        by_place = {number: rows[number][0] for number in gone}
        for number, pk in by_place.items():
            yield {"log": chain.name, "problem": "altered", "row": pk, "place": place + number + 1}
        return
    before = {number: _row_before(rows, leaves, number, after) for number in gone}
    for number in gone:
        yield {"log": chain.name, "problem": "removed", "after": before[number], "place": place + number + 1}
    for pk in new:
        yield {"log": chain.name, "problem": "added", "row": pk}


def _row_before(rows: list[tuple[int, bytes]], leaves: list[bytes], number: int, after: int) -> int:
    """The number of the last row, still as it was, that stood before the place."""
    numbers = {leaf: pk for pk, leaf in rows}
    for leaf in reversed(leaves[:number]):
        if leaf in numbers:
            return numbers[leaf]
    return after
