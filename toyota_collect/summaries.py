"""Figures that cost too much for a page: counted by a job, kept for everybody, shown with the moment they were counted.

They lie in the database, so that neither a flushed cache nor a restart takes them away. A page never counts what was counted
before: it shows the old figures and says how old they are. Only what was never counted, or was counted by other code or for
a later day, is counted by the page that asks first; whoever asks meanwhile waits for that one.
"""

import logging
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from toyota_collect.models import Summary

log = logging.getLogger(__name__)
LOCKS = 4_710_081  # the first number of the advisory locks; the second is that of the name
APPS = ("toyota_collect", "debtors", "claims", "notices", "welfare", "lawyers")


@dataclass(frozen=True, slots=True)
class Counted:
    """``value``: what was counted for ``on`` at the moment ``at``. ``late``: a job should have counted again by now;
    ``failed_at``: when it last tried in vain."""

    value: Any
    on: date
    at: datetime
    late: bool
    failed_at: datetime | None


def counted(
    name: str, make: Callable[[], Any], *, on: date, late_after: timedelta, anew: bool = False, snapshot: bool = False
) -> Counted:
    """The figures called ``name``; a job asks for them ``anew``. Counting twice does no harm.

    Args:
        make: counts; what it returns is kept pickled.
        on: the business date it counts for.
        late_after: the age from which a page says that no job counts any more.
        snapshot: all that ``make`` reads is one view of the database, and it writes nothing.

    Raises:
        Exception: whatever ``make`` raises; what was counted before is kept, with the moment of the failure.
    """
    if not anew and (found := _read(name, on, late_after)):
        return found
    with _alone(name):
        if not anew and (found := _read(name, on, late_after)):
            return found  # somebody counted while this one waited
        try:
            with _one_view() if snapshot else transaction.atomic():
                value = make()
        except Exception:
            log.exception("counting %s failed", name)
            Summary.objects.filter(name=name).update(failed_at=timezone.now())
            raise
        kept = pickle.dumps(value)
        facts = {"on": on, "counted_at": timezone.now(), "seal": _seal(kept), "failed_at": None}
        Summary.objects.update_or_create(name=name, defaults=facts | {"value": kept})
    return Counted(value, on, facts["counted_at"], late=False, failed_at=None)  # type: ignore[arg-type]


def _read(name: str, on: date, late_after: timedelta) -> Counted | None:
    row = Summary.objects.filter(name=name, on__lte=on).first()
    if row is None or not constant_time_compare(row.seal, _seal(value := bytes(row.value))):
        return None
    late = timezone.now() - row.counted_at > late_after
    return Counted(pickle.loads(value), row.on, row.counted_at, late, row.failed_at)  # noqa: S301  sealed


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """One count of a name at a time, in whatever process; the lock is the session's, for a count may set its transaction."""
    key = [LOCKS, int.from_bytes(sha256(name.encode()).digest()[:4], signed=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


@contextmanager
def _one_view() -> Iterator[None]:
    """What is booked meanwhile is in all that is counted or in nothing of it, else it would look like a difference."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _seal(value: bytes) -> str:
    """With the installation's key: nothing is unpickled that another program, or a hand in the database, has put there."""
    return salted_hmac(__name__, _code().encode() + value, algorithm="sha256").hexdigest()


@cache
def _code() -> str:
    """Of the product's own modules: figures of another version may lack what this one shows."""
    digest = sha256()
    for app in APPS:
        for path in sorted((settings.ROOT / app).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
