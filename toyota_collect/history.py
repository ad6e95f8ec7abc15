"""History by database triggers: every UPDATE and DELETE of a tracked row is kept, bulk and raw SQL included."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import pghistory
from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=type[Model])


def keep_history(*, without: Sequence[str] = ()) -> Callable[[M], M]:
    """Record the row before each UPDATE and DELETE; changes of only the fields in ``without`` are not recorded.

    Inserts are their own record. ``without`` is for figures that triggers keep (balances), never for facts.
    """

    def decorate(model: M) -> M:
        changed = pghistory.AnyChange(exclude=list(without)) if without else pghistory.AnyChange()
        track = pghistory.track(
            pghistory.UpdateEvent(row=pghistory.Old, condition=changed),
            pghistory.DeleteEvent(),
            exclude=list(without) or None,
            model_name=f"{model.__name__}History",
        )
        tracked: M = track(model)
        return tracked

    return decorate


@contextmanager
def bare_statements() -> Iterator[None]:
    """Statements as a worker sends them: a request puts its history context before each (pghistory), which several rows
    in one statement, or a table made from a query, do not bear. Who does it stands in the audit row.
    """
    wrappers = connection.execute_wrappers
    connection.execute_wrappers = []
    try:
        yield
    finally:
        connection.execute_wrappers = wrappers
