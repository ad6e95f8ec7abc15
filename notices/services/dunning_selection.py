"""Which claims get a 督促状: fell due, unpaid, never dunned; and what is left out, with its one reason."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef

from claims.models import Claim, ClaimEvent, ClaimKindTerms
from claims.querysets import ClaimQuerySet
from claims.services.charges import TermsMissing, kind_terms
from claims.services.settling import own_kinds
from debtors.protection import maybe_protected_people
from debtors.rules.mailing import Destination, Withheld
from debtors.services.mailing import AddressBook
from notices.models import Dunning, Exclusion
from notices.querysets import protected_people
from notices.rules import dunning as rule
from notices.rules.exclusion import PersonFacts, reason_to_exclude
from notices.services.selection import contents_of, where
from toyota_collect.dated import value_on
from toyota_collect.documents.barcodes import address_number
from toyota_collect.permissions import Ground

CHANNEL = "dunning"


class LeftOut(StrEnum):
    """Why no 督促状 is made; the value is kept with the run."""

    PROTECTED = "protected"
    MAYBE_PROTECTED = "maybe_protected"
    AGENT_PROTECTED = "agent_protected"
    DECEASED = "deceased"
    NO_ADDRESS = "no_address"
    UNLINKED = "unlinked"
    PAYING = "paying"
    HELD = "held"
    LAPSED = "lapsed"
    NO_STATUTE = "no_statute"

    @property
    def label(self) -> str:
        return _OWN_LABELS.get(self) or str(Exclusion.Reason(self.value).label)


_OWN_LABELS = {  # the others are those of a consolidated demand
    LeftOut.UNLINKED: "人に結び付いていない",
    LeftOut.PAYING: "納付を確認中（速報・記帳待ち）",
    LeftOut.LAPSED: "時効の期間が過ぎている",
    LeftOut.NO_STATUTE: "督促の根拠条文が登録されていない",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A claim to be dunned, with what its 督促状 rests on and where it goes."""

    claim: Claim
    terms: ClaimKindTerms
    statute: str
    appeal_body: str
    to: Destination


@dataclass(frozen=True)
class Selection:
    """``envelopes`` in the order of the post: claims of one person that go to one address; ``left_out`` counts claims by reason, ``yen`` their principal."""

    envelopes: list[list[Chosen]]
    left_out: Counter[str]
    left_out_yen: Counter[str]

    @property
    def claims(self) -> list[Chosen]:
        return [one for claims in self.envelopes for one in claims]


def undunned(*, on: date, kinds: Iterable[str] = ()) -> ClaimQuerySet:
    """Claims of our own booking whose due date has passed on ``on``, principal unpaid, for which no 督促状 ever went out."""
    sent = ClaimEvent.objects.filter(claim=OuterRef("pk"), kind=ClaimEvent.Kind.DUNNING, withdrawn_at=None)
    drawn_up = Dunning.objects.filter(claim=OuterRef("pk")).exclude(state=Dunning.State.PULLED)
    claims = Claim.objects.overdue(on=on).filter(principal_yen__gt=0, kind__in=own_kinds(on=on))
    if codes := list(kinds):
        claims = claims.filter(kind__code__in=codes)
    return claims.exclude(Exists(sent)).exclude(Exists(drawn_up))


def select(*, on: date, kinds: Iterable[str] = ()) -> Selection:
    """Sort the undunned claims into those that get a 督促状 sent on ``on`` and those that do not."""
    claims = list(undunned(on=on, kinds=kinds).select_related("kind", "identity__person").order_by("due_on", "pk"))
    statutes, bodies = value_on("dunning.statutes", on), value_on("dunning.appeal_bodies", on)
    tos = destinations(claims, on=on)
    reasons = _reasons(claims, tos, on=on)
    terms, found = kind_terms(), Selection([], Counter(), Counter())
    envelopes: dict[tuple[int, Destination], list[Chosen]] = defaultdict(list)
    for claim in claims:
        reason, one, to = reasons.get(claim.pk), None, tos.get(claim.pk)
        if reason is None and isinstance(to, Destination):
            one = _chosen(claim, terms, statutes, bodies, to)
            reason = LeftOut.NO_STATUTE if one is None else None
        if one is None:
            found.left_out[str(reason)] += 1
            found.left_out_yen[str(reason)] += claim.principal_yen
        else:
            envelopes[(claim.identity.person_id, one.to)].append(one)
    found.envelopes.extend(sorted(envelopes.values(), key=_post_order))
    return found


def destinations(claims: Iterable[Claim], *, on: date) -> dict[int, Destination | Withheld]:
    """Where the 督促状 of each linked claim goes, by claim id: each is a letter about its own kind alone."""
    linked = [claim for claim in claims if claim.identity.person is not None]
    book = AddressBook.of({claim.identity.person_id for claim in linked}, on=on)
    return {claim.pk: book.destination(claim.identity.person, contents_of([claim])) for claim in linked}


def _chosen(
    claim: Claim, terms: Any, statutes: dict[str, Any], bodies: dict[str, str], to: Destination
) -> Chosen | None:
    """``None`` where no article is entered, or no legal attributes: nothing is sent on a guess."""
    try:
        row = terms.of(claim)
    except TermsMissing:
        return None
    is_tax = claim.kind.ground == Ground.TAX
    statute = rule.statute_of(statutes, kind=claim.kind.code, legal_class=row.legal_class, is_tax=is_tax)
    body = "" if row.legal_class == rule.PRIVATE else bodies.get(claim.kind.code, row.appeal_body)
    return Chosen(claim, row, statute, body, to) if statute else None


def _reasons(claims: list[Claim], tos: dict[int, Destination | Withheld], *, on: date) -> dict[int, LeftOut]:
    """For each claim that gets none, the first reason: safety, whether it could arrive, the money, the law."""
    pks = [claim.pk for claim in claims]
    chosen = Claim.objects.filter(pk__in=pks)
    reachable = set(
        chosen.filter(pk__in=Claim.objects.reachable_by(CHANNEL, on=on).values("pk")).values_list("pk", flat=True)
    )
    paying = set(chosen.filter(pk__in=Claim.objects.being_paid().values("pk")).values_list("pk", flat=True))
    protected, maybe = protected_people([on]), maybe_protected_people([on])
    reasons: dict[int, LeftOut] = {}
    for claim in claims:
        person = claim.identity.person
        if person is None:
            reasons[claim.pk] = LeftOut.UNLINKED
            continue
        facts = PersonFacts(
            protected=person.pk in protected,
            maybe_protected=person.pk in maybe,
            reachable_yen=1,
            any_held=False,
            **where(person, tos[claim.pk]),
        )
        if of_person := reason_to_exclude(facts, minimum_yen=0):
            reasons[claim.pk] = LeftOut(of_person.value)
        elif claim.pk not in reachable:  # the one way out; what follows only says why
            lapsed = claim.prescribes_on is not None and claim.prescribes_on < on
            reasons[claim.pk] = LeftOut.PAYING if claim.pk in paying else LeftOut.LAPSED if lapsed else LeftOut.HELD
    return reasons


def _post_order(envelope: list[Chosen]) -> tuple[str, str, str]:
    to, person = envelope[0].to, envelope[0].claim.identity.person
    assert person is not None
    return to.postal_code, address_number(to.address), person.number
