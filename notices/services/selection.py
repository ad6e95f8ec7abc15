"""Who gets a letter in a run and who is left out: found − left out − beyond the limit = letters."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Sum

from claims.models import Claim
from claims.services.charges import AmountDue, amounts_due
from debtors.models import Person
from debtors.protection import maybe_protected_people
from debtors.rules.mailing import Because, Contents, Destination, Withheld
from debtors.services.mailing import AddressBook, contents_by
from notices.models import PrintRun
from notices.querysets import (
    held_claims,
    overdue_claims,
    protected_people,
    reachable_claims,
)
from notices.rules.exclusion import PersonFacts, Reason, reason_to_exclude
from notices.services.takers import Answer, Takers, takers_of
from toyota_collect.documents.barcodes import address_number
from toyota_collect.permissions import Ground

BATCH = 500  # people whose claims are held in memory at once
BOOKED = Sum(F("principal_yen") + F("fee_yen") + F("late_yen") + F("cost_yen"))
PERSON = "identity__person"
COLUMNS = ("name", "is_corporate", "died_on", "postal_code", "address", "number")
NOTHING = Contents(frozenset(), all_tax=False)


@dataclass(frozen=True, slots=True)
class LeftOut:
    person_id: int
    reason: Reason
    yen: int


@dataclass(frozen=True)
class Selection:
    """``targets``: ids of people who get a letter, in the order of the post; ``yen`` are booked balances.

    ``takers``: what they are asked for of others; it fills up as the letters are written, so that they are written once.
    """

    targets: list[int]
    takers: Takers
    left_out: list[LeftOut]
    beyond_limit: int
    unlinked_claims: int

    @property
    def answering(self) -> frozenset[int]:
        """Of the targets, those who are asked for claims of others."""
        return frozenset(pk for pk in self.targets if pk in self.takers.of)

    @property
    def found(self) -> int:
        return len(self.targets) + len(self.left_out) + self.beyond_limit


@dataclass(frozen=True)
class PersonClaims:
    """A person with the claims of the letter, what is due for each, and where the letter goes.

    ``roles``: by claim, as what the person is asked for claims of another.
    """

    person: Person
    claims: list[tuple[Claim, AmountDue]]
    to: Destination | Withheld
    roles: Mapping[int, Answer] = field(default_factory=dict)

    @property
    def total_yen(self) -> int:
        return sum(due.total_yen for _, due in self.claims)


@dataclass
class Tally:
    """What the letters ask for, added up; ``as_dict`` is kept with the run and shown to those who decide."""

    letters: int = 0
    claims: int = 0
    yen: int = 0
    taken_letters: int = 0  # with claims of another
    taken_yen: int = 0  # asked of others than the debtor: may be asked more than once
    groups: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, one: PersonClaims) -> None:
        self.letters += 1
        self.taken_letters += bool(one.roles)
        for claim, due in one.claims:
            self.claims += 1
            self.yen += due.total_yen
            self.taken_yen += due.total_yen if claim.pk in one.roles else 0
            group = self.groups[claim.kind.group]
            group["claims"] += 1
            group["principal_yen"] += due.principal_yen
            group["extra_yen"] += due.total_yen - due.principal_yen
        for name in {claim.kind.group for claim, _ in one.claims}:
            self.groups[name]["people"] += 1

    def as_dict(self, selection: Selection) -> dict[str, Any]:
        excluded = Counter(str(out.reason) for out in selection.left_out)
        excluded_yen: Counter[str] = Counter()
        for out in selection.left_out:
            excluded_yen[str(out.reason)] += out.yen
        return {
            "found": selection.found,
            "letters": self.letters,
            "claims": self.claims,
            "yen": self.yen,
            "taken_letters": self.taken_letters,
            "taken_yen": self.taken_yen,
            "groups": {name: dict(sums) for name, sums in self.groups.items()},
            "excluded": dict(excluded),
            "excluded_yen": dict(excluded_yen),
            "beyond_limit": selection.beyond_limit,
            "unlinked_claims": selection.unlinked_claims,
        }


def select(run: PrintRun, *, today: date) -> Selection:
    """Sort everybody with overdue claims of the run's kinds into those who get a letter and those who do not."""
    days = sorted({run.as_of, run.issued_on, today})
    protected, maybe = protected_people(days), maybe_protected_people(days)
    takers = takers_of(run, days=days)
    reachable = dict(_by_person(reachable_claims(run)))
    held = set(held_claims(run).values_list(f"{PERSON}_id", flat=True))
    rows = list(
        overdue_claims(run)
        .filter(**{f"{PERSON}__isnull": False})
        .values_list(f"{PERSON}_id", *(f"{PERSON}__{name}" for name in COLUMNS))
        .annotate(yen=BOOKED)
    )
    rows += _others(takers, {row[0] for row in rows})
    book = AddressBook.of([row[0] for row in rows], on=run.issued_on, hidden_on=days)
    about = _contents(run, book.people, takers)

    targets: list[tuple[tuple[str, str, str], int]] = []
    left_out: list[LeftOut] = []
    for pk, *facts_of_person, booked_yen in rows:
        person = Person(pk=pk, **dict(zip(COLUMNS, facts_of_person, strict=True)))
        to = book.destination(person, about.get(pk, NOTHING))
        facts = PersonFacts(
            protected=pk in protected,
            maybe_protected=pk in maybe,
            reachable_yen=reachable.get(pk, 0) + takers.booked_yen(pk),
            any_held=pk in held,
            succeeded=pk in takers.succeeded,
            **where(person, to),
        )
        reason = reason_to_exclude(facts, minimum_yen=run.minimum_yen)
        if reason is None:
            targets.append(((facts.postal_code, address_number(facts.address), person.number), pk))
        else:
            left_out.append(LeftOut(pk, reason, booked_yen))
    targets.sort()
    chosen = [pk for _, pk in targets[: run.limit]]
    return Selection(
        targets=chosen,
        takers=takers,
        left_out=left_out,
        beyond_limit=len(targets) - len(chosen),
        unlinked_claims=overdue_claims(run).filter(**{f"{PERSON}__isnull": True}).count(),
    )


def where(person: Person, to: Destination | Withheld) -> dict[str, Any]:
    """What of ``PersonFacts`` the destination of the letter says."""
    if isinstance(to, Destination):
        return {"died_on": None, "postal_code": to.postal_code, "address": to.address}
    died_on = person.died_on if to.because is Because.DECEASED else None
    agent_protected = to.because is Because.AGENT_PROTECTED
    return {"died_on": died_on, "postal_code": "", "address": "", "agent_protected": agent_protected}


def with_claims(run: PrintRun, targets: list[int], takers: Takers | None = None) -> Iterator[PersonClaims]:
    """The people in the given order, each with the claims of the letter and what is due on the run's day.

    ``takers`` as ``select`` found them; none: they are looked for.

    Raises:
        TermsMissing: a claim's kind has no legal attributes for the day it fell due.
    """
    book = AddressBook.of(targets, on=run.issued_on)
    takers = takers or takers_of(run, days={run.as_of, run.issued_on})
    for start in range(0, len(targets), BATCH):
        ids = targets[start : start + BATCH]
        people = Person.objects.in_bulk(ids)
        claims = list(
            reachable_claims(run)
            .filter(**{f"{PERSON}_id__in": ids})
            .select_related("kind", "identity")
            .order_by("kind__position", "kind__code", "due_on", "levy_year", "instalment", "pk")
        )
        dues = amounts_due(
            {one.pk: one for one in (*claims, *takers.claims_of(ids))}.values(), as_of=run.as_of, with_steps=False
        )
        of_person: dict[int, list[tuple[Claim, AmountDue]]] = defaultdict(list)
        for claim in claims:
            if claim.identity.person_id is not None:
                of_person[claim.identity.person_id].append((claim, dues[claim.pk]))
        for pk in ids:
            others, roles = takers.letter_of(pk, dues)
            told = [*of_person[pk], *others]
            to = book.destination(people[pk], contents_of([claim for claim, _ in told]))
            yield PersonClaims(people[pk], told, to, roles)


def addressed(person: Person, claims: list[tuple[Claim, AmountDue]], *, on: date) -> PersonClaims:
    """One person's letter about the claims, and where it goes."""
    told = contents_of([claim for claim, _ in claims])
    return PersonClaims(person, claims, AddressBook.of([person.pk], on=on).destination(person, told))


def contents_of(claims: Sequence[Claim]) -> Contents:
    """What a letter about the claims tells of. Their kinds are at hand."""
    kinds = frozenset(claim.kind.code for claim in claims)
    return Contents(kinds, all_tax=bool(claims) and all(claim.ground == Ground.TAX for claim in claims))


def _others(takers: Takers, known: set[int]) -> list[tuple[Any, ...]]:
    """People who owe nothing themselves and answer for others, as rows of ``select``."""
    ids = set(takers.of) - known
    if not ids:
        return []
    return [(*row, takers.booked_yen(row[0])) for row in Person.objects.filter(pk__in=ids).values_list("pk", *COLUMNS)]


def _contents(run: PrintRun, people: set[int], takers: Takers) -> dict[int, Contents]:
    """What the letter of each of the people will tell of: nothing is asked where nobody's depends on it."""
    if not people:
        return {}
    claims = reachable_claims(run).filter(**{f"{PERSON}_id__in": people}).order_by()
    rows: Iterable[tuple[int, str, str]] = claims.values_list(f"{PERSON}_id", "kind__code", "ground").distinct()
    others = ((pk, one.claim.kind.code, one.claim.ground) for pk in people for one in takers.of.get(pk, ()))
    return contents_by((person, kind, ground == Ground.TAX) for person, kind, ground in (*rows, *others))


def _by_person(claims: Any) -> Iterator[tuple[int, int]]:
    rows = claims.filter(**{f"{PERSON}__isnull": False}).values_list(f"{PERSON}_id").annotate(yen=BOOKED)
    return iter(rows)
