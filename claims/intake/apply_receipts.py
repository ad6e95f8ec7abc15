"""Receipts from the staging table into the ledger: money is added, a wrong receipt is taken back by reversal."""

from typing import Any

from claims.intake.checks import ORPHAN, OVERPAID, RECEIPT_CHECKS, check, check_until_stable
from claims.intake.job import Counts, Job, same_key
from toyota_collect.temporary import fresh_table, table_from

BOOKED = """
SELECT r.receipt_number, r.id AS receipt_id, r.paid_on, e.claim_id,
    -coalesce(sum(e.amount_yen) FILTER (WHERE e.component = 'principal'), 0)::bigint AS principal_yen,
    -coalesce(sum(e.amount_yen) FILTER (WHERE e.component = 'fee'), 0)::bigint AS fee_yen,
    -coalesce(sum(e.amount_yen) FILTER (WHERE e.component = 'late'), 0)::bigint AS late_yen,
    bool_or(v.id IS NOT NULL) AS is_reversed
FROM claims_receipt r JOIN claims_entry e ON e.receipt_id = r.id AND e.kind = 'receipt'
LEFT JOIN claims_entry v ON v.reverses_id = e.id
WHERE r.source_id = %(source)s AND r.taken_back_at IS NULL
    AND r.receipt_number IN (SELECT receipt_number FROM stage UNION SELECT cancels FROM stage WHERE cancels <> '')
GROUP BY r.id, e.claim_id
"""
PAID = f"""
SELECT s.*, s.principal_yen + s.fee_yen + s.late_yen AS amount_yen, c.id AS claim_id, c.ground, feed.by AS books_money,
    coalesce(c.principal_yen, 0) AS owed_yen, coalesce(c.fee_yen, 0) AS owed_fee_yen,
    coalesce(b.receipt_id, nextval('claims_receipt_id_seq')) AS receipt_id,
    b.receipt_id IS NULL AND NOT coalesce(o.is_reversed, false) AS is_new
FROM stage s LEFT JOIN LATERAL (
    SELECT f.by FROM claims_bookingsource f WHERE f.kind_id = s.kind AND f.starts_on <= s.paid_on
    ORDER BY f.starts_on DESC LIMIT 1
) feed ON true
LEFT JOIN claims_claim c ON c.source_id = %(source)s AND {same_key("s", "c")}
LEFT JOIN booked b ON b.receipt_number = s.receipt_number
LEFT JOIN booked o ON o.receipt_number = s.cancels AND s.cancels <> ''
"""
# The receipt each cancellation takes back: already in the ledger, or in the same file.
ORIGINALS = """
SELECT p.line, false AS in_file, b.receipt_id, b.paid_on, b.claim_id, b.principal_yen, b.fee_yen, b.late_yen
FROM paid p JOIN booked b ON b.receipt_number = p.cancels WHERE p.cancels <> ''
UNION ALL
SELECT p.line, true, f.receipt_id, f.paid_on, f.claim_id, f.principal_yen, f.fee_yen, f.late_yen
FROM paid p JOIN paid f ON f.receipt_number = p.cancels AND f.cancels = '' AND f.is_new WHERE p.cancels <> ''
"""
INSERT_RECEIPTS = """
INSERT INTO claims_receipt
    (id, source_id, receipt_number, paid_on, booked_on, channel, amount_yen, left_yen, ground, in_file_id)
SELECT receipt_id, %(source)s, receipt_number, paid_on, booked_on, channel, amount_yen, amount_yen, ground, %(file)s
FROM paid WHERE is_new AND cancels = '' ORDER BY line
"""
NEW_ENTRIES = """
INSERT INTO new_entries
SELECT nextval('claims_entry_id_seq'), e.* FROM (
    SELECT p.claim_id, part.kind, part.component, part.yen, p.paid_on, p.receipt_id, NULL::bigint, ''
    FROM paid p CROSS JOIN LATERAL (VALUES
        (1, 'late_fixed', 'late', p.late_yen), (2, 'receipt', 'late', -p.late_yen),
        (3, 'receipt', 'fee', -p.fee_yen), (4, 'receipt', 'principal', -p.principal_yen)
    ) part (place, kind, component, yen)
    WHERE p.is_new AND p.cancels = '' AND part.yen <> 0 ORDER BY p.line, part.place
) e
"""
REVERSALS = """
INSERT INTO new_entries
SELECT nextval('claims_entry_id_seq'), e.* FROM (
    SELECT old.claim_id, 'reversal', old.component, -old.amount_yen, p.paid_on, old.receipt_id, old.id,
        '領収取消 ' || p.receipt_number
    FROM paid p JOIN originals o ON o.line = p.line
    JOIN (
        SELECT id, claim_id, kind, component, amount_yen, receipt_id FROM new_entries
        UNION ALL SELECT id, claim_id, kind, component, amount_yen, receipt_id FROM claims_entry
            WHERE receipt_id IN (SELECT receipt_id FROM originals)
    ) old ON old.receipt_id = o.receipt_id AND old.kind IN ('receipt', 'late_fixed')
    WHERE p.is_new AND p.cancels <> '' ORDER BY p.line, old.id
) e
"""
# One statement, so that a cancellation and the payment that replaces it meet the balance check together.
INSERT_ENTRIES = """
INSERT INTO claims_entry (id, claim_id, kind, component, amount_yen, "on", receipt_id, reverses_id, in_file_id, by_id, note)
SELECT id, claim_id, kind, component, amount_yen, day, receipt_id, reverses_id, %(file)s, %(by)s, note
FROM new_entries ORDER BY id
"""
# Nothing of a cancelled receipt may be used again.
CANCELLATIONS = """
INSERT INTO claims_receiptcancellation (receipt_id, "on", reason, by_id, in_file_id)
SELECT DISTINCT ON (o.receipt_id) o.receipt_id, p.paid_on, '領収取消 ' || p.receipt_number, %(by)s, %(file)s
FROM paid p JOIN originals o ON o.line = p.line WHERE p.is_new AND p.cancels <> '' ORDER BY o.receipt_id, p.line
"""
# Desk and import lock claims in one order (claims_post_entries).
LOCK_CLAIMS = """
SELECT count(*) FROM (
    SELECT FROM claims_claim WHERE id IN (SELECT claim_id FROM new_entries) ORDER BY id FOR NO KEY UPDATE
) locked
"""
# A payment that leaves part of the principal is an acknowledgement of the rest (一部納付 = 承認, 民法152条).
PART_PAYMENTS = """
WITH touched AS (
    SELECT DISTINCT claim_id FROM new_entries
), credits AS (
    SELECT e.claim_id, e.on AS day, sum(e.amount_yen) AS yen
    FROM touched t JOIN claims_entry e ON e.claim_id = t.claim_id LEFT JOIN claims_entry v ON v.reverses_id = e.id
    WHERE e.component = 'principal' AND e.reverses_id IS NULL AND v.id IS NULL
        AND e.kind NOT IN ('levy', 'correction', 'exemption')
    GROUP BY e.claim_id, e.on
), running AS (
    SELECT claim_id, day, sum(yen) OVER (PARTITION BY claim_id ORDER BY day) AS yen FROM credits
)
INSERT INTO claims_claimevent (claim_id, kind, "on", detail, ground, origin, by_id, written_at)
SELECT r.claim_id, 'part_payment', r.day, '{}', c.ground, %(origin)s, %(by)s, now()
FROM running r JOIN claims_claim c ON c.id = r.claim_id
WHERE c.levied_yen + r.yen > 0
    AND (r.claim_id, r.day) IN (SELECT claim_id, day FROM new_entries WHERE kind = 'receipt')
ON CONFLICT (claim_id, kind, "on") DO UPDATE SET withdrawn_at = NULL
"""
# Few payments are cancelled; whether another one stands on the day is asked of those alone.
WITHDRAW_PART_PAYMENTS = """
WITH cancelled AS MATERIALIZED (
    SELECT DISTINCT v.id, v.claim_id, v.on
    FROM paid p JOIN originals o ON o.line = p.line JOIN claims_claimevent v ON v.claim_id = o.claim_id
    WHERE p.is_new AND v.kind = 'part_payment' AND v.on = o.paid_on AND v.by_id = %(by)s AND v.withdrawn_at IS NULL
), others AS MATERIALIZED (
    SELECT e.id, e.claim_id, e.on FROM claims_entry e WHERE e.claim_id IN (SELECT claim_id FROM cancelled) AND e.kind = 'receipt'
)
UPDATE claims_claimevent v SET withdrawn_at = now() FROM cancelled c
WHERE v.id = c.id AND NOT EXISTS (
    SELECT FROM others e WHERE e.claim_id = c.claim_id AND e.on = c.on
        AND NOT EXISTS (SELECT FROM claims_entry r WHERE r.reverses_id = e.id)
)
"""
COUNTS = "SELECT count(*) FILTER (WHERE is_new), 0, count(*) FILTER (WHERE NOT is_new) FROM paid"


def validate(cursor: Any, job: Job) -> int:
    """Refuse staged rows that contradict each other or the ledger; what is left stands in ``paid``. Returns how many."""
    table_from(cursor, "booked", BOOKED, job.params)
    table_from(cursor, "paid", PAID, job.params)
    refused = check(cursor, job, "paid", RECEIPT_CHECKS)
    table_from(cursor, "originals", ORIGINALS, job.params)
    return refused + check_until_stable(cursor, job, "paid", (ORPHAN, OVERPAID))


def apply(cursor: Any, job: Job) -> Counts:
    """Write receipts, entries and 一部納付 of the rows in ``paid``; return what became of the rows."""
    cursor.execute(COUNTS)
    counts = Counts(*cursor.fetchone())
    columns = "id bigint, claim_id bigint, kind text, component text, amount_yen bigint, day date, receipt_id bigint"
    fresh_table(cursor, "new_entries", f"{columns}, reverses_id bigint, note text")
    for statement in (INSERT_RECEIPTS, NEW_ENTRIES, REVERSALS):
        cursor.execute(statement, job.params)
    cursor.execute("ANALYZE new_entries")
    for statement in (LOCK_CLAIMS, INSERT_ENTRIES, CANCELLATIONS, WITHDRAW_PART_PAYMENTS, PART_PAYMENTS):
        cursor.execute(statement, job.params)
    return counts
