"""What becomes of the relations of people (人の関係) when two people are found to be one (名寄せ), or are parted."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q

from debtors.models import MailingAddress, PersonRelation, SafeRoute
from toyota_collect.registry import PersonTable, Registry


def register(registry: Registry) -> None:
    """Events of life have no key to a person: they hang on the identity and follow its link by themselves."""
    registry.person_table(
        PersonTable(
            "debtors.mailingaddress.person",
            "送付先",
            moves=Q(),
            fit=_fit_address,
            matters=Q(ends_on=None),
            decide="届出の書類で、どちらの人の送付先かを確かめる",
            name=lambda row: f"{row.kind or 'すべての債権'} {row.starts_on:%Y-%m-%d}から",
        )
    )
    registry.person_table(
        PersonTable(
            "debtors.saferoute.person",
            "支援措置の送付経路",
            moves=~Q(state="ended"),
            fit=_only_where_none_stands,
            matters=~Q(state="ended"),
            decide="この経路が安全かを確かめ直し、要るなら終わらせて登録し直す",
            name=lambda route: f"{route.get_way_display()} {route.ends_on:%Y-%m-%d}まで",
        )
    )
    registry.person_table(
        PersonTable(
            "debtors.addressreveal.person",
            "住所の照会",
            moves=Q(),
            decide="照会がどちらの人のことかを、理由で確かめる",
            name=lambda reveal: f"{reveal.asked_at:%Y-%m-%d} {reveal.asked_by}",
        )
    )
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


def _fit_address(row: MailingAddress, person_id: int) -> Mapping[str, Any] | None:
    """Where both had a 送付先 of the same kind, each keeps its own: somebody decides."""
    same = MailingAddress.objects.filter(person=person_id, kind=row.kind, ends_on=None)
    return None if row.ends_on is None and same.exists() else {}


def _only_where_none_stands(route: SafeRoute, person_id: int) -> Mapping[str, Any] | None:
    """Where both have one, each stays with its own: somebody decides which is safe."""
    return None if SafeRoute.objects.filter(person=person_id).exclude(state="ended").exists() else {}


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
