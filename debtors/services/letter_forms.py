"""How letters are written to a person (文書の形): kept with the person, with who set it, when and why in the audit."""

from datetime import date
from typing import Any

from django.db import transaction

from debtors.models import Contact, Person
from toyota_collect import audit
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Ground

EVENT = "person.letter_form"


@transaction.atomic
def set_letter_form(*, person_id: int, form: str, label: str, reason: str, by: Any, on: date) -> Person:
    """Keep how letters are written to the person from now on; the same again changes nothing.

    ``label`` is how staff read the form, ``reason`` who asked for it and how: both stand in the log.

    Raises:
        Person.DoesNotExist: no such person.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.letter_variant == form:
        return person
    former, person.letter_variant = person.letter_variant, form
    person.save(update_fields=["letter_variant"])
    person.contacts.create(
        on=on,
        channel=Contact.Channel.OTHER,
        outcome=Contact.Outcome.NOTE,
        text=f"書面の書き方を「{label}」にした。{reason.strip()}",
        ground=Ground.CONTRACT,
        by=by,
    )
    audit.record(event=EVENT, by=by, target=person, detail={"from": former, "to": form, "reason": reason.strip()})
    return person


def last_set(people: list[int]) -> AuditEvent | None:
    """Who set the form last, when and why; of all who were found to be one person."""
    found: AuditEvent | None = (
        AuditEvent.objects.filter(
            event=EVENT, subject_type=Person._meta.label_lower, subject_key__in=[str(pk) for pk in people]
        )
        .select_related("by")
        .order_by("-pk")
        .first()
    )
    return found
