"""What stands on the sheets of a packet: people, claims in the layout of a court, bookings, letters, contacts and papers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from claims.models import Claim, ClaimKindTerms, ClaimParty
from claims.rules.late_charge import percent
from claims.services.charges import AmountDue, amounts_due
from claims.services.parties import PartyLine, parties_of
from debtors.models import Person, PersonRelation, SourceIdentity
from debtors.protection import hidden_people
from debtors.querysets import in_force
from lawyers.disclosure import Disclosed, disclosed_many
from lawyers.models import LegalCase, LegalClaim
from toyota_collect.calendar import ONE_DAY
from toyota_collect.permissions import OPENED_TO, Role
from toyota_collect.registry import Exhibit

GROUNDS = OPENED_TO[Role.LAWYER]
PAPERS = ("contract", "cause", "basis", "delivery", "letter")  # in this order they become exhibits
HIDDEN = "支援措置により記載しません（市に照会してください）"
UNKNOWN = "記載なし（市に照会してください）"


@dataclass(frozen=True, slots=True)
class Party:
    """当事者: who answers for the claims, as the claims' own sections or the register know them."""

    role: str
    name: str
    kana: str
    birth_on: date | None
    died_on: date | None
    address: str
    phone: str
    is_corporate: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """債権目録の1行, in whole yen. ``late_yen``: up to the day of the packet."""

    place: int
    claim: Claim
    levied_yen: int
    paid_yen: int
    left_yen: int
    late_from: date | None
    rate: str
    late_yen: int
    estimated: bool
    fee_yen: int
    cost_yen: int

    @property
    def total_yen(self) -> int:
        return self.left_yen + self.late_yen + self.fee_yen + self.cost_yen


@dataclass(frozen=True, slots=True)
class Sheets:
    """All of one case. ``papers``: what becomes an exhibit, in order; ``told``: what was disclosed, and what was not."""

    case: LegalCase
    parties: tuple[Party, ...]
    lines: tuple[Line, ...]
    told: Disclosed

    @property
    def name(self) -> str:
        return self.parties[0].name

    def of(self, *kinds: str) -> list[Exhibit]:
        """What is shown of these kinds, without papers, in order of days."""
        return [one for one in self.told.shown if one.kind in kinds and not _is_paper(one)]

    @property
    def papers(self) -> list[Exhibit]:
        found = [one for one in self.told.shown if one.kind in PAPERS and one.read and _is_paper(one)]
        return sorted(found, key=lambda one: (PAPERS.index(one.kind), one.day, one.key))

    def sums(self) -> dict[str, int]:
        """Yen by column of the claim table."""
        names = ("levied_yen", "paid_yen", "left_yen", "late_yen", "fee_yen", "cost_yen", "total_yen")
        return {name: sum(getattr(line, name) for line in self.lines) for name in names}


def sheets_of(cases: Sequence[LegalCase], *, on: date) -> list[Sheets]:
    """The sheets of the cases on the day, in their order; a constant number of queries.

    Raises:
        TermsMissing: a claim's kind has no legal attributes for the day it fell due.
    """
    rows = LegalClaim.objects.filter(case__in=[case.pk for case in cases], is_open=True)
    claims: dict[int, list[Claim]] = defaultdict(list)
    for row in rows.select_related("claim__kind", "claim__identity__person").order_by(
        "claim__kind__position", "claim__due_on", "claim"
    ):
        claims[row.case_id].append(row.claim)
    every = [claim for of_case in claims.values() for claim in of_case]
    due = amounts_due(every, as_of=on)
    parties = parties_of([claim.pk for claim in every], on=on)
    people = {case.person_id for case in cases} | {line.person_id for lines in parties.values() for line in lines}
    told, known, hidden = disclosed_many(cases, on=on), _records(people), hidden_people(people, on=on)
    heads = _representatives(people, on=on)
    found = []
    for case in cases:
        mine = claims[case.pk]
        answering = [line for claim in mine for line in parties.get(claim.pk, ())]
        # Who lives together is found by the address of either: one hidden, all are.
        covered = bool(told[case.pk].hidden or hidden & {case.person_id, *(line.person_id for line in answering)})
        found.append(
            Sheets(
                case=case,
                parties=tuple(_parties(case, mine, answering, known, heads, covered)),
                lines=tuple(_line(place, claim, due[claim.pk]) for place, claim in enumerate(mine, 1)),
                told=told[case.pk],
            )
        )
    return found


def parties_of_case(case: LegalCase, *, on: date) -> tuple[Party, ...]:
    """当事者 of one case as a firm may read them: from records of its grounds, and no place where a measure hides anybody's."""
    rows = case.lines.filter(is_open=True).select_related("claim__kind", "claim__identity__person")
    claims = [row.claim for row in rows.order_by("claim__kind__position", "claim__due_on", "claim")]
    lines = parties_of([claim.pk for claim in claims], on=on)
    answering = [line for claim in claims for line in lines.get(claim.pk, ())]
    people = {case.person_id, *(line.person_id for line in answering)}
    covered = bool(hidden_people(people, on=on))
    return tuple(_parties(case, claims, answering, _records(people), _representatives(people, on=on), covered))


def _is_paper(one: Exhibit) -> bool:
    return bool(one.sha256) or one.addressed


def _line(place: int, claim: Claim, due: AmountDue) -> Line:
    terms = due.terms
    running = terms.late_regime != ClaimKindTerms.LateRegime.NONE
    return Line(
        place=place,
        claim=claim,
        levied_yen=claim.levied_yen,
        paid_yen=claim.levied_yen - due.principal_yen,
        left_yen=due.principal_yen,
        late_from=claim.due_on + ONE_DAY if running else None,
        rate=_rate(due) if running else "",
        late_yen=due.late_yen,
        estimated=due.charge.estimated,
        fee_yen=due.fee_yen,
        cost_yen=due.cost_yen,
    )


def _rate(due: AmountDue) -> str:
    """The yearly rates by which the charge was computed; those of a contract stand in the terms."""
    if due.terms.late_regime == ClaimKindTerms.LateRegime.CIVIL and due.terms.late_rate_permyriad:
        whole, part = divmod(due.terms.late_rate_permyriad, 100)
        return f"年{whole}％" if not part else f"年{whole}.{part:02d}".rstrip("0") + "％"
    rates = sorted({step.rate for step in due.charge.steps if step.rate})
    if not rates:
        return ""
    low, high = percent(rates[0]), percent(rates[-1])
    return f"年{low}％" if low == high else f"年{low}～{high}％"


def _records(people: Iterable[int]) -> dict[int, SourceIdentity]:
    """Of each person the best record that was learned on a ground of the firm's."""
    rows = SourceIdentity.objects.filter(person__in=list(people), ground__in=GROUNDS).select_related("source")
    found: dict[int, SourceIdentity] = {}
    for row in rows.order_by("source__rank", "pk"):
        if row.person_id is not None:
            found.setdefault(row.person_id, row)
    return found


def _representatives(people: Iterable[int], *, on: date) -> dict[int, str]:
    """Of each corporation who represents it."""
    rows = PersonRelation.objects.filter(
        in_force(on), person__in=list(people), kind=PersonRelation.Kind.REPRESENTATIVE, ground__in=GROUNDS
    )
    return {row.person_id: row.actor_name for row in rows.select_related("actor").order_by("starts_on", "pk")}


def _parties(
    case: LegalCase,
    claims: Sequence[Claim],
    answering: Sequence[PartyLine],
    known: Mapping[int, SourceIdentity],
    heads: Mapping[int, str],
    covered: bool,
) -> Iterable[Party]:
    own = next((claim.identity for claim in claims if claim.identity.ground in GROUNDS), None)
    yield _party("債務者", case.person, known.get(case.person_id) or own, heads, covered)
    numbers: dict[tuple[int, str], list[int]] = defaultdict(list)
    first: dict[tuple[int, str], PartyLine] = {}
    places = {claim.pk: place for place, claim in enumerate(claims, 1)}
    for line in answering:
        if line.party.ground not in GROUNDS:
            continue
        key = (line.person_id, line.party.role)
        first.setdefault(key, line)
        numbers[key].append(places[line.party.claim_id])
    for key, line in first.items():
        party = line.party
        note = f"目録の番号 {ranges_text(numbers[key])}"
        if party.limit_yen:
            note += f"、極度額 {party.limit_yen:,}円"
        if line.share is not None:
            note += f"、持分 {line.share.numerator}/{line.share.denominator}"
        role = str(ClaimParty.Role(party.role).label)
        yield _party(role, party.person, known.get(line.person_id), heads, covered, note)


def _party(
    role: str,
    person: Person,
    record: SourceIdentity | None,
    heads: Mapping[int, str],
    covered: bool,
    note: str = "",
) -> Party:
    if head := heads.get(person.pk):
        note = f"代表者 {head}" + (f"、{note}" if note else "")
    postal = f"〒{record.postal_code[:3]}-{record.postal_code[3:]}　" if record and len(record.postal_code) == 7 else ""
    return Party(
        role=role,
        name=record.name if record else person.name,
        kana=record.kana if record else "",
        birth_on=record.birth_on if record else None,
        died_on=record.died_on if record else None,
        address=HIDDEN if covered else (f"{postal}{record.address}" if record and record.address else UNKNOWN),
        phone="" if covered or record is None else record.phone,
        is_corporate=person.is_corporate,
        note=note,
    )


def ranges_text(numbers: Iterable[int]) -> str:
    """Numbers in order, neighbours as one: ``[1, 2, 3, 5]`` → ``"1～3、5"``."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return "、".join(str(part[0]) if len(part) == 1 else f"{part[0]}～{part[-1]}" for part in parts)
