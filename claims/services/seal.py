"""Sealing the ledger: entries in sequence order, hashed in blocks that are chained (改ざん検知; ``toyota_collect.chains``)."""

from django.db import OperationalError, connection, transaction

from claims.models import SealBlock
from claims.models.ledger import SEAL_LOCK
from toyota_collect.chains import BLOCK, Chain, alone, last_written, link

LEDGER = Chain(name="ledger", label="台帳", seals=SealBlock, table="claims_entry", lock=SEAL_LOCK)
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


def seal_new_entries() -> int:
    """Seal what was written since the last block; return how many entries were sealed.

    Returns 0 while somebody has been writing for long: the next beat comes soon.
    """
    upto = last_written(LEDGER)
    if upto is None:
        return 0
    sealed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        if not alone(LEDGER):
            return 0
        last = SealBlock.objects.order_by("-pk").first()
        after, former = (last.last_entry, last.chain_sha256) if last else (0, "")
        while True:
            cursor.execute(BLOCK_SQL, [after, upto, BLOCK])
            first, after_block, count, content = cursor.fetchone()
            if not count:
                return sealed
            former = link(former, content)
            SealBlock.objects.create(
                first_entry=first,
                last_entry=after_block,
                entries=count,
                content_sha256=content,
                chain_sha256=former,
            )
            after, sealed = after_block, sealed + count
