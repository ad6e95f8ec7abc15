"""Contacts and the next step: written together, so that no open case is left without one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from debtors.models import Contact, Person, WorkItem
from toyota_collect import audit
from toyota_collect.permissions import Ground
from toyota_collect.registry import registry

CASE = "case"  # the subject of the step that follows from a contact; one is open at a time


class NextStepMissing(Exception):
    """Something is owed and no next step with a due date was given."""


class WorkItemRefused(Exception):
    """The item cannot be opened or closed; the message says why, in Japanese."""


def owes(person: Person, *, by: Any, on: date) -> bool:
    """Whether any app says that the person has something unpaid."""
    facts = [source([person.pk], by, on).get(person.pk, {}) for source in registry.list_facts]
    return any(fact.get("outstanding_yen") for fact in facts)


@transaction.atomic
def record_contact(
    *,
    person_id: int,
    on: date,
    channel: str,
    outcome: str,
    text: str,
    by: Any,
    promised_on: date | None = None,
    next_step: str = "",
    next_due_on: date | None = None,
) -> Contact:
    """Write a contact; the open next step is closed by it, and the new one opened.

    Raises:
        Person.DoesNotExist: no such person.
        NextStepMissing: something is owed, and next step or due date is missing.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if not (next_step and next_due_on) and owes(person, by=by, on=on):
        raise NextStepMissing("未納がある間は、次の一手と期限の両方が要ります。")
    contact = person.contacts.create(
        on=on, channel=channel, outcome=outcome, text=text, promised_on=promised_on, ground=Ground.CONTRACT, by=by
    )
    audit.record(event="contact.recorded", by=by, target=contact, detail={"person": person.number, "outcome": outcome})
    for item in person.work_items.filter(subject_key=CASE, closed_at=None):
        close_work_item(item_id=item.pk, outcome=contact.get_outcome_display(), by=by, on=on, followed=True)
    if next_step and next_due_on:
        open_work_item(
            person_id=person.pk,
            reason=f"{contact.get_channel_display()}：{contact.get_outcome_display()}",
            next_step=next_step,
            due_on=next_due_on,
            owner=by,
            by=by,
        )
    return contact


@transaction.atomic
def log_letters(*, lines: Sequence[tuple[int, str, str]], outcome: str, on: date, by: Any) -> int:
    """Write a line about a letter into the log of each person: (person id, text, ground). No next step follows from it.

    What was sent or came back is a fact of the post; who has to act on it is said elsewhere. Lines are never changed:
    a letter that comes back gets a line of its own.
    """
    made = Contact.objects.bulk_create(
        (
            Contact(
                person_id=person,
                on=on,
                channel=Contact.Channel.LETTER,
                outcome=outcome,
                text=text,
                ground=ground,
                by=by,
            )
            for person, text, ground in lines
        ),
        batch_size=2_000,
    )
    audit.record(event="contacts.letters", by=by, detail={"lines": len(made), "outcome": outcome})
    return len(made)


@transaction.atomic
def open_work_item(
    *,
    person_id: int,
    reason: str,
    next_step: str,
    due_on: date,
    by: Any,
    owner: Any = None,
    subject_key: str = CASE,
    subject_url: str = "",
) -> WorkItem:
    """Open the next step of a subject.

    Raises:
        WorkItemRefused: one is open for the same subject.
    """
    try:
        with transaction.atomic():
            item = WorkItem.objects.create(
                person_id=person_id,
                reason=reason,
                next_step=next_step,
                due_on=due_on,
                owner=owner,
                subject_key=subject_key,
                subject_url=subject_url,
                opened_by=by,
            )
    except IntegrityError as error:
        raise WorkItemRefused("この件の次の一手はすでに登録されています。先に済ませてください。") from error
    audit.record(event="work_item.opened", by=by, target=item, detail={"due_on": due_on.isoformat()})
    return item


@transaction.atomic
def close_work_item(*, item_id: int, outcome: str, by: Any, on: date, followed: bool = False) -> WorkItem:
    """Close an open item with what came of it. ``followed``: a contact and its next step take its place.

    Raises:
        WorkItem.DoesNotExist: no such item.
        WorkItemRefused: it is closed already, no outcome is given, or it is the case's own next step while
            something is owed on ``on`` (only a contact closes that).
    """
    item = WorkItem.objects.select_for_update().get(pk=item_id)
    if item.closed_at:
        raise WorkItemRefused("この件はすでに済んでいます。")
    if not outcome.strip():
        raise WorkItemRefused("結果を書いてください。")
    if not followed and item.subject_key == CASE and owes(item.person, by=by, on=on):
        raise WorkItemRefused("未納があるため、経過を記録して、続きの次の一手を決めてください。")
    item.outcome, item.closed_by, item.closed_at = outcome.strip(), by, timezone.now()
    item.save()
    audit.record(event="work_item.closed", by=by, target=item, detail={"outcome": item.outcome})
    return item
