"""次の一手 that the lawyers' cases leave for who works on the person: opened once a matter, closed when it is answered."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from debtors.models import WorkItem
from debtors.services_work import CASE, WorkItemRefused, close_work_item, open_work_item
from lawyers.models import LegalCase

WORK_DAYS = 7


def tell(case: LegalCase, *, key: str, reason: str, next_step: str, by: Any, on: date) -> None:
    """Open a step of the case for the person's officer; where nobody has one, it stands in the list of all."""
    own = case.person.work_items.filter(subject_key=CASE, closed_at=None).select_related("owner").first()
    with suppress(WorkItemRefused):  # told already
        open_work_item(
            person_id=case.person_id,
            reason=f"{reason}（{case.number}）"[:200],
            next_step=next_step[:200],
            due_on=on + timedelta(days=WORK_DAYS),
            owner=own.owner if own else None,
            subject_key=key,
            subject_url=reverse("lawyers:case", args=[case.pk]),
            by=by,
        )


def done(key: str, *, outcome: str, by: Any, on: date) -> None:
    """The matter is answered. Nothing is done where no step is open."""
    for item in WorkItem.objects.filter(subject_key=key, closed_at=None):
        close_work_item(item_id=item.pk, outcome=outcome[:200], by=by, on=on)
