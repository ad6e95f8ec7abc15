"""What of a person may be shown to whom: one place for every screen, so that a protected address is on none of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from debtors.models import Person, ProtectionFlag, SourceIdentity
from toyota_collect.permissions import Role


@dataclass(frozen=True, slots=True)
class Shown:
    """A person's facts as the user may see them; ``hidden``: address, phone and household are withheld."""

    number: str
    name: str
    kana: str
    is_corporate: bool
    birth_on: date | None
    died_on: date | None
    atena_number: str
    postal_code: str
    address: str
    address_origin: str
    phone: str
    household_number: str
    hidden: bool


def protection_of(person: Person, *, on: date) -> ProtectionFlag | None:
    """The protection measure (支援措置) that hides on ``on`` and ends last, if any."""
    flags = person.protections.hiding(on=on)
    return max(flags, key=lambda flag: flag.ends_on or date.max, default=None)


def identities_for(person: Person, user: Any) -> QuerySet[SourceIdentity]:
    """Linked source identities the user may know of, best source first; a section sees those it has claims on."""
    found = person.identities.select_related("source", "source__section").order_by("source__rank", "pk")
    if user.role == Role.SECTION_VIEWER:
        return found.filter(claims__section=user.section_id, claims__taken_back_at=None).distinct()
    return found


def own_records(people: Iterable[int], user: Any) -> dict[int, SourceIdentity]:
    """For a section, its own record of each person, the best source first; for others nothing."""
    if user.role != Role.SECTION_VIEWER:
        return {}
    records = SourceIdentity.objects.filter(person__in=list(people), claims__section=user.section_id)
    records = records.filter(claims__taken_back_at=None)
    return {record.person_id: record for record in records.order_by("-source__rank", "-pk")}


def shown(person: Person, user: Any, *, hidden: bool, record: SourceIdentity | None) -> Shown:
    """The facts as one line or head; a section reads ``record`` (:func:`own_records`), never another's."""
    facts: Person | SourceIdentity = person
    if user.role == Role.SECTION_VIEWER:
        facts = record or SourceIdentity(name=person.name)
    return Shown(
        number=person.number,
        name=facts.name,
        kana=facts.kana,
        is_corporate=person.is_corporate,
        birth_on=facts.birth_on,
        died_on=facts.died_on,
        atena_number=facts.atena_number,
        postal_code="" if hidden else facts.postal_code,
        address="" if hidden else facts.address,
        address_origin=getattr(facts, "address_origin", ""),
        phone="" if hidden else facts.phone,
        household_number="" if hidden else facts.household_number,
        hidden=hidden,
    )
