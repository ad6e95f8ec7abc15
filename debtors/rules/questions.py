"""What 名寄せ asks people: might these two persons be one? A question joins two clusters of identities."""

from dataclasses import dataclass
from enum import StrEnum


class Agreement(StrEnum):
    """How a fact of one side stands to that of the other."""

    SAME = "same"  # the same, as a person would read it
    ALIKE = "alike"  # might be the same: another spelling, a former address
    DIFFERS = "differs"
    UNKNOWN = "unknown"  # one side does not know it


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact compared. ``fact`` is its Japanese name, ``note`` what else to know of it (how rare, since when)."""

    fact: str
    agreement: Agreement
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """Two clusters of identity ids (ascending, disjoint; ``left`` holds the lowest id) that might be one person.

    ``score`` from 0 to 1 orders the queue: the higher, the more likely one person.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    score: float
    evidence: tuple[Evidence, ...]
