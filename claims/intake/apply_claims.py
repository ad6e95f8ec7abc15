"""Claims from the staging table into the ledger: set-based, by difference; entries are only ever added.

A levy that falls below what was paid leaves an overpayment (過誤納金), where we book the kind's money ourselves.
"""

from typing import Any

from claims.intake.checks import CLAIM_CHECKS, check
from claims.intake.direct import add_new
from claims.intake.drawn import drawn
from claims.intake.fields import TOLD
from claims.intake.job import KEY_COLUMNS, KEY_LIST, Counts, Job, same_key
from claims.models import Claim, Overpayment
from claims.services.overpaid import open_overpayment
from claims.services.settling import settle_late
from debtors.services.identities import upsert_identities
from toyota_collect.calendar import local_tax_due
from toyota_collect.models import Holiday
from toyota_collect.temporary import fresh_table, table_from

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
    SELECT -sum(e.amount_yen) FILTER (WHERE coalesce(o.kind, e.kind) = 'exemption') AS exempted_yen,
        sum(e.amount_yen) FILTER (
            WHERE e.component = 'fee' AND coalesce(o.kind, e.kind) IN ('levy', 'correction')) AS fee_charged_yen
    FROM claims_entry e LEFT JOIN claims_entry o ON o.id = e.reverses_id
    WHERE e.claim_id = c.id AND (e.component = 'fee' OR e.kind IN ('exemption', 'reversal'))
) b ON true
LEFT JOIN LATERAL (
    SELECT "on" FROM claims_claimevent e WHERE e.claim_id = c.id AND e.kind = 'dunning' AND e.withdrawn_at IS NULL
        AND (e.by_id = %(by)s OR e.on = s.dunned_on) ORDER BY e.on = s.dunned_on DESC LIMIT 1
) d ON true
"""
# The last line that was accepted says who a person is.
FACTS = f"""
SELECT s.person_number, {", ".join(f"t.{one.name}" for one in TOLD)}, ''::text AS household_number,
    ''::text AS relation, NULL::date AS died_on, NULL::date AS moved_on
FROM (SELECT person_number, max(line) AS line FROM stage GROUP BY person_number) s
CROSS JOIN LATERAL (
    SELECT * FROM told WHERE told.person_number = s.person_number AND told.line <= s.line ORDER BY told.line DESC LIMIT 1
) t
"""
# For each kind, year and nominal due date of the file what follows from them. Extracts carry no day of the levy: it stands
# where the year begins, a monthly charge in the month before it falls due; nobody pays earlier, so no past balance is
# below zero.
TERMS = """
SELECT t.kind, t.levy_year, t.due_on AS nominal, w.due, kind.section_id, kind.ground,
    least(%(as_of)s, CASE WHEN kind.instalment_label LIKE '%%月%%' THEN (date_trunc('month', t.due_on) - interval '1 month')::date
        ELSE least(t.due_on, make_date(t.levy_year, 4, 1)) END) AS levied_on
FROM levies t
JOIN due_dates w ON w.nominal = t.due_on JOIN claims_claimkind kind ON kind.id = t.kind
"""
# Staged rows that the ledger holds already, with what is different.
WORK = """
SELECT s.*, t.due AS shifted_on, i.id AS identity_id, t.section_id, t.ground, t.levied_on, k.claim_id,
    k.levied_yen AS old_levied_yen, k.exempted_yen AS old_exempted_yen, k.fee_charged_yen AS old_fee_yen,
    k.target_yen, k.dunned_on AS old_dunned_on,
    i.changed OR (c.identity_id, c.nominal_due_on, c.due_on, c.contract_on, c.el_qr, c.section_id,
        c.ground, c.section_paid_yen) IS DISTINCT FROM (i.id, s.due_on, t.due, s.contract_on, s.el_qr, t.section_id,
        t.ground, s.paid_total_yen) AS differs,
    coalesce(k.target_yen <> k.levied_yen OR s.exempted_yen > k.exempted_yen OR s.fee_yen <> k.fee_charged_yen, false)
        AS books
FROM known k JOIN stage s ON s.line = k.line
JOIN identities_now i ON i.person_number = s.person_number
JOIN terms t ON t.kind = s.kind AND t.levy_year = s.levy_year AND t.nominal = s.due_on
JOIN claims_claim c ON c.id = k.claim_id
"""
# Staged rows of claims that are new.
FRESH = "stage s JOIN terms t ON t.kind = s.kind AND t.levy_year = s.levy_year AND t.nominal = s.due_on"
IS_FRESH = "NOT EXISTS (SELECT FROM known k WHERE k.line = s.line)"
# Whoever keeps the balances: the trigger adds the entries to nothing, or they are written as the entries will sum up.
INSERT_CLAIMS = f"""
INSERT INTO claims_claim (id, source_id, kind_id, {KEY_LIST.removeprefix("kind, ")}, identity_id, nominal_due_on,
    due_on, contract_on, el_qr, section_id, ground, section_paid_yen, seen_in_file_id,
    levied_yen, principal_yen, fee_yen, late_yen, cost_yen)
SELECT s.new_id, %(source)s, {", ".join(f"s.{name}" for name in KEY_COLUMNS)}, i.id, s.due_on, t.due, s.contract_on,
    s.el_qr, t.section_id, t.ground, s.paid_total_yen, %(file)s, b.levied, b.levied, b.fee, 0, 0
FROM {FRESH} JOIN identities_now i ON i.person_number = s.person_number
CROSS JOIN LATERAL (SELECT
    CASE WHEN %(direct)s THEN coalesce(s.corrected_yen, s.levied_yen) - coalesce(s.exempted_yen, 0) ELSE 0 END AS levied,
    CASE WHEN %(direct)s THEN coalesce(s.fee_yen, 0) ELSE 0 END AS fee
) b
WHERE {IS_FRESH}
"""
ENTRIES_OF_NEW = f"""
INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", in_file_id, by_id, note)
SELECT s.new_id, e.kind, e.component, e.yen, e.day, %(file)s, %(by)s, ''
FROM {FRESH} CROSS JOIN LATERAL (
    SELECT 'levy' AS kind, 'principal' AS component, s.levied_yen AS yen, t.levied_on AS day WHERE s.levied_yen <> 0
    UNION ALL SELECT 'correction', 'principal', s.corrected_yen - s.levied_yen, t.levied_on
        WHERE s.corrected_yen <> s.levied_yen
    UNION ALL SELECT 'exemption', 'principal', -s.exempted_yen, t.levied_on WHERE s.exempted_yen <> 0
    UNION ALL SELECT 'levy', 'fee', s.fee_yen, coalesce(s.dunned_on, t.levied_on) WHERE s.fee_yen <> 0
) e
WHERE {IS_FRESH}
"""
DUNNING_OF_NEW = f"""
INSERT INTO claims_claimevent (claim_id, kind, "on", detail, ground, origin, by_id, written_at)
SELECT s.new_id, 'dunning', s.dunned_on, '{{}}', t.ground, %(origin)s, %(by)s, now()
FROM {FRESH} WHERE s.dunned_on IS NOT NULL AND {IS_FRESH}
"""
UPDATE_CLAIMS = """
UPDATE claims_claim c SET identity_id = w.identity_id, nominal_due_on = w.due_on, due_on = w.shifted_on,
    contract_on = w.contract_on, el_qr = w.el_qr, section_id = w.section_id, ground = w.ground,
    section_paid_yen = w.paid_total_yen, seen_in_file_id = %(file)s
FROM work w WHERE c.id = w.claim_id AND w.differs
"""
# Paid more than is now levied; the latest payment tells from when interest counts.
REDUCED = """
SELECT k.claim_id, k.received_yen - k.target_yen AS yen, greatest(c.due_on, coalesce(max(r.paid_on), c.due_on))
FROM known k JOIN work w ON w.line = k.line JOIN claims_claim c ON c.id = k.claim_id
LEFT JOIN claims_entry e ON e.claim_id = k.claim_id AND e.kind = 'receipt' LEFT JOIN claims_receipt r ON r.id = e.receipt_id
    AND r.taken_back_at IS NULL
WHERE k.target_yen < k.received_yen GROUP BY k.line, k.claim_id, k.received_yen, k.target_yen, c.due_on ORDER BY k.line
"""
# One statement, so that a lower levy and the money it frees meet the balance check together.
ENTRIES = """
INSERT INTO claims_entry (claim_id, kind, component, amount_yen, "on", in_file_id, by_id, note, overpayment_id)
SELECT claim_id, kind, component, yen, day, %(file)s, %(by)s, note, overpayment_id FROM (
    SELECT line, 2 AS place, claim_id, 'correction' AS kind, 'principal' AS component,
            target_yen - old_levied_yen + greatest(exempted_yen - old_exempted_yen, 0) AS yen, %(as_of)s AS day,
            CASE WHEN exempted_yen < old_exempted_yen THEN '減免の取消を含む' ELSE '' END AS note,
            NULL::bigint AS overpayment_id
        FROM work WHERE books
    UNION ALL SELECT line, 3, claim_id, 'exemption', 'principal', old_exempted_yen - exempted_yen, %(as_of)s, '', NULL
        FROM work WHERE exempted_yen > old_exempted_yen
    UNION ALL SELECT line, 4, claim_id, CASE WHEN coalesce(old_fee_yen, 0) = 0 THEN 'levy' ELSE 'correction' END, 'fee',
            fee_yen - coalesce(old_fee_yen, 0), CASE WHEN old_fee_yen = 0 THEN coalesce(dunned_on, levied_on)
            ELSE %(as_of)s END, '', NULL
        FROM work WHERE books
    UNION ALL SELECT w.line, 5, w.claim_id, 'refund', 'principal', r.yen, %(as_of)s, '減額による過誤納', r.overpayment_id
        FROM reduced r JOIN work w ON w.claim_id = r.claim_id
) e WHERE yen <> 0 ORDER BY line, place
"""
WITHDRAW_DUNNING = """
UPDATE claims_claimevent e SET withdrawn_at = now() FROM work w
WHERE e.claim_id = w.claim_id AND e.kind = 'dunning' AND e.by_id = %(by)s AND e.withdrawn_at IS NULL
    AND w.dunned_on IS DISTINCT FROM w.old_dunned_on AND e.on = w.old_dunned_on
"""
INSERT_DUNNING = """
INSERT INTO claims_claimevent (claim_id, kind, "on", detail, ground, origin, by_id, written_at)
SELECT claim_id, 'dunning', dunned_on, '{}', ground, %(origin)s, %(by)s, now()
FROM work WHERE dunned_on IS NOT NULL AND dunned_on IS DISTINCT FROM old_dunned_on
ON CONFLICT (claim_id, kind, "on") DO UPDATE SET withdrawn_at = NULL
"""
COUNTS = """
SELECT (SELECT count(*) FROM stage) - count(*), count(*) FILTER (WHERE touched),
    count(*) FILTER (WHERE NOT touched)
FROM (SELECT differs OR books OR dunned_on IS DISTINCT FROM old_dunned_on AS touched FROM work) w
"""


def validate(cursor: Any, job: Job) -> int:
    """Refuse staged rows that contradict each other or the ledger; return how many."""
    refused = check(cursor, job, "stage", CLAIM_CHECKS[:2])
    known = KNOWN if Claim.objects.filter(source=job.source).exists() else f"{KNOWN} LIMIT 0"
    table_from(cursor, "known", known, job.params)
    return refused + check(cursor, job, "stage", CLAIM_CHECKS[2:])


def apply(cursor: Any, job: Job) -> Counts:
    """Write identities, claims, entries and 督促 of the staged rows; return what became of the rows."""
    table_from(cursor, "levies", "SELECT DISTINCT kind, levy_year, due_on FROM stage", job.params)
    _due_dates(cursor)
    table_from(cursor, "terms", TERMS, job.params)
    table_from(cursor, "facts", FACTS, job.params)
    upsert_identities(source_id=job.source.pk, ground=job.layout.ground, file_id=job.file.pk, as_of=job.as_of)
    job.file.drew = drawn("claims")
    table_from(cursor, "work", WORK, job.params)
    if not job.has("dunned_on"):
        cursor.execute("UPDATE work SET dunned_on = old_dunned_on")
    cursor.execute(COUNTS)
    counts = Counts(*cursor.fetchone())
    reduced = _open_overpayments(cursor, job)
    for statement in (UPDATE_CLAIMS, ENTRIES, WITHDRAW_DUNNING, INSERT_DUNNING):
        cursor.execute(statement, job.params)
    if counts.inserted:
        add_new(cursor, job, (INSERT_CLAIMS, ENTRIES_OF_NEW, DUNNING_OF_NEW), rows=counts.inserted)
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
    cursor.execute("SELECT DISTINCT due_on FROM levies")
    days = [day for (day,) in cursor.fetchall()]
    fresh_table(cursor, "due_dates", "nominal date, due date")
    cursor.executemany("INSERT INTO due_dates VALUES (%s, %s)", [(day, local_tax_due(day, holidays)) for day in days])
