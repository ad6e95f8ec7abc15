"""How each system holds a person: its own number, spelling, width, old addresses, gaps and slips."""

import random
from dataclasses import dataclass
from datetime import date

from claims.demo.names import HIRAGANA, SMALL_KANA, Name, NameBook, for_cp932, half_kana, has_variation_selector, wide
from claims.demo.numbers import Numbers
from claims.demo.people import Person


@dataclass(frozen=True, slots=True)
class Habit:
    """A system's way with people; the figures are chances that a thing is there, or is old.

    ``official``: the form in the register; ``stale``: an earlier address; ``slips``: kana or birth date mistyped;
    ``misspelt``: a name in kana only, with a sign of the same reading, or without its middle part.
    """

    gap: str
    official: float
    kana: str  # full, hira, half, or capital (half width, small letters enlarged)
    atena: float
    birth: float
    phone: float
    stale: float
    slips: float
    styles: tuple[str, ...]
    no_building: float = 0.0
    former_name: float = 0.0
    misspelt: float = 0.0
    utf8: bool = False


HABITS = {
    "zei": Habit("　", 0.97, "full", 1.0, 1.0, 0.5, 0.02, 0.0, ("register",)),
    "kokuho": Habit("　", 0.95, "capital", 1.0, 1.0, 0.6, 0.03, 0.0, ("register",)),
    "kaigo": Habit("　", 0.90, "full", 0.96, 1.0, 0.4, 0.05, 0.005, ("wide",), 0.05),
    "koki": Habit("", 0.90, "half", 0.96, 1.0, 0.4, 0.05, 0.005, ("wide",), 0.05),
    "hoiku": Habit(" ", 0.60, "full", 0.85, 0.96, 0.9, 0.12, 0.02, ("narrow", "desk"), 0.1, 0.35, 0.12, utf8=True),
    "jutaku": Habit("", 0.35, "half", 0.0, 0.94, 0.7, 0.06, 0.03, ("desk",), 0.05, 0.3, 0.24),
    "suido": Habit("　", 0.30, "half", 0.0, 0.56, 0.6, 0.30, 0.04, ("wide", "narrow", "short"), 0.25, 0.4, 0.34),
    "fukushi": Habit(" ", 0.70, "full", 0.3, 0.97, 0.5, 0.15, 0.02, ("kanji", "desk"), 0.1, 0.2, 0.10, utf8=True),
    "kodomo": Habit("　", 0.80, "full", 0.82, 0.98, 0.8, 0.12, 0.02, ("register", "narrow"), 0.1, 0.3, 0.10),
    "kyoiku": Habit(
        " ", 0.40, "hira", 0.0, 0.84, 0.9, 0.15, 0.04, ("narrow", "short", "kanji"), 0.2, 0.35, 0.28, utf8=True
    ),
}
REGISTER = Habit("　", 1.0, "full", 1.0, 1.0, 0.0, 0.0, 0.0, ("register",))


@dataclass(slots=True)
class Record:
    """A person as one system has them. Texts are final; dates are dates; '' or None where the system has nothing."""

    person: Person
    source: str
    person_number: str
    atena_number: str
    corporate_number: str
    name: str
    kana: str
    birth_on: date | None
    sex: str
    postal_code: str
    address: str
    phone: str


class Records:
    """Writes persons down the way a source would."""

    def __init__(self, numbers: Numbers, names: NameBook) -> None:
        self.numbers, self.names = numbers, names

    def of(self, rng: random.Random, source: str, person: Person) -> Record:
        habit = HABITS[source]
        body = person.born is None
        numbered = rng.random() < habit.atena
        name, kana = self._name(rng, habit, person)
        birth = person.born if rng.random() < habit.birth or numbered else None
        if birth and rng.random() < habit.slips / 2:
            birth = slipped(rng, birth)
        old = len(person.homes) > 1 and rng.random() < habit.stale
        home = person.home(back=1 if old else 0)
        address = home.text(rng.choice(habit.styles), with_building=rng.random() >= habit.no_building)
        return Record(
            person, source, self.numbers.person(source), person.atena_number if numbered else "",
            person.corporate_number if rng.random() < (0.95 if source == "zei" else 0.3) else "",
            name, kana, birth, "" if body or (not numbered and rng.random() < 0.3) else person.sex,
            home.postal_code if rng.random() < 0.97 else "", self._fit(habit, address), self._phone(rng, habit, person),
        )  # fmt: skip

    def in_register(self, person: Person) -> Record:
        """Return the 住民記録 entry: official forms (外字 where CP932 lacks them), the present address."""
        home = person.home()
        name = self._fit(REGISTER, wide(person.name.text("　", official=True)))
        return Record(
            person, "juki", person.atena_number, person.atena_number, "", name, wide(person.name.kana()), person.born,
            person.sex, home.postal_code, home.text("register"), "",
        )  # fmt: skip

    @staticmethod
    def register_names(person: Person) -> dict[str, str]:
        """Return what the register knows besides: the address, name and 通称 a person also had or has."""
        before = person.home(back=1).text("register") if len(person.homes) > 1 else ""
        facts = {"former_address": before}
        for field, name in (("former", person.former_name), ("alias", person.name.alias)):
            text = for_cp932(wide(name.text("　", official=True))) if name else ""
            facts |= {"alias" if field == "alias" else "former_name": text}
            facts |= {f"{field}_kana": wide(name.kana()) if name else ""}
        return facts

    def _name(self, rng: random.Random, habit: Habit, person: Person) -> tuple[str, str]:
        name = person.name
        if name.alias and rng.random() < 0.4:
            name = name.alias  # a foreign resident known by the 通称名 at this desk
        if person.former_name and rng.random() < habit.former_name:
            name = person.former_name
        if rng.random() < habit.misspelt and person.born:
            name = self.names.misspelt(rng, name)
        official = rng.random() < habit.official
        text = name.text(habit.gap or (" " if name.family.common.isascii() else ""), official=official)
        if not habit.utf8:
            text = wide(text)
        elif has_variation_selector(text) and rng.random() < 0.3:
            text = "".join(sign for sign in text if not 0xE0100 <= ord(sign) <= 0xE01EF)
        return self._fit(habit, text), self._kana(rng, habit, name)

    @staticmethod
    def _kana(rng: random.Random, habit: Habit, name: Name) -> str:
        family, given = name.family.kana, name.given.kana
        if name.family.other_kana and rng.random() < habit.slips * 8:
            family = name.family.other_kana
        if name.given.other_kana and rng.random() < habit.slips * 8:
            given = name.given.other_kana
        kana = f"{family}　{given}" if given else family
        if rng.random() < habit.slips * 2:
            kana = rng.choice((
                kana.replace("ヅ", "ズ"), kana.replace("ー", ""), kana.translate(SMALL_KANA), kana.replace("　", ""),
                kana.replace("ヴ", "ブ"), kana.replace("ウ　", "　"), kana.replace("ザキ", "サキ"),
            ))  # fmt: skip
        if habit.kana == "hira":
            return kana.translate(HIRAGANA)
        if habit.kana == "full":
            return wide(kana)
        return half_kana(kana.translate(SMALL_KANA) if habit.kana == "capital" else kana)

    @staticmethod
    def _phone(rng: random.Random, habit: Habit, person: Person) -> str:
        if rng.random() >= habit.phone:
            return ""
        phone = person.phone if rng.random() < 0.75 else person.former_phone
        return phone.replace("-", "") if rng.random() < 0.25 else phone

    @staticmethod
    def _fit(habit: Habit, text: str) -> str:
        return text if habit.utf8 else for_cp932(text)


def slipped(rng: random.Random, birth: date) -> date:
    """Return a birth date mistyped: a neighbouring day, ten years off, or day and month exchanged."""
    lot = rng.random()
    if lot < 0.4:
        return birth.replace(day=birth.day % 28 + 1)
    if lot < 0.7 or birth.day > 12 or birth.day == birth.month:
        return birth.replace(year=min(max(birth.year + rng.choice((-10, -1, 1)), 1927), 2025), day=min(birth.day, 28))
    return birth.replace(month=birth.day, day=birth.month)
