"""Who lives with whom, and who is the head: read from the register's entries, stored nowhere else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from debtors.models import Person, ProtectionFlag, SourceIdentity
from debtors.protection import hidden_people
from toyota_collect.permissions import Ground
from toyota_collect.registry import registry

HEAD = "世帯主"


@dataclass(frozen=True, slots=True)
class Member:
    """One of a household as the user may see it; ``person``: only of those who are a person here."""

    name: str
    relation: str
    birth_on: date | None
    person: Person | None
    outstanding_yen: int

    @property
    def is_head(self) -> bool:
        return self.relation == HEAD


def household_numbers(people: Collection[int]) -> dict[int, str]:
    """The register's household of each of the people who has one."""
    entries = SourceIdentity.objects.filter(ground=Ground.REGISTER, person__in=people).exclude(household_number="")
    return dict(entries.order_by("-pk").values_list("person", "household_number"))


def heads_of(people: Collection[int]) -> dict[int, SourceIdentity]:
    """The head (世帯主) of each person's household, who owes the household's 国民健康保険税."""
    numbers = household_numbers(people)
    entries = SourceIdentity.objects.filter(
        ground=Ground.REGISTER, household_number__in=set(numbers.values()), relation=HEAD, died_on=None
    )
    heads = {entry.household_number: entry for entry in entries.order_by("-pk")}
    return {person: heads[number] for person, number in numbers.items() if number in heads}


def household_of(person: Person, user: Any, *, on: date) -> list[Member] | None:
    """The living members, the head first, without people under protection; none for a hidden person.

    What each owes is what the user may see of it. A constant number of queries.
    """
    if person.pk in hidden_people([person.pk], on=on):
        return None
    number = household_numbers([person.pk]).get(person.pk)
    if not number:
        return []
    entries = SourceIdentity.objects.filter(ground=Ground.REGISTER, household_number=number, died_on=None)
    rows = list(entries.select_related("person").order_by("birth_on", "pk"))
    people = {entry.person_id for entry in rows if entry.person_id}
    hidden = hidden_people(people, on=on)
    flagged = set(
        ProtectionFlag.objects.hiding(on=on).filter(identity__in=rows).values_list("identity", flat=True)
    )  # of those, too, who are no person here
    owed: dict[int, int] = {}
    for source in registry.list_facts:
        for key, facts in source(sorted(people), user, on).items():
            owed[key] = owed.get(key, 0) + int(facts.get("outstanding_yen") or 0)
    members = [
        Member(entry.name, entry.relation, entry.birth_on, entry.person, owed.get(entry.person_id, 0))
        for entry in rows
        if entry.pk not in flagged and entry.person_id not in hidden
    ]
    return sorted(members, key=lambda member: not member.is_head)
