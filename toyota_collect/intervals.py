"""What a count of people can say: 95 % intervals for a share, for the difference of two shares, and for a median.

Sources: Wilson 1927; Newcombe, Statistics in Medicine 17 (1998) 857-872 (one share, method 3) and 873-890 (difference,
method 10); Campbell and Gardner, BMJ 296 (1988) 1454-1456 (median, ranks of the binomial distribution). The published
examples of each stand in ``tests/unit/toyota_collect/test_intervals.py``.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

LEVEL = 0.95


class Interval(NamedTuple):
    """A figure between ``low`` and ``high``, both inclusive; shares and their differences between -1 and 1."""

    value: float
    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        return self.low <= 0 <= self.high


def share(count: int, of: int, *, level: float = LEVEL) -> Interval:
    """The share ``count`` of ``of`` with its score interval (Wilson, without continuity correction).

    Raises:
        ValueError: nobody was counted, or more than all.
    """
    if not 0 <= count <= of or of == 0:
        raise ValueError(f"{count} of {of}")
    z, value = _z(level), count / of
    middle = (value + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(value * (1 - value) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Interval(value, max(middle - half, 0.0), min(middle + half, 1.0))


def difference(count: int, of: int, other: int, other_of: int, *, level: float = LEVEL) -> Interval:
    """The share ``count`` of ``of`` less ``other`` of ``other_of``, from the score intervals of both (Newcombe).

    Raises:
        ValueError: as ``share``.
    """
    one, two = share(count, of, level=level), share(other, other_of, level=level)
    value = one.value - two.value
    below = sqrt((one.value - one.low) ** 2 + (two.high - two.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (two.value - two.low) ** 2)
    return Interval(value, value - below, value + above)


def median(values: Sequence[int]) -> Interval | None:
    """The median with the ordered values that hold it at 95 % or more, whatever the distribution; None for too few."""
    ordered, count = sorted(values), len(values)
    rank = median_rank(count)
    if rank == 0:
        return None
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return Interval(middle, ordered[rank - 1], ordered[count - rank])


def median_rank(count: int) -> int:
    """The rank, from either end, of the values that hold the median of ``count`` values at 95 %; 0 for fewer than 6."""
    rank, ways, below = 0, 1, 40  # ways: of ``rank`` values below the median; below: of at most so many, times 40
    all_ways = 2**count
    while below <= all_ways:  # P(at most rank) <= 0.025, in whole numbers
        rank += 1
        ways = ways * (count - rank + 1) // rank
        below += 40 * ways
    return rank


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
