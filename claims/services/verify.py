"""Proving the ledger: balances, clocks and the hash chain recomputed from what was written."""

import hashlib
from dataclasses import dataclass

from django.db import connection, transaction

from claims.models import SealBlock
from claims.services.clocks import clock_differences
from claims.services.seal import BLOCK_SQL
from toyota_collect.chains import LAST_ID, link

MOST_DIFFERENCES = 200  # listed; a broken ledger has too many to read
BALANCE_SQL = """
SELECT c.id, c.levied_yen, c.principal_yen, c.fee_yen, c.late_yen, c.cost_yen,
    coalesce(s.levied, 0), coalesce(s.principal, 0), coalesce(s.fee, 0), coalesce(s.late, 0), coalesce(s.cost, 0)
FROM claims_claim c LEFT JOIN (
    SELECT claim_id,
        sum(amount_yen) FILTER (WHERE component = 'principal' AND (kind IN ('levy', 'correction', 'exemption')
            OR kind = 'reversal' AND (SELECT o.kind FROM claims_entry o WHERE o.id = e.reverses_id)
                IN ('levy', 'correction', 'exemption'))) AS levied,
        sum(amount_yen) FILTER (WHERE component = 'principal') AS principal,
        sum(amount_yen) FILTER (WHERE component = 'fee') AS fee,
        sum(amount_yen) FILTER (WHERE component = 'late') AS late,
        sum(amount_yen) FILTER (WHERE component = 'cost') AS cost
    FROM claims_entry e GROUP BY claim_id
) s ON s.claim_id = c.id
WHERE (c.levied_yen, c.principal_yen, c.fee_yen, c.late_yen, c.cost_yen) IS DISTINCT FROM
    (coalesce(s.levied, 0), coalesce(s.principal, 0), coalesce(s.fee, 0), coalesce(s.late, 0), coalesce(s.cost, 0))
ORDER BY c.id LIMIT %s
"""
RECEIPT_SQL = """
SELECT r.id, r.left_yen, r.amount_yen - coalesce(e.used, 0) - CASE WHEN c.id IS NULL THEN 0 ELSE r.amount_yen END
FROM claims_receipt r
LEFT JOIN (
    SELECT receipt_id, -sum(amount_yen) AS used FROM claims_entry
    WHERE kind = 'receipt' OR (kind = 'reversal' AND amount_yen > 0) GROUP BY receipt_id
) e ON e.receipt_id = r.id
LEFT JOIN claims_receiptcancellation c ON c.receipt_id = r.id
WHERE r.left_yen <> r.amount_yen - coalesce(e.used, 0) - CASE WHEN c.id IS NULL THEN 0 ELSE r.amount_yen END
ORDER BY r.id LIMIT %s
"""
OVERPAYMENT_SQL = """
SELECT o.id, o.left_yen, coalesce(e.left_yen, 0) FROM claims_overpayment o
LEFT JOIN (
    SELECT overpayment_id, sum(CASE WHEN claim_id IS NULL THEN -amount_yen ELSE amount_yen END) AS left_yen
    FROM claims_entry WHERE overpayment_id IS NOT NULL GROUP BY overpayment_id
) e ON e.overpayment_id = o.id
WHERE o.left_yen <> coalesce(e.left_yen, 0) ORDER BY o.id LIMIT %s
"""
CONTENT_SQL = """
SELECT concat_ws('|', s.code, k.code, c.notice_number, c.levy_year, c.taxation_year, c.instalment, c.detail_code,
    c.collector_number, c.declaration_number, c.business_year_number, c.child_number, c.due_on,
    c.principal_yen, c.fee_yen, c.late_yen, c.cost_yen,
    (SELECT string_agg(concat_ws(',', e.on, e.kind, e.component, e.amount_yen), ';'
        ORDER BY e.on, e.kind, e.component, e.amount_yen) FROM claims_entry e WHERE e.claim_id = c.id))
FROM claims_claim c JOIN debtors_sourcesystem s ON s.id = c.source_id JOIN claims_claimkind k ON k.id = c.kind_id
WHERE c.taken_back_at IS NULL
ORDER BY s.code, k.code, c.notice_number, c.levy_year, c.taxation_year, c.instalment, c.detail_code,
    c.collector_number, c.declaration_number, c.business_year_number, c.child_number
"""


@dataclass(frozen=True)
class Proof:
    """``ok`` only if nothing differs; ``digest`` is SHA-256 (hex) over business content in claim-key order.

    Claims whose import was taken back are proved like all others, but are no content.
    """

    ok: bool
    digest: str
    differences: list[dict[str, object]]


@transaction.atomic
def verify_ledger() -> Proof:
    """Recompute every balance, receipt, clock and seal in one consistent view of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    differences = [
        *_balances(),
        *_kept("receipt", RECEIPT_SQL),
        *_kept("overpayment", OVERPAYMENT_SQL),
        *_seals(),
        *clock_differences(limit=MOST_DIFFERENCES),
    ]
    return Proof(ok=not differences, digest=content_digest(), differences=differences[:MOST_DIFFERENCES])


def _balances() -> list[dict[str, object]]:
    names = ["levied_yen", "principal_yen", "fee_yen", "late_yen", "cost_yen"]
    with connection.cursor() as cursor:
        cursor.execute(BALANCE_SQL, [MOST_DIFFERENCES])
        return [
            {"what": "balance", "claim": row[0], "field": name, "stored": stored, "entries": int(summed)}
            for row in cursor.fetchall()
            for name, stored, summed in zip(names, row[1:6], row[6:], strict=True)
            if stored != summed
        ]


def _kept(what: str, query: str) -> list[dict[str, object]]:
    """Rows of which a stored remainder is not what the entries leave."""
    with connection.cursor() as cursor:
        cursor.execute(query, [MOST_DIFFERENCES])
        return [
            {"what": what, "id": key, "stored": stored, "entries": int(summed)}
            for key, stored, summed in cursor.fetchall()
        ]


def _seals() -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    after, former = 0, ""
    with connection.cursor() as cursor:
        for block in SealBlock.objects.order_by("last_entry").iterator():
            cursor.execute(BLOCK_SQL, [after, block.last_entry, LAST_ID])
            _, _, count, content = cursor.fetchone()
            if content != block.content_sha256 or count != block.entries:
                found.append({"what": "seal", "entries": [after + 1, block.last_entry], "problem": "content"})
            if link(former, block.content_sha256) != block.chain_sha256:
                found.append({"what": "seal", "entries": [after + 1, block.last_entry], "problem": "chain"})
            after, former = block.last_entry, block.chain_sha256
    return found


def content_digest() -> str:
    """SHA-256 (hex) over business content in claim-key order, without ids or times; call it in a transaction."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE ledger NO SCROLL CURSOR FOR {CONTENT_SQL}")
        while True:
            cursor.execute("FETCH 5000 FROM ledger")
            rows = cursor.fetchall()
            if not rows:
                return digest.hexdigest()
            for (line,) in rows:
                digest.update(line.encode() + b"\n")
