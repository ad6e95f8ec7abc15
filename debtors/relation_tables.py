"""What becomes of the relations of people (人の関係) when two people are found to be one (名寄せ), or are parted."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q

from debtors.models import PersonRelation
from toyota_collect.registry import PersonTable, Registry


def register(registry: Registry) -> None:
    """Events of life have no key to a person: they hang on the identity and follow its link by themselves."""
    for field, title in (("person", "人の関係"), ("actor", "人の関係（相手）")):
        registry.person_table(
            PersonTable(
                f"debtors.personrelation.{field}",
                title,
                moves=Q(),
                fit=_fit(field),
                matters=Q(ends_on=None),
                decide="届出の書類で、どちらの人の関係かを確かめる",
                name=lambda relation: f"{relation.get_kind_display()} {relation.actor_name}",
            )
        )


def _fit(field: str) -> Callable[[PersonRelation, int], Mapping[str, Any] | None]:
    """Nobody acts for themselves, and no relation stands twice: such a row stays with whom it was written for."""
    other = "actor" if field == "person" else "person"

    def fit(relation: PersonRelation, person_id: int) -> Mapping[str, Any] | None:
        if getattr(relation, f"{other}_id") == person_id:
            return None
        same = PersonRelation.objects.filter(
            **{field: person_id, other: getattr(relation, f"{other}_id")},
            kind=relation.kind,
            name=relation.name,
            ends_on=None,
        )
        return None if relation.ends_on is None and same.exists() else {}

    return fit
