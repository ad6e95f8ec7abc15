"""Writing new claims without the triggers of each row, and proving in the same transaction what they would have kept.

A first load writes millions of rows whose parents the same transaction wrote or knows. There the triggers of foreign keys
and balances cost three times the writing itself. So claims are written with the balances their entries will sum up to,
the triggers rest for these inserts alone, and set-based statements prove the result: docs/adr/0010-direct-loading.md.
"""

from typing import Any

from claims.intake.indexes import indexes_built_after
from claims.intake.job import Job
from claims.intake.parse import FileRefused
from claims.models import FrozenYear
from claims.models.ledger import SEAL_LOCK
from toyota_collect.wareki import fiscal_year_text

# Rows a foreign key of the new rows names and that somebody else could delete: held until the commit, as triggers would.
HOLD_PARENTS = (
    "SELECT FROM debtors_sourcesystem WHERE id = %(source)s FOR KEY SHARE",
    "SELECT FROM toyota_collect_user WHERE id = %(by)s FOR KEY SHARE",
    "SELECT FROM claims_importfile WHERE id = %(file)s FOR KEY SHARE",
    """SELECT FROM claims_claimkind k JOIN toyota_collect_section o ON o.id = k.section_id
       WHERE k.id IN (SELECT kind FROM levies) FOR KEY SHARE""",
    """SELECT count(*) FROM (SELECT FROM debtors_sourceidentity
       WHERE id IN (SELECT id FROM identities_now WHERE NOT is_new) ORDER BY id FOR KEY SHARE) held""",
)
# Claims of this file whose balances are not the sum of their entries, or whose identity, kind or section is not there. Two
# sums for each claim and no more: a third would not fit into the memory of one statement at a million claims.
UNSOUND = """
SELECT count(*) FROM (SELECT * FROM claims_claim WHERE id BETWEEN %(first)s AND %(last)s AND seen_in_file_id = %(file)s) c
FULL JOIN (
    SELECT claim_id,
        sum(CASE WHEN component = 'principal' THEN amount_yen ELSE 0 END) AS principal,
        sum(CASE WHEN component = 'fee' THEN amount_yen ELSE 0 END) AS fee,
        bool_and(component IN ('principal', 'fee') AND kind IN ('levy', 'correction', 'exemption')) AS are_levied
    FROM claims_entry WHERE id > %(before)s AND in_file_id = %(file)s GROUP BY claim_id
) e ON e.claim_id = c.id
LEFT JOIN debtors_sourceidentity i ON i.id = c.identity_id
LEFT JOIN claims_claimkind k ON k.id = c.kind_id AND k.section_id = c.section_id
WHERE c.id IS NULL OR i.id IS NULL OR k.id IS NULL OR NOT e.are_levied
    OR c.principal_yen <> coalesce(e.principal, 0) OR c.levied_yen <> c.principal_yen
    OR c.fee_yen <> coalesce(e.fee, 0) OR c.late_yen <> 0 OR c.cost_yen <> 0
"""
EVENTS_WITHOUT_CLAIM = """
SELECT count(*) FROM claims_claimevent e LEFT JOIN claims_claim c ON c.id = e.claim_id
WHERE e.id > %(events_before)s AND c.id IS NULL
"""
FROZEN_YEARS = """
SELECT DISTINCT f.year FROM claims_frozenyear f JOIN claims_entry e ON e.id > %(before)s AND e.in_file_id = %(file)s
    AND f.year = coalesce(e.accounting_year, extract(year FROM e."on" - interval '3 months')) ORDER BY f.year
"""
# Entries and events written from now on have higher numbers.
BEFORE = """
SELECT min(new_id), max(new_id), nextval('claims_entry_id_seq'),
    nextval('claims_claimevent_id_seq') FROM stage
"""


class Unsound(Exception):
    """What was written without triggers is not what they would have kept: a defect of the intake; nothing is kept."""


def may_rest_triggers(cursor: Any) -> bool:
    """Whether the role of the database may let triggers rest; else the ordinary, slower way is taken."""
    cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
    return bool(cursor.fetchone()[0])


def add_new(cursor: Any, job: Job, statements: tuple[str, ...], *, rows: int) -> None:
    """Run the inserts of ``rows`` new claims, their entries and events; they name the parameter ``direct``.

    Raises:
        Unsound: the proof failed.
        FileRefused: an entry would stand in a fiscal year that is closed.
    """
    direct = may_rest_triggers(cursor)
    params = job.params | {"direct": direct}
    if not direct:
        for statement in statements:
            cursor.execute(statement, params)
        return
    cursor.execute(f"SELECT pg_advisory_xact_lock_shared({SEAL_LOCK})")
    for statement in HOLD_PARENTS:
        cursor.execute(statement, params)
    cursor.execute(BEFORE)
    params |= dict(zip(("first", "last", "before", "events_before"), cursor.fetchone(), strict=True))
    cursor.execute("SET LOCAL enable_nestloop = off")  # what a file brings, and what is new, is not in the statistics
    with indexes_built_after(cursor, ("claims_claim", "claims_entry", "claims_claimevent"), rows):
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement, params)
        cursor.execute("SET LOCAL session_replication_role = origin")
    _prove(cursor, job, params)
    cursor.execute("SET LOCAL enable_nestloop = on")


def _prove(cursor: Any, job: Job, params: dict[str, Any]) -> None:
    if FrozenYear.objects.exists():
        _refuse_frozen_years(cursor, params)
    for query in (UNSOUND, EVENTS_WITHOUT_CLAIM):
        cursor.execute(query, params)
        if count := cursor.fetchone()[0]:
            raise Unsound(f"{job.path.name}: {count} rows differ from what their triggers keep")


def _refuse_frozen_years(cursor: Any, params: dict[str, Any]) -> None:
    cursor.execute(FROZEN_YEARS, params)
    if years := "、".join(fiscal_year_text(year) for (year,) in cursor.fetchall()):
        raise FileRefused(
            f"締めた会計年度（{years}）の日付になる調定があります。年度の締めを解くか、所管課に日付を確かめてください。"
        )
