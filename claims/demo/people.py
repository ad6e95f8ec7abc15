"""Residents: people, the households they live in, and the bodies that owe taxes."""

import random
from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date

from claims.demo.names import Name, NameBook, Word
from claims.demo.numbers import Numbers
from claims.demo.places import Address, Places

COUNTRIES = ("BR", "BR", "BR", "VN", "VN", "CN", "PH")
NO_NAME = Word("", "", "")


@dataclass(slots=True)
class Person:
    """One true person (or body). ``homes`` runs from the oldest address to the present one, with the day of arrival."""

    true_id: str
    name: Name
    born: date | None
    sex: str
    atena_number: str
    household_number: str
    relation: str
    homes: list[tuple[date, Address]]
    phone: str
    died_on: date | None = None
    left_city_on: date | None = None
    former_name: Name | None = None
    renamed_on: date | None = None
    protected_from: date | None = None
    protected_until: date | None = None
    corporate_number: str = ""
    country: str = "JP"
    in_register: bool = True
    former_phone: str = ""

    def age(self, on: date) -> int:
        """Return full years on a day; bodies count as 0."""
        if self.born is None:
            return 0
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))

    def home(self, *, back: int = 0) -> Address:
        """Return the present address, or the one ``back`` moves earlier (the oldest, where there were fewer)."""
        return self.homes[max(0, len(self.homes) - 1 - back)][1]


@dataclass(slots=True)
class Household:
    """People under one roof; the first is the head. ``shape`` names how they live together."""

    shape: str
    members: list[Person]
    estate: bool = False
    others: list[Person] = field(default_factory=list)  # in the register, no longer under this roof

    @property
    def head(self) -> Person:
        return self.members[0]

    def children(self, on: date, oldest: int) -> list[Person]:
        return [one for one in self.members if one.relation in ("子", "長男", "長女") and one.age(on) <= oldest]


def some_day(rng: random.Random, year: int) -> date:
    month = rng.randint(1, 12)
    return date(year, month, rng.randint(1, monthrange(year, month)[1]))


class Registry:
    """Makes people and households, and gives them the city's numbers."""

    def __init__(self, numbers: Numbers, names: NameBook, places: Places, today: date) -> None:
        self.numbers, self.names, self.places, self.today = numbers, names, places, today
        self._given_up: list[str] = []  # mobile numbers that the telephone company hands out again

    def person(
        self, rng: random.Random, name: Name, sex: str, born: date | None, relation: str, **more: object
    ) -> Person:
        phone, former = self._phones(rng)
        numbers = self.numbers
        made = {"household_number": "", "homes": [], "phone": phone, "former_phone": former, **more}
        return Person(numbers.true_person(), name, born, sex, numbers.person("atena"), relation=relation, **made)

    def _phones(self, rng: random.Random) -> tuple[str, str]:
        """Return the present number and the one before: a landline, a mobile given up, or the same."""
        phone, former = (f"090-0{rng.randint(0, 999):03d}-{rng.randint(0, 9999):04d}" for _ in range(2))
        lot = rng.random()
        if lot < 0.45:
            former = f"0565-0{rng.randint(0, 9)}-{rng.randint(0, 9999):04d}"
        elif lot > 0.53:
            former = phone
        if self._given_up and rng.random() < 0.04:
            phone = self._given_up.pop(rng.randrange(len(self._given_up)))
        if 0.45 <= lot <= 0.53:
            self._given_up.append(former)
        return phone, former

    def homes(self, rng: random.Random, estate: bool, adult_since: int) -> list[tuple[date, Address]]:
        """Return one to three addresses in the city, newest last."""
        home = self.places.estate(rng) if estate else self.places.home(rng)
        moves = rng.choices((0, 1, 2), (0.5, 0.38, 0.12))[0]
        years = sorted(rng.sample(range(max(2012, min(adult_since, 2020)), 2026), moves))
        earlier = [
            self.places.elsewhere(rng) if place == 0 and rng.random() < 0.2 else self.places.home(rng)
            for place in range(moves)
        ]
        first = date(max(1990, min(adult_since, 2011)), 4, 1)
        return list(zip([first, *(some_day(rng, year) for year in years)], [*earlier, home], strict=True))

    def household(self, rng: random.Random, shape: str, *, estate: bool = False, foreign: bool = False) -> Household:
        """Return a household of a shape: one of ``life.SHAPES``."""
        low, high = {
            "single": (22, 64), "couple": (26, 64), "family": (26, 50), "single_parent": (24, 48),
            "elderly": (65, 92), "elderly_couple": (65, 88), "with_parents": (52, 80),
        }[shape]  # fmt: skip
        born = some_day(rng, self.today.year - 1 - rng.randint(low, high))
        sex = "2" if rng.random() < {"single_parent": 0.88, "elderly": 0.62}.get(shape, 0.3) else "1"
        country = rng.choice(COUNTRIES) if foreign else "JP"
        name = self._name(rng, country, sex, born.year, None, frozenset())
        head = self.person(rng, name, sex, born, "世帯主", country=country)
        house = Household(shape, [head], estate)
        if shape in ("couple", "family", "elderly_couple", "with_parents"):
            self._add(
                rng, house, "妻" if sex == "1" else "夫", "2" if sex == "1" else "1", born.year + rng.randint(-6, 4)
            )
        if shape in ("family", "single_parent"):
            for _ in range(rng.choices((1, 2, 3), (0.42, 0.43, 0.15))[0]):
                self._add(rng, house, "子", rng.choice("12"), min(2025, born.year + rng.randint(21, 36)))
        if shape == "with_parents":
            self._add(rng, house, "子", rng.choice("12"), min(2004, born.year + rng.randint(22, 32)))
        self._settle(rng, house)
        return house

    def _name(
        self, rng: random.Random, country: str, sex: str, born: int, family: Word | None, taken: frozenset[str]
    ) -> Name:
        if country != "JP":
            return self.names.foreign(rng, country, sex, aliased=country != "VN" and rng.random() < 0.3, family=family)
        return Name(family or self.names.family(rng), self.names.given(rng, sex, born, taken))

    def _add(self, rng: random.Random, house: Household, relation: str, sex: str, born_year: int) -> Person:
        taken = frozenset(one.name.given.kana for one in house.members)
        head = house.head
        name = self._name(rng, head.country, sex, born_year, head.name.family, taken)
        if head.country == "JP" and relation == "子" and rng.random() < 0.15:
            form = rng.choice(self.names.official_forms(head.name.family))
            name = Name(head.name.family.with_official(form), name.given)
        one = self.person(rng, name, sex, some_day(rng, born_year), relation, country=head.country)
        if rng.random() < 0.4:
            one.former_phone = head.former_phone  # the telephone of the house
        house.members.append(one)
        return one

    def _settle(self, rng: random.Random, house: Household) -> None:
        number = self.numbers.household()
        homes = self.homes(rng, house.estate, house.head.born.year + 20)
        for one in house.members:
            one.household_number = number
            one.homes = [home for place, home in enumerate(homes) if home[0] >= one.born or place == len(homes) - 1]

    def twin_of(self, rng: random.Random, house: Household, one: Person) -> Person:
        """Add a twin: same birth date, same home, a name alike but not the same."""
        for _ in range(20):
            given = self.names.given(rng, one.sex, one.born.year, frozenset({one.name.given.kana}))
            if given.kana[0] == one.name.given.kana[0] or given.common[0] == one.name.given.common[0]:
                break
        relation = one.relation if one.relation == "子" else "弟" if one.sex == "1" else "妹"
        twin = self.person(rng, Name(one.name.family, given), one.sex, one.born, relation)
        twin.homes, twin.household_number = list(one.homes), one.household_number
        house.members.append(twin)
        return twin

    def junior_of(self, rng: random.Random, house: Household, who: Person) -> Person:
        """Add a grown son, or the father of someone young, read as ``who`` is and written with another sign."""
        taken = frozenset(one.name.given.kana for one in house.members if one is not who)
        mine, other = self.names.two_of_one_reading(rng, taken)
        who.name = Name(who.name.family, mine)
        years = rng.randint(22, 34)
        elder = who.age(self.today) < 20 + years
        born = some_day(rng, who.born.year + (-years if elder else years))
        one = self.person(rng, Name(who.name.family, other), "1", born, "父" if elder else "子")
        one.homes, one.household_number = list(who.homes), who.household_number
        one.former_phone = who.former_phone
        house.members.append(one)
        return one

    def namesake_of(self, rng: random.Random, one: Person, shape: str) -> Household:
        """Return another household whose head bears the same name and birth date, unrelated to the first."""
        house = self.household(rng, "single" if shape not in ("elderly", "elderly_couple") else "elderly")
        head = house.head
        head.name, head.born, head.sex = one.name, one.born, one.sex
        return house

    def landowner(self, rng: random.Random) -> Household:
        """Return someone from another city who owns land here (住登外): taxed, never in the register."""
        house = self.household(rng, "single")
        home = (date(2005, 4, 1), self.places.elsewhere(rng))
        house.head.homes, house.head.in_register = [home], False
        return house

    def company(self, rng: random.Random) -> Household:
        """Return a corporation with its seat in the city."""
        body = self.person(rng, self.names.company(rng), "", None, "", in_register=False)
        body.corporate_number = self.numbers.corporate()
        body.homes = [(date(2001, 4, 1), replace(self.places.home(rng), building="", room=0))]
        if rng.random() < 0.2:
            body.homes.append(
                (some_day(rng, rng.randint(2018, 2024)), replace(self.places.home(rng), building="", room=0))
            )
        body.phone = body.former_phone
        return Household("company", [body])
