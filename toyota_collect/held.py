"""Reading what does not change during one piece of work only once: dated law, settings, who books whose money."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_memo: ContextVar[dict[Any, Any] | None] = ContextVar("held", default=None)


@contextmanager
def held() -> Iterator[None]:
    """Inside, functions marked ``@once`` answer from memory the second time. For one file or one batch, never longer."""
    token = _memo.set({})
    try:
        yield
    finally:
        _memo.reset(token)


def is_held() -> bool:
    return _memo.get() is not None


def once(function: Callable[P, R]) -> Callable[P, R]:
    """Remember the answer by the arguments (hashable) inside ``held()``; outside, ask every time."""

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        memo = _memo.get()
        if memo is None:
            return function(*args, **kwargs)
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in memo:
            memo[key] = function(*args, **kwargs)
        found: R = memo[key]
        return found

    return asked


def once_for_each(function: Callable[..., set[int]]) -> Callable[..., set[int]]:
    """Of a function that picks some of a set of keys: inside ``held()`` each key is looked at once, in whatever set it comes."""

    @wraps(function)
    def asked(keys: frozenset[int], *rest: Any) -> set[int]:
        memo = _memo.get()
        if memo is None:
            return function(keys, *rest)
        known, picked = memo.setdefault((function, "each", rest), (set(), set()))
        if new := keys - known:
            picked |= function(frozenset(new), *rest)
            known |= new
        return keys & picked

    return asked
