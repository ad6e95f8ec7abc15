"""名寄せ at intake: which source identities are certainly one person.

Only certainty links: the city's 宛名番号 or the corporate number, or agreement in facts that twins, parent and child,
and namesakes cannot share, and that fits nobody else who is known. Whatever is less, or contradicts itself, stays apart
for a person to decide. The result does not depend on the order of the records.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from debtors.rules.agreement import Comparison, compare, pairs_to_compare, places_with_rooms
from debtors.rules.certainty import EVIDENCE, SURE, Rule, certain_rule, fits_too
from debtors.rules.identities import Facts, IdentityRecord, facts_of, told_apart
from debtors.rules.normalise import is_body, kana_fold_key

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Link:
    """Two identities of one person, ``left`` < ``right``, and what they agree in."""

    left: int
    right: int
    rule: Rule

    @property
    def evidence(self) -> tuple[str, ...]:
        """The facts that agree, in Japanese."""
        return EVIDENCE[self.rule]

    @property
    def text(self) -> str:
        """The reason as a Japanese sentence."""
        return f"{'・'.join(self.evidence)}が一致"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Identities that look like one person but must not be linked by a machine."""

    ids: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Linking:
    """``groups`` holds every identity once (ascending ids); ``links`` spans each group of two or more."""

    groups: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]
    refusals: tuple[Refusal, ...]


def link_identities(records: Iterable[IdentityRecord], *, never: Collection[Pair] = ()) -> Linking:
    """Group identities that are certainly one person.

    1. The same 宛名番号, unless name, reading and birth date are all known and all differ.
    2. The same corporate number.
    3. What :func:`certain_rule` says of the clusters so far, first the surest rules, then all, twice.

    Steps 2 and 3 never bring two 宛名番号 together, and step 3 neither two corporate numbers, two sexes nor two person
    numbers of one source, not even over a third record: where identities that agree would do so, none of them is linked
    by that step and a refusal says why. Beyond the surest rules nobody is linked either while a third, who is known to be
    another person, fits too (father and son read alike, twins). ``never``: pairs of identities that staff keep apart.

    Raises:
        ValueError: two records share an id.
    """
    given = list(records)
    by_id = {record.id: record for record in given}
    if len(by_id) < len(given):
        raise ValueError("同じ番号の宛名が2件あります。")
    clusters = _Clusters(by_id, never)
    clusters.join_atena()
    clusters.join_corporate()
    clusters.join_certain(SURE)
    clusters.join_certain(frozenset(Rule))
    clusters.join_certain(frozenset(Rule))
    return clusters.result()


def may_be_same(record: IdentityRecord, protected: IdentityRecord) -> bool:
    """Tell whether ``record`` might be a protected person under another number.

    A test of suspicion: the same name or reading, and the same birth date, address or phone. It
    keeps a letter back for a look by hand; it never links.
    """
    return not _suspicion_keys(record).isdisjoint(_suspicion_keys(protected))


def may_be_protected(records: Iterable[IdentityRecord], protected: Iterable[IdentityRecord]) -> frozenset[int]:
    """Return the ids of all ``records`` that :func:`may_be_same` as one of ``protected``."""
    marked = {key for person in protected for key in _suspicion_keys(person)}
    return frozenset(record.id for record in records if not marked.isdisjoint(_suspicion_keys(record)))


def _suspicion_keys(record: IdentityRecord) -> set[tuple[str, str, object]]:
    names = [key for key in (record.name_key, kana_fold_key(record.kana_key)) if key]
    facts = {"birth": record.birth_on, "address": record.address_key, "phone": record.phone_key}
    return {(name, fact, value) for name in names for fact, value in facts.items() if value}


class _Forest:
    """Disjoint sets of keys; each set goes by its smallest."""

    def __init__(self, keys: Iterable[int]) -> None:
        self.parent = {key: key for key in sorted(keys)}
        self.members = {key: [key] for key in self.parent}

    def root(self, key: int) -> int:
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, one: int, other: int) -> bool:
        """Make the sets of two keys one; False where they already are."""
        kept, gone = sorted((self.root(one), self.root(other)))
        if kept == gone:
            return False
        self.parent[gone] = kept
        self.members[kept] += self.members.pop(gone)
        return True


class _Clusters:
    """Disjoint sets of identities, and the links that made them."""

    def __init__(self, by_id: dict[int, IdentityRecord], never: Collection[Pair]) -> None:
        self.by_id, self.never = by_id, [pair for pair in never if by_id.keys() >= set(pair)]
        self.partners: dict[int, list[int]] = defaultdict(list)
        for one, other in self.never:
            self.partners[one].append(other)
            self.partners[other].append(one)
        self.sets = _Forest(by_id)
        self.links: list[Link] = []
        self.refusals: list[Refusal] = []

    def join(self, ids: Sequence[int], rule: Rule) -> None:
        """Link each of ``ids`` (ascending) that is not yet together with the first of them."""
        for other in ids[1:]:
            if self.sets.join(ids[0], other):
                self.links.append(Link(ids[0], other, rule))

    def join_atena(self) -> None:
        for ids in self._same(lambda record: record.atena_number):
            parts = _parts_without_contradiction([self.by_id[key] for key in ids])
            for part in parts:
                if self._kept_apart(part):
                    self.refusals.append(Refusal(tuple(part), "宛名番号は同じですが、別人と判定されています"))
                else:
                    self.join(part, Rule.ATENA)
            if len(parts) > 1:
                self.refusals.append(
                    Refusal(tuple(ids), "宛名番号は同じですが、氏名・フリガナ・生年月日がすべて違います")
                )

    def join_corporate(self) -> None:
        for ids in self._same(lambda record: record.corporate_number):
            known = {
                self.by_id[key].atena_number for root in map(self.sets.root, ids) for key in self.sets.members[root]
            }
            if len(known - {""}) > 1:
                self.refusals.append(Refusal(tuple(ids), "法人番号は同じですが、宛名番号が違います"))
            elif not self._kept_apart(ids):
                self.join(ids, Rule.CORPORATE)

    def join_certain(self, allowed: frozenset[Rule]) -> None:
        """Link the clusters of which a rule of ``allowed`` is certain and to which nobody else fits."""
        facts = {root: facts_of(self.by_id[key] for key in ids) for root, ids in self.sets.members.items()}
        around = _Surroundings(facts, self._apart())
        found = [(pair, rule) for pair, rule in around.certain() if rule in allowed and not around.rivals(pair, rule)]
        strength = {rule: place for place, rule in enumerate(Rule)}
        found.sort(key=lambda one: (strength[one[1]], one[0]))
        web = _Forest(facts)
        for pair, _ in found:
            web.join(*pair)
        refused = {
            root
            for roots in web.members.values()
            if len(roots) > 1 and any(around.apart(a, b) for a, b in combinations(roots, 2))
            for root in roots
        }
        self._refuse(web, refused)
        for (left, right), rule in found:
            if left not in refused:
                self._link(left, right, rule)

    def result(self) -> Linking:
        groups = sorted(tuple(sorted(ids)) for ids in self.sets.members.values())
        return Linking(tuple(groups), tuple(self.links), tuple(self.refusals))

    def _link(self, left: int, right: int, rule: Rule) -> None:
        """Link two clusters by the smallest identities of each."""
        if self.sets.join(left, right):
            self.links.append(Link(min(left, right), max(left, right), rule))

    def _refuse(self, web: _Forest, refused: set[int]) -> None:
        for root in sorted({web.root(one) for one in refused}):
            ids = tuple(sorted(key for one in web.members[root] for key in self.sets.members[one]))
            refusal = Refusal(ids, "一致する人どうしに、別人と分かる番号または性別があります")
            if refusal not in self.refusals:
                self.refusals.append(refusal)

    def _kept_apart(self, ids: Collection[int]) -> bool:
        """Whether staff keep two of these, or of those they are together with, apart."""
        roots = {self.sets.root(key) for key in ids}
        members = (key for root in roots for key in self.sets.members[root])
        return any(self.sets.root(other) in roots for key in members for other in self.partners.get(key, ()))

    def _apart(self) -> set[Pair]:
        return {
            (min(pair), max(pair))
            for one, other in self.never
            if (pair := (self.sets.root(one), self.sets.root(other)))
        }

    def _same(self, key_of: Callable[[IdentityRecord], Hashable]) -> list[list[int]]:
        """Ascending ids of each two or more identities with the same non-empty key, in order of the first."""
        buckets: dict[Hashable, list[int]] = defaultdict(list)
        for key in self.sets.parent:
            if value := key_of(self.by_id[key]):
                buckets[value].append(key)
        return [ids for ids in buckets.values() if len(ids) > 1]


class _Surroundings:
    """All clusters that share two facts, compared once; who fits whom, and who is known to be another."""

    def __init__(self, facts: dict[int, Facts], never: set[Pair]) -> None:
        self.facts, self.never = facts, never
        self.flats = places_with_rooms(facts.values())
        self.near: dict[int, dict[int, Comparison]] = defaultdict(dict)
        for a, b in pairs_to_compare(facts):
            self.near[a][b] = self.near[b][a] = compare(facts[a], facts[b], self.flats)

    def apart(self, a: int, b: int) -> bool:
        """Whether two clusters are known to be two persons, by numbers, sex, birth date or decision."""
        mine, theirs = self.facts[a].births, self.facts[b].births
        other_birth = bool(mine and theirs and not mine & theirs)
        return other_birth or told_apart(self.facts[a], self.facts[b]) or (min(a, b), max(a, b)) in self.never

    def certain(self) -> Iterator[tuple[Pair, Rule]]:
        for a, others in self.near.items():
            for b, seen in others.items():
                if a < b and not self.apart(a, b):
                    listed = bool(self.facts[a].households or self.facts[b].households)
                    if rule := certain_rule(seen, body=self._bodies(a, b), listed=listed):
                        yield (a, b), rule

    def rivals(self, pair: Pair, rule: Rule) -> bool:
        """Whether somebody who is known to be another person fits one of the pair as well."""
        if rule in SURE:
            return False
        for one, other in (pair, pair[::-1]):
            for third, seen in self.near[one].items():
                if third != other and fits_too(seen, rule) and self.apart(third, other):
                    return True
        return False

    def _bodies(self, a: int, b: int) -> bool:
        return all(any(map(is_body, self.facts[one].names)) and not self.facts[one].births for one in (a, b))


def _parts_without_contradiction(records: Sequence[IdentityRecord]) -> list[list[int]]:
    """Split identities of one 宛名番号 into parts; one part unless two of them have nothing in common."""
    if not any(_contradict(a, b) for a, b in combinations(records, 2)):
        return [[record.id for record in records]]
    parts: list[list[IdentityRecord]] = []
    for record in records:
        near = [part for part in parts if not all(_contradict(record, other) for other in part)]
        joined = [record, *(other for part in near for other in part)]
        parts = [part for part in parts if part not in near] + [joined]
    return sorted(sorted(record.id for record in part) for part in parts)


def _contradict(a: IdentityRecord, b: IdentityRecord) -> bool:
    pairs = [
        (a.name_key, b.name_key),
        (kana_fold_key(a.kana_key), kana_fold_key(b.kana_key)),
        (a.birth_on, b.birth_on),
    ]
    return all(left and right and left != right for left, right in pairs)
