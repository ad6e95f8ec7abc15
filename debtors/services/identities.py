"""Source identities and protection measures, written by difference from temporary tables that the intake fills.

Everything is one set-based statement a step; only the search keys of new and changed identities are made in Python.
Callers hold a transaction.
"""

from collections.abc import Iterator
from datetime import date

from django.db import connection

from debtors.rules.normalise import address_key, kana_key, name_key, phone_key

FACTS = ("atena_number", "corporate_number", "name", "kana", "birth_on", "sex", "postal_code", "address", "phone")
FACTS += ("household_number", "relation", "died_on", "moved_on")
KEYS = ("name_key", "kana_key", "address_key", "phone_key")
PAGE = 5_000
BREAKS = str.maketrans({"\\": "\\\\", "\t": " ", "\r": " ", "\n": " "})


def _list(names: tuple[str, ...], prefix: str) -> str:
    return ", ".join(f"{prefix}.{name}" for name in names)


NOW = f"""
CREATE TEMP TABLE identities_now ON COMMIT DROP AS
SELECT f.*, coalesce(i.id, nextval('debtors_sourceidentity_id_seq')) AS id,
    i.id IS NOT NULL AS is_there, i.id IS NULL OR i.withdrawn_at IS NOT NULL AS is_new,
    i.id IS NULL OR i.withdrawn_at IS NOT NULL OR ({_list(FACTS, "f")}, %(ground)s) IS DISTINCT FROM ({_list(FACTS, "i")}, i.ground) AS changed
FROM facts f LEFT JOIN debtors_sourceidentity i ON i.source_id = %(source)s AND i.person_number = f.person_number
"""
# What a source no longer says is kept for 名寄せ: people move and marry, and other sources hold what was.
FORMER = {"name": "name_key", "kana": "kana_key", "address": "address_key", "phone": "phone_key"}
KEEP_FORMER = " UNION ALL ".join(
    f"SELECT i.id, '{what}', i.{what}, i.{key}, %(as_of)s::date, %(file)s::bigint FROM debtors_sourceidentity i"
    " JOIN identities_now n ON n.id = i.id AND n.changed AND NOT n.is_new JOIN identity_keys k ON k.id = i.id"
    f" WHERE i.{key} <> '' AND i.{key} <> k.{key}"
    for what, key in FORMER.items()
)
INSERT_FORMER = "INSERT INTO debtors_formerfact (identity_id, what, value, key, until, in_file)"
UPDATE = f"""
UPDATE debtors_sourceidentity i SET {", ".join(f"{name} = n.{name}" for name in FACTS)},
    {", ".join(f"{name} = k.{name}" for name in KEYS)}, ground = %(ground)s, last_seen_on = %(as_of)s,
    seen_in_file = %(file)s, withdrawn_at = NULL
FROM identities_now n JOIN identity_keys k ON k.id = n.id WHERE i.id = n.id AND n.changed AND n.is_there
"""
INSERT = f"""
INSERT INTO debtors_sourceidentity (id, source_id, person_number, {", ".join(FACTS + KEYS)}, ground, last_seen_on,
    seen_in_file)
SELECT n.id, %(source)s, n.person_number, {_list(FACTS, "n")}, {_list(KEYS, "k")}, %(ground)s, %(as_of)s, %(file)s
FROM identities_now n JOIN identity_keys k ON k.id = n.id WHERE NOT n.is_there
"""


def upsert_identities(*, source_id: int, ground: str, file_id: int, as_of: date) -> None:
    """Write the identities of table ``facts`` (person_number and the facts) as one source now has them.

    Leaves table ``identities_now`` (person_number, facts, id, is_there, is_new, changed). Links are not touched; the
    history triggers keep what changed. One that an undone import brought in and that is named again is there and new.
    """
    params = {"source": source_id, "ground": ground, "file": file_id, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS identities_now, identity_keys")
        cursor.execute(NOW, params)
        columns = ", ".join(f"{name} text" for name in KEYS)
        cursor.execute(f"CREATE TEMP TABLE identity_keys (id bigint, {columns}) ON COMMIT DROP")
        for lines in _key_lines():
            with cursor.copy("COPY identity_keys FROM STDIN") as copy:
                copy.write("".join(lines))
        cursor.execute("ANALYZE identities_now")
        cursor.execute("ANALYZE identity_keys")
        cursor.execute(f"{INSERT_FORMER} {KEEP_FORMER} ON CONFLICT (identity_id, what, key) DO NOTHING", params)
        cursor.execute(UPDATE, params)
        cursor.execute(INSERT, params)


def _key_lines() -> Iterator[list[str]]:
    """Lines for COPY with the search keys of all new and changed identities, a page at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute("SELECT id, name, kana, address, phone FROM identities_now WHERE changed")
        while rows := cursor.fetchmany(PAGE):
            yield [
                "\t".join((str(key), *(text.translate(BREAKS) for text in _keys(*texts)))) + "\n"
                for key, *texts in rows
            ]


def _keys(name: str, kana: str, address: str, phone: str) -> tuple[str, str, str, str]:
    return name_key(name)[:120], kana_key(kana)[:200], address_key(address)[:200], phone_key(phone)


NEW_FORMER = """
SELECT DISTINCT o.identity_id, o.what, o.value, o.until FROM other_facts o
WHERE o.value <> '' AND NOT EXISTS (SELECT FROM debtors_formerfact f
    WHERE f.identity_id = o.identity_id AND f.what = o.what AND f.value = o.value)
"""
KEY_OF = {"name": name_key, "kana": kana_key, "address": address_key, "phone": phone_key}


def add_former_facts(*, file_id: int) -> None:
    """Write what table ``other_facts`` (identity_id, what, value, until) says that a person also had or has.

    Leaves table ``former_now`` (identity_id) of those of whom something new was learned.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS former_new, former_now")
        columns = "identity_id bigint, what text, value text, until date, key text"
        cursor.execute(f"CREATE TEMP TABLE former_new ({columns}) ON COMMIT DROP")
        with connection.chunked_cursor() as reading:
            reading.execute(NEW_FORMER)
            while rows := reading.fetchmany(PAGE):
                with cursor.copy("COPY former_new FROM STDIN") as copy:
                    for identity, what, value, until in rows:
                        copy.write_row((identity, what, value[:200], until, KEY_OF[what](value)[:200]))
        cursor.execute(
            "CREATE TEMP TABLE former_now ON COMMIT DROP AS SELECT DISTINCT n.identity_id FROM former_new n"
            " WHERE n.key <> '' AND NOT EXISTS (SELECT FROM debtors_formerfact f"
            " WHERE f.identity_id = n.identity_id AND f.what = n.what AND f.key = n.key)"
        )
        cursor.execute(
            f"{INSERT_FORMER} SELECT identity_id, what, value, key, until, %s FROM former_new WHERE key <> ''"
            " ORDER BY identity_id, what, value ON CONFLICT (identity_id, what, key) DO NOTHING",
            [file_id],
        )


PROTECTIONS_NOW = """
CREATE TEMP TABLE protections_now ON COMMIT DROP AS
SELECT p.identity_id, p.starts_on, p.ends_on,
    (p.starts_on IS NOT NULL AND NOT EXISTS (SELECT FROM debtors_protectionflag f WHERE f.identity_id = p.identity_id
        AND f.starts_on = p.starts_on AND f.ends_on IS NOT DISTINCT FROM p.ends_on))
    OR EXISTS (SELECT FROM debtors_protectionflag f WHERE f.identity_id = p.identity_id
        AND f.starts_on IS DISTINCT FROM p.starts_on AND (f.ends_on IS NULL OR f.ends_on > %(as_of)s)) AS changed
FROM protections p
"""
END_PROTECTIONS = """
UPDATE debtors_protectionflag f SET ends_on = greatest(%(as_of)s, f.starts_on + 1) FROM protections_now p
WHERE p.changed AND f.identity_id = p.identity_id AND f.starts_on IS DISTINCT FROM p.starts_on
    AND (f.ends_on IS NULL OR f.ends_on > %(as_of)s)
"""
SET_PROTECTIONS = """
INSERT INTO debtors_protectionflag (person_id, identity_id, starts_on, ends_on, ground, origin)
SELECT i.person_id, i.id, p.starts_on, p.ends_on, %(ground)s, %(origin)s
FROM protections_now p JOIN debtors_sourceidentity i ON i.id = p.identity_id
WHERE p.changed AND p.starts_on IS NOT NULL
ON CONFLICT (identity_id, starts_on) DO UPDATE SET ends_on = EXCLUDED.ends_on
"""


def upsert_protections(*, ground: str, origin: str, as_of: date) -> None:
    """Write the protection measures of table ``protections`` (identity_id, starts_on or NULL, ends_on exclusive).

    A measure the source no longer names ends on ``as_of``. Leaves table ``protections_now`` (identity_id, changed).
    """
    params = {"ground": ground, "origin": origin, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS protections_now")
        cursor.execute(PROTECTIONS_NOW, params)
        cursor.execute(END_PROTECTIONS, params)
        cursor.execute(SET_PROTECTIONS, params)
