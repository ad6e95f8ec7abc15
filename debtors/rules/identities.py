"""What 名寄せ knows of a person: one identity of a source, and all facts of several that are taken for one person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from debtors.rules.normalise import kana_fold_key
from debtors.rules.variants import CANDIDATE

Dwelling = tuple[str, str]  # address key and room; the room is "" where none is named


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """One person as one section writes them, with the keys of ``debtors.rules.normalise``; ``""`` = not known.

    ``sex`` is 1, 2 or ``""``. ``person_number`` is the section's own and means nothing elsewhere. ``other_names`` and
    ``other_kanas`` are former names and 通称, ``former_dwellings`` and ``former_phones`` what the source said before.
    ``room`` belongs to ``address_key``.
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
    room: str = ""
    household_number: str = ""
    other_names: tuple[str, ...] = ()
    other_kanas: tuple[str, ...] = ()
    former_dwellings: tuple[Dwelling, ...] = ()
    former_phones: tuple[str, ...] = ()


@dataclass(slots=True)
class Facts:
    """Everything that the identities of one cluster say, each fact as the set of its different values."""

    names: set[str] = field(default_factory=set)
    kanas: set[str] = field(default_factory=set)  # folded
    births: set[date] = field(default_factory=set)
    dwellings: set[Dwelling] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)  # former ones too: a telephone is kept for years
    other_names: set[str] = field(default_factory=set)
    other_kanas: set[str] = field(default_factory=set)
    former_dwellings: set[Dwelling] = field(default_factory=set)
    households: set[str] = field(default_factory=set)
    numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # what tells persons apart

    def add(self, record: IdentityRecord) -> None:
        _put(self.names, record.name_key)
        _put(self.kanas, kana_fold_key(record.kana_key))
        if record.birth_on:
            self.births.add(record.birth_on)
        if record.address_key:
            self.dwellings.add((record.address_key, record.room))
        _put(self.phones, record.phone_key, *record.former_phones)
        _put(self.other_names, *record.other_names)
        _put(self.other_kanas, *map(kana_fold_key, record.other_kanas))
        self.former_dwellings.update(record.former_dwellings)
        _put(self.households, record.household_number)
        self.numbers[f"source {record.source}"].add(record.person_number)
        for name in ("atena_number", "corporate_number", "sex"):
            if value := getattr(record, name):
                self.numbers[name].add(value)

    @property
    def all_names(self) -> set[str]:
        return self.names | self.other_names

    @property
    def all_kanas(self) -> set[str]:
        return self.kanas | self.other_kanas

    @property
    def all_dwellings(self) -> set[Dwelling]:
        return self.dwellings | self.former_dwellings

    def candidate_names(self) -> set[str]:
        """Names with forms that may be two families made one."""
        return {name.translate(CANDIDATE) for name in self.all_names}

    def written_kanas(self) -> set[str]:
        """Names that a source wrote in kana only, as readings."""
        return {kana_fold_key(name) for name in self.names if min(name) >= "ァ" and max(name) <= "ヿ"}


def facts_of(records: Iterable[IdentityRecord]) -> Facts:
    """All facts of the identities of one cluster."""
    facts = Facts()
    for record in records:
        facts.add(record)
    return facts


def told_apart(a: Facts, b: Facts, *, by_source: bool = True) -> bool:
    """Tell whether a number or the sex says that two clusters are two persons.

    Two 宛名番号, two corporate numbers, two sexes, or (``by_source``) two numbers of one source; what one of them does
    not know says nothing, and one common value of a fact is enough for that fact.
    """
    return any(
        name in b.numbers and not values & b.numbers[name]
        for name, values in a.numbers.items()
        if by_source or not name.startswith("source ")
    )


def _put(values: set[str], *found: str) -> None:
    values.update(value for value in found if value)
