"""What a firm may see of its cases: every source is asked once for all of them, and the rules decide on each fact."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from claims.models import Claim
from claims.services.charges import TermsMissing, kind_terms
from debtors.protection import hidden_people
from lawyers.models import LegalCase, LegalClaim
from lawyers.rules.disclosure import Fact, Scope, why_withheld
from toyota_collect.permissions import OPENED_TO, Role
from toyota_collect.registry import Exhibit, registry
from toyota_collect.wareki import short_text

MIXED = "話した内容と約束は、渡せない債権についてのものかもしれないため（手段・日・結果だけを載せました）。"


class Withheld(NamedTuple):
    """What was left out, for the city alone."""

    exhibit: Exhibit
    why: str

    @property
    def what(self) -> str:
        """In words for staff: day, title and file."""
        name = f"（{self.exhibit.name}）" if self.exhibit.name else ""
        return f"{short_text(self.exhibit.day)} {self.exhibit.title}{name}"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What of one case may be shown, by day, and what may not."""

    shown: tuple[Exhibit, ...]
    withheld: tuple[Withheld, ...]
    scope: Scope
    hidden: frozenset[int]  # of the people of the case, whose address and phone nobody may see


def disclosed_many(cases: Iterable[LegalCase], *, on: date) -> dict[int, Disclosed]:
    """What the firm may see of each case by its id; the number of queries does not grow with the cases."""
    given = list(cases)
    lines = LegalClaim.objects.filter(case__in=[case.pk for case in given], is_open=True)
    claims: dict[int, list[Claim]] = defaultdict(list)
    for line in lines.select_related("claim__kind", "claim__identity__person"):
        claims[line.case_id].append(line.claim)
    ids = {claim.pk for of_case in claims.values() for claim in of_case}
    exhibits = [one for source in registry.exhibits for one in source(ids, on)] if ids else []
    people = {case.person_id for case in given} | {
        claim.identity.person_id for of_case in claims.values() for claim in of_case if claim.identity.person_id
    }
    hidden, classes = frozenset(hidden_people(people, on=on)), _classes(exhibits)
    by_claim: dict[int, list[Exhibit]] = defaultdict(list)
    by_person: dict[int, list[Exhibit]] = defaultdict(list)
    for one in exhibits:
        for claim_id in one.claims:
            by_claim[claim_id].append(one)
        if not one.claims and one.person is not None:
            by_person[one.person].append(one)
    found, siblings, mixed = {}, _siblings(people), _owing_more(people)
    for case in given:
        scope = scope_of(case, claims[case.pk], siblings)
        near = {one.key: one for claim in claims[case.pk] for one in by_claim[claim.pk]}
        near |= {one.key: one for person in scope.people for one in by_person[person]}
        found[case.pk] = _divided(near.values(), scope, hidden & scope.people, classes, mixed & scope.people)
    return found


def scope_of(
    case: LegalCase, claims: Collection[Claim], siblings: Mapping[tuple[int, int], frozenset[int]] | None = None
) -> Scope:
    """What the case opens; ``claims``: its open ones, with kind, identity and person. ``siblings``: by person and kind."""
    people = {case.person, *(claim.identity.person for claim in claims if claim.identity.person)}
    own = {word for person in people for word in (person.name, person.address) if word}
    own |= {word for claim in claims for word in (claim.kind.name, claim.kind.short_name)}
    return Scope(
        claims=frozenset(claim.pk for claim in claims),
        people=frozenset(person.pk for person in people),
        grounds=OPENED_TO[Role.LAWYER],
        of_a_kind=frozenset(
            pk
            for claim in claims
            for pk in (siblings or {}).get((claim.identity.person_id or 0, claim.kind_id), frozenset())
        ),
        own_words=frozenset(own),
    )


def _siblings(people: Collection[int]) -> dict[tuple[int, int], frozenset[int]]:
    """All claims of the people, by person and kind."""
    rows: dict[tuple[int, int], set[int]] = defaultdict(set)
    claims = Claim.objects.filter(identity__person__in=people).order_by()
    for person, kind, pk in claims.values_list("identity__person_id", "kind_id", "pk"):
        rows[person, kind].add(pk)
    return {key: frozenset(pks) for key, pks in rows.items()}


def fact_of(one: Exhibit, *, classes: dict[int, str], hidden: bool, text: str = "") -> Fact:
    """An exhibit as the rules read it; ``text``: what can be read on its paper."""
    return Fact(
        kind=one.kind,
        grounds=frozenset(map(str, one.grounds)),
        classes=frozenset(classes.get(claim, "") for claim in one.claims),
        claims=one.claims,
        person=one.person,
        words="\n".join(word for word in (one.title, one.name, one.text, text) if word),
        addressed=one.addressed,
        hidden=hidden,
        withdrawn=one.withdrawn,
    )


def _divided(
    exhibits: Iterable[Exhibit], scope: Scope, hidden: frozenset[int], classes: dict[int, str], mixed: frozenset[int]
) -> Disclosed:
    shown, withheld = [], []
    for one in sorted(exhibits, key=lambda one: (one.day, one.key)):
        told = _of_the_case(one, scope)
        why = why_withheld(fact_of(told, classes=classes, hidden=bool(hidden)), scope)
        if why:
            withheld.append(Withheld(one, why))
            continue
        if told.kind == "contact" and told.text and told.person in mixed:
            withheld.append(Withheld(one, MIXED))
            told = replace(told, text="")
        shown.append(told)
    return Disclosed(tuple(shown), tuple(withheld), scope, hidden)


def _of_the_case(one: Exhibit, scope: Scope) -> Exhibit:
    """That a letter was sent is a fact of each of its claims; of its paper, and of any other thing, nothing is cut off."""
    if one.kind == "letter" and not one.addressed and one.claims & scope.claims:
        return replace(one, claims=one.claims & scope.claims)
    return one


def _owing_more(people: Collection[int]) -> frozenset[int]:
    """Those who owed anything, ever, that the firm may not know of: of a talk with them nobody can say what it was about."""
    others = Claim.objects.filter(identity__person__in=people).exclude(ground__in=OPENED_TO[Role.LAWYER])
    return frozenset(pk for pk in others.values_list("identity__person_id", flat=True) if pk)


def _classes(exhibits: Sequence[Exhibit]) -> dict[int, str]:
    """The legal class of every claim that the exhibits tell of; none where no attributes are in force."""
    told = {claim for one in exhibits for claim in one.claims}
    terms, found = kind_terms(), {}
    for claim in (
        Claim.objects.filter(pk__in=told)
        .only("kind_id", "due_on", "notice_number", "kind__name")
        .select_related("kind")
    ):
        try:
            found[claim.pk] = str(terms.of(claim).legal_class)
        except TermsMissing:
            continue
    return found
