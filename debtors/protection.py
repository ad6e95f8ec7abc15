"""Whose address must not be seen: people under protection measures (支援措置), and those who may be the same people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from debtors.models import Person, ProtectionFlag, SourceIdentity
from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import may_be_protected

_FACTS = ("person_number", "name_key", "kana_key", "birth_on", "address_key", "phone_key")
_READ = ("id", "person_id", *_FACTS)
_COLUMNS = ", ".join(f"s.{name}" for name in _READ)
# Records of the people beside records of flagged humans that share a fact with them: what suspicion needs at least.
PAIRS = """
WITH measures(identity_id, person_id) AS MATERIALIZED ({measures}),
flagged AS MATERIALIZED (
    SELECT {columns} FROM measures m JOIN debtors_sourceidentity s ON s.id = m.identity_id WHERE s.withdrawn_at IS NULL
    UNION SELECT {columns} FROM measures m JOIN debtors_sourceidentity s ON s.person_id = m.person_id
), near AS MATERIALIZED (
    SELECT {columns} FROM debtors_sourceidentity s WHERE s.person_id = ANY(%s)
)
SELECT n.*, f.* FROM near n JOIN flagged f ON f.birth_on = n.birth_on
UNION SELECT n.*, f.* FROM near n JOIN flagged f ON f.address_key = n.address_key AND n.address_key <> ''
UNION SELECT n.*, f.* FROM near n JOIN flagged f ON f.phone_key = n.phone_key AND n.phone_key <> ''
"""


def hidden_people(people: Collection[int], *, on: date) -> set[int]:
    """Of the people, those whose address, phone and household no page may show on that day."""
    known = set(Person.objects.protected(on=on).filter(pk__in=people).values_list("pk", flat=True))
    return known | _suspects_among(people, _flags([on]))


def all_hidden_people(days: Iterable[date]) -> set[int]:
    """Everybody of the city whom ``hidden_people`` would name on one of the days."""
    flags = _flags(days)
    return _suspects(flags) | _flagged(flags)


def maybe_protected_people(days: Iterable[date]) -> set[int]:
    """Ids of people who might be a protected person under another number (``may_be_protected``), protected ones not.

    A measure counts also where nobody holds the register's entry yet: a record of the same human that could not be
    linked to it is just what an address would leak from.
    """
    flags = _flags(days)
    return _suspects(flags) - _flagged(flags)


def _flags(days: Iterable[date]) -> QuerySet[ProtectionFlag]:
    found: QuerySet[ProtectionFlag] = ProtectionFlag.objects.none()
    for day in days:
        found |= ProtectionFlag.objects.hiding(on=day)
    return found


def _flagged(flags: QuerySet[ProtectionFlag]) -> set[int]:
    return {person for person in flags.values_list("person_id", flat=True) if person is not None}


def _suspects(flags: QuerySet[ProtectionFlag]) -> set[int]:
    """Everybody of the city of whom a record may be a flagged human's."""
    if not flags.exists():  # putting the question together costs more than this one
        return set()
    # Two plain look-ups by key; one query with OR would read every identity of the city.
    parts = [
        SourceIdentity.objects.filter(pk__in=flags.values("identity")),
        SourceIdentity.objects.filter(person__in=flags.exclude(person=None).values("person")),
    ]
    near = SourceIdentity.objects.filter(_shares_a_fact(parts), person__isnull=False)
    people = dict(near.values_list("pk", "person_id"))
    suspects = may_be_protected(_records(near), [record for part in parts for record in _records(part)])
    return {people[pk] for pk in suspects}


def _suspects_among(people: Collection[int], flags: QuerySet[ProtectionFlag]) -> set[int]:
    """Of the people, those of whom a record may be a flagged human's; one query, which leaves few pairs to compare."""
    if not people:
        return set()
    measures, params = flags.values_list("identity", "person").query.sql_with_params()
    owner: dict[int, int] = {}
    near, flagged = {}, {}
    with connection.cursor() as cursor:
        cursor.execute(PAIRS.format(columns=_COLUMNS, measures=measures), [*params, list(people)])
        for row in cursor.fetchall():
            one, other = row[: len(_READ)], row[len(_READ) :]
            owner[one[0]] = one[1]
            near[one[0]], flagged[other[0]] = _record(one), _record(other)
    return {owner[pk] for pk in may_be_protected(near.values(), flagged.values())}


def _record(row: Sequence[Any]) -> IdentityRecord:
    pk, _person, *facts = row
    return IdentityRecord(pk, "", **dict(zip(_FACTS, facts, strict=True)))


def _shares_a_fact(parts: Iterable[QuerySet[SourceIdentity]]) -> Q:
    shares = Q()
    for part in parts:
        shares |= Q(birth_on__in=part.exclude(birth_on=None).values("birth_on"))
        shares |= Q(address_key__in=part.exclude(address_key="").values("address_key"))
        shares |= Q(phone_key__in=part.exclude(phone_key="").values("phone_key"))
    return shares


def _records(identities: QuerySet[SourceIdentity]) -> list[IdentityRecord]:
    rows = identities.values_list("pk", "source__code", *_FACTS)
    return [IdentityRecord(pk, source, **dict(zip(_FACTS, facts, strict=True))) for pk, source, *facts in rows]
