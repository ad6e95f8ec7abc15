"""Claims from the staging table into the ledger: set-based, by difference; entries are only ever added.

A levy that falls below what was paid leaves an overpayment (過誤納金), where we book the kind's money ourselves.
"""

from typing import Any

from claims.intake.checks import CLAIM_CHECKS, check
from claims.intake.job import KEY_LIST, Counts, Job, same_key
from claims.intake.stage import fresh_table, table_from
from claims.models import Claim, Overpayment
from claims.services.overpaid import open_overpayment
from claims.services.settling import settle_late
from debtors.services.identities import upsert_identities
from toyota_collect.calendar import local_tax_due
from toyota_collect.models import Holiday

# What the ledger holds for the staged keys. An absent column of the extract is never compared: it keeps its figure.
KNOWN = f"""
SELECT s.line, c.id AS claim_id, c.levied_yen, coalesce(b.exempted_yen, 0) AS exempted_yen,
    coalesce(b.fee_charged_yen, 0) AS fee_charged_yen, c.levied_yen - c.principal_yen AS received_yen,
    coalesce(b.fee_charged_yen, 0) - c.fee_yen AS fee_received_yen,
    coalesce(s.corrected_yen, s.levied_yen) - coalesce(s.exempted_yen, b.exempted_yen, 0) AS target_yen,
    coalesce(s.fee_yen, b.fee_charged_yen, 0) AS fee_target_yen, d.on AS dunned_on,
    i.person_id IS NOT NULL AND (
        SELECT f.by = 'own' FROM claims_bookingsource f WHERE f.kind_id = c.kind_id AND f.starts_on <= %(as_of)s
        ORDER BY f.starts_on DESC LIMIT 1
    ) IS TRUE AS is_ours
FROM stage s JOIN claims_claim c ON c.source_id = %(source)s AND {same_key("s", "c")}
JOIN debtors_sourceidentity i ON i.id = c.identity_id
LEFT JOIN LATERAL (
    SELECT -sum(amount_yen) FILTER (WHERE kind = 'exemption') AS exempted_yen,
        sum(amount_yen) FILTER (WHERE component = 'fee' AND kind IN ('levy', 'correction')) AS fee_charged_yen
    FROM claims_entry e WHERE e.claim_id = c.id AND (component = 'fee' OR kind = 'exemption')
) b ON true
LEFT JOIN LATERAL (
    SELECT "on" FROM claims_claimevent e WHERE e.claim_id = c.id AND e.kind = 'dunning' AND e.withdrawn_at IS NULL
        AND (e.by_id = %(by)s OR e.on = s.dunned_on) ORDER BY e.on = s.dunned_on DESC LIMIT 1
) d ON true
"""
FACTS = """
SELECT DISTINCT ON (person_number) person_number, atena_number, corporate_number, name, kana, birth_on, sex,
    postal_code, address, phone, ''::text AS household_number, ''::text AS relation, NULL::date AS died_on, NULL::date AS moved_on
FROM stage ORDER BY person_number, line DESC
"""
# Extracts carry no day of the levy. It stands where the year begins, a monthly charge in the month before it falls due:
# nobody pays earlier, so no past balance is below zero.
WORK = """
SELECT s.*, w.due AS shifted_on, i.id AS identity_id, kind.section_id, kind.ground,
    coalesce(k.claim_id, nextval(pg_get_serial_sequence('claims_claim', 'id'))) AS claim_id, k.claim_id IS NULL AS is_new,
    k.levied_yen AS old_levied_yen, k.exempted_yen AS old_exempted_yen, k.fee_charged_yen AS old_fee_yen,
    k.target_yen, k.dunned_on AS old_dunned_on,
    least(%(as_of)s, CASE WHEN kind.instalment_label LIKE '%%月%%'
        THEN (date_trunc('month', s.due_on) - interval '1 month')::date
        ELSE least(s.due_on, make_date(s.levy_year, 4, 1)) END) AS levied_on,
    i.changed OR k.claim_id IS NULL OR (c.identity_id, c.nominal_due_on, c.due_on, c.contract_on, c.el_qr, c.section_id,
        c.ground, c.section_paid_yen) IS DISTINCT FROM (i.id, s.due_on, w.due, s.contract_on, s.el_qr, kind.section_id,
        kind.ground, s.paid_total_yen) AS differs,
    coalesce(k.target_yen <> k.levied_yen OR s.exempted_yen > k.exempted_yen OR s.fee_yen <> k.fee_charged_yen, false)
        AS books
FROM stage s
JOIN identities_now i ON i.person_number = s.person_number
JOIN due_dates w ON w.nominal = s.due_on
JOIN claims_claimkind kind ON kind.id = s.kind
LEFT JOIN known k ON k.line = s.line
LEFT JOIN claims_claim c ON c.id = k.claim_id
"""
INSERT_CLAIMS = f"""
INSERT INTO claims_claim (id, source_id, kind_id, {KEY_LIST.removeprefix("kind, ")}, identity_id, nominal_due_on,
    due_on, contract_on, el_qr, section_id, ground, section_paid_yen, seen_in_file_id,
    levied_yen, principal_yen, fee_yen, late_yen, cost_yen)
SELECT claim_id, %(source)s, {KEY_LIST}, identity_id, due_on, shifted_on, contract_on, el_qr, section_id, ground,
    paid_total_yen, %(file)s, 0, 0, 0, 0, 0
FROM work WHERE is_new ORDER BY line
"""
UPDATE_CLAIMS = """
UPDATE claims_claim c SET identity_id = w.identity_id, nominal_due_on = w.due_on, due_on = w.shifted_on,
    contract_on = w.contract_on, el_qr = w.el_qr, section_id = w.section_id, ground = w.ground,
    section_paid_yen = w.paid_total_yen, seen_in_file_id = %(file)s
FROM work w WHERE c.id = w.claim_id AND w.differs AND NOT w.is_new
"""
# Paid more than is now levied; the latest payment tells from when interest counts.
REDUCED = """
SELECT k.claim_id, k.received_yen - k.target_yen AS yen, greatest(c.due_on, coalesce(max(r.paid_on), c.due_on))
FROM known k JOIN work w ON w.line = k.line JOIN claims_claim c ON c.id = k.claim_id
LEFT JOIN claims_entry e ON e.claim_id = k.claim_id AND e.kind = 'receipt' LEFT JOIN claims_receipt r ON r.id = e.receipt_id
WHERE k.target_yen < k.received_yen GROUP BY k.line, k.claim_id, k.received_yen, k.target_yen, c.due_on ORDER BY k.line
"""
# One statement, so that a lower levy and the money it frees meet the balance check together.
ENTRIES = """
INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", in_file_id, by_id, note, overpayment_id)
SELECT claim_id, kind, component, yen, day, %(file)s, %(by)s, note, overpayment_id FROM (
    SELECT line, 1 AS place, claim_id, 'levy' AS kind, 'principal' AS component, levied_yen AS yen, levied_on AS day,
        '' AS note, NULL::bigint AS overpayment_id FROM work WHERE is_new
    UNION ALL SELECT line, 2, claim_id, 'correction', 'principal', corrected_yen - levied_yen, levied_on, '', NULL
        FROM work WHERE is_new AND corrected_yen IS NOT NULL
    UNION ALL SELECT line, 3, claim_id, 'exemption', 'principal', -exempted_yen, levied_on, '', NULL
        FROM work WHERE is_new
    UNION ALL SELECT line, 2, claim_id, 'correction', 'principal',
            target_yen - old_levied_yen + greatest(exempted_yen - old_exempted_yen, 0), %(as_of)s,
            CASE WHEN exempted_yen < old_exempted_yen THEN '減免の取消を含む' ELSE '' END, NULL
        FROM work WHERE NOT is_new AND books
    UNION ALL SELECT line, 3, claim_id, 'exemption', 'principal', old_exempted_yen - exempted_yen, %(as_of)s, '', NULL
        FROM work WHERE NOT is_new AND exempted_yen > old_exempted_yen
    UNION ALL SELECT line, 4, claim_id, CASE WHEN coalesce(old_fee_yen, 0) = 0 THEN 'levy' ELSE 'correction' END, 'fee',
            fee_yen - coalesce(old_fee_yen, 0), CASE WHEN is_new OR old_fee_yen = 0 THEN coalesce(dunned_on, levied_on)
            ELSE %(as_of)s END, '', NULL
        FROM work WHERE is_new OR books
    UNION ALL SELECT w.line, 5, w.claim_id, 'refund', 'principal', r.yen, %(as_of)s, '減額による過誤納', r.overpayment_id
        FROM reduced r JOIN work w ON w.claim_id = r.claim_id
) e WHERE yen <> 0 ORDER BY line, place
"""
WITHDRAW_DUNNING = """
UPDATE claims_claimevent e SET withdrawn_at = now() FROM work w
WHERE e.claim_id = w.claim_id AND e.kind = 'dunning' AND e.by_id = %(by)s AND e.withdrawn_at IS NULL
    AND NOT w.is_new AND w.dunned_on IS DISTINCT FROM w.old_dunned_on AND e.on = w.old_dunned_on
"""
INSERT_DUNNING = """
INSERT INTO claims_claimevent (claim_id, kind, "on", detail, ground, origin, by_id, written_at)
SELECT claim_id, 'dunning', dunned_on, '{}', ground, %(origin)s, %(by)s, now()
FROM work WHERE dunned_on IS NOT NULL AND dunned_on IS DISTINCT FROM old_dunned_on
ON CONFLICT (claim_id, kind, "on") DO UPDATE SET withdrawn_at = NULL
"""
COUNTS = """
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new AND touched),
    count(*) FILTER (WHERE NOT is_new AND NOT touched)
FROM (SELECT is_new, differs OR books OR dunned_on IS DISTINCT FROM old_dunned_on AS touched FROM work) w
"""


def validate(cursor: Any, job: Job) -> int:
    """Refuse staged rows that contradict each other or the ledger; return how many."""
    refused = check(cursor, job, "stage", CLAIM_CHECKS[:2])
    table_from(cursor, "known", KNOWN, job.params)
    return refused + check(cursor, job, "stage", CLAIM_CHECKS[2:])


def apply(cursor: Any, job: Job) -> Counts:
    """Write identities, claims, entries and 督促 of the staged rows; return what became of the rows."""
    _due_dates(cursor)
    table_from(cursor, "facts", FACTS, job.params)
    upsert_identities(source_id=job.source.pk, ground=job.layout.ground, file_id=job.file.pk, as_of=job.as_of)
    table_from(cursor, "work", WORK, job.params)
    if not job.has("dunned_on"):
        cursor.execute("UPDATE work SET dunned_on = old_dunned_on")
    cursor.execute(COUNTS)
    counts = Counts(*cursor.fetchone())
    reduced = _open_overpayments(cursor, job)
    for statement in (UPDATE_CLAIMS, INSERT_CLAIMS, ENTRIES, WITHDRAW_DUNNING, INSERT_DUNNING):
        cursor.execute(statement, job.params)
    settle_late(reduced, by=job.by, today=job.as_of)
    return counts


def _open_overpayments(cursor: Any, job: Job) -> list[int]:
    """Table ``reduced``: for each claim that is now paid too much, its overpayment and how much; returns the claims."""
    cursor.execute(REDUCED, job.params)
    rows = cursor.fetchall()
    fresh_table(cursor, "reduced", "claim_id bigint, overpayment_id bigint, yen bigint")
    claims = Claim.objects.select_related("kind", "identity").in_bulk([pk for pk, _, _ in rows])
    for pk, yen, paid_on in rows:
        claim = claims[pk]
        over = open_overpayment(
            person_id=claim.identity.person_id,
            cause=Overpayment.Cause.REDUCED,
            arose_on=job.as_of,
            explanation=f"{claim.kind.short_name} {claim.notice_number} {claim.instalment_label} の減額",
            ground=claim.ground,
            bears_interest=True,
            by=job.by,
            paid_on=paid_on,
        )
        cursor.execute("INSERT INTO reduced VALUES (%s, %s, %s)", [pk, over.pk, yen])
    return list(claims)


def _due_dates(cursor: Any) -> None:
    """Table ``due_dates``: for each nominal due date in the file the day it really ends, after holidays."""
    holidays = frozenset(Holiday.objects.values_list("on", flat=True))
    cursor.execute("SELECT DISTINCT due_on FROM stage")
    days = [day for (day,) in cursor.fetchall()]
    fresh_table(cursor, "due_dates", "nominal date, due date")
    cursor.executemany("INSERT INTO due_dates VALUES (%s, %s)", [(day, local_tax_due(day, holidays)) for day in days])
