"""支援措置の人の住所の照会: asked with a reason, granted by another person, seen by who asked for minutes, each look written down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from debtors.models import AddressReveal, Person
from debtors.protection import hidden_people
from toyota_collect import approvals, audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import value_or
from toyota_collect.models import Approval

SUBJECT = "debtors.addressreveal"
MINUTES = "reveal.minutes"


class RevealRefused(Exception):
    """The address cannot be asked for or shown; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the person lives and is reached, as the register and the sections say; parts may be ""."""

    postal_code: str
    address: str
    phone: str


@transaction.atomic
def ask(*, person_id: int, reason: str, by: Any) -> AddressReveal:
    """Ask another person to let ``by`` see the address; the approval says nothing of it.

    Raises:
        Person.DoesNotExist: no such person.
        RevealRefused: no reason, the address is not hidden, or the same is waiting already.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if not reason.strip():
        raise RevealRefused("何のために住所が要るかを書いてください。")
    if person.pk not in hidden_people([person.pk], on=business_date()):
        raise RevealRefused("この人の住所は隠されていません。人の画面で見られます。")
    waiting = AddressReveal.objects.filter(person=person, asked_by=by, granted_by=None, approval__decision="")
    if waiting.exists():
        raise RevealRefused("同じ照会が、すでに決裁を待っています。")
    reveal = AddressReveal.objects.create(person=person, reason=reason.strip(), asked_by=by)
    reveal.approval = approvals.ask(
        subject_type=SUBJECT,
        subject_key=str(reveal.pk),
        subject_url=reverse("debtors:reveal", args=[reveal.pk]),
        title=f"支援措置の人の住所の照会　{person.number}",
        reason=reveal.reason,
        evidence={"見る人": str(by), "見られる時間": f"決裁から{_minutes()}分"},
        by=by,
    )
    reveal.save()
    audit.record(event="reveal.asked", by=by, target=reveal, detail={"person": person.number})
    return reveal


def grant(approval: Approval, by: Any, *, now: datetime) -> None:
    """The decision: from ``now`` on the one who asked may look, for the minutes of the setting (end exclusive)."""
    reveal = AddressReveal.objects.select_for_update().get(pk=int(approval.subject_key))
    reveal.granted_by, reveal.until = by, now + timedelta(minutes=_minutes())
    reveal.save()
    audit.record(event="reveal.granted", by=by, target=reveal, detail={"until": reveal.until.isoformat()})


@transaction.atomic
def look(*, reveal_id: int, by: Any, now: datetime) -> Place:
    """The address, for the one who asked and while it is granted; each look is counted and written down.

    Raises:
        AddressReveal.DoesNotExist: no such enquiry.
        RevealRefused: asked by somebody else, not granted, or over.
    """
    reveal = AddressReveal.objects.select_for_update(of=("self",)).select_related("person").get(pk=reveal_id)
    if reveal.asked_by_id != by.pk:
        raise RevealRefused("住所を見られるのは、照会を起案した本人だけです。")
    if reveal.until is None:
        raise RevealRefused("まだ決裁されていません。")
    if now >= reveal.until:
        raise RevealRefused("見られる時間が過ぎました。まだ要るときは、もう一度照会してください。")
    reveal.looks += 1
    reveal.save()
    audit.record(event="reveal.looked", by=by, target=reveal, detail={"look": reveal.looks})
    person = reveal.person
    return Place(person.postal_code, person.address, person.phone)


def _minutes() -> int:
    return int(value_or(MINUTES, business_date(), 30))
