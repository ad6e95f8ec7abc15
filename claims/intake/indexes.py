"""Indexes built once over all rows instead of being kept up row by row, where a file is larger than what is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, transaction

FEWEST_ROWS = 50_000  # below, keeping up costs little
# Those that no constraint stands on: uniqueness and keys hold at every moment.
PLAIN = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = %s::regclass AND NOT i.indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


@contextmanager
def indexes_built_after(cursor: Any, tables: tuple[str, ...], rows: int) -> Iterator[None]:
    """Drop the plain indexes of the tables and build the very same again, in the caller's transaction.

    Only for a first load: ``rows`` are many, and the first table holds no more. Nobody can read the tables until the
    commit, so where somebody does just now, or where the role does not own them, the indexes simply stay.
    """
    definitions = _dropped(cursor, tables) if _is_worth_it(cursor, tables[0], rows) else []
    yield
    for definition in definitions:
        cursor.execute(definition)


def _is_worth_it(cursor: Any, table: str, rows: int) -> bool:
    if rows < FEWEST_ROWS:
        return False
    cursor.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT %s) held", [rows + 1])
    return bool(cursor.fetchone()[0] <= rows)


def _dropped(cursor: Any, tables: tuple[str, ...]) -> list[str]:
    """The definitions of the dropped indexes; none where the tables are in use."""
    definitions = []
    try:
        with transaction.atomic():
            cursor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE NOWAIT")
            for table in tables:
                cursor.execute(PLAIN, [table])
                for name, definition in cursor.fetchall():
                    cursor.execute(f"DROP INDEX {name}")
                    definitions.append(definition)
    except DatabaseError:
        return []
    return definitions
