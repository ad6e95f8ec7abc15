"""The resident register from the staging table: identities and protection measures (支援措置)."""

from datetime import date
from typing import Any

from claims.intake.checks import REGISTER_CHECKS, check
from claims.intake.drawn import drawn
from claims.intake.job import Counts, Job
from claims.models import ImportFile
from debtors.services import life_events
from debtors.services.identities import add_former_facts, upsert_identities, upsert_protections
from toyota_collect.temporary import table_from

FACTS = """
SELECT atena_number AS person_number, atena_number, ''::text AS corporate_number, name, kana, birth_on, sex,
    postal_code, address, phone, household_number, relation, died_on, moved_on
FROM stage
"""
PROTECTIONS = """
SELECT i.id AS identity_id, s.protected_from AS starts_on, s.protected_until + 1 AS ends_on
FROM stage s JOIN identities_now i ON i.person_number = s.atena_number
"""
OTHER_FACTS = " UNION ALL ".join(
    f"SELECT i.id AS identity_id, '{what}'::text AS what, s.{field} AS value, {until}::date AS until"
    " FROM stage s JOIN identities_now i ON i.person_number = s.atena_number"
    for what, field, until in (
        ("address", "former_address", "s.moved_on"),
        ("name", "former_name", "NULL"),
        ("kana", "former_kana", "NULL"),
        ("name", "alias", "NULL"),
        ("kana", "alias_kana", "NULL"),
    )
)
COUNTS = """
SELECT count(*) FILTER (WHERE i.is_new), count(*) FILTER (WHERE NOT i.is_new AND differs),
    count(*) FILTER (WHERE NOT i.is_new AND NOT differs)
FROM identities_now i LEFT JOIN protections_now p ON p.identity_id = i.id LEFT JOIN former_now f ON f.identity_id = i.id,
    LATERAL (SELECT i.changed OR p.changed IS TRUE OR f.identity_id IS NOT NULL AS differs) d
"""


def validate(cursor: Any, job: Job) -> int:
    """Refuse staged rows that contradict each other; return how many."""
    return check(cursor, job, "stage", REGISTER_CHECKS)


def apply(cursor: Any, job: Job) -> Counts:
    """Write the identities and protection measures of the staged rows; return what became of the rows.

    A register that tells no measures at all ends none.
    What differs from the file before becomes an event of life (異動); of a first file nothing does.
    """
    since = _file_before(job)
    table_from(cursor, "facts", FACTS, job.params)
    if since:
        life_events.remember_before(source_id=job.source.pk, as_of=job.as_of)
    upsert_identities(source_id=job.source.pk, ground=job.layout.ground, file_id=job.file.pk, as_of=job.as_of)
    job.file.drew = drawn("register")
    table_from(cursor, "other_facts", OTHER_FACTS, job.params)
    add_former_facts(file_id=job.file.pk)
    told = "" if job.has("protected_from") else " WHERE false"
    table_from(cursor, "protections", PROTECTIONS + told, job.params)
    upsert_protections(ground=job.layout.ground, origin=job.source.name, as_of=job.as_of)
    if since:
        life_events.note_changes(
            source_id=job.source.pk, origin=job.source.name, file_id=job.file.pk, as_of=job.as_of, since=since
        )
    cursor.execute(COUNTS)
    return Counts(*cursor.fetchone())


def _file_before(job: Job) -> date | None:
    """The business date of the last register file of this source that was taken in, if there is one."""
    before = ImportFile.objects.filter(source=job.source, content="register", status=ImportFile.Status.COMMITTED)
    return before.order_by("-batch__as_of").values_list("batch__as_of", flat=True).first()
