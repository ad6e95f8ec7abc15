"""立場ごとの債権: what a person owes or answers for, in each role, and who else answers for what the person owes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects

from claims.models import Claim, ClaimParty
from claims.services.charges import amounts_due
from claims.services.parties import Answering, PartyLine, parties_of
from claims.statement import statement_of
from debtors.models import Person, PersonRelation
from debtors.presence import nothing_of
from debtors.querysets import in_force
from toyota_collect.money import comma
from toyota_collect.permissions import Permission, allows

DEBTOR = "本人"
Key = tuple[str, int, str]


@dataclass
class RoleRow:
    """Claims of one debtor in one role. ``asked_yen``: for what this person answers; ``total_yen``: what is owed in all."""

    role: str
    debtor: Person
    terms: str = ""  # share, limit
    claims: list[Claim] = field(default_factory=list)
    asked_yen: int = 0
    total_yen: int = 0


def roles_of(person: Person, user: Any, *, on: date) -> dict[str, Any]:
    """The rows by role and debtor, and the others who answer for the person's own claims.

    Amounts as paid on the day. A section sees roles of its own claims only. A constant number of queries.
    """
    relations = _acts_for(person, user, on=on)
    own = {line.claim.pk: line for line in statement_of(person, user, on=on).lines if line.claim.outstanding_yen}
    beside = [claim for claim in _others_claims(person, relations, user, on=on) if claim.pk not in own]
    claims = sorted([*(line.claim for line in own.values()), *beside], key=lambda claim: (claim.due_on, claim.pk))
    dues = {pk: line.due for pk, line in own.items()} | amounts_due(beside, as_of=on, with_steps=False)
    parties: dict[int, list[PartyLine]] = {}
    if beside or not nothing_of(ClaimParty, [person.pk], by="claim"):
        parties = parties_of([claim.pk for claim in claims], on=on)
    if parties:
        prefetch_related_objects([line.claim for line in own.values()], "identity")
    answering = Answering(parties)
    rows: dict[Key, RoleRow] = {}
    others: dict[Key, RoleRow] = {}
    for claim in claims:
        debtor = person if claim.pk in own else claim.identity.person
        lines, due = parties.get(claim.pk, []), dues[claim.pk]
        yen = due.total_yen
        if debtor.pk == person.pk:
            _add(rows, DEBTOR, debtor, "", claim, yen, yen)
        for line in lines:
            asked = answering.part(claim, line, due.yen).total
            if line.person_id == person.pk:
                _add(rows, line.party.get_role_display(), debtor, _terms(line), claim, asked, yen)
            elif debtor.pk == person.pk:
                _add(others, line.party.get_role_display(), line.party.person, _terms(line), claim, asked, yen)
        for relation in relations:
            if relation.person_id == debtor.pk and not _said_as_heir(relation, lines):
                _add(rows, relation.get_kind_display(), debtor, "本人に代わって", claim, 0, yen)
    return {"roles": list(rows.values()), "others": list(others.values())}


def _others_claims(person: Person, relations: Sequence[PersonRelation], user: Any, *, on: date) -> list[Claim]:
    """What those owe for whom the person acts, and what the person answers for."""
    visible = Claim.objects.visible_to(user).outstanding().select_related("kind", "identity__person")
    found: list[Claim] = []
    # Two questions: no index serves the two of them joined by OR, which would read every claim of the city.
    if relations:
        found += visible.filter(identity__person__in=[one.person_id for one in relations])
    if not nothing_of(ClaimParty, [person.pk]):
        party = ClaimParty.objects.filter(in_force(on), person=person)
        found += visible.filter(pk__in=party.values("claim"))
    return list({claim.pk: claim for claim in found}.values())


def _acts_for(person: Person, user: Any, *, on: date) -> list[PersonRelation]:
    if not allows(user, Permission.CONTACT_VIEW) or nothing_of(PersonRelation, [person.pk], by="actor"):
        return []
    return list(person.acts_for.filter(in_force(on)))


def _said_as_heir(relation: PersonRelation, lines: Sequence[PartyLine]) -> bool:
    """Who speaks for the heirs stands there as an heir already."""
    heir = any(line.person_id == relation.actor_id for line in lines)
    return heir and relation.kind == PersonRelation.Kind.HEIRS_SPEAKER


def _add(rows: dict[Key, RoleRow], role: str, other: Person, terms: str, claim: Claim, asked: int, yen: int) -> None:
    row = rows.setdefault((role, other.pk, terms), RoleRow(role, other, terms))
    row.claims.append(claim)
    row.asked_yen += asked
    row.total_yen += yen


def _terms(line: PartyLine) -> str:
    parts: Iterable[str] = (
        f"持分 {line.share}" if line.share is not None else "",
        f"極度額 {comma(line.party.limit_yen)}円" if line.party.limit_yen else "",
        "代表者" if line.party.speaks else "",
    )
    return "・".join(filter(None, parts))
