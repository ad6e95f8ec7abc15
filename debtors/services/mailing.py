"""送付先: where letters to a person go, entered and ended; and for many people at once, who gets a letter and where."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from debtors.models import MailingAddress, Person, PersonRelation
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from debtors.querysets import in_force
from debtors.rules.mailing import Acts, Addressed, Agent, Chosen, Contents, Destination, Withheld, destination
from toyota_collect import audit


class MailingRefused(Exception):
    """The 送付先 cannot be entered or ended; the message says why, in Japanese."""


@dataclass(frozen=True)
class AddressBook:
    """What differs from the recorded address, by person id: agents and 送付先 in force on a day."""

    agents: Mapping[int, tuple[Agent, ...]]
    chosen: Mapping[int, tuple[Chosen, ...]]

    @classmethod
    def of(
        cls,
        people: Collection[int],
        *,
        on: date,
        hidden_on: Collection[date] = (),
        labels: Mapping[str, str] | None = None,
    ) -> "AddressBook":
        """Read it for the people; the number of queries does not depend on how many they are.

        ``hidden_on``: other days on which an agent's address must not be a protected one either.
        ``labels``: claim kinds in words by code, for reasons that staff read.
        """
        acting: Iterable[PersonRelation] = []
        if not nothing_of(PersonRelation, people):
            acting = PersonRelation.objects.filter(in_force(on), person__in=people).select_related("actor")
        wanted = [one for one in acting if one.takes_letters or one.kind == Acts.REPRESENTATIVE]
        actors = {one.actor_id for one in wanted if one.actor_id}
        hidden = {one for day in {on, *hidden_on} for one in hidden_people(actors, on=day)} if actors else set()
        agents: dict[int, list[Agent]] = defaultdict(list)
        for one in wanted:
            agents[one.person_id].append(_agent(one, hidden=one.actor_id in hidden))
        chosen: dict[int, list[Chosen]] = defaultdict(list)
        rows = MailingAddress.objects.filter(in_force(on), person__in=people).order_by("-starts_on", "-pk")
        for row in [] if nothing_of(MailingAddress, people) else rows:
            chosen[row.person_id].append(_chosen(row, (labels or {}).get(row.kind, "")))
        return cls(
            {key: tuple(rows) for key, rows in agents.items()}, {key: tuple(rows) for key, rows in chosen.items()}
        )

    @property
    def people(self) -> set[int]:
        """Those of whom it depends on the letter where it goes."""
        return {*self.agents, *self.chosen}

    def destination(self, person: Person, contents: Contents, *, hidden: bool = False) -> Destination | Withheld:
        """Who gets a letter of these contents. ``hidden``: the person's own address is protected."""
        return destination(
            Addressed(
                name=person.name,
                postal_code=person.postal_code,
                address=person.address,
                is_corporate=person.is_corporate,
                died=person.died_on is not None,
                hidden=hidden,
                agents=self.agents.get(person.pk, ()),
                chosen=self.chosen.get(person.pk, ()),
            ),
            contents,
        )


def contents_by(rows: Iterable[tuple[int, str, bool]]) -> dict[int, Contents]:
    """From (letter or person, code of a kind, is a tax) of each claim: what each tells of."""
    kinds: dict[int, set[str]] = defaultdict(set)
    others: set[int] = set()
    for key, kind, is_tax in rows:
        kinds[key].add(kind)
        if not is_tax:
            others.add(key)
    return {key: Contents(frozenset(codes), key not in others) for key, codes in kinds.items()}


@transaction.atomic
def set_address(
    *,
    person_id: int,
    postal_code: str,
    address: str,
    starts_on: date,
    reason: str,
    ground: str,
    origin: str,
    by: Any,
    kind: str = "",
    care_of: str = "",
) -> MailingAddress:
    """Let letters go there from ``starts_on`` on; the former 送付先 of the same kind ends with it.

    Raises:
        Person.DoesNotExist: no such person.
        MailingRefused: no usable address, no reason or origin, learned by a tax enquiry, or one begins that day or later.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if not (len(postal_code) == 7 and postal_code.isascii() and postal_code.isdecimal() and address.strip()):
        raise MailingRefused("郵便番号（7桁）と住所を入れてください。")
    if not reason.strip() or not origin.strip():
        raise MailingRefused("ここへ送る理由と、何で知ったかを書いてください。")
    if ground not in MailingAddress.GROUNDS:
        raise MailingRefused(
            "税の調査で知った住所は、送付先にできません（地方税法22条）。本人の届出か住民記録で確かめてください。"
        )
    former = person.mailing_addresses.filter(kind=kind, ends_on=None).first()
    if former and former.starts_on >= starts_on:
        raise MailingRefused(
            "同じ日か、それより後に始まる送付先があります。先に終わらせるか、後の日付を入れてください。"
        )
    if former:
        former.ends_on = starts_on
        former.save()
    made = MailingAddress.objects.create(
        person=person,
        kind=kind,
        postal_code=postal_code,
        address=address.strip(),
        care_of=care_of.strip(),
        starts_on=starts_on,
        reason=reason.strip(),
        ground=ground,
        origin=origin.strip(),
        entered_by=by,
    )
    detail = {"person": person.number, "kind": kind, "replaces": former.pk if former else None}
    audit.record(event="mailing.set", by=by, target=made, detail=detail)
    return made


@transaction.atomic
def end_address(*, address_id: int, ends_on: date, by: Any) -> MailingAddress:
    """Letters go there no longer from ``ends_on`` on (exclusive end); one that never began goes away.

    Raises:
        MailingAddress.DoesNotExist: no such 送付先.
        MailingRefused: it has ended.
    """
    row = MailingAddress.objects.select_for_update().get(pk=address_id)
    if row.ends_on:
        raise MailingRefused("この送付先は、すでに終わっています。")
    audit.record(event="mailing.ended", by=by, target=row, detail={"ends_on": ends_on.isoformat()})
    if ends_on <= row.starts_on:  # entered by mistake, or not begun: the history keeps it
        row.delete()
        return row
    row.ends_on = ends_on
    row.save()
    return row


def _agent(one: PersonRelation, *, hidden: bool) -> Agent:
    """The actor's recorded address, or what was notified of somebody who has no number here."""
    who = one.actor
    return Agent(
        acts=one.kind,
        name=who.name if who else one.name,
        postal_code=who.postal_code if who else one.postal_code,
        address=who.address if who else one.address,
        is_corporate=who.is_corporate if who else False,
        takes_letters=one.takes_letters,
        hidden=hidden,
    )


def _chosen(row: MailingAddress, label: str) -> Chosen:
    address = f"{row.address}　{row.care_of}" if row.care_of else row.address
    return Chosen(row.postal_code, address, row.reason, row.kind, label)
