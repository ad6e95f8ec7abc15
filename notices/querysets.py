"""Selections of a run: the overdue claims it looks at, those it may ask for, and the people to keep apart."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q

from claims.models import Claim, Hold
from claims.querysets import ClaimQuerySet
from debtors.joined import current_people
from debtors.models import Person
from debtors.querysets import in_force
from notices.models import PrintRun
from notices.rules.kinds import KINDS

CHANNEL = "notice"


def overdue_claims(run: PrintRun) -> ClaimQuerySet:
    """Claims overdue on the run's day, of its kinds and groups (a claim of either; neither chosen: all)."""
    claims = Claim.objects.overdue(on=run.as_of)
    if run.kinds or run.groups:
        claims = claims.filter(Q(kind__code__in=run.kinds) | Q(kind__group__in=run.groups))
    if KINDS[run.kind].seizes:
        claims = claims.filter(pk__in=Claim.objects.seizable(on=run.issued_on).values("pk"))
    return claims


def reachable_claims(run: PrintRun) -> ClaimQuerySet:
    """Of these, the claims a letter may ask for on the day of reckoning and still on the day of issue."""
    claims = overdue_claims(run)
    for day in {run.as_of, run.issued_on}:
        claims = claims.filter(pk__in=Claim.objects.reachable_by(CHANNEL, on=day).values("pk"))
    return claims


def held_claims(run: PrintRun) -> ClaimQuerySet:
    """Of the overdue claims, those a hold silences on either day."""
    held = Q()
    for day in {run.as_of, run.issued_on}:
        held |= Q(pk__in=Claim.objects.held(on=day, channel=CHANNEL).values("pk"))
    return overdue_claims(run).filter(held)


def protected_people(days: Iterable[date]) -> set[int]:
    """Ids of people under protection measures (支援措置) on any of the days."""
    found: set[int] = set()
    for day in days:
        found.update(Person.objects.protected(on=day).values_list("pk", flat=True))
    return found


def resting_people(people: Collection[int], *, days: Iterable[date]) -> set[int]:
    """Of the people, those who are left in peace as a whole (福祉支援) on any of the days.

    Letters stay with the person they were written to while holds go along to the one the person was found to be, so
    both sides are asked who they are now.
    """
    in_days = Q()
    for day in days:
        in_days |= in_force(day)
    holds = Hold.objects.filter(
        in_days, reason=Hold.Reason.WELFARE, channels__contains=[CHANNEL], kind=None, claim=None
    )
    held = set(holds.values_list("person_id", flat=True))
    now = current_people({*people, *held})
    resting = {now[pk] for pk in held}
    return {pk for pk in people if now[pk] in resting}
