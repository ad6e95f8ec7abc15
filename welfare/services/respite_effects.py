"""What the switch would do to each claim of a person, which ways out it closes, and which relief may be asked for instead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.models import Claim, ClaimKindTerms, Hold, Measure
from claims.rules.holds import NotAllowed, Row, row_of
from claims.services.charges import AmountDue, amounts_due, kind_terms
from claims.services.holds import terms_rows
from debtors.models import Person
from toyota_collect.dated import rows_on, value_on
from toyota_collect.permissions import Ground
from toyota_collect.registry import WayOut, registry
from welfare.models import ReliefOffer
from welfare.rules.respite import ClaimEffect, OfferClaim, Terms, effect_on_claim, fitting

REASON = Hold.Reason.WELFARE
TERMS = "respite.terms"


@dataclass(frozen=True, slots=True)
class Line:
    """A claim with what the switch does to it."""

    claim: Claim
    terms: ClaimKindTerms
    due: AmountDue
    effect: ClaimEffect

    @property
    def late_charge(self) -> str:
        """What becomes of the late charge, as staff read it."""
        if self.terms.late_regime == ClaimKindTerms.LateRegime.NONE:
            return "付かない債権"
        return "進む" if self.effect.late_charge_runs else "止まる"

    @property
    def clock(self) -> str:
        return "進む" if self.effect.clock_runs else "止まる"

    def as_kept(self) -> dict[str, Any]:
        """As it is kept with the respite: what was said on the day."""
        effect = self.effect
        return {
            "claim": self.claim.pk,
            "name": name_of(self.claim),
            "class": self.terms.legal_class,
            "channels": sorted(effect.channels),
            "late_charge_runs": effect.late_charge_runs,
            "clock_runs": effect.clock_runs,
            "last_day": effect.last_day.isoformat() if effect.last_day else "",
            "ends_inside": effect.ends_inside,
        }


@dataclass(frozen=True, slots=True)
class Fitting:
    """A relief with the person's claims it is for. ``drafted``: a draft of the kind that lives already."""

    offer: ReliefOffer
    law: str
    claims: tuple[Claim, ...]
    too_late: tuple[Claim, ...]
    yen: int
    drafted: Measure | None


def name_of(claim: Claim) -> str:
    return f"{claim.kind.short_name} {claim.levy_year}年度 {claim.instalment_label}"


def terms_on(on: date) -> Terms:
    """How long the city lets a respite last. Raises ``SettingMissing``."""
    return Terms(**value_on(TERMS, on))


def row_for(legal_class: str, *, on: date) -> Row:
    """The row of the table for claims of the class. Raises ``NotAllowed`` where the table has none."""
    return row_of(terms_rows(), reason=REASON, variant="", legal_class=legal_class, on=on)


def claims_of(person: Person) -> list[Claim]:
    """All that is owed, due or not yet: the switch is over all of it."""
    found = Claim.objects.filter(identity__person=person).outstanding().select_related("kind", "identity")
    return list(found.order_by("kind__position", "kind__code", "due_on", "levy_year", "instalment", "pk"))


def lines_of(claims: Sequence[Claim], *, on: date, starts_on: date, ends_on: date) -> list[Line]:
    """What a respite from ``starts_on`` to the day before ``ends_on`` does to each claim; amounts as of ``on``.

    Raises:
        TermsMissing: a kind has no legal attributes for the day the claim fell due.
        NotAllowed: the table has no row for a class.
    """
    terms, dues = kind_terms(), amounts_due(claims, as_of=on, with_steps=False)
    found = []
    for claim in claims:
        of_claim = terms.of(claim)
        effect = effect_on_claim(
            row_for(of_claim.legal_class, on=starts_on),
            last_day=claim.prescribes_on,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        found.append(Line(claim, of_claim, dues[claim.pk], effect))
    return found


def silenced(*, on: date) -> frozenset[str]:
    """The channels the table silences, for every class that it is for."""
    found: set[str] = set()
    for legal_class in ClaimKindTerms.LegalClass.values:
        try:
            found |= set(row_for(legal_class, on=on).channels)
        except NotAllowed:
            continue
    return frozenset(found & set(registry.channels))


def ways(channels: Iterable[str]) -> tuple[list[WayOut], list[WayOut]]:
    """The ways out that a hold on the channels closes, and those that stay open."""
    quiet = set(channels)
    closed = [way for way in registry.ways_out.values() if quiet & set(way.channels)]
    return closed, [way for way in registry.ways_out.values() if way not in closed]


def offers_for(person: Person, claims: Sequence[Claim], *, on: date) -> list[Fitting]:
    """The relief of law that fits the claims, by the dated table; its law is that of the table of holds."""
    rows = {row.code: row for row in _offers_on(on)}
    terms, by_pk = kind_terms(), {claim.pk: claim for claim in claims}
    given = [
        OfferClaim(claim.pk, terms.of(claim).legal_class, claim.ground == Ground.TAX, claim.due_on) for claim in claims
    ]
    drafts = {
        (one.reason, one.variant): one
        for one in person.measures.select_related("approval").order_by("pk")
        if not _is_over(one)
    }
    found = []
    for fit in fitting([row.as_offer() for row in rows.values()], given, on=on):
        row = rows[fit.offer.code]
        mine = tuple(by_pk[pk] for pk in fit.claims)
        law = _law(row, on)
        if law:
            late = tuple(by_pk[pk] for pk in fit.too_late)
            yen = sum(claim.outstanding_yen for claim in mine)
            found.append(Fitting(row, law, mine, late, yen, drafts.get((row.reason, row.variant))))
    return found


def _offers_on(on: date) -> list[ReliefOffer]:
    return sorted(rows_on(ReliefOffer, on), key=lambda row: (row.position, row.code))


def _law(row: ReliefOffer, on: date) -> str:
    """The article the relief rests on, or "" where the table of holds does not allow it for the class."""
    try:
        found = row_of(terms_rows(), reason=row.reason, variant=row.variant, legal_class=row.legal_class, on=on)
    except NotAllowed:
        return ""
    return found.law


def _is_over(measure: Measure) -> bool:
    return bool(measure.cancelled_on or measure.denies or (measure.approval and measure.approval.came_back))
