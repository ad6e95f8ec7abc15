"""Identities read from the database as the rules of 名寄せ want them, former facts included."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from debtors.models import NeverLink
from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import Pair
from debtors.rules.normalise import address_key, room_key

PAGE = 5_000
READ = """
SELECT i.id, s.code, i.person_number, i.name_key, i.kana_key, i.birth_on, i.sex, i.address_key, i.phone_key,
    i.atena_number, i.corporate_number, i.address, i.household_number, f.names, f.kanas, f.addresses, f.phones,
    i.person_id, i.ground
FROM debtors_sourceidentity i JOIN debtors_sourcesystem s ON s.id = i.source_id LEFT JOIN (
    SELECT identity_id, array_agg(key) FILTER (WHERE what = 'name') AS names,
        array_agg(key) FILTER (WHERE what = 'kana') AS kanas, array_agg(value) FILTER (WHERE what = 'address') AS addresses,
        array_agg(key) FILTER (WHERE what = 'phone') AS phones
    FROM debtors_formerfact GROUP BY identity_id
) f ON f.identity_id = i.id
"""


def read_records(cursor: Any, among: str = "") -> Iterator[tuple[IdentityRecord, int | None, str]]:
    """Yield record, person id and ground of all identities in force, or of those in ``among`` (SQL), in order of their ids."""
    within = f"AND i.id IN {among}" if among else ""
    cursor.execute(f"{READ} WHERE i.withdrawn_at IS NULL {within} ORDER BY i.id")
    while rows := cursor.fetchmany(PAGE):
        for *facts, address, household, names, kanas, addresses, phones, person_id, ground in rows:
            record = IdentityRecord(
                *facts,
                room=room_key(address),
                household_number=household,
                other_names=tuple(sorted(names or ())),
                other_kanas=tuple(sorted(kanas or ())),
                former_dwellings=tuple(sorted((address_key(one), room_key(one)) for one in addresses or ())),
                former_phones=tuple(sorted(phones or ())),
            )
            yield record, person_id, ground


def lock_links() -> None:
    """Nobody else links or unlinks until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE debtors_identitylink IN SHARE ROW EXCLUSIVE MODE")


def pairs_apart() -> set[Pair]:
    """Pairs of identities (the lower id first) that staff know to be two persons."""
    rows = NeverLink.objects.filter(withdrawn_at=None).values_list("left", "right")
    return {(min(pair), max(pair)) for pair in rows}
