"""What files have done to the ledger, told from their ids and their moment in the history, and the same undone.

Set-based, for many files at once: first tables ``undo_…`` say what the files wrote, then one statement a step takes it
back. Entries are append-only, so each is reversed on its own day: the balance of any day is as if the files had never
come. Callers hold a transaction.
"""

from collections.abc import Collection, Sequence
from typing import Any

from claims.models import ImportFile
from debtors.services.withdrawing import find_identities
from toyota_collect.temporary import table_from

FACTS = ("identity_id", "nominal_due_on", "due_on", "contract_on", "el_qr", "section_id", "ground", "section_paid_yen")
NOTE = "取込の取り消し"
BOOKED_ANEW = "取込の取り消しによる記帳のし直し"
ENTRY = 'e.id, e.claim_id, e.receipt_id, e.overpayment_id, e.kind, e.component, e.amount_yen, e."on", e.accounting_year'
FILES = """
SELECT id, source_id, begun_at, seconds, (drew->'claims'->>0)::bigint AS first_claim, (drew->'claims'->>1)::bigint AS last_claim,
    (drew->'identities'->>0)::bigint AS first_identity, (drew->'identities'->>1)::bigint AS last_identity
FROM claims_importfile WHERE id = ANY(%(files)s)
"""
# A determined late charge (延滞金確定) follows a levy that fell below what was paid, while the file holds the claim; its
# entries say of no file.
ENTRIES = f"""
SELECT {ENTRY}, e.reverses_id, e.in_file_id FROM claims_entry e WHERE e.in_file_id IN (SELECT id FROM undo_files)
UNION ALL
SELECT DISTINCT {ENTRY}, e.reverses_id, f.id FROM undo_files f
JOIN claims_entry r ON r.in_file_id = f.id AND r.kind = 'refund' AND r.component = 'principal'
JOIN claims_entry e ON e.claim_id = r.claim_id AND e.id > r.id AND e.in_file_id IS NULL AND e.component = 'late'
    AND e.by_id = r.by_id AND e.written_at <= f.begun_at + f.seconds * interval '1 second'
"""
# Objects as they were before the files first wrote them.
FORMER_CLAIMS = f"""
SELECT DISTINCT ON (h.pgh_obj_id) h.pgh_obj_id AS id, {", ".join(f"h.{name}" for name in FACTS)}
FROM claims_claimhistory h JOIN undo_files f ON f.begun_at = h.pgh_created_at AND f.source_id = h.source_id
ORDER BY h.pgh_obj_id, h.pgh_id
"""
FORMER_EVENTS = """
SELECT DISTINCT ON (h.pgh_obj_id) h.pgh_obj_id AS id, h.claim_id, h.withdrawn_at
FROM claims_claimeventhistory h JOIN undo_files f ON f.begun_at = h.pgh_created_at
JOIN claims_claim c ON c.id = h.claim_id AND c.source_id = f.source_id
WHERE h.written_at NOT IN (SELECT begun_at FROM undo_files) ORDER BY h.pgh_obj_id, h.pgh_id
"""
NEW_EVENTS = """
SELECT v.id, v.claim_id FROM undo_files f JOIN claims_claimevent v ON v.written_at = f.begun_at
JOIN claims_claim c ON c.id = v.claim_id AND c.source_id = f.source_id
"""
CLAIMS = """
SELECT id, bool_or(is_new) AS is_new FROM (
    SELECT c.id, true AS is_new FROM undo_files f
        JOIN claims_claim c ON c.id BETWEEN f.first_claim AND f.last_claim AND c.source_id = f.source_id
    UNION ALL SELECT claim_id, false FROM undo_entries WHERE claim_id IS NOT NULL
    UNION ALL SELECT id, false FROM former_claims
    UNION ALL SELECT claim_id, false FROM former_events
    UNION ALL SELECT claim_id, false FROM new_events
) touched GROUP BY id
"""
RECEIPTS = "SELECT id FROM claims_receipt WHERE in_file_id IN (SELECT id FROM undo_files) AND taken_back_at IS NULL"
OVERPAYMENTS = "SELECT DISTINCT overpayment_id AS id FROM undo_entries WHERE overpayment_id IS NOT NULL"
# Receipts of other files that these have cancelled. A reversal is never reversed, so they are booked anew.
ANEW = """
SELECT old_id, nextval('claims_receipt_id_seq') AS new_id FROM (
    SELECT DISTINCT o.receipt_id AS old_id FROM undo_entries v JOIN claims_entry o ON o.id = v.reverses_id
    WHERE v.kind = 'reversal' AND o.receipt_id NOT IN (SELECT id FROM undo_receipts)
) cancelled ORDER BY old_id
"""
TABLES = (
    ("undo_files", FILES),
    ("undo_entries", ENTRIES),
    ("former_claims", FORMER_CLAIMS),
    ("former_events", FORMER_EVENTS),
    ("new_events", NEW_EVENTS),
    ("undo_claims", CLAIMS),
    ("undo_receipts", RECEIPTS),
    ("undo_overpayments", OVERPAYMENTS),
    ("undo_anew", ANEW),
)
LOCK = (
    """SELECT count(*) FROM (SELECT FROM claims_claim WHERE id IN (SELECT id FROM undo_claims) ORDER BY id FOR UPDATE) l""",
    """SELECT count(*) FROM (SELECT FROM claims_receipt WHERE id IN (SELECT id FROM undo_receipts UNION
        SELECT old_id FROM undo_anew) ORDER BY id FOR NO KEY UPDATE) l""",
    """SELECT count(*) FROM (SELECT FROM claims_overpayment WHERE id IN (SELECT id FROM undo_overpayments)
        ORDER BY id FOR UPDATE) l""",
)
GIVE_NUMBERS_FREE = "UPDATE claims_receipt r SET taken_back_at = now() FROM undo_anew a WHERE r.id = a.old_id"
RECEIPTS_ANEW = """
INSERT INTO claims_receipt
    (id, source_id, receipt_number, paid_on, booked_on, channel, amount_yen, left_yen, ground, in_file_id)
SELECT a.new_id, r.source_id, r.receipt_number, r.paid_on, r.booked_on, r.channel, r.amount_yen, r.amount_yen, r.ground,
    r.in_file_id
FROM undo_anew a JOIN claims_receipt r ON r.id = a.old_id ORDER BY a.new_id
"""
# One statement, so that what is reversed and what is booked anew meet the balance check together. What is booked anew
# stands on the day of the cancellation it undoes: until then the first booking counts.
BACK = f"""
INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", accounting_year, receipt_id, overpayment_id,
    reverses_id, in_file_id, by_id, note)
SELECT b.claim_id, b.kind, b.component, b.yen, b.day, CASE WHEN y.year IS NULL THEN b.year ELSE %(year)s END,
    b.receipt_id, b.overpayment_id, b.reverses_id, b.in_file_id, %(by)s, b.note
FROM (
    SELECT e.id AS place, e.claim_id, 'reversal' AS kind, e.component, -e.amount_yen AS yen, e."on" AS day,
        e.accounting_year AS year, e.receipt_id, e.overpayment_id, e.id AS reverses_id, e.in_file_id, '{NOTE}' AS note
    FROM undo_entries e
    WHERE e.kind <> 'reversal' AND NOT EXISTS (SELECT FROM claims_entry v WHERE v.reverses_id = e.id)
    UNION ALL
    SELECT v.id, o.claim_id, o.kind, o.component, o.amount_yen, v."on", v.accounting_year, a.new_id, o.overpayment_id,
        NULL, o.in_file_id, '{BOOKED_ANEW}'
    FROM undo_anew a JOIN claims_entry o ON o.receipt_id = a.old_id
    JOIN undo_entries v ON v.reverses_id = o.id AND v.kind = 'reversal'
) b LEFT JOIN claims_frozenyear y ON y.year = coalesce(b.year, extract(year FROM b.day - interval '3 months'))
ORDER BY b.place
"""
CANCEL_RECEIPTS = f"""
INSERT INTO claims_receiptcancellation (receipt_id, "on", reason, by_id, in_file_id)
SELECT r.id, %(as_of)s, '{NOTE}', %(by)s, r.in_file_id FROM undo_receipts u JOIN claims_receipt r ON r.id = u.id
WHERE NOT EXISTS (SELECT FROM claims_receiptcancellation c WHERE c.receipt_id = r.id) ORDER BY r.id
"""
TAKE_RECEIPTS_BACK = "UPDATE claims_receipt r SET taken_back_at = now() FROM undo_receipts u WHERE r.id = u.id"
WITHDRAW_EVENTS = """
UPDATE claims_claimevent v SET withdrawn_at = now() FROM new_events n WHERE v.id = n.id AND v.withdrawn_at IS NULL
"""
RESTORE_EVENTS = """
UPDATE claims_claimevent v SET withdrawn_at = f.withdrawn_at FROM former_events f
WHERE v.id = f.id AND v.withdrawn_at IS DISTINCT FROM f.withdrawn_at
"""
RESTORE_CLAIMS = f"""
UPDATE claims_claim c SET {", ".join(f"{name} = f.{name}" for name in FACTS)}
FROM former_claims f WHERE c.id = f.id
"""
TAKE_CLAIMS_BACK = "UPDATE claims_claim c SET taken_back_at = now() FROM undo_claims u WHERE u.is_new AND c.id = u.id"
# A mended row may be mended again, now that what was sent for it counts no more.
FREE_MENDED_ROWS = """
UPDATE claims_rejectedrow SET mended_by_id = NULL, mended_at = NULL, mended_in_id = NULL, mended_raw = NULL,
    mended_why = '' WHERE mended_in_id IN (SELECT id FROM undo_files)
"""
STATEMENTS = (
    GIVE_NUMBERS_FREE, RECEIPTS_ANEW, BACK, CANCEL_RECEIPTS, TAKE_RECEIPTS_BACK, WITHDRAW_EVENTS, RESTORE_EVENTS,
    RESTORE_CLAIMS, TAKE_CLAIMS_BACK, FREE_MENDED_ROWS,
)  # fmt: skip
FIGURES = """
SELECT (SELECT count(*) FROM undo_claims WHERE is_new), (SELECT count(*) FROM undo_claims WHERE NOT is_new),
    (SELECT count(*) FROM undo_entries e WHERE e.kind <> 'reversal'
        AND NOT EXISTS (SELECT FROM claims_entry v WHERE v.reverses_id = e.id)),
    (SELECT count(*) FROM undo_receipts), (SELECT count(*) FROM undo_anew),
    (SELECT count(*) FROM undo_identities WHERE is_new), (SELECT count(*) FROM undo_identities WHERE NOT is_new),
    (SELECT count(*) FROM undo_people),
    (SELECT coalesce(sum(principal_yen + fee_yen + late_yen + cost_yen), 0)::bigint FROM claims_claim
        WHERE source_id IN (SELECT source_id FROM undo_files)),
    (SELECT coalesce(sum(amount_yen), 0)::bigint FROM undo_entries WHERE claim_id IS NOT NULL)
"""


def find(cursor: Any, files: Collection[ImportFile]) -> None:
    """Make the tables that say what the files have done: claims, entries, receipts, events, identities, people."""
    params = {"files": [file.pk for file in files]}
    for name, query in TABLES:
        table_from(cursor, name, query, params)
    find_identities()


def figures(cursor: Any) -> Sequence[int]:
    """After :func:`find`: new claims, changed claims, entries to reverse, receipts, receipts to book anew, new identities,
    changed identities, people left without any, the sources' balance in yen, and how much of it the files have booked.
    """
    cursor.execute(FIGURES)
    found: Sequence[int] = cursor.fetchone()
    return found


def lock(cursor: Any) -> None:
    """After :func:`find`: hold the claims, receipts and overpayments until the transaction ends, in the order of ids."""
    for statement in LOCK:
        cursor.execute(statement)


def undo(cursor: Any, params: dict[str, Any]) -> list[int]:
    """Take back what the tables name in the ledger; return the claims that stay, whose clocks may have moved.

    ``params``: ``by`` books the reversals, ``as_of`` is today, ``year`` takes what would fall into a closed fiscal year.
    """
    for statement in STATEMENTS:
        cursor.execute(statement, params)
    cursor.execute("SELECT id FROM undo_claims WHERE NOT is_new ORDER BY id")
    return [key for (key,) in cursor.fetchall()]
