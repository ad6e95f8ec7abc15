"""見通し of carried-over arrears: opening × what such arrears came to in the years before, and how wrong that was. Pure.

The method, in three sentences: what is unpaid at the beginning of a year is parted by group and age. To each part what happened
to such arrears in the ``depth`` years before is applied, as one share over these years together (of all groups, or of all
arrears, where there were none of that group or age). How far the same reckoning,
made with what was known then, was off in past years is the range.

Integers of yen; shares are exact fractions and each product is cut to whole yen.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

OLDEST = 5  # years: older arrears are one age
FEWEST = 3  # tested years below which there is no range
CASH, OTHER, LAPSED, ENDED = "cash", "other", "lapsed", "ended"
OUTCOMES = (CASH, OTHER, LAPSED, ENDED)  # what takes arrears away; the rest is left at the end of the year


class Part(NamedTuple):
    """Yen that entries of ``year`` added to (positive) or took off claims first booked in ``first``, as ``outcome``."""

    group: str
    first: int
    year: int
    outcome: str
    yen: int


@dataclass(frozen=True, slots=True)
class Year:
    """What was or will be of the arrears carried into a year. ``parts``: yen taken off, by outcome (positive)."""

    year: int
    opening: int
    parts: Mapping[str, int]

    @property
    def left(self) -> int:
        return self.opening - sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Compared:
    """A past year as it would have been foretold at its beginning, beside what came. ``spans``: the ranges then."""

    foretold: Year
    came: Year
    spans: Mapping[str, tuple[int, int] | None]


Cell = tuple[str, int]  # group, age in years (1 to OLDEST)


def actual(parts: Iterable[Part], year: int) -> Year:
    """What entries of the year did to the arrears carried into it."""
    cells = _cells(parts, [year])
    openings = sum(one[0] for one in cells.values())
    return Year(year, openings, {name: sum(one[1][name] for one in cells.values()) for name in OUTCOMES})


def foretell(parts: Iterable[Part], year: int, *, depth: int) -> Year | None:
    """What would be said at the beginning of the year, from entries before it alone; ``None``: no full year is known."""
    known = [part for part in parts if part.year < year]
    first = min((part.year for part in known), default=year)
    before = [one for one in range(year - depth, year) if one > first]
    if not before:
        return None
    past = _cells(known, before)
    ages, whole = _pooled(past, lambda age: age), _pooled(past, lambda _: 0)
    openings = {cell: opening for cell, (opening, _) in _cells(known, [year]).items()}
    sums = dict.fromkeys(OUTCOMES, 0)
    for (group, age), opening in openings.items():
        shares = _shares(past.get((group, age))) or _shares(ages.get(age)) or _shares(whole.get(0)) or {}
        for name, share in shares.items():
            sums[name] += int(opening * share)
    return Year(year, sum(openings.values()), sums)


def backtest(parts: Sequence[Part], years: Iterable[int], *, depth: int) -> list[Compared]:
    """Each of the years that could be foretold, in order; a range only where enough years before it were tested."""
    tested: list[Compared] = []
    for year in sorted(years):
        foretold = foretell(parts, year, depth=depth)
        if foretold is not None and foretold.opening:
            spans = {name: span(foretold, tested, name) for name in OUTCOMES}
            tested.append(Compared(foretold, actual(parts, year), spans))
    return tested


def span(foretold: Year, tested: Sequence[Compared], name: str) -> tuple[int, int] | None:
    """From the smallest to the largest ratio of what came to what was foretold, of years before; ``None``: too few."""
    ratios = [
        Fraction(one.came.parts[name], one.foretold.parts[name])
        for one in tested
        if one.foretold.year < foretold.year and one.foretold.parts[name] > 0
    ]
    if len(ratios) < FEWEST:
        return None
    return int(foretold.parts[name] * min(ratios)), -int(-foretold.parts[name] * max(ratios) // 1)


def _cells(parts: Iterable[Part], years: Sequence[int]) -> dict[Cell, tuple[int, dict[str, int]]]:
    """By group and age: what was carried into the years, and what they took off it. Several years are added up."""
    openings: dict[Cell, int] = defaultdict(int)
    taken: dict[Cell, dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0))
    for part in parts:
        for year in years:
            if part.first >= year or part.year > year:
                continue
            cell = part.group, min(OLDEST, year - part.first)
            if part.year < year:
                openings[cell] += part.yen
            else:
                taken[cell][part.outcome] -= part.yen
    return {cell: (openings[cell], taken[cell]) for cell in openings.keys() | taken.keys()}


def _pooled(
    past: Mapping[Cell, tuple[int, dict[str, int]]], by: Callable[[int], int]
) -> dict[int, tuple[int, dict[str, int]]]:
    """All groups together by what ``by`` makes of the age: for arrears of which nothing nearer is known."""
    pooled: dict[int, tuple[int, dict[str, int]]] = {}
    for (_, age), (opening, taken) in past.items():
        so_far, sums = pooled.get(by(age), (0, dict.fromkeys(OUTCOMES, 0)))
        pooled[by(age)] = so_far + opening, {name: sums[name] + taken[name] for name in OUTCOMES}
    return pooled


def _shares(past: tuple[int, Mapping[str, int]] | None) -> dict[str, Fraction] | None:
    if past is None or past[0] <= 0:
        return None
    opening, taken = past
    return {name: Fraction(yen, opening) for name, yen in taken.items()}


class Month(NamedTuple):
    """Instalments of plans that fell due in a month, as the plans stood at its beginning, and what of them was paid in time."""

    month: int  # year * 12 + month - 1
    due: int
    paid: int


def plan_share(months: Sequence[Month], before: int, *, depth: int) -> Fraction | None:
    """What was paid in time of all that fell due in the ``depth`` months before the month; ``None`` where nothing did."""
    known = [one for one in months if before - depth <= one.month < before]
    due = sum(one.due for one in known)
    return Fraction(sum(one.paid for one in known), due) if due else None


class ComparedMonth(NamedTuple):
    month: int
    due: int
    foretold: int
    came: int


def plan_backtest(months: Sequence[Month], *, depth: int) -> list[ComparedMonth]:
    """Each month that had months before it, foretold from these alone."""
    tested = []
    for one in sorted(months):
        share = plan_share(months, one.month, depth=depth)
        if share is not None and one.due:
            tested.append(ComparedMonth(one.month, one.due, int(one.due * share), one.paid))
    return tested


def plan_span(yen: int, tested: Sequence[ComparedMonth]) -> tuple[int, int] | None:
    """``yen`` times the smallest and the largest ratio of what came to what was foretold; ``None``: fewer than six months."""
    ratios = [Fraction(one.came, one.foretold) for one in tested if one.foretold]
    if len(ratios) < 2 * FEWEST:
        return None
    return int(yen * min(ratios)), -int(-yen * max(ratios) // 1)
