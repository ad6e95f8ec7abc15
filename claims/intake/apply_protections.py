"""Protection measures (支援措置) alone from the staging table; the people are known already, their facts stay."""

from typing import Any

from claims.intake.checks import PROTECTION_CHECKS, check
from claims.intake.job import Counts, Job
from debtors.services.identities import upsert_protections
from toyota_collect.temporary import table_from

PROTECTIONS = """
SELECT i.id AS identity_id, s.protected_from AS starts_on, s.protected_until + 1 AS ends_on
FROM stage s JOIN debtors_sourceidentity i ON i.source_id = %(source)s AND i.person_number = s.atena_number
    AND i.withdrawn_at IS NULL
"""
FLAGGED = """
SELECT p.identity_id FROM protections p
WHERE EXISTS (SELECT FROM debtors_protectionflag f WHERE f.identity_id = p.identity_id)
"""
COUNTS = """
SELECT count(*) FILTER (WHERE p.changed AND f.identity_id IS NULL),
    count(*) FILTER (WHERE p.changed AND f.identity_id IS NOT NULL), count(*) FILTER (WHERE NOT p.changed)
FROM protections_now p LEFT JOIN flagged f ON f.identity_id = p.identity_id
"""


def validate(cursor: Any, job: Job) -> int:
    """Refuse staged rows that contradict each other or name nobody; return how many."""
    return check(cursor, job, "stage", PROTECTION_CHECKS)


def apply(cursor: Any, job: Job) -> Counts:
    """Write the measures of the staged rows; people the file does not name keep theirs. Returns what became of the rows."""
    table_from(cursor, "protections", PROTECTIONS, job.params)
    table_from(cursor, "flagged", FLAGGED, job.params)
    upsert_protections(ground=job.layout.ground, origin=job.source.name, as_of=job.as_of)
    cursor.execute(COUNTS)
    return Counts(*cursor.fetchone())
