"""The counted ledger, kept for everybody until a job counts anew: pages add up small sums and never wait for the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from claims.closing.flows import Flows, count
from claims.closing.tying import Tie, tie

KEY = "claims.closing"
KEEP_SECONDS = 172_800  # the job counts every hour; where it does not run, a page of yesterday says that it is so


@dataclass(frozen=True, slots=True)
class Counted:
    """The sums of the ledger, their proof, and the moment of both, which every page and paper says."""

    at: datetime
    flows: Flows
    tie: Tie


def counted(*, on: date, anew: bool = False) -> Counted:
    """What was counted last, on ``on`` or the day before; a job counts ``anew``, so that nobody waits for the ledger."""
    found: Counted | None = None if anew else cache.get(KEY)
    if found is None or not 0 <= (on - found.flows.on).days <= 1:
        with _one_view():
            flows = count(on=on)
            found = Counted(timezone.now(), flows, tie(flows))
        cache.set(KEY, found, KEEP_SECONDS)
    return found


@contextmanager
def _one_view() -> Iterator[None]:
    """What is booked meanwhile is in both ways of counting or in neither, else it would look like a difference."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
