"""The part of an import that concerns people, taken back: identities, links, former facts and events of life.

Set-based, from table ``undo_files`` (id, source_id, begun_at, first_identity, last_identity) that the app above fills;
callers hold a transaction. Measures of protection (支援措置) are never taken back: no address comes out by it.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from debtors.models import LifeEvent, MatchQuestion, WorkItem
from debtors.services.identities import FACTS, KEYS
from debtors.services.identity_records import lock_links
from debtors.services.people import refresh_people
from debtors.services_work import close_work_item
from toyota_collect.permissions import Ground, Role
from toyota_collect.temporary import table_from

OUTCOME = "取込の取り消し"
# What hides an address, or keeps it hidden until somebody confirms the end.
KEPT_EVENTS = (LifeEvent.Kind.PROTECTED, LifeEvent.Kind.UNPROTECTED)
COLUMNS = (*FACTS, *KEYS, "ground")
# The row before the files first wrote it: the history of that moment has it.
FORMER = f"""
SELECT DISTINCT ON (h.pgh_obj_id) h.pgh_obj_id AS id, h.withdrawn_at, {", ".join(f"h.{name}" for name in COLUMNS)}
FROM debtors_sourceidentityhistory h JOIN undo_files f ON f.begun_at = h.pgh_created_at AND f.source_id = h.source_id
ORDER BY h.pgh_obj_id, h.pgh_id
"""
IDENTITIES = """
SELECT id, bool_or(is_new) AS is_new FROM (
    SELECT i.id, true AS is_new FROM undo_files f JOIN debtors_sourceidentity i
        ON i.id BETWEEN f.first_identity AND f.last_identity AND i.source_id = f.source_id
    UNION ALL SELECT id, withdrawn_at IS NOT NULL FROM former_identities
) found GROUP BY id
"""
# Who would be left without an identity of a section; an entry of the register that staff have linked holds a person too.
PEOPLE = f"""
SELECT DISTINCT i.person_id AS id FROM undo_identities u JOIN debtors_sourceidentity i ON i.id = u.id
WHERE u.is_new AND i.person_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM debtors_sourceidentity o JOIN debtors_identitylink l ON l.identity_id = o.id AND l.unlinked_at IS NULL
    JOIN toyota_collect_user b ON b.id = l.linked_by_id
    WHERE o.person_id = i.person_id AND (o.ground <> '{Ground.REGISTER}' OR b.role <> '{Role.SYSTEM}')
        AND o.id NOT IN (SELECT id FROM undo_identities WHERE is_new)
)
"""
LOOSE = """
SELECT id FROM undo_identities WHERE is_new
UNION SELECT id FROM debtors_sourceidentity WHERE person_id IN (SELECT id FROM undo_people)
"""
AMONG = (
    "SELECT DISTINCT person_id FROM debtors_sourceidentity WHERE person_id IS NOT NULL AND id IN (SELECT id FROM {0})"
)
UNLINK = """
UPDATE debtors_identitylink SET unlinked_at = now(), unlinked_by_id = %(by)s
WHERE unlinked_at IS NULL AND identity_id IN (SELECT id FROM loose)
"""
WITHDRAW = """
UPDATE debtors_sourceidentity i SET person_id = NULL,
    withdrawn_at = CASE WHEN i.id IN (SELECT id FROM undo_identities WHERE is_new) THEN now() END
FROM loose l WHERE i.id = l.id
"""
RESTORE = f"""
UPDATE debtors_sourceidentity i SET {", ".join(f"{name} = f.{name}" for name in COLUMNS)}
FROM former_identities f WHERE i.id = f.id
"""
EMPTY = "UPDATE debtors_person SET withdrawn_at = now() WHERE id IN (SELECT id FROM undo_people)"
FORGET = "DELETE FROM debtors_formerfact WHERE in_file IN (SELECT id FROM undo_files)"
LATER = f"""
SELECT count(DISTINCT h.pgh_obj_id) FROM undo_identities u JOIN debtors_sourceidentity i ON i.id = u.id
JOIN debtors_sourceidentityhistory h ON h.pgh_obj_id = u.id
WHERE h.pgh_created_at > (SELECT min(begun_at) FROM undo_files)
    AND h.pgh_created_at NOT IN (SELECT begun_at FROM undo_files) AND NOT h.pgh_created_at = ANY(%(undone)s)
    AND ({", ".join(f"h.{name}" for name in COLUMNS)}) IS DISTINCT FROM ({", ".join(f"i.{name}" for name in COLUMNS)})
"""


def find_identities() -> None:
    """Tables ``undo_identities`` (id, is_new), ``former_identities`` and ``undo_people`` (id) of the files."""
    with connection.cursor() as cursor:
        for name, query in (("former_identities", FORMER), ("undo_identities", IDENTITIES), ("undo_people", PEOPLE)):
            table_from(cursor, name, query, {})


def later_changes(undone: Collection[Any]) -> int:
    """How many identities of the files another file has changed since; ``undone``: times of takings back."""
    with connection.cursor() as cursor:
        cursor.execute(LATER, {"undone": list(undone)})
        return int(cursor.fetchone()[0])


def withdraw(*, files: Collection[int], by: Any, on: date) -> None:
    """Take back what the files said of people, after :func:`find_identities`."""
    lock_links()
    with connection.cursor() as cursor:
        table_from(cursor, "loose", LOOSE, {})
        people = _people(cursor, "loose") | _people(cursor, "former_identities")
        for statement in (UNLINK, WITHDRAW, RESTORE, EMPTY, FORGET):
            cursor.execute(statement, {"by": by.pk})
        cursor.execute("SELECT id FROM undo_identities WHERE is_new")
        gone = [key for (key,) in cursor.fetchall()]
    _drop_events(files, by=by, on=on)
    for side in ("left", "right"):
        MatchQuestion.objects.filter(state__in=["open", "later"], **{f"{side}__in": gone}).update(
            state=MatchQuestion.State.DROPPED, reason=OUTCOME
        )
    refresh_people(among=people)


def events_to_drop(files: Collection[int]) -> QuerySet[LifeEvent]:
    """Events of life of the files that go with them: nobody has handled them, and they do not concern protection."""
    return LifeEvent.objects.filter(in_file__in=files, handled_on=None).exclude(kind__in=KEPT_EVENTS)


def _people(cursor: Any, table: str) -> set[int]:
    cursor.execute(AMONG.format(table))
    return {key for (key,) in cursor.fetchall()}


def _drop_events(files: Collection[int], *, by: Any, on: date) -> None:
    """The events go, and their open steps are closed."""
    events = events_to_drop(files)
    items = WorkItem.objects.filter(life_event__in=events, closed_at=None)
    for key in list(items.values_list("pk", flat=True)):
        close_work_item(item_id=key, outcome=OUTCOME, by=by, on=on, followed=True)
    events.delete()
