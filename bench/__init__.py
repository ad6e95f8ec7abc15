"""Measured comparisons: ``bin/bench NAME [--size N]`` runs ``bench/NAME.py`` and prints a ratio.

A bench is a module with

* ``SIZE``: the size when none is asked for (letters, rows, claims or people, as its docstring says),
* ``run(*, size, folder)``: yields a ``Result`` per peer, the named budget's first peer last. Generated data may be kept
  in ``folder`` between runs.
"""

from dataclasses import dataclass
from enum import Enum


class Ratio(Enum):
    """What the printed ratio means."""

    OF_TIMES = "ours / peer, both in seconds; below 1 we are faster"
    OF_SPEEDS = "ours / peer, both in units per second; above 1 we are faster"


@dataclass(frozen=True)
class Result:
    """One comparison: our figure and a peer's on the same data, in seconds or in units per second alike."""

    name: str
    size: int
    ours: float
    peer: float
    peer_name: str
    ratio_of: Ratio

    def line(self) -> str:
        """The line a program reads: ``name=… size=… ours=… peer=… ratio=…``."""
        figures = f"ours={self.ours:.4g} peer={self.peer:.4g} ratio={self.ours / self.peer:.4g}"
        return f"name={self.name} size={self.size} {figures}"
