"""関係者: who else answers for a claim (連帯納付義務者, 連帯保証人, 相続人), entered, ended and corrected with their ground."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from claims.models import Claim, ClaimParty, Entry
from claims.rules.answering import NOTHING, Yen, share_of, up_to
from claims.rules.shares import SharesRefused, check_shares
from debtors.models import Person
from debtors.querysets import in_force
from debtors.services.relations import RelationRefused, let_heirs_speak, person_by_number
from toyota_collect import audit

Role = ClaimParty.Role


class PartyRefused(Exception):
    """The party cannot be entered, ended or corrected; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Heir:
    """An heir with the share of the whole; one of them may speak for all (代表者, 地方税法9条の2)."""

    person_id: int
    share: Fraction
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A party of a claim as other programs read it."""

    party: ClaimParty
    share: Fraction | None
    place: int  # among the heirs of the claim, from 0; the first bears the rest

    @property
    def person_id(self) -> int:
        return self.party.person_id


class Answering:
    """For how much of each claim its parties answer, asked claim by claim in the order in which limits are to be filled.

    A limit is one for all claims of a kind that one debtor owes: each month's rent is a claim, the deed is one.
    """

    def __init__(self, parties: Mapping[int, Sequence[PartyLine]]) -> None:
        """``parties``: as ``parties_of`` gives them. One query more where there are heirs."""
        self._parties = parties
        self._left: dict[tuple[int, int | None, int, int], int] = {}
        heirs = {claim: [one for one in lines if one.share is not None] for claim, lines in parties.items()}
        self._heirs = {claim: lines for claim, lines in heirs.items() if lines}
        self._paid = _paid_by_heirs(self._heirs) if self._heirs else {}

    def part(self, claim: Claim, line: PartyLine, due: Yen) -> Yen:
        """What of ``due`` the party answers for: an heir the share, a guarantor up to the limit, a joint debtor all."""
        if line.share is not None:
            heirs = self._heirs[claim.pk]
            paid = [self._paid.get((claim.pk, one.person_id), NOTHING) for one in heirs]
            return share_of(due, [one.share for one in heirs if one.share is not None], line.place, paid)
        limit = line.party.limit_yen
        if limit is None:
            return due
        deed = (line.person_id, claim.identity.person_id, claim.kind_id, limit)
        part = up_to(due, self._left.get(deed, limit))
        self._left[deed] = self._left.get(deed, limit) - part.total
        return part

    def settled(self, claim_id: int) -> bool:
        """Whether the heirs of the claim are known with shares that make the whole."""
        return sum((one.share or Fraction(0) for one in self._heirs.get(claim_id, ())), Fraction(0)) == 1


def parties_of(claim_ids: Collection[int], *, on: date) -> dict[int, list[PartyLine]]:
    """Who answers for the claims on the day, by claim id, in the order in which they were entered; one query."""
    rows = ClaimParty.objects.filter(in_force(on), claim__in=claim_ids).select_related("person").order_by("pk")
    found: dict[int, list[PartyLine]] = defaultdict(list)
    heirs: dict[int, int] = defaultdict(int)
    for party in rows:
        found[party.claim_id].append(PartyLine(party, party.share, heirs[party.claim_id]))
        heirs[party.claim_id] += party.role == Role.HEIR
    return dict(found)


def people_beside(claim_ids: Collection[int], *, on: date) -> set[int]:
    """Ids of everybody who answers for any of the claims beside their debtors on the day."""
    return {line.person_id for lines in parties_of(claim_ids, on=on).values() for line in lines}


def _paid_by_heirs(heirs: Mapping[int, Sequence[PartyLine]]) -> dict[tuple[int, int], Yen]:
    """What each heir has paid of each claim with slips of their own, by claim and person."""
    people = {one.person_id for lines in heirs.values() for one in lines}
    rows = (
        Entry.objects.filter(claim__in=heirs, receipt__payment__person__in=people)
        .filter(kind__in=[Entry.Kind.RECEIPT, Entry.Kind.REVERSAL])
        .order_by()
        .values_list("claim_id", "receipt__payment__person_id", "component")
        .annotate(yen=Sum("amount_yen"))
    )
    found: dict[tuple[int, int], Yen] = {}
    for claim, person, component, yen in rows:
        found[claim, person] = found.get((claim, person), NOTHING)._replace(**{component: -yen})
    return found


@transaction.atomic
def add_party(
    *,
    claim_id: int,
    person_id: int,
    role: str,
    starts_on: date,
    origin: str,
    by: Any,
    limit_yen: int | None = None,
    note: str = "",
) -> ClaimParty:
    """Enter a joint debtor or a guarantor; heirs are entered together (:func:`enter_heirs`).

    Raises:
        Claim.DoesNotExist, Person.DoesNotExist: no such claim or person.
        PartyRefused: the debtor's own claim, entered already, an heir, no origin, or a limit that does not fit.
    """
    claim = Claim.objects.select_for_update(of=("self",)).select_related("identity").get(pk=claim_id)
    person = Person.objects.get(pk=person_id)
    if role not in (Role.JOINT, Role.GUARANTOR):
        raise PartyRefused("相続人は、亡くなった人の画面から全員の持分を一度に登録します。")
    if claim.identity.person_id == person.pk:
        raise PartyRefused("この債権の本人です。関係者には別の人を選んでください。")
    if not origin.strip():
        raise PartyRefused("何で知ったか（契約書・届出など）を書いてください。")
    if limit_yen is not None and (role != Role.GUARANTOR or limit_yen <= 0):
        raise PartyRefused("極度額は、連帯保証人について1円以上で入れてください。")
    facts = {"role": role, "starts_on": starts_on, "ground": claim.ground, "limit_yen": limit_yen, "note": note}
    return _create(claim, person, by=by, origin=origin.strip(), **facts)


@transaction.atomic
def enter_heirs(
    *, person_id: int, heirs: Sequence[Heir], starts_on: date, origin: str, by: Any, note: str = ""
) -> list[ClaimParty]:
    """Enter all heirs of a dead debtor at once, for each open claim that may pass to them, with shares that make 1.

    Entering them again ends the former heirs on ``starts_on`` and puts these in their place; the first bears the rest
    of a yen. Who speaks for all gets the letters about the dead.

    Raises:
        Person.DoesNotExist: no such person, or an heir who is not here.
        PartyRefused: the register knows of no death, nothing is open, an heir twice or the dead themselves, more than
            one speaker, no origin, or shares that do not make 1.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if person.died_on is None:
        raise PartyRefused("この人の死亡は登録されていません。住民記録か戸籍の届出を先に確かめてください。")
    if starts_on < person.died_on:
        raise PartyRefused("開始日が死亡日より前です。死亡日か、それより後の日を入れてください。")
    if not origin.strip():
        raise PartyRefused("何で知ったか（戸籍・遺産分割協議書など）を書いてください。")
    ids = [heir.person_id for heir in heirs]
    if len(set(ids)) < len(ids) or person.pk in ids:
        raise PartyRefused("同じ人が2回、または亡くなった本人が入っています。")
    if sum(heir.speaks for heir in heirs) > 1:
        raise PartyRefused("代表者は1人だけ選べます。")
    try:
        check_shares([heir.share for heir in heirs])
    except SharesRefused as refused:
        raise PartyRefused(str(refused)) from refused
    people = Person.objects.in_bulk(ids)
    if len(people) < len(ids):
        raise Person.DoesNotExist(f"{ids}")
    claims = list(Claim.objects.outstanding().filter(identity__person=person).order_by("pk"))
    if not claims:
        raise PartyRefused("この人の未納はありません。承継する債権がないため、登録していません。")
    _end_former_heirs(claims, on=starts_on, by=by)
    made = [
        _create(
            claim,
            people[heir.person_id],
            by=by,
            origin=origin.strip(),
            role=Role.HEIR,
            starts_on=starts_on,
            ground=claim.ground,
            share_numerator=heir.share.numerator,
            share_denominator=heir.share.denominator,
            speaks=heir.speaks,
            note=note,
            quiet=True,
        )
        for claim in claims
        for heir in heirs
    ]
    speaker = next((heir.person_id for heir in heirs if heir.speaks), None)
    let_heirs_speak(person_id=person_id, speaker_id=speaker, starts_on=starts_on, origin=origin, by=by)
    detail = {"heirs": {people[heir.person_id].number: str(heir.share) for heir in heirs}, "claims": len(claims)}
    audit.record(event="heirs.entered", by=by, target=person, detail=detail | {"origin": origin.strip()})
    return made


@transaction.atomic
def enter_heirs_by_number(
    *, person_id: int, lines: Sequence[tuple[str, Fraction, bool]], by: Any, **facts: Any
) -> list[ClaimParty]:
    """Like :func:`enter_heirs`, the heirs (number, share, speaks) named by 整理番号 or 宛名番号.

    Raises:
        PartyRefused: also where a number leads to nobody.
    """
    try:
        heirs = [Heir(person_by_number(number, by=by).pk, share, speaks) for number, share, speaks in lines]
    except RelationRefused as refused:
        raise PartyRefused(str(refused)) from refused
    return enter_heirs(person_id=person_id, heirs=heirs, by=by, **facts)


@transaction.atomic
def add_party_by_number(*, claim_id: int, number: str, by: Any, **facts: Any) -> ClaimParty:
    """Like :func:`add_party`, the person named by 整理番号 or 宛名番号.

    Raises:
        PartyRefused: also where the number leads to nobody.
    """
    try:
        person = person_by_number(number, by=by)
    except RelationRefused as refused:
        raise PartyRefused(str(refused)) from refused
    return add_party(claim_id=claim_id, person_id=person.pk, by=by, **facts)


@transaction.atomic
def end_party(*, party_id: int, ends_on: date, reason: str, by: Any) -> ClaimParty:
    """The party answers no longer from ``ends_on`` on (exclusive end); the row stays.

    Raises:
        ClaimParty.DoesNotExist: no such party.
        PartyRefused: it has ended, would end before it began, or no reason is given.
    """
    party = ClaimParty.objects.select_for_update().get(pk=party_id)
    if party.ends_on:
        raise PartyRefused("この関係は、すでに終わっています。")
    if ends_on <= party.starts_on:
        raise PartyRefused("終わりの日が開始日より後になるようにしてください。")
    if not reason.strip():
        raise PartyRefused("終える理由を書いてください。")
    party.ends_on = ends_on
    party.save()
    audit.record(
        event="party.ended", by=by, target=party, detail={"ends_on": ends_on.isoformat(), "reason": reason.strip()}
    )
    return party


@transaction.atomic
def correct_party(*, party_id: int, by: Any, limit_yen: int | None, origin: str, note: str) -> ClaimParty:
    """Correct what was written of a party; the former words stay in the history.

    Raises:
        ClaimParty.DoesNotExist: no such party.
        PartyRefused: no origin, or a limit that does not fit.
    """
    party = ClaimParty.objects.select_for_update().get(pk=party_id)
    if not origin.strip():
        raise PartyRefused("何で知ったかを書いてください。")
    if limit_yen is not None and (party.role != Role.GUARANTOR or limit_yen <= 0):
        raise PartyRefused("極度額は、連帯保証人について1円以上で入れてください。")
    party.limit_yen, party.origin, party.note = limit_yen, origin.strip(), note
    party.save()
    audit.record(event="party.corrected", by=by, target=party, detail={"origin": party.origin})
    return party


def _end_former_heirs(claims: Sequence[Claim], *, on: date, by: Any) -> None:
    """Former heirs end; those entered for the same day or later were wrong from the start and go (the history has them)."""
    former = ClaimParty.objects.select_for_update().filter(claim__in=claims, role=Role.HEIR, ends_on=None)
    former.filter(starts_on__gte=on).delete()
    former.filter(starts_on__lt=on).update(ends_on=on)


def _create(claim: Claim, person: Person, *, by: Any, quiet: bool = False, **facts: Any) -> ClaimParty:
    try:
        with transaction.atomic():
            party = ClaimParty.objects.create(claim=claim, person=person, entered_by=by, **facts)
    except IntegrityError as error:
        raise PartyRefused("同じ人が、同じ立場ですでに登録されています。") from error
    if not quiet:
        detail = {"person": person.number, "role": party.role}
        audit.record(event="party.added", by=by, target=party, detail=detail)
    return party
