"""開始・廃止 of a support (生活保護, 就学援助, 児童扶養手当) from the staging table: each becomes an event of life (異動), once."""

from typing import Any

from claims.intake.checks import WELFARE_CHECKS, check
from claims.intake.job import Counts, Job
from debtors.services.life_events import SUPPORT_KINDS, note_welfare
from toyota_collect.temporary import table_from

# The register's entry, else one that a section sent with the same 宛名番号.
WHO = """
SELECT s.line, s.atena_number, s.started_on, s.stopped_on, k.started AS start_kind, k.stopped AS stop_kind, (
    SELECT i.id FROM debtors_sourceidentity i WHERE i.atena_number = s.atena_number AND i.atena_number <> ''
        AND i.withdrawn_at IS NULL
    ORDER BY i.ground = 'register' DESC, i.id LIMIT 1) AS identity_id
FROM stage s JOIN (VALUES {kinds}) AS k(support, started, stopped) ON k.support = s.support
"""
COUNTS = """
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM (
    SELECT EXISTS (SELECT FROM debtors_lifeevent e WHERE e.identity_id = w.identity_id AND e.in_file = %(file)s
        AND (e.kind = w.start_kind AND e.on = w.started_on OR e.kind = w.stop_kind AND e.on = w.stopped_on)) AS is_new
    FROM welfare w JOIN stage s ON s.line = w.line) rows
"""


def validate(cursor: Any, job: Job) -> int:
    """Refuse staged rows that contradict each other or name nobody; return how many."""
    kinds = ", ".join(f"('{support}', '{start}', '{stop}')" for support, (start, stop) in SUPPORT_KINDS.items())
    table_from(cursor, "welfare", WHO.replace("{kinds}", kinds), job.params)
    return check(cursor, job, "stage", WELFARE_CHECKS)


def apply(cursor: Any, job: Job) -> Counts:
    """Write the events of the staged rows; return what became of the rows."""
    cursor.execute("DELETE FROM welfare w WHERE NOT EXISTS (SELECT FROM stage s WHERE s.line = w.line)")
    note_welfare(ground=job.layout.ground, origin=job.source.name, file_id=job.file.pk, as_of=job.as_of)
    cursor.execute(COUNTS, job.params)
    inserted, same = cursor.fetchone()
    return Counts(inserted, 0, same)
