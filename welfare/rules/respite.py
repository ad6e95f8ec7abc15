"""生活再建猶予: what the one switch does to a claim, how long it may last, where it stands, and which relief would fit.

It is the row 福祉支援 of the table of holds for each claim (a hold in fact): it grants no relief of law. Which relief may be
asked for instead is in the rows of ``ReliefOffer``; the law of each is in the table of holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from claims.rules.holds import Row
from toyota_collect.calendar import ONE_DAY, last_day_after, last_day_of_period
from toyota_collect.wareki import long_text

TAX = "tax"


class SpanRefused(ValueError):
    """The days do not fit; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long the city lets it last (dated setting ``respite.terms``). Months and days are whole numbers."""

    usual_months: int
    longest_months: int
    review_days: int
    end_lead_days: int


@dataclass(frozen=True, slots=True)
class ClaimEffect:
    """What the switch does to one claim. ``ends_inside``: its clock would end while it lasts, so that a supervisor decides first."""

    channels: tuple[str, ...]
    late_charge_runs: bool
    clock_runs: bool
    decided_by: str
    last_day: date | None
    ends_inside: bool


def effect_on_claim(row: Row, *, last_day: date | None, starts_on: date, ends_on: date) -> ClaimEffect:
    """The row as it works on a claim whose period ends on ``last_day`` (included; none: postponed). ``ends_on`` is exclusive."""
    inside = last_day is not None and starts_on <= last_day < ends_on
    return ClaimEffect(
        channels=row.channels,
        late_charge_runs=row.late_charge == "none",
        clock_runs=row.clock == "runs",
        decided_by=row.decided_by,
        last_day=last_day,
        ends_inside=inside and row.asks_before_clock_ends,
    )


def check_span(terms: Terms, *, starts_on: date, last_on: date, review_on: date) -> None:
    """Raises ``SpanRefused`` where the days are out of order, or it would last longer than the city allows."""
    latest = longest_last_day(terms, starts_on=starts_on)
    if last_on < starts_on:
        raise SpanRefused("最後の日が始める日より前です。後の日付を入れてください。")
    if last_on > latest:
        raise SpanRefused(
            f"一度に{terms.longest_months}か月（{long_text(latest)}）までです。続けるときは、見直しのうえ、理由を書いて延長します。"
        )
    if not starts_on < review_on <= last_on:
        raise SpanRefused("見直しの日は、始める日の翌日から最後の日までにしてください。")


def longest_last_day(terms: Terms, *, starts_on: date) -> date:
    """The latest last day (included) of one switch; the first day counts."""
    return last_day_of_period(starts_on, months=terms.longest_months)


def usual_last_day(terms: Terms, *, starts_on: date) -> date:
    """The last day (included) that is proposed."""
    return last_day_of_period(starts_on, months=terms.usual_months)


class Standing(StrEnum):
    """Where a respite stands on a day."""

    COMING = "coming"
    RUNNING = "running"
    REVIEW_DUE = "review_due"
    ENDING = "ending"
    OVER_UNREVIEWED = "over_unreviewed"
    OVER = "over"


def standing(
    *, starts_on: date, ends_on: date, review_on: date | None, settled: bool, on: date, end_lead_days: int
) -> Standing:
    """``ends_on`` is exclusive; ``settled``: somebody has written what follows its end, or it was extended."""
    if on >= ends_on:
        return Standing.OVER if settled else Standing.OVER_UNREVIEWED
    if settled:
        return Standing.RUNNING if on >= starts_on else Standing.COMING
    if on < starts_on:
        return Standing.COMING
    if review_on and review_on < on:
        return Standing.REVIEW_DUE
    return Standing.ENDING if (ends_on - ONE_DAY - on).days <= end_lead_days else Standing.RUNNING


@dataclass(frozen=True, slots=True)
class Offer:
    """A relief of law that may fit a class of claims. ``ground``: ``tax``, ``other`` than tax, or "" for both.

    ``within_months``: how long after the due date it may be applied for (0: no limit).
    """

    code: str
    legal_class: str
    ground: str
    within_months: int


@dataclass(frozen=True, slots=True)
class OfferClaim:
    """A claim as an offer looks at it; ``due_on`` after the holiday shift."""

    key: int
    legal_class: str
    is_tax: bool
    due_on: date


@dataclass(frozen=True, slots=True)
class Fit:
    """The claims an offer is for. ``too_late``: those whose time to apply is over."""

    offer: Offer
    claims: tuple[int, ...]
    too_late: tuple[int, ...]


def fitting(offers: Sequence[Offer], claims: Iterable[OfferClaim], *, on: date) -> tuple[Fit, ...]:
    """The offers in the given order that are for at least one of the claims."""
    given = list(claims)
    found = []
    for offer in offers:
        mine = [one for one in given if _is_for(offer, one)]
        late = tuple(one.key for one in mine if _is_late(offer, one, on))
        if mine:
            found.append(Fit(offer, tuple(one.key for one in mine if one.key not in late), late))
    return tuple(found)


def _is_for(offer: Offer, claim: OfferClaim) -> bool:
    if offer.legal_class != claim.legal_class:
        return False
    return not offer.ground or (offer.ground == TAX) == claim.is_tax


def _is_late(offer: Offer, claim: OfferClaim, on: date) -> bool:
    return bool(offer.within_months) and last_day_after(claim.due_on, months=offer.within_months) < on
