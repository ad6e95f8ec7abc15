"""What 名寄せ asks people: might these two persons be one? A question joins two clusters of identities."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import exp2, log2

from debtors.rules.agreement import Comparison, Match, compare, pairs_to_compare, places_with_rooms
from debtors.rules.identities import Facts, IdentityRecord, facts_of, told_apart

LEAST = 0.05  # below, too few of the pairs are one person to be worth a look


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


AGREEMENT = {
    Match.SAME: Agreement.SAME,
    Match.FORMER: Agreement.ALIKE,
    Match.ALIKE: Agreement.ALIKE,
    Match.DIFFERS: Agreement.DIFFERS,
    Match.UNKNOWN: Agreement.UNKNOWN,
}
# How much more often (in powers of two) a match is seen between records of one person than of two; what agreement in a
# name is worth depends on how many bear it. Set by hand in whole and half powers, see docs/adr/0009-matching.md.
WEIGHTS: dict[str, dict[Match, float]] = {
    "kana": {Match.SAME: 2, Match.FORMER: 2, Match.DIFFERS: -3},
    "birth": {Match.SAME: 13, Match.ALIKE: 4},
    "place": {Match.SAME: 12, Match.FORMER: 9, Match.ALIKE: 7, Match.DIFFERS: -3},
    "phone": {Match.SAME: 8, Match.DIFFERS: -1},
    "sex": {Match.SAME: 1},
}
NAME_DIFFERS = -4.0
NAME_ALIKE = 6.0
NOTES = {
    ("name", Match.FORMER): "旧氏名・通称と同じ",
    ("name", Match.ALIKE): "書き方が違うだけかもしれません（字体・仮名書き・順・略）",
    ("kana", Match.FORMER): "旧氏名・通称の読みと同じ",
    ("kana", Match.ALIKE): "長音・順・略の違い",
    ("birth", Match.ALIKE): "1か所だけ違います（書き誤りかもしれません）",
    ("place", Match.ALIKE): "同じ番地。部屋は違うか、分かりません",
}


def find_questions(
    clusters: Iterable[Sequence[IdentityRecord]], *, never: Collection[tuple[int, int]] = (), least: float = LEAST
) -> list[Question]:
    """Return what to ask about pairs of clusters, the likeliest first.

    Left out: pairs whose numbers, sex or birth date say that they are two persons, pairs that hold a pair of ``never``
    (identity ids), pairs less likely than ``least``, and what the answers "same" to better questions would settle: the
    questions form no ring and no chain between two persons. After an answer "different" another question may come up;
    ask again then.
    """
    records = {min(one.id for one in cluster): tuple(cluster) for cluster in clusters}
    facts = {key: facts_of(cluster) for key, cluster in records.items()}
    home = {one.id: key for key, cluster in records.items() for one in cluster}
    refused = {frozenset((home[a], home[b])) for a, b in never if a in home and b in home}
    city = _City(facts)
    found = []
    for a, b in pairs_to_compare(facts):
        if told_apart(facts[a], facts[b], by_source=False) or frozenset((a, b)) in refused:
            continue
        seen = compare(facts[a], facts[b], city.flats)
        if seen.birth is not Match.DIFFERS and (score := city.score(facts[a], facts[b], seen)) >= least:
            found.append((score, a, b, seen))
    found.sort(key=lambda one: (-one[0], one[1], one[2]))
    return [
        Question(_ids(records[a]), _ids(records[b]), round(score, 4), city.evidence(facts[a], facts[b], seen))
        for score, a, b, seen in _one_answer_each(found, facts)
    ]


def _ids(cluster: Iterable[IdentityRecord]) -> tuple[int, ...]:
    return tuple(sorted(one.id for one in cluster))


def _one_answer_each(
    found: Iterable[tuple[float, int, int, Comparison]], facts: Mapping[int, Facts]
) -> Iterator[tuple[float, int, int, Comparison]]:
    """Of ranked pairs, those that would join what better ones would not, and would not join two known persons."""
    together: dict[int, list[int]] = {}
    for one in found:
        mine, theirs = (together.setdefault(key, [key]) for key in one[1:3])
        if mine is theirs or any(told_apart(facts[a], facts[b], by_source=False) for a, b in product(mine, theirs)):
            continue
        mine += theirs
        together.update(dict.fromkeys(theirs, mine))
        yield one


class _City:
    """What is common in this city: how many bear a name, where several dwellings share an address."""

    def __init__(self, facts: Mapping[int, Facts]) -> None:
        self.people = max(2, len(facts))
        self.flats = places_with_rooms(facts.values())
        self.bearers = Counter(name for one in facts.values() for name in one.all_names)
        self.read = Counter(kana for one in facts.values() for kana in one.all_kanas)
        self.dwellers: Counter[str] = Counter(place for one in facts.values() for place, _ in one.all_dwellings)

    def score(self, a: Facts, b: Facts, seen: Comparison) -> float:
        """How likely two clusters are one person, from 0 to 1."""
        bits: float = -log2(self.people)
        if seen.name >= Match.FORMER:
            bits += log2(self.people / self._rarest(self.bearers, a.all_names & b.all_names))
        elif seen.kana >= Match.FORMER:
            bits += log2(self.people / self._rarest(self.read, a.all_kanas & b.all_kanas))
            bits += 0 if seen.name is Match.ALIKE else NAME_DIFFERS
        else:
            bits += NAME_ALIKE if seen.name is Match.ALIKE else NAME_DIFFERS
        bits += sum(WEIGHTS[fact].get(getattr(seen, fact), 0) for fact in WEIGHTS)
        return 1 / (1 + exp2(-max(-60.0, min(60.0, bits))))

    @staticmethod
    def _rarest(counts: Counter[str], shared: set[str]) -> int:
        return max(1, min(counts[one] for one in shared))

    def evidence(self, a: Facts, b: Facts, seen: Comparison) -> tuple[Evidence, ...]:
        """Each fact in the order of the page, with what else to know of it; never an address or number itself."""
        former = seen.place is Match.FORMER
        shared = a.all_names & b.all_names or a.all_kanas & b.all_kanas
        counts = self.bearers if a.all_names & b.all_names else self.read
        rare = f"市内の記録に{self._rarest(counts, shared)}件" if shared else ""
        return (
            self._one("氏名", "name", seen),
            self._one("フリガナ", "kana", seen),
            Evidence("名の珍しさ", Agreement.SAME if shared else Agreement.UNKNOWN, rare),
            self._one("生年月日", "birth", seen),
            self._one("性別", "sex", seen),
            Evidence("住所", Agreement.DIFFERS, "") if former else self._one("住所", "place", seen),
            Evidence("旧住所", Agreement.SAME if former else Agreement.UNKNOWN, "前の住所と同じ" if former else ""),
            self._one("電話", "phone", seen),
            self._household(a, b),
        )

    @staticmethod
    def _one(title: str, fact: str, seen: Comparison) -> Evidence:
        match = getattr(seen, fact)
        return Evidence(title, AGREEMENT[match], NOTES.get((fact, match), ""))

    @staticmethod
    def _household(a: Facts, b: Facts) -> Evidence:
        if a.households and b.households:
            return Evidence("世帯", Agreement.SAME if a.households & b.households else Agreement.DIFFERS)
        known = bool(a.households or b.households)
        return Evidence("世帯", Agreement.UNKNOWN, "片方だけが住民記録にあります" if known else "")
