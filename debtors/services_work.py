"""Contacts and the next step: written together, so that no open case is left without one."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from debtors.models import Contact, Person, WorkItem
from toyota_collect import audit
from toyota_collect.permissions import Ground
from toyota_collect.registry import registry

HELD_BACK = "止めている間は連絡しない"  # what a step of the case says while its person is left alone
CASE = "case"  # the subject of the step that follows from a contact; one is open at a time


class NextStepMissing(Exception):
    """Something is owed and no next step with a due date was given."""


class CorrectionRefused(Exception):
    """The line cannot be corrected; the message says why, in Japanese."""


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
    at: time | None = None,
    with_whom: str = "",
    checked: Sequence[str] = (),
    promised_on: date | None = None,
    promised_yen: int | None = None,
    next_step: str = "",
    next_due_on: date | None = None,
    token: UUID | None = None,
) -> Contact:
    """Write a contact; the open next step is closed by it, and the new one opened.

    ``checked``: how it was made sure who speaks (``Contact.Checked``). ``token``: of the form; a contact that was
    written with it already is returned, and nothing is written again.

    Raises:
        Person.DoesNotExist: no such person.
        NextStepMissing: something is owed, and next step or due date is missing.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if token and (written := Contact.objects.filter(token=token, person=person).first()):
        return written
    if not (next_step and next_due_on) and owes(person, by=by, on=on):
        raise NextStepMissing("未納がある間は、次の一手と期限の両方が要ります。")
    contact = person.contacts.create(
        on=on,
        at=at,
        channel=channel,
        with_whom=with_whom,
        outcome=outcome,
        text=text,
        promised_on=promised_on,
        promised_yen=promised_yen,
        checked=list(checked),
        ground=Ground.CONTRACT,
        by=by,
        token=token,
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
def correct_contact(*, contact_id: int, why: str, by: Any, token: UUID | None = None, **facts: Any) -> Contact:
    """Write what a line should have said as a line of its own that points at it; both are shown, neither is changed.

    ``facts`` are those of the contact (``on, at, channel, with_whom, outcome, text, promised_on, promised_yen``). The
    next step stays as it is.

    Raises:
        Contact.DoesNotExist: no such line.
        CorrectionRefused: no reason, a line the post wrote, or one that is corrected already (correct the newer one).
    """
    old = Contact.objects.select_for_update().get(pk=contact_id)
    newer = Contact.objects.filter(corrects=old).first()
    if newer and token and newer.token == token:
        return newer
    if newer:
        raise CorrectionRefused("この経過はすでに訂正されています。訂正した新しい行を直してください。")
    if old.is_letter:
        raise CorrectionRefused("発送と返戻の記録は、発送・返戻の画面で直してください。")
    if not why.strip():
        raise CorrectionRefused("訂正の理由を書いてください。")
    kept = {"person_id": old.person_id, "ground": old.ground, "checked": old.checked}
    made = Contact.objects.create(**kept, **facts, corrects=old, why=why.strip()[:200], by=by, token=token)
    audit.record(event="contact.corrected", by=by, target=made, detail={"corrects": old.pk, "why": made.why})
    return made


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
