"""How well 名寄せ did, against a truth: pairs of identities that are one person and pairs that are not."""

import csv
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from debtors.rules.identities import IdentityRecord
from debtors.rules.matching import Pair
from debtors.rules.questions import Question

Clusters = Sequence[Sequence[IdentityRecord]]
Ask = Callable[[Clusters, Collection[Pair]], list[Question]]
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Truth:
    """``person_of``: identity id to true person. ``debtors``: how many people truly owe."""

    person_of: Mapping[int, str]
    debtors: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of pairs of identities. Recall is over the true pairs that share no 宛名番号: the others are given."""

    precision: float
    recall: float
    false_merges: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """After the queue was answered from the truth: F1 over all true pairs, and the questions asked on the way."""

    f1: float
    questions: int


def read_truth(folder: Path, records: Iterable[IdentityRecord]) -> Truth:
    """Read ``identities.csv`` and ``people.csv`` of a synthetic city.

    Raises:
        OSError: a file is missing.
        KeyError: an identity of ``records`` is not in the truth.
    """
    with (folder / "identities.csv").open(encoding="utf-8", newline="") as file:
        people = {(row["source"], row["person_number"]): row["true_person"] for row in csv.DictReader(file)}
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        debtors = sum(row["debtor"] == "yes" for row in csv.DictReader(file))
    return Truth({one.id: people[one.source, one.person_number] for one in records}, debtors)


def pairs_within(groups: Iterable[Sequence[IdentityRecord]]) -> set[Pair]:
    """All pairs of identity ids (smaller first) that stand in one group."""
    return {pair for group in groups for pair in combinations(sorted(one.id for one in group), 2)}


def true_groups(records: Iterable[IdentityRecord], truth: Truth) -> list[list[IdentityRecord]]:
    return _grouped(records, lambda one: truth.person_of[one.id])


def measure(found: set[Pair], records: Sequence[IdentityRecord], truth: Truth) -> Figures:
    """Compare pairs that were found with the true ones."""
    atena = {one.id: one.atena_number for one in records}
    true = pairs_within(true_groups(records, truth))
    hidden = {(a, b) for a, b in true if not atena[a] or atena[a] != atena[b]}
    right = len(found & true)
    precision = right / len(found) if found else 1.0
    return Figures(precision, len(found & hidden) / len(hidden) if hidden else 1.0, len(found) - right)


def agreeing(records: Iterable[IdentityRecord], key_of: Callable[[IdentityRecord], Hashable]) -> set[Pair]:
    """The pairs that agree in a key that is not empty: the plain way, to compare with."""
    return pairs_within(_grouped((one for one in records if key_of(one)), key_of))


def name_and_birth(record: IdentityRecord) -> Hashable:
    return record.birth_on and (record.name_key, record.birth_on)


def name_and_address(record: IdentityRecord) -> Hashable:
    return record.address_key and (record.name_key, record.address_key)


def review(clusters: Clusters, truth: Truth, ask: Ask) -> Reviewed:
    """Answer all questions from the truth, join what is the same, and ask again until nothing is left to ask."""
    never: list[Pair] = []
    asked = 0
    for _ in range(ROUNDS):
        questions = ask(clusters, never)
        asked += len(questions)
        if not questions:
            break
        same = [one for one in questions if truth.person_of[one.left[0]] == truth.person_of[one.right[0]]]
        never += [(one.left[0], one.right[0]) for one in questions if one not in same]
        clusters = _joined(clusters, same)
    records = [one for cluster in clusters for one in cluster]
    found, true = pairs_within(clusters), pairs_within(true_groups(records, truth))
    return Reviewed(2 * len(found & true) / (len(found) + len(true)) if found or true else 1.0, asked)


def _joined(clusters: Clusters, same: Iterable[Question]) -> list[list[IdentityRecord]]:
    """The clusters after the questions were answered "the same"."""
    parent = {cluster[0].id: cluster[0].id for cluster in clusters}
    home = {one.id: cluster[0].id for cluster in clusters for one in cluster}

    def root(key: int) -> int:
        while parent[key] != key:
            key = parent[key]
        return key

    for one in same:
        parent[root(home[one.left[0]])] = root(home[one.right[0]])
    return _grouped((one for cluster in clusters for one in cluster), lambda one: root(home[one.id]))


def _grouped(
    records: Iterable[IdentityRecord], key_of: Callable[[IdentityRecord], Hashable]
) -> list[list[IdentityRecord]]:
    groups: dict[Hashable, list[IdentityRecord]] = defaultdict(list)
    for one in records:
        groups[key_of(one)].append(one)
    return list(groups.values())
