"""未折衝の人を担当に振る: an officer and a next step with a day, together, so that nobody on the list is left as they were."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction

from claims.models import UntouchedPerson
from debtors.models import Assignment, Person
from debtors.services.assigning import AssignmentRefused, assign_by_hand
from debtors.services_work import WorkItemRefused, open_work_item
from toyota_collect import audit

MOST = 25  # as many as a page shows: nobody is handed over unseen
REASON = "未折衝"


class UntouchedRefused(Exception):
    """Nobody was given to the officer; the message says why, in Japanese."""


@transaction.atomic
def hand_out(
    *, person_ids: Collection[int], officer: Any, next_step: str, due_on: date, reason: str, on: date, by: Any
) -> tuple[int, int]:
    """Give people of the list to an officer, each with a next step; return how many were, and how many no longer needed it.

    Somebody for whom a step was opened meanwhile is left alone, so that a second click changes nothing.

    Raises:
        UntouchedRefused: nobody or too many were chosen, the day has passed, or the officer cannot have people.
    """
    if not person_ids:
        raise UntouchedRefused("担当に振る人を選んでください。")
    if len(person_ids) > MOST:
        raise UntouchedRefused(f"一度に振れるのは{MOST}人までです。")
    if due_on < on:
        raise UntouchedRefused("次の一手の期限は、基準日かそのあとの日にしてください。")
    given = []
    people = Person.objects.visible_to(by).filter(pk__in=person_ids).select_for_update().order_by("pk")
    for person in people:
        if person.work_items.filter(closed_at=None).exists():
            continue
        try:
            _to_officer(person, officer=officer, reason=reason, on=on, by=by)
            open_work_item(person_id=person.pk, reason=REASON, next_step=next_step, due_on=due_on, owner=officer, by=by)
        except (AssignmentRefused, WorkItemRefused) as refused:
            raise UntouchedRefused(str(refused)) from refused
        given.append(person)
    UntouchedPerson.objects.filter(person__in=given).delete()
    if given:
        detail = {"people": [person.number for person in given], "to": str(officer), "due_on": due_on.isoformat()}
        audit.record(event="untouched.handed_out", by=by, detail=detail | {"reason": reason})
    return len(given), len(set(person_ids)) - len(given)


def _to_officer(person: Person, *, officer: Any, reason: str, on: date, by: Any) -> None:
    """Whoever has the person already keeps them as they are."""
    if not Assignment.objects.filter(person=person, officer=officer).exists():
        assign_by_hand(person_id=person.pk, officer=officer, reason=reason, on=on, by=by)
