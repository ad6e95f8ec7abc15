"""訴訟の準備: facts of bundles (one person's claims that go together), gathered for many at once, then the readiness meter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from claims.models import Claim, ClaimEvent, ClaimEvidence, EvidenceKind, Hold
from claims.services.evidence import evidence_lamps
from claims.services.parties import PartyLine, parties_of
from claims.services.what_if import WhatIf
from debtors.models import Person
from debtors.protection import hidden_people
from lawyers.models import Proceeding
from lawyers.rules.court import Forum
from lawyers.rules.expectation import Band, bands, expected_permille
from lawyers.rules.readiness import BundleFacts, Evidence, Meter, Party, Terms, meter
from lawyers.services.candidates import Candidate
from toyota_collect.dated import value_on
from toyota_collect.registry import registry
from toyota_collect.templatetags.tc import fiscal_year_short

COURT_COSTS, READINESS, SMALL_SUITS = "lawyers.court_costs", "lawyers.readiness", "lawyers.small_suits"
MEETS_COURT = frozenset({Hold.Reason.DISPUTE})
LOST_TRACK = frozenset({Hold.Reason.RETURNED_MAIL})


@dataclass(frozen=True, slots=True)
class Bundle:
    """One person's claims as they would go to a firm, with the signal."""

    candidate: Candidate
    claims: tuple[Claim, ...]
    meter: Meter

    @property
    def total_yen(self) -> int:
        return sum(self.candidate.dues[claim.pk].total_yen for claim in self.claims)


def terms_on(on: date) -> Terms:
    """The figures of the law and the city in force. Raises ``SettingMissing``, or ``ValueError`` where one cannot be read."""
    return Terms.from_settings(
        court_costs=value_on(COURT_COSTS, on),
        readiness=value_on(READINESS, on),
        small_suits=value_on(SMALL_SUITS, on),
    )


def name_of(claim: Claim) -> str:
    """A claim as a packet and a page call it."""
    return f"{claim.kind.short_name} {fiscal_year_short(claim.levy_year)} {claim.instalment_label}"


def bundles(given: Sequence[Candidate], *, on: date, only: Mapping[int, Sequence[int]] | None = None) -> list[Bundle]:
    """The meter of each person's claims: those the rule leaves free, or of ``only`` (claim ids by person id).

    People without such a claim are left out. A constant number of queries.

    Raises: like :func:`terms_on`.
    """
    chosen = {
        one.person.pk: [
            claim
            for claim in one.claims
            if claim.pk in set(one.verdict.claims if only is None else only.get(one.person.pk, ()))
        ]
        for one in given
    }
    facts = _facts([one for one in given if chosen[one.person.pk]], chosen, on=on)
    terms = terms_on(on)
    return [
        Bundle(one, tuple(chosen[one.person.pk]), meter(facts[one.person.pk], terms, on=on))
        for one in given
        if chosen[one.person.pk]
    ]


def _facts(given: Sequence[Candidate], chosen: Mapping[int, list[Claim]], *, on: date) -> dict[int, BundleFacts]:
    claims = [claim for one in given for claim in chosen[one.person.pk]]
    ids, people = [claim.pk for claim in claims], [one.person.pk for one in given]
    lamps, parties, arrived = evidence_lamps(claims, on=on), parties_of(ids, on=on), _arrived(ids)
    cared = {pk for source in registry.cared_for for pk in source(people, on)}
    everybody = {line.person_id for lines in parties.values() for line in lines} | set(people)
    hidden, table = hidden_people(everybody, on=on), bands(value_on(READINESS, on)["expected_permille"])
    small = Proceeding.objects.filter(route=Forum.SMALL, opened_on__year=on.year).count()
    found = {}
    for one in given:
        own = chosen[one.person.pk]
        found[one.person.pk] = BundleFacts(
            evidence=tuple(
                Evidence(
                    claim.pk,
                    name_of(claim),
                    tuple(EvidenceKind(code).label for code in lamps[claim.pk].missing),
                    lamps[claim.pk].have,
                )
                for claim in own
            ),
            parties=_parties(one.person, own, parties, one.found, hidden),
            principal_yen=tuple(one.dues[claim.pk].principal_yen for claim in own),
            total_yen=sum(one.dues[claim.pk].total_yen for claim in own),
            last_day=min((day for claim in own if (day := one.found.now[claim.pk].last_day)), default=None),
            dunned=all(one.found.facts[claim.pk].dunned_on for claim in own),
            delivered=all(claim.pk in arrived for claim in own),
            disputed=_held(own, one.found, MEETS_COURT),
            needs_public_service=False,
            veto=_veto(one, cared),
            expected_permille=_expected(one, table, on=on),
            small_suits_this_year=small,
            classes=frozenset(one.found.facts[claim.pk].terms.legal_class for claim in own),
        )
    return found


def _parties(
    debtor: Person,
    claims: Iterable[Claim],
    parties: Mapping[int, list[PartyLine]],
    found: WhatIf,
    hidden: set[int],
) -> tuple[Party, ...]:
    """Who is to be sued: the debtor, or the heirs of one who died, and the guarantors; each once."""
    own = list(claims)
    lines: dict[tuple[str, int], PartyLine] = {}
    for claim in own:
        for line in parties.get(claim.pk, ()):
            if line.party.role in ("guarantor", "heir"):
                lines.setdefault((line.party.role, line.person_id), line)
    made = []
    if not debtor.died_on:
        lost = _held(own, found, LOST_TRACK)
        made.append(_party("debtor", debtor, hidden, "郵便が返っています" if lost else ""))
    return (*made, *(_party(role, line.party.person, hidden, "") for (role, _), line in lines.items()))


def _party(role: str, person: Person, hidden: set[int], reason: str) -> Party:
    if person.pk in hidden:
        reason = "支援措置のため住所を出せません"
    elif not person.address:
        reason = "住所の登録がありません"
    return Party(role, person.name, not reason, reason)


def _held(claims: Iterable[Claim], found: WhatIf, reasons: frozenset[str]) -> bool:
    return any(hold.reason in reasons for claim in claims for hold in found.facts[claim.pk].holds)


def _arrived(ids: Sequence[int]) -> set[int]:
    """Claims of which a 督促 or demand is known to have arrived: by its event, or by a paper of its delivery."""
    events = ClaimEvent.objects.filter(claim__in=ids, kind__in=["dunning", "demand"], withdrawn_at=None)
    told = set(events.filter(detail__has_key="arrived_on").values_list("claim_id", flat=True))
    papers = ClaimEvidence.objects.in_force().filter(claim__in=ids, kind=EvidenceKind.DELIVERY)
    return told | set(papers.values_list("claim_id", flat=True))


def _veto(one: Candidate, cared: set[int]) -> str:
    """Hardship, welfare or protection, in words; whatever stands softens, nothing here ever hastens."""
    if one.facts.protected:
        return "支援措置の対象者です"
    if not one.facts.gate_allowed:
        return one.facts.gate_reason
    return "困窮のサイン、または支援が続いています" if one.person.pk in cared else ""


def _expected(one: Candidate, table: tuple[Band, ...], *, on: date) -> int:
    paid_on, heard_on = one.facts.last_payment_on, one.facts.last_contact_on
    return expected_permille(table, last_payment_on=paid_on, last_contact_on=heard_on, on=on)
