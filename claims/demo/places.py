"""Addresses: real towns and postal codes of Toyota City, synthetic house numbers and buildings."""

import csv
import random
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

DATA = Path(__file__).parent / "data"
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
KANJI_DIGITS = "〇一二三四五六七八九"
BUILDING_HEADS = ("コーポ", "メゾン", "サンハイツ", "グリーンハイツ", "ハイム", "レジデンス", "エステート", "シャトレ")


def read_table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def kanji_number(number: int) -> str:
    """Return 1..99 in kanji, as in 十二丁目."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else KANJI_DIGITS[tens]) + "十" if tens else ""
    return head + (KANJI_DIGITS[ones] if ones else "")


@dataclass(frozen=True, slots=True)
class Address:
    """One dwelling. ``chome``, ``branch`` and ``room`` are 0 where there is none."""

    postal_code: str
    area: str
    town: str
    chome: int
    lot: int
    branch: int
    building: str = ""
    room: int = 0

    def text(self, style: str, *, with_building: bool = True) -> str:
        """Return the address as one string in the way a system writes it.

        Styles: ``register`` (wide digits, 丁目 and 番地), ``wide`` and ``narrow`` (hyphens), ``desk`` (as a clerk types
        it, no prefecture), ``kanji`` (漢数字 for 丁目), ``short`` (neither prefecture nor city).
        """
        local = self.area.removeprefix("愛知県")
        branch = f"-{self.branch}" if self.branch else ""
        hyphened = (f"{self.chome}-" if self.chome else "") + f"{self.lot}{branch}"
        if style == "register":
            street = (f"{self.chome}丁目" if self.chome else "") + f"{self.lot}番地{self.branch or ''}"
            return (self.area + self.town + street + self._building("　{}{}号", with_building)).translate(WIDE)
        if style == "wide":
            return (local + self.town + hyphened + self._building("　{}{}", with_building)).translate(WIDE)
        if style == "narrow":
            return local + self.town + hyphened + self._building(" {}{}", with_building)
        if style == "short":
            return self.town + hyphened + self._building(" {}-{}", with_building)
        chome = kanji_number(self.chome) if style == "kanji" else str(self.chome)
        area = self.area if style == "kanji" else local
        lot = f"{self.lot}番地" + (f"の{self.branch}" if self.branch else "")
        return (
            area + self.town + (f"{chome}丁目" if self.chome else "") + lot + self._building(" {}{}号室", with_building)
        )

    def _building(self, pattern: str, wanted: bool) -> str:
        return pattern.format(self.building, self.room) if wanted and self.building else ""


class Places:
    """Draws addresses: towns by weight; flats share a pool of buildings, so neighbours share house numbers."""

    def __init__(self, rng: random.Random, buildings: int) -> None:
        self.towns = read_table("towns.csv")
        self.elsewhere_towns = read_table("elsewhere.csv")
        self._weights = list(accumulate(int(town["weight"]) for town in self.towns))
        self._flats = [self._building(rng, BUILDING_HEADS) for _ in range(buildings)]
        self._estates = [self._building(rng, ("市営",)) for _ in range(max(4, buildings // 12))]

    def _lot(self, rng: random.Random) -> Address:
        town = rng.choices(self.towns, cum_weights=self._weights)[0]
        chome = rng.randint(1, int(town["chome"])) if town["chome"] != "0" else 0
        branch = rng.randint(1, 28) if rng.random() < 0.55 else 0
        lot = rng.randint(1, 90 if chome else 420)
        return Address(town["postal_code"], "愛知県豊田市", town["town"], chome, lot, branch)

    def _building(self, rng: random.Random, heads: tuple[str, ...]) -> Address:
        lot = self._lot(rng)
        stem = lot.town.removesuffix("町")
        head = rng.choice(heads)
        name = f"市営{stem}住宅" if head == "市営" else head + stem
        return Address(lot.postal_code, lot.area, lot.town, lot.chome, lot.lot, lot.branch, name)

    def _flat(self, rng: random.Random, buildings: list[Address]) -> Address:
        at = rng.choice(buildings)
        room = rng.randint(1, 5) * 100 + rng.randint(1, 12)
        return Address(at.postal_code, at.area, at.town, at.chome, at.lot, at.branch, at.building, room)

    def home(self, rng: random.Random) -> Address:
        """Return a home in Toyota City: four in ten are flats."""
        return self._flat(rng, self._flats) if rng.random() < 0.4 else self._lot(rng)

    def estate(self, rng: random.Random) -> Address:
        """Return a flat in a municipal housing estate (市営住宅)."""
        return self._flat(rng, self._estates)

    def elsewhere(self, rng: random.Random) -> Address:
        """Return a home in another city."""
        town = rng.choice(self.elsewhere_towns)
        return Address(
            town["postal_code"], town["area"], town["town"], 0, rng.randint(1, 300), rng.choice((0, 0, 1, 3, 8))
        )
