"""The debtors' own part of a person's course."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from debtors.joined import together
from debtors.models import Contact, Person
from toyota_collect.calendar import ONE_DAY
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Happening, registry
from toyota_collect.wareki import short_text

TONES: dict[str, str] = {Contact.Outcome.REFUSED: "care", Contact.Outcome.RETURNED: "care"}


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """Contacts and protection measures. The measure says nothing about places."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    for contact in Contact.objects.filter(person__in=together(person.pk)).select_related("by"):
        promise = f"約束 {short_text(contact.promised_on)}。" if contact.promised_on else ""
        text = f"{contact.get_outcome_display()}。{promise}{contact.text}"
        tone = TONES.get(contact.outcome, "")
        yield Happening(contact.on, contact.get_channel_display(), text, str(contact.by), tone)
    for flag in person.protections.all():
        if flag.starts_on <= on:
            until = f"{short_text(flag.ends_on - ONE_DAY)}まで。" if flag.ends_on else ""
            yield Happening(flag.starts_on, "支援", f"支援措置が始まった。{until}", flag.origin, "hold")


def course_of(person: Person, user: Any, *, on: date) -> list[Happening]:
    """Everything that happened to the person's case that the user may know, latest first."""
    found = [one for source in registry.happenings for one in source(person, user, on)]
    return sorted(found, key=lambda one: one.on, reverse=True)
