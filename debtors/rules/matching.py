"""名寄せ at intake: which source identities are certainly one person.

Only certainty links: the city's 宛名番号 or the corporate number, or full agreement of name,
reading, birth date and a place or phone. Whatever is less, or contradicts itself, stays apart for
a person to decide. The result does not depend on the order of the records.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from debtors.rules.normalise import kana_fold_key


class Rule(StrEnum):
    """Why two identities are one person, strongest first."""

    ATENA = "atena"
    CORPORATE = "corporate"
    STRICT_ADDRESS = "strict_address"
    STRICT_PHONE = "strict_phone"


EVIDENCE = {
    Rule.ATENA: ("宛名番号",),
    Rule.CORPORATE: ("法人番号",),
    Rule.STRICT_ADDRESS: ("氏名", "フリガナ", "生年月日", "住所"),
    Rule.STRICT_PHONE: ("氏名", "フリガナ", "生年月日", "電話番号"),
}


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """One person as one section writes them, with the keys of ``debtors.rules.normalise``; ``""`` = not known.

    ``sex`` is 1, 2 or ``""``. ``person_number`` is the section's own and means nothing elsewhere.
    """

    id: int
    source: str
    person_number: str
    name_key: str
    kana_key: str = ""
    birth_on: date | None = None
    sex: str = ""
    address_key: str = ""
    phone_key: str = ""
    atena_number: str = ""
    corporate_number: str = ""


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


def link_identities(records: Iterable[IdentityRecord]) -> Linking:
    """Group identities that are certainly one person.

    1. The same 宛名番号, unless name, reading and birth date are all known and all differ.
    2. The same corporate number.
    3. The same name, reading and birth date, and the same address or phone.

    Steps 2 and 3 never bring two 宛名番号 together, and step 3 neither two corporate numbers, two
    sexes nor two person numbers of one source, not even over a third record: where identities
    that agree would do so, none of them is linked by that step and a refusal says why.

    Raises:
        ValueError: two records share an id.
    """
    given = list(records)
    by_id = {record.id: record for record in given}
    if len(by_id) < len(given):
        raise ValueError("同じ番号の宛名が2件あります。")
    clusters = _Clusters(by_id)
    clusters.join_atena()
    clusters.join_corporate()
    clusters.join_strict()
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


class _Clusters:
    """Disjoint sets of identities, and the links that made them."""

    def __init__(self, by_id: dict[int, IdentityRecord]) -> None:
        self.by_id = by_id
        self.parent = {key: key for key in sorted(by_id)}
        self.members = {key: [key] for key in self.parent}
        self.links: list[Link] = []
        self.refusals: list[Refusal] = []

    def root(self, key: int) -> int:
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, ids: Sequence[int], rule: Rule) -> None:
        """Link each of ``ids`` (ascending) that is not yet together with the first of them."""
        for other in ids[1:]:
            kept, gone = sorted((self.root(ids[0]), self.root(other)))
            if kept != gone:
                self.parent[gone] = kept
                self.members[kept] += self.members.pop(gone)
                self.links.append(Link(ids[0], other, rule))

    def join_atena(self) -> None:
        for ids in self._same(lambda record: record.atena_number):
            parts = _parts_without_contradiction([self.by_id[key] for key in ids])
            for part in parts:
                self.join(part, Rule.ATENA)
            if len(parts) > 1:
                self.refusals.append(
                    Refusal(tuple(ids), "宛名番号は同じですが、氏名・フリガナ・生年月日がすべて違います")
                )

    def join_corporate(self) -> None:
        for ids in self._same(lambda record: record.corporate_number):
            if self._conflict(ids, ("atena_number",), by_source=False):
                self.refusals.append(Refusal(tuple(ids), "法人番号は同じですが、宛名番号が違います"))
            else:
                self.join(ids, Rule.CORPORATE)

    def join_strict(self) -> None:
        agreeing = [
            (Rule.STRICT_ADDRESS, self._same(lambda record: _strict_key(record, record.address_key))),
            (Rule.STRICT_PHONE, self._same(lambda record: _strict_key(record, record.phone_key))),
        ]
        refused = self._refused_components([ids for _, buckets in agreeing for ids in buckets])
        for rule, buckets in agreeing:
            for ids in buckets:
                if not refused.intersection(ids):
                    self.join(ids, rule)

    def result(self) -> Linking:
        groups = sorted(tuple(sorted(ids)) for ids in self.members.values())
        return Linking(tuple(groups), tuple(self.links), tuple(self.refusals))

    def _same(self, key_of: Callable[[IdentityRecord], Hashable]) -> list[list[int]]:
        """Ascending ids of each two or more identities with the same non-empty key, in order of the first."""
        buckets: dict[Hashable, list[int]] = defaultdict(list)
        for key in self.parent:
            if value := key_of(self.by_id[key]):
                buckets[value].append(key)
        return [ids for ids in buckets.values() if len(ids) > 1]

    def _refused_components(self, buckets: list[list[int]]) -> set[int]:
        """Ids in a web of agreement that would bring conflicting identities together."""
        web = _Clusters(self.by_id)
        for ids in buckets:
            web.join(ids, Rule.STRICT_ADDRESS)
        for ids in [ids for ids in self.members.values() if len(ids) > 1]:
            web.join(sorted(ids), Rule.ATENA)
        refused: set[int] = set()
        for root in {web.root(bucket[0]): None for bucket in buckets}:
            component = sorted(web.members[root])
            if self._conflict(component, ("atena_number", "corporate_number", "sex"), by_source=True):
                refused.update(component)
                self.refusals.append(
                    Refusal(tuple(component), "一致する人どうしに、別人と分かる番号または性別があります")
                )
        return refused

    def _conflict(self, ids: Iterable[int], fields: Sequence[str], *, by_source: bool) -> bool:
        """Tell whether two of the present clusters of ``ids`` are known to be different persons."""
        facts = []
        for root in sorted({self.root(key) for key in ids}):
            known: dict[str, set[str]] = defaultdict(set)
            for record in (self.by_id[key] for key in self.members[root]):
                for field in fields:
                    if value := getattr(record, field):
                        known[field].add(value)
                if by_source:
                    known[f"source {record.source}"].add(record.person_number)
            facts.append(known)
        return any(not a[field] & b[field] for a, b in combinations(facts, 2) for field in a.keys() & b.keys())


def _strict_key(record: IdentityRecord, contact: str) -> Hashable:
    """What must agree, or ``None`` where a part is not known."""
    kana = kana_fold_key(record.kana_key)
    if not (record.name_key and kana and record.birth_on and contact):
        return None
    return record.name_key, kana, record.birth_on, contact


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
