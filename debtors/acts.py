"""What the desk does, for the 実績: contacts by channel. Letters are told where they are posted."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from debtors.models import Contact
from toyota_collect.registry import Act, Registry

Channel, Outcome = Contact.Channel, Contact.Outcome
UNANSWERED = (Outcome.ABSENT, Outcome.BUSY, Outcome.MESSAGE, Outcome.WRONG)


def register(registry: Registry) -> None:
    """Of one day the meeting face to face comes first."""
    registry.acts += [
        Act("counter", "来庁", "contact", lambda a, b: _contacts(a, b).filter(channel=Channel.COUNTER), channel=True),
        Act("visit", "訪問", "contact", lambda a, b: _contacts(a, b).filter(channel=Channel.VISIT), channel=True),
        Act("call", "電話で話せた", "contact", lambda a, b: _calls(a, b).exclude(outcome__in=UNANSWERED), channel=True),
        Act(
            "missed",
            "電話がつながらず",
            "contact",
            lambda a, b: _calls(a, b).filter(outcome__in=UNANSWERED),
            channel=True,
        ),
    ]


def _contacts(first: date, last: date) -> QuerySet[Contact, Any]:
    """Lines in force; notes are no act."""
    found = Contact.objects.in_force().filter(on__range=(first, last)).exclude(outcome=Outcome.NOTE)
    return found.order_by().values("person_id", day=F("on"), team=F("by__team"))


def _calls(first: date, last: date) -> QuerySet[Contact, Any]:
    return _contacts(first, last).filter(channel=Channel.PHONE)
