"""The five things a person runs, and the keeper that they start."""

from collections.abc import Callable
from importlib import import_module

from toyota_collect.embedded.processes import Stopped
from toyota_collect.embedded.state import Refused, say

NAMES = ("start", "manage", "test", "check", "bench", "keep")


def main(name: str, arguments: list[str]) -> int:
    """Run one of them and return its exit code."""
    assert name in NAMES
    command: Callable[[list[str]], int] = import_module(f"{__name__}.{name}").run
    try:
        return command(arguments)
    except Refused as refused:
        say(str(refused))
        return 1
    except Stopped as stopped:
        return 128 + stopped.number
