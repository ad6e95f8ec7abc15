"""Claims that will lapse, and claims that have: selections and figures for lists, by what the user may know.

Yen are booked balances, without the late charge that is still running.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Sum

from claims.clocks_page import name_of
from claims.models import Claim, ClaimEvent, ClaimKind, ClaimKindTerms
from claims.querysets import ClaimQuerySet
from claims.services.charges import TermsMissing
from claims.services.clocks import ClockUnknown
from claims.services.what_if import ACT_LABELS, Act, WhatIf
from toyota_collect.calendar import ONE_DAY, last_day_after

MONTHS = (1, 3, 6, 12)
BAND_LABELS = {1: "1か月以内", 3: "1か月〜3か月", 6: "3か月〜6か月", 12: "6か月〜12か月"}
OFFERED = (Act.DEMAND, Act.DEED, Act.SEIZURE, Act.SUIT, Act.GRACE)  # what an office can do or bring about


def lapsing(user: Any, *, on: date, filters: Mapping[str, Any]) -> ClaimQuerySet:
    """Living, overdue claims that lapse within twelve months; ``filters``: kind, group, legal_class."""
    return narrowed(within_a_year(Claim.objects.visible_to(user), on=on), filters)


def within_a_year(claims: ClaimQuerySet, *, on: date) -> ClaimQuerySet:
    """Of the claims, those overdue and living whose last day comes within twelve months."""
    limit = last_day_after(on, months=MONTHS[-1])
    return claims.overdue(on=on).filter(prescribes_on__gte=on, prescribes_on__lte=limit).with_total()


def narrowed(claims: ClaimQuerySet, filters: Mapping[str, Any]) -> ClaimQuerySet:
    """Claims of a kind, a group or a legal class (as it is for their due date)."""
    if filters.get("kind"):
        claims = claims.filter(kind=filters["kind"])
    if filters.get("group"):
        claims = claims.filter(kind__group=filters["group"])
    if filters.get("legal_class"):
        claims = claims.alias(legal_class=terms_of("legal_class")).filter(legal_class=filters["legal_class"])
    return claims


def terms_of(name: str) -> Subquery:
    """The legal attribute in force for the claim's due date."""
    rows = ClaimKindTerms.objects.filter(kind=OuterRef("kind"), starts_on__lte=OuterRef("due_on"))
    return Subquery(rows.order_by("-starts_on").values(name)[:1], output_field=CharField())


def bands(claims: ClaimQuerySet, *, on: date) -> list[dict[str, Any]]:
    """Instalments, people and yen in each band of the countdown, the nearest first; each claim is in one band."""
    sums: dict[str, Any] = {}
    spans = {months: in_band(months, on=on) for months in MONTHS}
    for months, span in spans.items():
        sums[f"count_{months}"] = Count("pk", filter=span)
        sums[f"people_{months}"] = Count("identity__person", filter=span, distinct=True)
        sums[f"yen_{months}"] = Sum("booked_yen", filter=span, default=0)
    found = claims.aggregate(**sums)
    return [
        {
            "months": months,
            "label": BAND_LABELS[months],
            "instalments": found[f"count_{months}"],
            "people": found[f"people_{months}"],
            "yen": found[f"yen_{months}"],
        }
        for months in MONTHS
    ]


def in_band(months: int, *, on: date) -> Q:
    before = [shorter for shorter in MONTHS if shorter < months]
    since = last_day_after(on, months=before[-1]) + ONE_DAY if before else on
    return Q(prescribes_on__gte=since, prescribes_on__lte=last_day_after(on, months=months))


def rows_of(claims: Sequence[Claim], *, on: date) -> list[dict[str, Any]]:
    """Lines of the list: what was done last, and what would still move the clock today."""
    done, could = last_done(claims), _could_do(claims, on)
    return [
        {
            "claim": claim,
            "name": name_of(claim),
            "person": claim.identity.person,
            "yen": claim.outstanding_yen,
            "done": done.get(claim.pk),
            "could": could.get(claim.pk, {"acts": [], "silenced": ""}),
        }
        for claim in claims
    ]


def last_done(claims: Iterable[Claim]) -> dict[int, ClaimEvent]:
    """The latest event of each claim."""
    events = ClaimEvent.objects.filter(claim__in=[claim.pk for claim in claims], withdrawn_at=None)
    return {event.claim_id: event for event in events.order_by("claim_id", "-on", "-pk").distinct("claim_id")}


def _could_do(claims: Sequence[Claim], on: date) -> dict[int, dict[str, Any]]:
    try:
        found = WhatIf(claims, on=on)
    except (ClockUnknown, TermsMissing):
        return {}
    could: dict[int, dict[str, Any]] = {claim.pk: {"acts": [], "silenced": ""} for claim in claims}
    for act in OFFERED:
        for one in found.outcomes(act, on=on):
            if one.moves and one.silenced:
                could[one.claim.pk]["silenced"] = one.silenced
            elif one.moves:
                could[one.claim.pk]["acts"].append(ACT_LABELS[act])
    return could


def kinds_of(claims: QuerySet[Claim]) -> list[tuple[int, str]]:
    """Kinds that occur, for the filter."""
    kinds = ClaimKind.objects.filter(pk__in=claims.order_by().values("kind"))
    return list(kinds.values_list("pk", "short_name"))
