"""Who is at work: a lock of the worker's session names what is worked on, and ends with the worker, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

from django.db import Error, connection

ALIVE = """
SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class What(IntEnum):
    """What is worked on: the first half of the lock's key."""

    BUNDLE = 4_710_036
    JOB = 4_710_037


@contextmanager
def at_work(what: What, pk: int) -> Iterator[None]:
    """Show that whoever may have the thing lives; the lock keeps nobody waiting, it only tells."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s::integer)", [what.value, pk])
    try:
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:  # a lost connection has lost the lock as well
            cursor.execute("SELECT pg_advisory_unlock_shared(%s, %s::integer)", [what.value, pk])


def alive(what: What) -> set[int]:
    """The things of a kind whose workers live. Ask after reading what is in work: who begins meanwhile is not in it."""
    with connection.cursor() as cursor:
        cursor.execute(ALIVE, [what.value])
        return {pk for (pk,) in cursor.fetchall()}
