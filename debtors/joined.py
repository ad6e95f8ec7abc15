"""People who were found to be one: whose records show on whose page, and where somebody went."""

from collections.abc import Collection

from django.db import connection

from debtors.models import Joining, Person
from toyota_collect.held import once

# A joining in force leads from the emptied person to the kept one; these may follow each other.
TOGETHER = """
WITH RECURSIVE whole AS (
    SELECT %s::bigint AS id
    UNION SELECT j.emptied_id FROM debtors_joining j JOIN whole ON j.kept_id = whole.id
    WHERE j.parted_at IS NULL AND j.emptied_id IS NOT NULL
) SELECT id FROM whole ORDER BY id
"""
WHERE_NOW = """
WITH RECURSIVE way AS (
    SELECT id, id AS now, 0 AS steps FROM unnest(%s::bigint[]) AS id
    UNION SELECT way.id, j.kept_id, way.steps + 1 FROM debtors_joining j JOIN way ON j.emptied_id = way.now
    WHERE j.parted_at IS NULL
) SELECT DISTINCT ON (id) id, now FROM way ORDER BY id, steps DESC
"""
# The same of everybody who was ever found to be somebody else: (id, now).
MOVED = """
WITH RECURSIVE way AS (
    SELECT emptied_id AS id, kept_id AS now, 1 AS steps FROM debtors_joining WHERE parted_at IS NULL AND emptied_id IS NOT NULL
    UNION SELECT way.id, j.kept_id, way.steps + 1 FROM debtors_joining j JOIN way ON j.emptied_id = way.now
    WHERE j.parted_at IS NULL
) SELECT DISTINCT ON (id) id, now FROM way ORDER BY id, steps DESC
"""


@once
def together(person_id: int) -> list[int]:
    """The person and all who were found to be that person: what was written for any of them is shown."""
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER, [person_id])
        return [key for (key,) in cursor.fetchall()]


def current_people(people: Collection[int]) -> dict[int, int]:
    """For each of the people, who that is now: themselves, or the person they were found to be."""
    with connection.cursor() as cursor:
        cursor.execute(WHERE_NOW, [list(people)])
        return dict(cursor.fetchall())


def current_person(person_id: int | None) -> int | None:
    """Who the person is now; none for none (a payer nobody knows)."""
    return None if person_id is None else current_people([person_id])[person_id]


def went_to(number: str) -> str | None:
    """The number of the person that the one with this number was found to be, if so."""
    joining = Joining.objects.filter(emptied__number=number, parted_at=None).values_list("emptied", flat=True).first()
    return Person.objects.get(pk=current_person(joining)).number if joining else None
