"""Events of life (異動) by what a file says now and the one before did not. Set-based; callers hold a transaction."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from debtors.models import LifeEvent
from debtors.services_work import close_work_item
from toyota_collect import audit
from toyota_collect.permissions import Permission, allows

KIND = LifeEvent.Kind
COLUMNS = 'identity_id, kind, "on", before, after, ground, origin, in_file, found_on, outcome'
FACTS = ("name", "address", "household_number", "relation", "died_on")
BEFORE = f"""
CREATE TEMP TABLE identities_before ON COMMIT DROP AS
SELECT i.id, i.name, i.name_key, i.address, i.address_key, i.household_number, i.relation, i.died_on, i.moved_on
FROM facts f JOIN debtors_sourceidentity i ON i.source_id = %(source)s AND i.person_number = f.person_number
    AND i.withdrawn_at IS NULL
WHERE ({", ".join(f"i.{name}" for name in FACTS)}) IS DISTINCT FROM ({", ".join(f"f.{name}" for name in FACTS)})
"""
PROTECTED_BEFORE = """
CREATE TEMP TABLE protected_before ON COMMIT DROP AS
SELECT DISTINCT f.identity_id FROM debtors_protectionflag f JOIN debtors_sourceidentity i ON i.id = f.identity_id
WHERE i.source_id = %(source)s AND f.starts_on <= %(as_of)s AND (f.ends_on IS NULL OR f.ends_on > %(as_of)s)
"""
# What a source leaves empty is not known, and no change: an address that is gone does not tell a move.
CHANGES = f"""
INSERT INTO debtors_lifeevent ({COLUMNS})
SELECT b.id, e.kind, e.day, e.before, e.after, i.ground, %(origin)s, %(file)s, %(as_of)s, ''
FROM identities_before b JOIN debtors_sourceidentity i ON i.id = b.id
CROSS JOIN LATERAL (SELECT CASE WHEN i.moved_on IS DISTINCT FROM b.moved_on THEN i.moved_on END AS moved_on) m
CROSS JOIN LATERAL (VALUES
    ('{KIND.DIED}', i.died_on, '', '', b.died_on IS NULL AND i.died_on IS NOT NULL),
    (CASE WHEN position(%(city)s IN b.address) > 0 AND position(%(city)s IN i.address) = 0 THEN '{KIND.MOVED_OUT}'
        WHEN position(%(city)s IN b.address) = 0 AND position(%(city)s IN i.address) > 0 THEN '{KIND.MOVED_IN}'
        ELSE '{KIND.MOVED}' END,
        coalesce(m.moved_on, %(as_of)s), '', '',
        b.address_key <> '' AND i.address_key <> '' AND b.address_key <> i.address_key),
    ('{KIND.RENAMED}', coalesce(m.moved_on, %(as_of)s), b.name, i.name, b.name_key <> i.name_key),
    ('{KIND.HOUSEHOLD}', coalesce(m.moved_on, %(as_of)s), trim(b.household_number || ' ' || b.relation),
        trim(i.household_number || ' ' || i.relation),
        b.household_number <> '' AND i.household_number <> '' AND b.household_number <> i.household_number
        OR b.relation <> '' AND i.relation <> '' AND (b.relation = '世帯主') <> (i.relation = '世帯主'))
) AS e(kind, day, before, after, happened)
WHERE e.happened ORDER BY b.id
ON CONFLICT DO NOTHING
"""
PROTECTED = f"""
INSERT INTO debtors_lifeevent ({COLUMNS})
SELECT f.identity_id, '{KIND.PROTECTED}', f.starts_on, '', '', f.ground, %(origin)s, %(file)s, %(as_of)s, ''
FROM protections_now p JOIN debtors_protectionflag f ON f.identity_id = p.identity_id
WHERE p.changed AND (f.ends_on IS NULL OR f.ends_on > %(as_of)s)
    AND NOT EXISTS (SELECT FROM protected_before b WHERE b.identity_id = p.identity_id)
ORDER BY f.identity_id
ON CONFLICT DO NOTHING
"""
# Ended since the last file, by its own day or because this file no longer names it.
UNPROTECTED = f"""
INSERT INTO debtors_lifeevent ({COLUMNS})
SELECT i.id, '{KIND.UNPROTECTED}', max(f.ends_on), '', '', min(f.ground), %(origin)s, %(file)s, %(as_of)s, ''
FROM debtors_protectionflag f JOIN debtors_sourceidentity i ON i.id = f.identity_id
WHERE i.source_id = %(source)s AND f.ends_on <= %(as_of)s
    AND (f.ends_on > %(since)s OR f.ends_on = %(as_of)s
        AND EXISTS (SELECT FROM protections_now p WHERE p.identity_id = i.id AND p.changed))
    AND NOT EXISTS (SELECT FROM debtors_protectionflag o WHERE o.identity_id = i.id AND o.starts_on <= %(as_of)s
        AND (o.ends_on IS NULL OR o.ends_on > %(as_of)s))
GROUP BY i.id ORDER BY i.id
ON CONFLICT DO NOTHING
"""


# What a section's file of supports tells: the kinds of a start and of an end.
SUPPORT_KINDS = {
    "welfare": (KIND.WELFARE_START, KIND.WELFARE_STOP),
    "school_aid": (KIND.SCHOOL_AID, KIND.SCHOOL_AID_END),
    "child_support": (KIND.CHILD_SUPPORT, KIND.CHILD_SUPPORT_END),
}
WELFARE = f"""
INSERT INTO debtors_lifeevent ({COLUMNS})
SELECT w.identity_id, e.kind, e.day, '', '', %(ground)s, %(origin)s, %(file)s, %(as_of)s, ''
FROM welfare w CROSS JOIN LATERAL (VALUES (w.start_kind, w.started_on), (w.stop_kind, w.stopped_on))
    AS e(kind, day)
WHERE e.day IS NOT NULL ORDER BY w.identity_id, e.day
ON CONFLICT DO NOTHING
"""


class LifeEventRefused(Exception):
    """The event cannot be set done; the message says why, in Japanese."""


def remember_before(*, source_id: int, as_of: date) -> None:
    """Keep what the source said until now of those of whom table ``facts`` says something else."""
    params = {"source": source_id, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS identities_before, protected_before")
        cursor.execute(BEFORE, params)
        cursor.execute(PROTECTED_BEFORE, params)


def note_changes(*, source_id: int, origin: str, file_id: int, as_of: date, since: date) -> int:
    """Write an event for each difference from what :func:`remember_before` kept, once; return how many are new.

    ``since``: the business date of the source's file before. Needs table ``protections_now``.
    """
    params: dict[str, Any] = {"source": source_id, "origin": origin, "file": file_id, "as_of": as_of, "since": since}
    params["city"] = settings.CITY_NAME
    count = 0
    with connection.cursor() as cursor:
        for statement in (CHANGES, PROTECTED, UNPROTECTED):
            cursor.execute(statement, params)
            count += int(cursor.rowcount)
    return count


def note_welfare(*, ground: str, origin: str, file_id: int, as_of: date) -> int:
    """Write the starts and stops of table ``welfare``, each once.

    It has identity_id, started_on, stopped_on or NULL, and the kinds of both events, start_kind and stop_kind.
    """
    with connection.cursor() as cursor:
        cursor.execute(WELFARE, {"ground": ground, "origin": origin, "file": file_id, "as_of": as_of})
        return int(cursor.rowcount)


@transaction.atomic
def handle_life_event(*, event_id: int, outcome: str, by: Any, on: date) -> LifeEvent:
    """Write what was found; the event and its step are done. The end of a protection shows the address again.

    Raises:
        LifeEvent.DoesNotExist: no such event.
        LifeEventRefused: no outcome, done already, or the end of a protection is not for this user to confirm.
    """
    event = LifeEvent.objects.select_for_update(of=("self",)).select_related("work_item").get(pk=event_id)
    if event.handled_on:
        raise LifeEventRefused("この異動はすでに済んでいます。")
    if not outcome.strip():
        raise LifeEventRefused("確かめた結果を書いてください。")
    if event.kind == KIND.UNPROTECTED and not allows(by, Permission.APPROVE):
        raise LifeEventRefused("支援措置の終了は、係長・課長が住民記録の担当に確かめて済みにします。")
    event.outcome, event.handled_on, event.handled_by = outcome.strip()[:200], on, by
    event.save()
    if event.work_item and event.work_item.closed_at is None:
        close_work_item(item_id=event.work_item.pk, outcome=event.outcome, by=by, on=on)
    audit.record(event="life_event.handled", by=by, target=event, detail={"kind": event.kind, "outcome": event.outcome})
    return event
