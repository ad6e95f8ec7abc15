"""Who waits for what is being done at this moment: what every line of the log is marked with."""

from contextvars import ContextVar, Token
from typing import NamedTuple


class Trace(NamedTuple):
    """Ids only, never a name. ``task`` is empty in a request; all are in what nobody asked for."""

    request: str = ""
    user: int | None = None
    task: str = ""


_now: ContextVar[Trace | None] = ContextVar("trace", default=None)


def trace() -> Trace:
    return _now.get() or Trace()


def begin(mine: Trace) -> Token[Trace | None]:
    """From now on; ``end`` with the token brings back what was before."""
    return _now.set(mine)


def end(token: Token[Trace | None]) -> None:
    _now.reset(token)
