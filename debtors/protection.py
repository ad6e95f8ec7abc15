"""Whose address must not be seen: people under protection measures (支援措置), and those who may be the same people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from debtors.models import ProtectionFlag, SourceIdentity
from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import may_be_protected
from toyota_collect.held import once_for_each
from toyota_collect.registry import registry

_FACTS = ("person_number", "name_key", "kana_key", "birth_on", "address_key", "phone_key")
_READ = ("id", "person_id", *_FACTS)
_COLUMNS, _OTHERS = (", ".join(f"{table}.{name}" for name in _READ) for table in "sf")
# Records of the people beside records of flagged humans that share a fact with them: what suspicion needs at least.
# Of few people, all who share a fact with them are looked up by an index, and whether they are flagged; of many, all who
# are flagged. The first does not grow with the city's measures, the second not with the people.
FEW = 200
KNOWN = "SELECT person_id FROM ({measures}) m(identity_id, person_id) WHERE person_id = ANY(%s)"
PAIRS_OF_FEW = """
WITH measures(identity_id, person_id) AS MATERIALIZED ({measures})
SELECT {columns}, {others} FROM debtors_sourceidentity s CROSS JOIN LATERAL (
    SELECT * FROM debtors_sourceidentity f WHERE f.birth_on = s.birth_on
    UNION ALL SELECT * FROM debtors_sourceidentity f WHERE f.address_key = s.address_key AND f.address_key <> ''
    UNION ALL SELECT * FROM debtors_sourceidentity f WHERE f.phone_key = s.phone_key AND f.phone_key <> ''
) f
WHERE s.person_id = ANY(%s) AND f.withdrawn_at IS NULL
    AND (f.id IN (SELECT identity_id FROM measures) OR f.person_id IN (SELECT person_id FROM measures))
"""
PAIRS = """
WITH measures(identity_id, person_id) AS MATERIALIZED ({measures}),
flagged AS MATERIALIZED (
    SELECT {columns} FROM measures m JOIN debtors_sourceidentity s ON s.id = m.identity_id WHERE s.withdrawn_at IS NULL
    UNION ALL SELECT {columns} FROM measures m JOIN debtors_sourceidentity s ON s.person_id = m.person_id
), near AS MATERIALIZED (
    SELECT {columns} FROM debtors_sourceidentity s WHERE s.person_id = ANY(%s)
)
SELECT n.*, f.* FROM near n JOIN flagged f ON f.birth_on = n.birth_on
UNION ALL SELECT n.*, f.* FROM near n JOIN flagged f ON f.address_key = n.address_key AND n.address_key <> ''
UNION ALL SELECT n.*, f.* FROM near n JOIN flagged f ON f.phone_key = n.phone_key AND n.phone_key <> ''
"""


def hidden_people(people: Collection[int], *, on: date) -> set[int]:
    """Of the people, those whose address, phone and household no page may show on that day."""
    return set(_hidden(frozenset(people), on))


@once_for_each
def _hidden(people: frozenset[int], on: date) -> set[int]:
    """Who is under a measure, and of whom a record may be a flagged human's; two questions, the second of few pairs."""
    if not people:
        return set()
    measures, params = _measures_on(on)
    ids = list(people)
    owner: dict[int, int] = {}
    near, flagged = {}, {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN.format(measures=measures), [*params, ids])
        known = {person for (person,) in cursor.fetchall()}
        pairs = PAIRS_OF_FEW if len(ids) <= FEW else PAIRS
        cursor.execute(pairs.format(columns=_COLUMNS, others=_OTHERS, measures=measures), [*params, ids])
        for row in cursor.fetchall():
            one, other = row[: len(_READ)], row[len(_READ) :]
            owner[one[0]] = one[1]
            near[one[0]], flagged[other[0]] = _record(one), _record(other)
    return known | {owner[pk] for pk in may_be_protected(near.values(), flagged.values())}


@lru_cache(maxsize=8)
def _measures_on(on: date) -> tuple[str, tuple[Any, ...]]:
    """The question for the measures that hide on the day (identity, person), which depends on nothing else."""
    sql, params = ProtectionFlag.objects.hiding(on=on).values_list("identity", "person").query.sql_with_params()
    return sql, tuple(params)


def all_hidden_people(days: Iterable[date]) -> set[int]:
    """Everybody of the city whom ``hidden_people`` would name on one of the days."""
    flags = _flags(days)
    return _suspects(flags) | _flagged(flags)


def left_alone(people: Iterable[int | None], *, on: date) -> set[int]:
    """Of the people, those whom nobody may press or call, as the apps that hold them back say."""
    known = {pk for pk in people if pk is not None}
    return {pk for source in registry.left_alone for pk in source(known, on)} if known else set()


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
