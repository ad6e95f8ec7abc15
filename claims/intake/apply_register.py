"""The resident register from the staging table: identities and protection measures (支援措置)."""

from typing import Any

from claims.intake.checks import REGISTER_CHECKS, check
from claims.intake.job import Counts, Job
from claims.intake.stage import table_from
from debtors.services.identities import upsert_identities, upsert_protections

FACTS = """
SELECT atena_number AS person_number, atena_number, ''::text AS corporate_number, name, kana, birth_on, sex,
    postal_code, address, phone, household_number, died_on, moved_on
FROM stage
"""
PROTECTIONS = """
SELECT i.id AS identity_id, s.protected_from AS starts_on, s.protected_until + 1 AS ends_on
FROM stage s JOIN identities_now i ON i.person_number = s.atena_number
"""
COUNTS = """
SELECT count(*) FILTER (WHERE i.is_new), count(*) FILTER (WHERE NOT i.is_new AND (i.changed OR p.changed IS TRUE)),
    count(*) FILTER (WHERE NOT i.is_new AND NOT i.changed AND p.changed IS NOT TRUE)
FROM identities_now i LEFT JOIN protections_now p ON p.identity_id = i.id
"""


def validate(cursor: Any, job: Job) -> int:
    """Refuse staged rows that contradict each other; return how many."""
    return check(cursor, job, "stage", REGISTER_CHECKS)


def apply(cursor: Any, job: Job) -> Counts:
    """Write the identities and protection measures of the staged rows; return what became of the rows.

    A register that tells no measures at all ends none.
    """
    table_from(cursor, "facts", FACTS, job.params)
    upsert_identities(source_id=job.source.pk, ground=job.layout.ground, file_id=job.file.pk, as_of=job.as_of)
    told = "" if job.has("protected_from") else " WHERE false"
    table_from(cursor, "protections", PROTECTIONS + told, job.params)
    upsert_protections(ground=job.layout.ground, origin=job.source.name, as_of=job.as_of)
    cursor.execute(COUNTS)
    return Counts(*cursor.fetchone())
