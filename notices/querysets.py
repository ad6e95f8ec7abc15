"""Selections of a run: the overdue claims it looks at, those it may ask for, and the people to keep apart."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from claims.models import Claim
from claims.querysets import ClaimQuerySet
from debtors.models import Person, SourceIdentity
from debtors.querysets import in_force
from debtors.rules.matching import IdentityRecord, may_be_protected
from notices.models import PrintRun

CHANNEL = "notice"
_FACTS = ("person_number", "name_key", "kana_key", "birth_on", "address_key", "phone_key")


def overdue_claims(run: PrintRun) -> ClaimQuerySet:
    """Claims overdue on the run's day, of its kinds and groups (a claim of either; neither chosen: all)."""
    claims = Claim.objects.overdue(on=run.as_of)
    if run.kinds or run.groups:
        claims = claims.filter(Q(kind__code__in=run.kinds) | Q(kind__group__in=run.groups))
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


def maybe_protected_people(days: Iterable[date]) -> set[int]:
    """Ids of people who might be a protected person under another number (``may_be_protected``).

    The database finds whoever shares a birth date, an address or a phone with one; the rule then compares names.
    """
    flagged = Q()
    for day in days:
        flagged |= in_force(day, "person__protections__")
    protected = SourceIdentity.objects.filter(flagged).distinct()
    near = SourceIdentity.objects.filter(
        Q(birth_on__in=protected.values("birth_on"))
        | Q(address_key__in=protected.exclude(address_key="").values("address_key"))
        | Q(phone_key__in=protected.exclude(phone_key="").values("phone_key")),
        person__isnull=False,
    )
    people = dict(near.values_list("pk", "person_id"))
    suspects = may_be_protected(_records(near), _records(protected))
    return {people[pk] for pk in suspects} - protected_people(days)


def _records(identities: Iterable[SourceIdentity]) -> list[IdentityRecord]:
    rows = identities.values_list("pk", "source__code", *_FACTS)  # type: ignore[attr-defined]  # a queryset
    return [IdentityRecord(pk, source, **dict(zip(_FACTS, facts, strict=True))) for pk, source, *facts in rows]
