"""文書の送り先: who gets the letters to a person and where, with the reason, for the panel of the person page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.models import Claim, ClaimKind
from debtors.models import MailingAddress, Person
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from debtors.querysets import in_force
from debtors.rules.mailing import Contents, Destination, Withheld
from debtors.services.mailing import AddressBook
from debtors.services.safe_routes import route_of
from notices.rules.address import address_lines, window_name
from notices.services.selection import contents_of
from toyota_collect.held import once


@dataclass(frozen=True)
class Sent:
    """Where letters of one sort go. ``what``: a letter about everything, or the kinds whose own letters go elsewhere."""

    what: str
    to: Destination | Withheld

    @property
    def goes(self) -> Destination | None:
        return self.to if isinstance(self.to, Destination) else None

    @property
    def address(self) -> tuple[str, ...]:
        return address_lines(self.to.address) if isinstance(self.to, Destination) else ()

    @property
    def name(self) -> str:
        if not isinstance(self.to, Destination):
            return ""
        window = window_name(self.to)
        return f"{'　'.join(window.name_lines)}　{window.honorific}"


def addressee_of(person: Person, *, on: date) -> dict[str, Any]:
    """Where a letter about everything goes, and a letter about one kind where that is another place."""
    hidden = bool(hidden_people([person.pk], on=on))
    book = AddressBook.of([person.pk], on=on, labels=kind_labels())
    claims = list(Claim.objects.outstanding().filter(identity__person=person).select_related("kind"))
    sorts = _sorts(claims, book.destination(person, contents_of(claims), hidden=hidden), person, book, hidden=hidden)
    rows: list[MailingAddress] = []
    later: list[MailingAddress] = []
    if not hidden and not nothing_of(MailingAddress, [person.pk]):
        rows = list(person.mailing_addresses.filter(in_force(on)).select_related("entered_by"))
        later = list(person.mailing_addresses.filter(starts_on__gt=on, ends_on=None))
    labels = kind_labels()
    return {
        "hidden": hidden,
        "route": route_of(person.pk, on=on) if hidden else None,
        "sorts": sorts,
        "rows": [{"row": row, "kind": labels.get(row.kind, "すべての債権")} for row in [*rows, *later]],
    }


@once
def kind_labels() -> dict[str, str]:
    """Claim kinds in words, by code."""
    return dict(ClaimKind.objects.values_list("code", "short_name"))


def kind_choices(person: Person) -> list[tuple[str, str]]:
    """For the form: all claims, then the kinds the person owes, then the others."""
    owed = set(Claim.objects.outstanding().filter(identity__person=person).values_list("kind__code", flat=True))
    kinds = sorted(
        ClaimKind.objects.order_by("position").values_list("code", "name"), key=lambda one: one[0] not in owed
    )
    return [("", "すべての債権"), *kinds]


def _sorts(
    claims: Iterable[Claim], whole: Destination | Withheld, person: Person, book: AddressBook, *, hidden: bool
) -> list[Sent]:
    found = [Sent("全部の債権を載せる文書", whole)]
    alone: dict[Destination | Withheld, list[str]] = {}
    for kind, is_tax in sorted({(claim.kind.code, claim.ground == "tax") for claim in claims}):
        to = book.destination(person, Contents(frozenset({kind}), is_tax), hidden=hidden)
        if _place(to) != _place(whole):
            alone.setdefault(to, []).append(kind)
    labels = kind_labels()
    found += [
        Sent(f"{'・'.join(labels[kind] for kind in kinds)}だけの文書（督促状など）", to) for to, kinds in alone.items()
    ]
    return found


def _place(to: Destination | Withheld) -> tuple[str, ...]:
    if isinstance(to, Withheld):
        return (to.because,)
    return (to.postal_code, to.address, to.on_behalf, to.name)
