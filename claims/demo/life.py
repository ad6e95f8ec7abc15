"""Hidden lives: how each debtor came to owe, where, and what happened to those who can no longer pay.

The files never say any of this outright. It shows only in who pays what and when, in moves, deaths and exemptions.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from claims.demo.people import Household, Person, Registry, some_day

TODAY = date(2026, 11, 20)  # the business date the whole city is written for
SCHOOL_YEAR = date(2026, 4, 1)
FIRST_YEAR, LAST_YEAR = 2021, 2026  # 令和3年度 to 令和8年度
SHAPES = {
    "single": 0.30, "couple": 0.12, "family": 0.25, "single_parent": 0.07,
    "elderly": 0.09, "elderly_couple": 0.09, "with_parents": 0.08,
}  # fmt: skip
HARDSHIP_SHARE = 0.118
# event: (weight, shapes it befalls, why)
HARDSHIPS: dict[str, tuple[float, tuple[str, ...], str]] = {
    "job_loss": (24, ("single", "couple", "family", "with_parents"), "失職し収入が途絶えた"),
    "illness": (17, ("single", "couple", "family", "elderly"), "病気療養で働けなくなった"),
    "divorce": (15, ("single_parent",), "離婚しひとり親になった"),
    "spouse_death": (10, ("elderly", "single_parent"), "配偶者が亡くなり世帯の収入が減った"),
    "debts": (13, ("single", "couple", "family"), "多重債務の返済に追われている"),
    "low_pension": (12, ("elderly", "elderly_couple"), "年金だけでは暮らせない"),
    "welfare_start": (6, ("single", "elderly", "single_parent"), "生活保護を受け始めた"),
    "welfare_stop": (3, ("single", "single_parent"), "就労で保護が廃止され一度に請求が重なった"),
}
# How people who are not in hardship come to owe. From ``wealthy`` on they look much like those who are.
CONDUCTS = {
    "slips": 38, "late": 24, "recent": 14, "never": 5, "wealthy": 3, "moved": 4, "died": 1.5,
    "lump": 3, "dispute": 3, "keeps_plan": 4.5,
}  # fmt: skip
# Not all that stops is hardship, and not all hardship stops: who can pay and lets it lie from some day on (the bank account
# was changed, letters stay in a drawer), and who borrows to go on paying some of it.
LAPSED_SHARE, HIDING_SHARE = 0.045, 0.08
# The bills that a hardship leaves open first: source: how much more often.
HIT_FIRST: dict[str, dict[str, float]] = {
    "divorce": {"suido": 3, "hoiku": 2, "kyoiku": 2, "kodomo": 1.5},
    "job_loss": {"suido": 2},
    "debts": {"suido": 2},
    "low_pension": {"kaigo": 2, "koki": 2, "suido": 2},
    "welfare_start": {"fukushi": 6, "jutaku": 2},
    "welfare_stop": {"fukushi": 12},
}
RARE = {
    "twin": 0.005,
    "namesake": 0.003,
    "junior": 0.005,
    "protected": 0.0113,
    "lapsed": 0.15,
}  # shares of those who may be
TAX = ("zei", "kokuho")


@dataclass(frozen=True, slots=True)
class Hardship:
    """What happened to a debtor, since when, and how it shows: ``stops``, ``plan_then_none``, ``fades`` or ``hides``."""

    event: str
    since: date
    why: str
    pattern: str


@dataclass(slots=True)
class Debtor:
    """A person who owes: where (``owes``), where all is paid (``pays``), how they pay, and their hardship if any."""

    person: Person
    household: Household
    owes: tuple[str, ...]
    pays: tuple[str, ...]
    conduct: str
    stop_on: date | None
    first_year: int
    income: int
    hardship: Hardship | None = None
    children: list[Person] = field(default_factory=list)

    @property
    def sources(self) -> tuple[str, ...]:
        return self.owes + self.pays


@dataclass(slots=True)
class Case:
    """Households written together: one, or two where namesakes must be told apart."""

    households: list[Household]
    debtors: list[Debtor]


def _other_sources(age: int, shape: str, children: list[int]) -> dict[str, float]:
    """Return the non-tax sources a person can owe to, with weights; ``children`` are ages."""
    weights: dict[str, float] = {"suido": 23, "jutaku": 5, "fukushi": 4}
    if age >= 75:
        weights |= {"koki": 60}
    if age >= 65:
        weights |= {"kaigo": 60}
    if any(child <= 11 for child in children):
        weights["hoiku"] = 60
    if any(6 <= child <= 15 for child in children):
        weights["kyoiku"] = 24
    elif shape in ("single", "with_parents") and age <= 40:
        weights["kyoiku"] = 8
    if any(child <= 18 for child in children):
        weights["kodomo"] = 60 if shape == "single_parent" else 20
    return weights


def _draw(rng: random.Random, weights: dict[str, float], number: int) -> list[str]:
    left, drawn = dict(weights), []
    for _ in range(min(number, len(left))):
        drawn.append(rng.choices(list(left), list(left.values()))[0])
        del left[drawn[-1]]
    return drawn


def choose_sources(
    rng: random.Random, person: Person, shape: str, children: list[Person], hard: Hardship | None
) -> tuple[str, ...]:
    """Return where a debtor owes: a third in more than one section; 60 % of non-tax debtors owe tax too."""
    age, ages = person.age(SCHOOL_YEAR), [child.age(SCHOOL_YEAR) for child in children]
    group = rng.choices(("tax", "both", "other"), (0.14, 0.64, 0.22) if hard else (0.585, 0.235, 0.18))[0]
    chosen: list[str] = []
    if group != "other":
        taxes = rng.choices((("zei",), ("kokuho",), TAX), (0.62, 0.28, 0.10))[0]
        chosen += ["zei"] if age >= 75 else taxes
    if group != "tax":
        others = _other_sources(age, shape, ages)
        for source, factor in HIT_FIRST.get(hard.event, {}).items() if hard else ():
            if source in others:
                others[source] *= factor
        number = rng.choices((1, 2, 3), (0.42, 0.38, 0.20) if hard else (0.85, 0.13, 0.02))[0]
        chosen += _draw(rng, others, number)
    return tuple(chosen)


def unsettle(rng: random.Random, debtor: Debtor) -> None:
    """Let a few look like what they are not; drawn apart, so that all others stay as they are."""
    if debtor.hardship:
        if rng.random() < HIDING_SHARE:
            debtor.conduct = "hides"
            debtor.hardship = replace(debtor.hardship, pattern="hides")
    elif debtor.conduct in ("slips", "late") and debtor.person.born and rng.random() < LAPSED_SHARE:
        debtor.conduct, debtor.stop_on = "lapsed", date(2024, 2, 1) + timedelta(days=rng.randrange(850))
        debtor.first_year = max(FIRST_YEAR, min(debtor.first_year, debtor.stop_on.year - 1))


class Lives:
    """Deals out lives: each call of ``case`` makes one household (or a pair of namesakes) with its debtors."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._waiting = dict.fromkeys(RARE, 0.0)

    def _turn_of(self, what: str) -> bool:
        """Whether the next eligible one is it: rare things come in their share, in a small city too."""
        self._waiting[what] += RARE[what]
        if self._waiting[what] < 1:
            return False
        self._waiting[what] -= 1
        return True

    def case(self, rng: random.Random, room: int) -> Case:
        """Return the next case with at most ``room`` debtors."""
        lot = rng.random()
        if lot < 0.03:
            return self._body(rng)
        if lot < 0.05:
            house = self.registry.landowner(rng)
            return Case(
                [house], [self._debtor(rng, house.head, house, ("zei",), rng.choice(("late", "never", "slips")))]
            )
        hard = self._hardship(rng) if rng.random() < HARDSHIP_SHARE else None
        shape = hard[0] if hard else rng.choices(list(SHAPES), list(SHAPES.values()))[0]
        foreign = rng.random() < 0.07
        house = self.registry.household(rng, shape, estate=rng.random() < (0.16 if hard else 0.05), foreign=foreign)
        who = self._who(rng, house)
        first = self._individual(rng, who, house, hard[1] if hard else None)
        case = Case([house], [first])
        if room > 1 and not hard:
            self._company_of(rng, case, who, house)
        self._register_facts(rng, case)
        return case

    def _body(self, rng: random.Random) -> Case:
        house = self.registry.company(rng)
        owes = ("zei", "suido") if rng.random() < 0.15 else ("zei",)
        return Case([house], [self._debtor(rng, house.head, house, owes)])

    def _hardship(self, rng: random.Random) -> tuple[str, Hardship]:
        event = rng.choices(list(HARDSHIPS), [weight for weight, _, _ in HARDSHIPS.values()])[0]
        _, shapes, why = HARDSHIPS[event]
        since = date(2023, 2, 1) + timedelta(days=rng.randrange(1200))
        pattern = rng.choices(("stops", "plan_then_none", "fades"), (0.5, 0.3, 0.2))[0]
        return rng.choice(shapes), Hardship(event, since, why, pattern)

    @staticmethod
    def _who(rng: random.Random, house: Household) -> Person:
        """Return the debtor of a household: mostly the head, else another adult."""
        adults = [one for one in house.members if one.age(TODAY) >= 20]
        return rng.choice(adults[1:]) if len(adults) > 1 and rng.random() < 0.25 else house.head

    def _individual(self, rng: random.Random, who: Person, house: Household, hardship: Hardship | None) -> Debtor:
        minors = [one for one in house.children(TODAY, 18) if one is not who]
        owes = choose_sources(rng, who, house.shape, minors, hardship)
        debtor = self._debtor(rng, who, house, owes, hardship.pattern if hardship else "")
        debtor.children = minors
        if hardship:
            self._befall(rng, debtor, hardship)
        elif rng.random() < 0.1:
            ages = [one.age(SCHOOL_YEAR) for one in minors]
            spare = _other_sources(who.age(SCHOOL_YEAR), house.shape, ages) | {"zei": 20}
            debtor.pays = tuple(source for source in _draw(rng, spare, 1) if source not in owes)
        if "jutaku" in debtor.sources and not house.estate:
            self._into_estate(rng, house)
        return debtor

    def _into_estate(self, rng: random.Random, house: Household) -> None:
        """Whoever owes rent to the city lives, or lived last in the city, in one of its estates."""
        house.estate, estate = True, self.registry.places.estate(rng)
        for one in house.members:
            place = max((at for at, (_, home) in enumerate(one.homes) if "豊田市" in home.area), default=0)
            one.homes[place] = (one.homes[place][0], estate)

    def _debtor(
        self, rng: random.Random, who: Person, house: Household, owes: tuple[str, ...], conduct: str = ""
    ) -> Debtor:
        if not conduct:
            conduct = rng.choices(list(CONDUCTS), list(CONDUCTS.values()))[0]
            if conduct in ("moved", "died") and who.born is None:
                conduct = "late"
        first_year = rng.choices(range(LAST_YEAR, FIRST_YEAR - 1, -1), (0.58, 0.23, 0.09, 0.05, 0.03, 0.02))[0]
        if conduct == "recent":
            first_year = LAST_YEAR
        income = int(rng.lognormvariate(14.7, 0.45)) // 1000 * 1000  # yen a year, median about 2.4 million
        if conduct == "wealthy":
            income = rng.randint(9_000, 30_000) * 1000
        debtor = Debtor(who, house, owes, (), conduct, None, first_year, income)
        if conduct in ("moved", "died"):
            self._depart(rng, debtor)
        return debtor

    def _depart(self, rng: random.Random, debtor: Debtor) -> None:
        """Let the debtor leave the city or die; payments stop then."""
        on = some_day(rng, rng.randint(2023, 2025))
        debtor.stop_on, debtor.first_year = on, min(debtor.first_year, on.year - 1)
        if debtor.conduct == "died":
            debtor.person.died_on = on
            return
        debtor.person.left_city_on = on
        debtor.person.homes = [home for home in debtor.person.homes if home[0] < on] or debtor.person.homes[:1]
        debtor.person.homes.append((on, self.registry.places.elsewhere(rng)))

    def _befall(self, rng: random.Random, debtor: Debtor, hardship: Hardship) -> None:
        """Write a hardship into the debtor's life: income falls, households change, payments stop."""
        who, house, since = debtor.person, debtor.household, hardship.since
        debtor.hardship, debtor.stop_on = hardship, since
        debtor.first_year = max(FIRST_YEAR, min(debtor.first_year, since.year - rng.choice((1, 1, 2))))
        debtor.income = rng.randint(900, 2600) * 1000
        if hardship.event == "spouse_death" or (hardship.event == "divorce" and rng.random() < 0.8):
            sex, relation = ("1", "夫") if who.sex == "2" else ("2", "妻")
            born = some_day(rng, who.born.year + rng.randint(-5, 5))
            name = type(who.name)(who.name.family, self.registry.names.given(rng, sex, born.year))
            other = self.registry.person(rng, name, sex, born, relation, country=who.country)
            other.homes, other.household_number = list(who.homes), who.household_number
            house.others.append(other)
            if hardship.event == "spouse_death":
                other.died_on = since - timedelta(days=rng.randint(5, 60))
                return
            other.homes = [*who.homes, (since, self.registry.places.home(rng))]
            other.household_number = self.registry.numbers.household()
        if hardship.event == "divorce" and rng.random() < 0.6:
            self._move(rng, [who, *(one for one in house.members if one is not who)], since)

    def _move(self, rng: random.Random, members: list[Person], on: date) -> None:
        home, number = self.registry.places.home(rng), self.registry.numbers.household()
        members[0].relation = "世帯主"
        for one in members:
            one.household_number = number
            one.homes = [old for old in one.homes if old[0] < on] or one.homes[:1]
            one.homes.append((max(on, one.homes[-1][0] + timedelta(days=1)), home))

    def _company_of(self, rng: random.Random, case: Case, who: Person, house: Household) -> None:
        """Put beside the debtor someone easily mistaken for them, who owes too."""
        adults = [one for one in house.members if one is not who and one.age(TODAY) >= 20]
        here = who.country == "JP" and who.left_city_on is None and who.died_on is None
        if here and self._turn_of("twin"):
            case.debtors.append(self._individual(rng, self.registry.twin_of(rng, house, who), house, None))
        elif here and self._turn_of("namesake"):
            other = self.registry.namesake_of(rng, who, house.shape)
            case.households.append(other)
            case.debtors.append(self._individual(rng, other.head, other, None))
        elif here and who.sex == "1" and self._turn_of("junior"):
            case.debtors.append(self._individual(rng, self.registry.junior_of(rng, house, who), house, None))
        elif adults and rng.random() < 0.16:
            case.debtors.append(self._individual(rng, rng.choice(adults), house, None))

    def _register_facts(self, rng: random.Random, case: Case) -> None:
        """Give some debtors a former name, and one in a hundred a protection measure (支援措置)."""
        for debtor in case.debtors:
            who = debtor.person
            if who.country == "JP" and who.sex == "2" and who.age(TODAY) < 70 and rng.random() < 0.07:
                who.former_name = type(who.name)(self.registry.names.family(rng), who.name.given)
                who.renamed_on = some_day(rng, rng.randint(2017, 2025))
            here = who.left_city_on is None and who.died_on is None
            if here and self._turn_of("protected"):
                start = some_day(rng, rng.randint(2022, 2025))
                # They leave with the children; who stays behind keeps the old address, which other systems still hold.
                self._move(rng, [who, *debtor.children], start - timedelta(days=rng.randint(5, 40)))
                lapsed = self._turn_of("lapsed")  # not renewed: no longer in force on the business date
                who.protected_from = start
                who.protected_until = start.replace(year=start.year + 1 if lapsed else 2027, day=min(start.day, 28))
                if lapsed and who.protected_until > TODAY:
                    who.protected_until = date(2026, 10, 31)
