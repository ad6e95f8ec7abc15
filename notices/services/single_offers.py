"""Which kinds of letter may be written to a person now, and why the others may not."""

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse

from claims.models import Claim, ClaimParty, Hold
from debtors.models import Person
from debtors.protection import hidden_people
from debtors.querysets import in_force
from notices.models import Notice
from notices.querysets import CHANNEL, reachable_claims
from notices.rules.kinds import KINDS, Kind
from notices.rules.single import SingleFacts, refusal
from notices.services.selection import addressed, where
from notices.services.single_data import Wish, run_of_one

PAGES = {"consolidated": "notices:runs", "dunning": "notices:dunnings", "plan_broken": "claims:plans"}
PERMISSIONS = {"consolidated": "run.view", "dunning": "run.view", "plan_broken": "contact.view"}


class Offer(NamedTuple):
    """A kind and why it is not possible ("" if it is); ``url``: where it is made instead."""

    kind: Kind
    refused: str
    url: str = ""
    permission: str = ""


def offers(person: Person, *, on: date) -> list[Offer]:
    """All kinds, those that are possible first."""
    shared = _person_facts(person, on=on)
    rows = [
        Offer(
            kind,
            refusal(kind, _of_kind(shared, person, kind, on=on)),
            reverse(PAGES[kind.code]) if kind.code in PAGES else "",
            PERMISSIONS.get(kind.code, ""),
        )
        for kind in KINDS.values()
    ]
    return sorted(rows, key=lambda row: bool(row.refused))


def facts_of(person: Person, kind: Kind, *, on: date) -> SingleFacts:
    """What decides on a letter of the kind to the person on a day."""
    return _of_kind(_person_facts(person, on=on), person, kind, on=on)


def _of_kind(shared: SingleFacts, person: Person, kind: Kind, *, on: date) -> SingleFacts:
    if not kind.single:
        return shared
    reachable = reachable_claims(run_of_one(Wish(kind.code, on), on=on)).filter(identity__person=person)
    return replace(
        shared,
        told=reachable.count() if kind.with_claims else 0,
        on_its_way=Notice.objects.filter(person=person, kind=kind.code, state__in=["asked", "made"]).exists(),
    )


def _person_facts(person: Person, *, on: date) -> SingleFacts:
    """What holds for letters of all kinds."""
    overdue = Claim.objects.filter(identity__person=person).overdue(on=on)
    protected = Person.objects.protected(on=on).filter(pk=person.pk).exists()
    over_all = Hold.objects.filter(in_force(on), person=person, claim=None, kind=None, channels__contains=[CHANNEL])
    goes = where(person, addressed(person, [], on=on).to)
    return SingleFacts(
        protected=protected,
        maybe_protected=not protected and bool(hidden_people([person.pk], on=on)),
        died_on=goes["died_on"],
        postal_code=goes["postal_code"],
        address=goes["address"],
        told=0,
        any_overdue=overdue.exists(),
        any_held=overdue.held(on=on, channel=CHANNEL).exists(),
        silencing=frozenset(over_all.values_list("reason", flat=True)),
        heir_of=heir_of(person, on=on),
        on_its_way=False,
    )


def heir_of(person: Person, *, on: date) -> str:
    """The name of the dead person whose heir this is by the parties of a claim, or ""."""
    party: Any = (
        ClaimParty.objects.filter(in_force(on), person=person, role=ClaimParty.Role.HEIR)
        .filter(claim__identity__person__died_on__isnull=False)
        .select_related("claim__identity__person")
        .order_by("pk")
        .first()
    )
    return str(party.claim.identity.person.name) if party else ""
