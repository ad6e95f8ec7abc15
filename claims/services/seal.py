"""Sealing the ledger: entries in sequence order, hashed in blocks that are chained (改ざん検知).

Writers never wait for each other: they share an advisory lock, and the sealing job takes it alone only for the
moment in which no writer holds it. So a block never misses an entry that was still being written.
"""

import hashlib

from django.db import OperationalError, connection, transaction

from claims.models import SealBlock
from claims.models.ledger import SEAL_LOCK

BLOCK = 10_000
PATIENCE = "5s"
# What an entry says, with the receipt it came from; written_at in UTC so that a session's time zone changes nothing.
# concat_ws leaves out what is NULL, so the last two change no older hash.
LINE = """concat_ws('|', e.id, e.claim_id, e.kind, e.component, e.amount_yen, e.on, coalesce(e.reverses_id, 0), e.by_id,
    e.note, extract(epoch FROM e.written_at), coalesce(r.source_id, 0), coalesce(r.receipt_number, ''),
    coalesce(r.paid_on::text, ''), coalesce(r.amount_yen, 0), 'o' || e.overpayment_id, 'y' || e.accounting_year)"""
BLOCK_SQL = f"""
WITH block AS (
    SELECT e.id, {LINE} AS line FROM claims_entry e LEFT JOIN claims_receipt r ON r.id = e.receipt_id
    WHERE e.id > %s AND e.id <= %s ORDER BY e.id LIMIT %s
)
SELECT min(id), max(id), count(*), encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY id), 'UTF8')), 'hex')
FROM block
"""  # noqa: S608  LINE is the constant above
LAST_ID = 2**63 - 1


class WritersBusy(Exception):
    """Somebody has been writing entries for longer than one waits."""


def hold_off_writers() -> None:
    """Until the end of this transaction nobody writes entries, and all that were being written are there to be read.

    Raises:
        WritersBusy: somebody is still writing after ``PATIENCE``.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [PATIENCE])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError as error:
        raise WritersBusy from error


def chain(former: str, content: str) -> str:
    """Hash of a block in the chain: over the former block's chain hash and its own content hash (both hex)."""
    return hashlib.sha256(f"{former}{content}".encode()).hexdigest()


def seal_new_entries() -> int:
    """Seal what was written since the last block; return how many entries were sealed.

    Returns 0 without waiting while somebody is writing: the next beat comes soon.
    """
    sealed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEAL_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = SealBlock.objects.order_by("-pk").first()
        after, former = (last.last_entry, last.chain_sha256) if last else (0, "")
        while True:
            cursor.execute(BLOCK_SQL, [after, LAST_ID, BLOCK])
            first, after_block, count, content = cursor.fetchone()
            if not count:
                return sealed
            former = chain(former, content)
            SealBlock.objects.create(
                first_entry=first,
                last_entry=after_block,
                entries=count,
                content_sha256=content,
                chain_sha256=former,
            )
            after, sealed = after_block, sealed + count
