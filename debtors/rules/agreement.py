"""How two clusters of identities agree, fact by fact, and which clusters are worth comparing at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import IntEnum
from itertools import combinations, product
from typing import NamedTuple

from debtors.rules.identities import Dwelling, Facts
from debtors.rules.normalise import kana_loose_key

CROWD = 60  # so many clusters behind one key: it tells nobody apart


class Match(IntEnum):
    """The higher, the closer. For a place ALIKE is the same building or lot without the same room."""

    UNKNOWN = 0
    DIFFERS = 1
    ALIKE = 2
    FORMER = 3  # one side had it before, or has it beside another (旧氏名, 通称, 旧住所)
    SAME = 4


class Comparison(NamedTuple):
    name: Match
    kana: Match
    birth: Match
    sex: Match
    place: Match
    phone: Match


def compare(a: Facts, b: Facts, flats: frozenset[str]) -> Comparison:
    """Compare two clusters; ``flats`` are the address keys under which there are several dwellings."""
    return Comparison(
        _name(a, b),
        _kana(a, b),
        _birth(a.births, b.births),
        _plain(a.numbers.get("sex"), b.numbers.get("sex")),
        _place(a, b, flats),
        _plain(a.phones, b.phones),
    )


def places_with_rooms(clusters: Iterable[Facts]) -> frozenset[str]:
    """The address keys under which somebody names a room."""
    return frozenset(place for facts in clusters for place, room in facts.all_dwellings if room)


def pairs_to_compare(clusters: Mapping[int, Facts]) -> Iterator[tuple[int, int]]:
    """Pairs of clusters (smaller key first) that agree in two facts, or are numbered alike, once each."""
    blocks: dict[int, list[int]] = defaultdict(list)
    for key, facts in clusters.items():
        for block in _blocks(facts):
            blocks[block].append(key)
    seen: set[tuple[int, int]] = set()
    for keys in blocks.values():
        if 1 < len(keys) <= CROWD:
            for pair in combinations(sorted(keys), 2):
                if pair not in seen:
                    seen.add(pair)
                    yield pair


def _blocks(facts: Facts) -> set[int]:
    """Hashes of what two clusters must share one of; a collision costs one comparison and nothing else."""
    places = {place for place, _ in facts.all_dwellings}
    who = facts.all_names | {"k" + kana for kana in facts.all_kanas} | {"k" + kana for kana in facts.written_kanas()}
    where: set[object] = {*facts.births, *places, *facts.phones}
    found = {hash(pair) for pair in product(who, where)}
    found.update(hash((birth, place)) for birth in facts.births for place in (*places, *facts.phones))
    return found


def _plain(a: set[str] | None, b: set[str] | None) -> Match:
    if not a or not b:
        return Match.UNKNOWN
    return Match.SAME if a & b else Match.DIFFERS


def _name(a: Facts, b: Facts) -> Match:
    if not a.names or not b.names:
        return Match.UNKNOWN
    if a.names & b.names:
        return Match.SAME
    if a.all_names & b.all_names:
        return Match.FORMER
    if a.candidate_names() & b.candidate_names() or _written(a, b) or _written(b, a):
        return Match.ALIKE
    alike = any(_turned_or_short(one, other) for one, other in product(a.all_names, b.all_names))
    return Match.ALIKE if alike else Match.DIFFERS


def _kana(a: Facts, b: Facts) -> Match:
    if not a.kanas or not b.kanas:
        return Match.UNKNOWN
    if a.kanas & b.kanas:
        return Match.SAME
    if a.all_kanas & b.all_kanas:
        return Match.FORMER
    if {kana_loose_key(kana) for kana in a.all_kanas} & {kana_loose_key(kana) for kana in b.all_kanas}:
        return Match.ALIKE
    latin = any(name.isascii() for name in (*a.names, *b.names))
    alike = latin and any(_turned_or_short(one, other) for one, other in product(a.all_kanas, b.all_kanas))
    return Match.ALIKE if alike else Match.DIFFERS


def _written(a: Facts, b: Facts) -> bool:
    """Whether a name of ``a`` is written in kana, and reads as ``b`` does."""
    return not a.written_kanas().isdisjoint(b.all_kanas)


def _turned_or_short(one: str, other: str) -> bool:
    """Whether two foreign names are one with its parts in another order, or without its last part."""
    if one.isascii() != other.isascii() or (one.isascii() is False and not _kana_only(one)):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) == len(long):
        return long in short + short
    return len(short) >= 6 and long.startswith(short)


def _kana_only(text: str) -> bool:
    return bool(text) and min(text) >= "ァ" and max(text) <= "ヿ"


def _birth(a: set[date], b: set[date]) -> Match:
    if not a or not b:
        return Match.UNKNOWN
    if a & b:
        return Match.SAME
    return Match.ALIKE if any(_slip(one, other) for one, other in product(a, b)) else Match.DIFFERS


def _slip(a: date, b: date) -> bool:
    """Whether one date is the other mistyped: one part of three differs, or day and month stand exchanged."""
    if (a.year, a.month, a.day) == (b.year, b.day, b.month):
        return True
    return (a.year != b.year) + (a.month != b.month) + (a.day != b.day) == 1


def _place(a: Facts, b: Facts, flats: frozenset[str]) -> Match:
    if _one_dwelling(a.dwellings, b.dwellings, flats):
        return Match.SAME
    mine, theirs = a.all_dwellings, b.all_dwellings
    if not mine or not theirs:
        return Match.UNKNOWN
    if _one_dwelling(mine, theirs, flats):
        return Match.FORMER
    common = {place for place, _ in mine} & {place for place, _ in theirs}
    return Match.ALIKE if common else Match.DIFFERS


def _one_dwelling(a: set[Dwelling], b: set[Dwelling], flats: frozenset[str]) -> bool:
    return any(room or place not in flats for place, room in a & b)
