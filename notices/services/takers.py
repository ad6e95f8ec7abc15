"""Who else gets a letter about a claim in a run: joint debtors, heirs and guarantors, each for what they answer for.

A hold that silences the claim silences it for all of them: whoever asks others while the debtor keeps a plan asks too soon.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from claims.models import Claim, ClaimEvent, ClaimParty, Hold
from claims.rules.answering import Yen
from claims.services.charges import AmountDue
from claims.services.parties import Answering, PartyLine, parties_of
from debtors.models import Person
from debtors.protection import hidden_people
from debtors.querysets import in_force
from debtors.rules.mailing import Destination
from debtors.services.mailing import AddressBook, contents_by
from notices.models import PrintRun
from notices.querysets import CHANNEL, reachable_claims
from notices.rules.kinds import KINDS
from notices.rules.takers import RANK, Role, role_text
from toyota_collect.dated import value_on
from toyota_collect.permissions import Ground

SETTING = "demand.guarantor"
Scope = tuple[int | None, int | None]  # kind and claim of a hold


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim that a person answers for without owing it; ``booked_yen``: for how much of the booked balance."""

    claim: Claim
    line: PartyLine
    booked_yen: int


@dataclass(frozen=True, slots=True)
class Answer:
    """In which role a person answers for a claim of their letter; ``text`` as the letter says it."""

    role: Role
    text: str
    party_id: int


@dataclass(frozen=True)
class Takers:
    """What people answer for in a run, by person; ``succeeded``: the dead whose heirs are asked instead of them.

    ``hidden``: debtors whom a letter to another does not name. ``principal_only``: kinds for which personal guarantors
    are not asked for late charge.
    """

    of: Mapping[int, Sequence[Taken]]
    succeeded: frozenset[int]
    hidden: frozenset[int]
    principal_only: frozenset[str]
    answering: Answering

    def booked_yen(self, person_id: int) -> int:
        return sum(one.booked_yen for one in self.of.get(person_id, ()))

    def claims_of(self, people: Iterable[int]) -> list[Claim]:
        return list({one.claim.pk: one.claim for pk in people for one in self.of.get(pk, ())}.values())

    def letter_of(
        self, person_id: int, dues: Mapping[int, AmountDue]
    ) -> tuple[list[tuple[Claim, AmountDue]], dict[int, Answer]]:
        """What the person is asked for beside their own claims, and in which roles. Once for each person: limits fill up."""
        asked: list[tuple[Claim, AmountDue]] = []
        roles: dict[int, Answer] = {}
        for one in self.of.get(person_id, ()):
            due, party = dues[one.claim.pk], one.line.party
            yen = self.answering.part(one.claim, one.line, _asked(one.line, one.claim, due.yen, self.principal_only))
            if not yen.total:
                continue
            debtor = one.claim.identity.person
            name = debtor.name if debtor and debtor.pk not in self.hidden else ""
            role = Role(party.role)
            text = role_text(
                role, legal=due.terms.legal_class, debtor=name, share=one.line.share, limit_yen=party.limit_yen
            )
            asked.append((one.claim, due.part(yen)))
            roles[one.claim.pk] = Answer(role, text, party.pk)
        return asked, roles


NOBODY = Takers({}, frozenset(), frozenset(), frozenset(), Answering({}))


def takers_of(run: PrintRun, *, days: Collection[date]) -> Takers:
    """The parties that the run asks. A constant number of queries, and none where it asks debtors alone.

    Not asked: who died, who is silenced by a hold of their own, a guarantor before the debtor was dunned and given time,
    heirs whose shares do not make the whole, or for whom somebody else gets the letter about the dead.
    """
    roles = () if KINDS[run.kind].seizes else tuple(role for role in RANK if role in run.takers)
    if not roles:
        return NOBODY
    terms = value_on(SETTING, run.issued_on)
    principal_only = frozenset(terms["principal_only"])
    claims = _claims(run, roles)
    parties = parties_of([claim.pk for claim in claims], on=run.issued_on)
    answering, booked = Answering(parties), Answering(parties)
    debtors = {claim.identity.person.pk: claim.identity.person for claim in claims if claim.identity.person}
    holds = _holds(parties, {run.as_of, run.issued_on})
    dunned = _dunned(claims, by=run.issued_on - timedelta(days=terms["days_after_dunning"]))
    passed = {claim.pk for claim in claims if answering.settled(claim.pk)} if Role.HEIR in roles else set()
    dead = [one for one in debtors.values() if one.died_on]
    unreached = {one.pk for one in dead} - _reached(run, dead) if passed else set()
    found: dict[int, list[Taken]] = defaultdict(list)
    for claim in claims:
        debtor, seen = claim.identity.person_id, set()
        for line in sorted(parties[claim.pk], key=lambda line: RANK.index(Role(line.party.role))):
            role, person = Role(line.party.role), line.party.person
            if role not in roles or person.pk in seen or person.pk == debtor or person.died_on:
                continue
            if any(kind in (None, claim.kind_id) and one in (None, claim.pk) for kind, one in holds[person.pk]):
                continue
            if role is Role.HEIR and not (claim.pk in passed and debtor in unreached):
                continue
            if role is Role.GUARANTOR and claim.pk not in dunned:
                continue
            owed = Yen(claim.principal_yen, claim.fee_yen, claim.late_yen, claim.cost_yen)
            yen = booked.part(claim, line, _asked(line, claim, owed, principal_only))
            if yen.total:
                seen.add(person.pk)
                found[person.pk].append(Taken(claim, line, yen.total))
    asked_heirs = {one.claim.identity.person_id for taken in found.values() for one in taken if one.line.share}
    return Takers(
        of=dict(found),
        succeeded=frozenset(pk for pk in asked_heirs if pk in unreached),
        hidden=frozenset(one for day in days for one in hidden_people(debtors, on=day)),
        principal_only=principal_only,
        answering=answering,
    )


def _claims(run: PrintRun, roles: Collection[str]) -> list[Claim]:
    """Claims that may be asked for and that others answer for, in the order of a letter."""
    asked = ClaimParty.objects.filter(in_force(run.issued_on), role__in=roles)
    return list(
        reachable_claims(run)
        .filter(pk__in=asked.values("claim"), identity__person__isnull=False)
        .select_related("kind", "identity__person")
        .order_by("kind__position", "kind__code", "due_on", "levy_year", "instalment", "pk")
    )


def _asked(line: PartyLine, claim: Claim, due: Yen, principal_only: Collection[str]) -> Yen:
    """A personal guarantor who may not have been told in time is not asked for late charge (民法458条の3)."""
    guarantees = line.party.role == Role.GUARANTOR and not line.party.person.is_corporate
    return due._replace(late=0) if guarantees and claim.kind.code in principal_only else due


def _holds(parties: Mapping[int, Sequence[PartyLine]], days: Iterable[date]) -> dict[int, list[Scope]]:
    """What silences letters to the parties themselves, by person."""
    in_days = Q()
    for day in days:
        in_days |= in_force(day)
    people = {line.person_id for lines in parties.values() for line in lines}
    rows = Hold.objects.filter(in_days, person__in=people, channels__contains=[CHANNEL])
    found: dict[int, list[Scope]] = defaultdict(list)
    for person, kind, claim in rows.values_list("person_id", "kind_id", "claim_id"):
        found[person].append((kind, claim))
    return found


def _dunned(claims: Sequence[Claim], *, by: date) -> set[int]:
    """Claims whose 督促 had left by the day and stands."""
    events = ClaimEvent.objects.filter(claim__in=claims, kind=ClaimEvent.Kind.DUNNING, withdrawn_at=None, on__lte=by)
    return set(events.values_list("claim_id", flat=True))


def _reached(run: PrintRun, dead: Sequence[Person]) -> set[int]:
    """The dead of whom somebody gets the letter, as the heirs' speaker does for taxes."""
    if not dead:
        return set()
    ids = [one.pk for one in dead]
    rows = reachable_claims(run).filter(identity__person__in=ids).order_by()
    kinds = rows.values_list("identity__person_id", "kind__code", "ground").distinct()
    told = contents_by((person, kind, ground == Ground.TAX) for person, kind, ground in kinds)
    book = AddressBook.of(ids, on=run.issued_on)
    return {one.pk for one in dead if isinstance(book.destination(one, told[one.pk]), Destination)}
