"""Shares with their intervals, and what of the signs the decided cases of a time say. Pure: no clock, no database."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

FEWEST = 20  # cases of a group below which a difference says nothing
Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with the Wilson interval of 95 %."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return round(self.part / self.whole, 4) if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.whole:
            return None
        n, share = self.whole, self.part / self.whole
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return round(middle - half, 4), round(middle + half, 4)


@dataclass(frozen=True, slots=True)
class Decided:
    """A flag somebody confirmed or rejected, with the codes of what had fired."""

    person: int
    confirmed: bool
    reason: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who turned out to be in hardship by another way than a flag, and whether a flag had said so before."""

    person: int
    flagged_before: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Of decided flags the share that was right (precision), of those known otherwise the share found before (recall)."""

    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """A group beside everybody else; the gaps are None where one side has fewer than ``FEWEST`` cases."""

    own: Figures
    rest: Figures

    @property
    def precision_gap(self) -> float | None:
        return _gap(self.own.precision, self.rest.precision)

    @property
    def recall_gap(self) -> float | None:
        return _gap(self.own.recall, self.rest.recall)


def figures(decided: Iterable[Decided], known: Iterable[Known]) -> Figures:
    answers, others = list(decided), list(known)
    return Figures(
        Share(sum(one.confirmed for one in answers), len(answers)),
        Share(sum(one.flagged_before for one in others), len(others)),
    )


def by_group(
    decided: Sequence[Decided], known: Sequence[Known], groups: Mapping[str, Collection[int]]
) -> dict[str, GroupFigures]:
    """The figures of each group of person ids and of everybody else."""
    return {
        name: GroupFigures(
            figures((one for one in decided if one.person in members), (one for one in known if one.person in members)),
            figures(
                (one for one in decided if one.person not in members),
                (one for one in known if one.person not in members),
            ),
        )
        for name, members in groups.items()
    }


def by_rule(decided: Iterable[Decided]) -> dict[str, Share]:
    """For each rule that had fired on a decided flag, how often the flag was right; the most frequent first."""
    fired: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one in decided:
        fired.update(one.signs)
        right.update(one.signs if one.confirmed else ())
    return {code: Share(right[code], count) for code, count in fired.most_common()}


def _gap(own: Share, rest: Share) -> float | None:
    if own.whole < FEWEST or rest.whole < FEWEST or own.value is None or rest.value is None:
        return None
    return round(abs(own.value - rest.value), 4)
