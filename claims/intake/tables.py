"""Temporary tables of one import, how they are filled from here, and how they are read in pages."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection
from psycopg.copy import QueuedLibpqWriter

from claims.intake.records import CHUNK

WAITING_BLOCKS = 24  # of 128 KB, between us and the server


class _SentAside(QueuedLibpqWriter):
    """Pages go to the server in a thread of their own while the next one is made; few may wait, memory stays flat."""

    def __init__(self, cursor: Any) -> None:
        super().__init__(cursor)
        self._queue.maxsize = WAITING_BLOCKS


def copy_into(cursor: Any, table: str) -> AbstractContextManager[Any]:
    """A COPY into ``table`` (with its columns, if not all): what is written goes to the server while we go on."""
    copying: AbstractContextManager[Any] = cursor.copy(f"COPY {table} FROM STDIN", writer=_SentAside(cursor.cursor))
    return copying


def by_line(table: str, columns: str) -> Iterator[list[tuple[Any, ...]]]:
    """Pages of (line, ``columns``) in the order of the lines, each complete: no query may run while a COPY does."""
    with connection.cursor() as cursor:
        last = 0
        cursor.execute(f"CREATE INDEX ON {table} (line)")
        while True:
            cursor.execute(f"SELECT line, {columns} FROM {table} WHERE line > %s ORDER BY line LIMIT %s", [last, CHUNK])
            rows = cursor.fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield rows
