"""The facts a person is shown with, rebuilt from the linked identities; nothing else ever writes them."""

from collections.abc import Collection

from django.db import connection, transaction

# The source with the lowest rank speaks first; what it does not know the next one says. Address, postal code and
# origin come from one identity together. Readings are shown in one width, names exactly as they were sent.
BEST = """
CREATE TEMP TABLE best ON COMMIT DROP AS
SELECT person_id,
    bool_or(corporate_number <> '') AS is_corporate,
    (array_agg(name ORDER BY rank, id))[1] AS name,
    coalesce((array_agg(normalize(kana, NFKC) ORDER BY rank, id) FILTER (WHERE kana <> ''))[1], '') AS kana,
    (array_agg(name_key ORDER BY rank, id))[1] AS name_key,
    coalesce((array_agg(kana_key ORDER BY rank, id) FILTER (WHERE kana <> ''))[1], '') AS kana_key,
    (array_agg(birth_on ORDER BY rank, id) FILTER (WHERE birth_on IS NOT NULL))[1] AS birth_on,
    coalesce((array_agg(sex ORDER BY rank, id) FILTER (WHERE sex <> ''))[1], '') AS sex,
    coalesce((array_agg(atena_number ORDER BY rank, id) FILTER (WHERE atena_number <> ''))[1], '') AS atena_number,
    coalesce((array_agg(postal_code ORDER BY rank, id) FILTER (WHERE address <> ''))[1], '') AS postal_code,
    coalesce((array_agg(address ORDER BY rank, id) FILTER (WHERE address <> ''))[1], '') AS address,
    coalesce((array_agg(code ORDER BY rank, id) FILTER (WHERE address <> ''))[1], '') AS address_origin,
    coalesce((array_agg(phone ORDER BY rank, id) FILTER (WHERE phone <> ''))[1], '') AS phone,
    coalesce((array_agg(household_number ORDER BY rank, id) FILTER (WHERE household_number <> ''))[1], '')
        AS household_number,
    (array_agg(died_on ORDER BY rank, id) FILTER (WHERE died_on IS NOT NULL))[1] AS died_on
FROM (SELECT i.*, s.rank, s.code FROM debtors_sourceidentity i JOIN debtors_sourcesystem s ON s.id = i.source_id
    WHERE i.person_id IS NOT NULL AND (%(among)s::bigint[] IS NULL OR i.person_id = ANY(%(among)s))) linked
GROUP BY person_id
"""
FACTS = (
    "is_corporate", "name", "kana", "name_key", "kana_key", "birth_on", "sex", "atena_number", "postal_code", "address",
    "address_origin", "phone", "household_number", "died_on",
)  # fmt: skip
SHOWN = ", ".join(f"p.{name}" for name in FACTS)
FOUND = ", ".join(f"b.{name}" for name in FACTS)
UPDATE = f"""
UPDATE debtors_person p SET {", ".join(f"{name} = b.{name}" for name in FACTS)}, withdrawn_at = NULL
FROM best b WHERE p.id = b.person_id AND (({SHOWN}) IS DISTINCT FROM ({FOUND}) OR p.withdrawn_at IS NOT NULL)
"""
# A link to a person that does not exist yet makes the person: the key constraint waits until the transaction ends.
INSERT = f"""
INSERT INTO debtors_person (id, number, letter_variant, {", ".join(FACTS)})
SELECT b.person_id, 'P' || lpad(b.person_id::text, 8, '0'), 'normal', {FOUND}
FROM best b WHERE NOT EXISTS (SELECT FROM debtors_person p WHERE p.id = b.person_id) ORDER BY b.person_id
"""


def fresh_person_id() -> int:
    """The id of a person yet to be made: :func:`refresh_people` makes whoever an identity is linked to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('debtors_person', 'id'))")
        return int(cursor.fetchone()[0])


@transaction.atomic
def refresh_people(*, among: Collection[int] | None = None) -> int:
    """Rebuild the shown facts of all persons, or of those ``among``, from their identities.

    Returns how many persons were made or changed.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS best")
        cursor.execute(BEST, {"among": None if among is None else list(among)})
        cursor.execute("ANALYZE best")
        cursor.execute(UPDATE)
        changed = int(cursor.rowcount)
        cursor.execute(INSERT)
        return changed + int(cursor.rowcount)
