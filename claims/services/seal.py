"""Sealing the ledger: entries in sequence order, hashed in blocks that are chained (改ざん検知; ``toyota_collect.chains``)."""

from typing import Any

from claims.models import Entry, SealBlock
from claims.models.ledger import SEAL_LOCK
from toyota_collect import chains
from toyota_collect.chains import Chain

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


class EntryChain(Chain):
    def block(self) -> str:
        return BLOCK_SQL

    def kept(self, hashed: str) -> dict[str, Any]:
        return {"content_sha256": hashed}


LEDGER = EntryChain(name="ledger", label="台帳", seals=SealBlock, rows=Entry, lock=SEAL_LOCK)


def hold_off_writers() -> None:
    """Until the end of this transaction nobody writes entries, and all that were being written are there to be read.

    Raises:
        WritersBusy: somebody is still writing after ``PATIENCE``.
    """
    chains.hold_off_writers(LEDGER, patience=PATIENCE)


def seal_new_entries() -> int:
    """Seal what was written since the last block; return how many entries were sealed.

    Returns 0 while somebody has been writing for long: the next beat comes soon.
    """
    return chains.seal(LEDGER)
