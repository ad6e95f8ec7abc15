"""Writing new claims without the triggers of each row, and proving in the same transaction what they would have kept.

A first load writes millions of rows whose parents the same transaction wrote or knows. There the triggers of foreign keys
and balances cost three times the writing itself. So claims are written with the balances their entries will sum up to,
the triggers rest for these inserts alone, and set-based statements prove the result: docs/adr/0010-direct-loading.md.
"""

import secrets
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


def _weight(claim: str, shift: str) -> str:
    return f"(hashint8extended({claim}, %(seed)s + {shift}) & 2097151)"


# How many rows have no identity, kind or section, or are of another sort; and whether claims and entries tell the same: both
# are summed with weights by claim and component, drawn for this file. Where a claim or an entry is wrong, missing or
# another's, one of the two sums differs, but once in 2^42; joining millions of groups finds no more, in many times the time.
# A weight has 21 bits: by two amounts of 10^12 yen (``LARGEST_YEN``) it fits into 63.
UNSOUND = f"""
WITH told AS (
    SELECT count(*) FILTER (WHERE i.id IS NULL OR k.id IS NULL OR c.levied_yen <> c.principal_yen OR c.late_yen <> 0
            OR c.cost_yen <> 0) AS bad,
        sum({_weight("c.id", "0")} * c.principal_yen + {_weight("c.id", "1")} * c.fee_yen) AS one,
        sum({_weight("c.id", "2")} * c.principal_yen + {_weight("c.id", "3")} * c.fee_yen) AS two
    FROM claims_claim c LEFT JOIN debtors_sourceidentity i ON i.id = c.identity_id
    LEFT JOIN claims_claimkind k ON k.id = c.kind_id AND k.section_id = c.section_id
    WHERE c.id BETWEEN %(first)s AND %(last)s AND c.seen_in_file_id = %(file)s
), booked AS (
    SELECT count(*) FILTER (
            WHERE component NOT IN ('principal', 'fee') OR kind NOT IN ('levy', 'correction', 'exemption')) AS bad,
        coalesce(sum({_weight("claim_id", "(component = 'fee')::int")} * amount_yen), 0) AS one,
        coalesce(sum({_weight("claim_id", "2 + (component = 'fee')::int")} * amount_yen), 0) AS two
    FROM claims_entry WHERE id > %(before)s AND in_file_id = %(file)s
)
SELECT told.bad, booked.bad, CASE WHEN (told.one, told.two) = (booked.one, booked.two) THEN 0 ELSE 1 END
FROM told CROSS JOIN booked
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
BEFORE = "SELECT nextval('claims_entry_id_seq'), nextval('claims_claimevent_id_seq')"


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
    first_and_last = job.file.drew["claims"]
    params |= dict(
        zip(("first", "last", "before", "events_before"), (*first_and_last, *cursor.fetchone()), strict=True)
    )
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
    params |= {"seed": secrets.randbits(32)}
    for query in (UNSOUND, EVENTS_WITHOUT_CLAIM):
        cursor.execute(query, params)
        if any(found := cursor.fetchone()):
            raise Unsound(f"{job.path.name}: what was written differs from what its triggers keep: {found}")


def _refuse_frozen_years(cursor: Any, params: dict[str, Any]) -> None:
    cursor.execute(FROZEN_YEARS, params)
    if years := "、".join(fiscal_year_text(year) for (year,) in cursor.fetchall()):
        raise FileRefused(
            f"締めた会計年度（{years}）の日付になる調定があります。年度の締めを解くか、所管課に日付を確かめてください。"
        )
