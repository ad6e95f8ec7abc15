"""Names with kana and the written forms that differ between systems."""

import random
import unicodedata
from dataclasses import dataclass
from itertools import accumulate

from claims.demo.places import read_table

# The city's own characters (外字): CP932 F040.. in the mainframe, U+E000.. after decoding; true form in UTF-8 systems.
GAIJI = {
    "𠮷": "\ue000",
    "辻\U000e0100": "\ue001",
    "葛\U000e0100": "\ue002",
    "榊\U000e0100": "\ue003",
    "邉\U000e0102": "\ue004",
}
SMALL_KANA = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")
HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
HALF_MARKS = {"\u3099": "ﾞ", "\u309a": "ﾟ", "ー": "ｰ", "　": " ", "・": "･"}
HALF_KANA = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)} | HALF_MARKS
WIDE_ASCII = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def half_kana(text: str) -> str:
    """Return katakana in half width, voiced marks apart, blanks narrow: タナカ　ジュン → ﾀﾅｶ ｼﾞｭﾝ."""
    return "".join(HALF_KANA.get(sign, sign) for sign in unicodedata.normalize("NFD", text))


def wide(text: str) -> str:
    return text.translate(WIDE_ASCII)


def has_variation_selector(text: str) -> bool:
    return any(0xE0100 <= ord(sign) <= 0xE01EF for sign in text)


def for_cp932(text: str) -> str:
    """Return the text with 外字 in place of what CP932 lacks, and without variation selectors."""
    for sign, private in GAIJI.items():
        text = text.replace(sign, private)
    return "".join(sign for sign in text if not 0xE0100 <= ord(sign) <= 0xE01EF)


@dataclass(frozen=True, slots=True)
class Word:
    """Half a name: the usual form, the form in the register, its kana, and another reading or ''."""

    common: str
    official: str
    kana: str
    other_kana: str = ""

    def with_official(self, official: str) -> "Word":
        return Word(self.common, official, self.kana, self.other_kana)


@dataclass(frozen=True, slots=True)
class Name:
    """A person's or a body's name. ``alias`` is a 通称名; bodies and foreign names use the same fields."""

    family: Word
    given: Word
    alias: "Name | None" = None

    def text(self, gap: str, *, official: bool) -> str:
        family, given = (
            (self.family.official, self.given.official) if official else (self.family.common, self.given.common)
        )
        return f"{family}{gap}{given}" if given else family

    def kana(self, gap: str = "　") -> str:
        return f"{self.family.kana}{gap}{self.given.kana}" if self.given.kana else self.family.kana


class NameBook:
    """Draws names from the word lists: family names by frequency, given names by sex and year of birth."""

    def __init__(self) -> None:
        self._families = read_table("surnames.csv")
        self._weights = list(accumulate(int(row["weight"]) for row in self._families))
        self._given: dict[tuple[str, int], list[dict[str, str]]] = {}
        for row in read_table("given_names.csv"):
            for year in range(int(row["born_from"]), int(row["born_to"]) + 1):
                self._given.setdefault((row["sex"], year), []).append(row)
        self._given_by_kana: dict[str, list[dict[str, str]]] = {}
        for row in read_table("given_names.csv"):
            self._given_by_kana.setdefault(row["kana"], []).append(row)
        self._foreign: dict[tuple[str, str, str], list[Word]] = {}
        for row in read_table("foreign_names.csv"):
            for sex in "12" if row["part"] == "family" else row["sex"]:
                word = Word(row["alphabet"], row["alphabet"], row["kana"])
                self._foreign.setdefault((row["country"], sex, row["part"]), []).append(word)
        self._company: dict[str, list[dict[str, str]]] = {}
        for row in read_table("company_words.csv"):
            self._company.setdefault(row["part"], []).append(row)

    @staticmethod
    def _word(rng: random.Random, row: dict[str, str]) -> Word:
        forms = row["official_forms"].split("/") if row["official_forms"] else []
        official = rng.choice(forms) if forms and rng.random() < 0.6 else row["kanji"]
        if any(sign in official for sign in GAIJI) and rng.random() < 0.9:
            official = row["kanji"]  # characters beyond CP932 are rare
        return Word(row["kanji"], official, row["kana"], row["other_kana"])

    def family(self, rng: random.Random) -> Word:
        return self._word(rng, rng.choices(self._families, cum_weights=self._weights)[0])

    def official_forms(self, family: Word) -> list[str]:
        """Return every way this family name is written in a register."""
        row = next(row for row in self._families if row["kanji"] == family.common)
        return [row["kanji"], *(row["official_forms"].split("/") if row["official_forms"] else [])]

    def given(self, rng: random.Random, sex: str, born: int, taken: frozenset[str] = frozenset()) -> Word:
        """Return a given name of the time; no two people of one household share a name or a reading."""
        rows = self._given[sex, min(max(born, 1928), 2022)]
        free = [row for row in rows if row["kana"] not in taken]
        return self._word(rng, rng.choice(free or rows))

    def two_of_one_reading(self, rng: random.Random, taken: frozenset[str]) -> tuple[Word, Word]:
        """Return two given names of men that are read alike (浩, 弘); ``taken`` are readings not to use."""
        men = {kana: [row for row in rows if row["sex"] == "1"] for kana, rows in self._given_by_kana.items()}
        kana = rng.choice(sorted(kana for kana, rows in men.items() if len(rows) > 1 and kana not in taken))
        one, other = rng.sample(men[kana], 2)
        return self._word(rng, one), self._word(rng, other)

    def misspelt(self, rng: random.Random, name: Name) -> Name:
        """Return the name as heard or half read: another sign of the same reading, kana only, no middle name, or turned."""
        if name.family.common.isascii():
            if rng.random() < 0.4:
                return Name(name.given, name.family)  # the given name first, as in a passport's visual zone
            given = name.given.common.split()[0]
            return Name(name.family, Word(given, given, name.given.kana.split()[0]))
        if rng.random() < 0.5:
            alike = [row for row in self._given_by_kana.get(name.given.kana, []) if row["kanji"] != name.given.common]
            if alike:
                row = rng.choice(alike)
                return Name(name.family, Word(row["kanji"], row["kanji"], row["kana"]))
        family, given = (Word(half.kana, half.kana, half.kana) for half in (name.family, name.given))
        return Name(family, given)

    def foreign(self, rng: random.Random, country: str, sex: str, *, aliased: bool, family: Word | None = None) -> Name:
        """Return a foreign resident's name; ``aliased`` adds a Japanese 通称名."""
        alias = Name(self.family(rng), self.given(rng, sex, 1985)) if aliased else None
        family = family or rng.choice(self._foreign[country, sex, "family"])
        return Name(family, rng.choice(self._foreign[country, sex, "given"]), alias)

    def company(self, rng: random.Random) -> Name:
        form, head, trade = (rng.choice(self._company[part]) for part in ("form", "head", "trade"))
        name, kana = head["text"] + trade["text"], head["kana"] + trade["kana"]
        if rng.random() < 0.6:
            return Name(Word(form["text"] + name, form["text"] + name, form["kana"] + kana), Word("", "", ""))
        return Name(Word(name + form["text"], name + form["text"], kana + form["kana"]), Word("", "", ""))
