"""Keys that make differently written names, readings, addresses and phone numbers comparable.

A key is for searching and linking only; what a section wrote is stored and printed unchanged.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from debtors.rules.variants import CANDIDATE, VARIANT
from toyota_collect.numerals import KANJI_NUMERALS, kanji_number, replace_before

GETA = "〓"
_IVS = re.compile("[︀-️\U000e0100-\U000e01ef]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_NAME_NOISE = re.compile(r"[\s・･.,'’‘`゛゜\-‐‑–—−]+")
_CORPORATE_FORMS = {
    "(株)": "株式会社", "(有)": "有限会社", "(同)": "合同会社", "(資)": "合資会社", "(名)": "合名会社",
    "(一社)": "一般社団法人", "(社)": "社団法人", "(財)": "財団法人",
    "(医)": "医療法人", "(宗)": "宗教法人", "(学)": "学校法人",
}  # fmt: skip

# Hiragana become katakana; a voicing mark that found no letter to join says nothing.
_SCRIPT: dict[int, int | None] = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_SCRIPT |= {0x3099: None, 0x309A: None}
KANA_FOLD = (
    "ァィゥェォッャュョヮヵヶヂヅヲヱヰ",
    "アイウエオツヤユヨワカケジズオエイ",
    "ー・゛゜-‐−—",
)  # from, to, dropped
_KANA_FOLD = str.maketrans(*KANA_FOLD)
_VOWEL_OF = {
    kana: vowel
    for vowel, row in {
        "ア": "アカガサザタダナハバパマヤラワ",
        "イ": "イキギシジチニヒビピミリ",
        "ウ": "ウクグスズツヌフブプムユルヴ",
        "エ": "エケゲセゼテデネヘベペメレ",
        "オ": "オコゴソゾトドノホボポモヨロ",
    }.items()
    for kana in row
}
_VOICED = dict(zip("カキクケコサシスセソタチツテトハヒフヘホ", "ガギグゲゴザジズゼゾダヂヅデドバビブベボ", strict=True))


_FORMS: dict[str, str] = {}
for _code, _common in CANDIDATE.items():
    _alike = _FORMS.get(_common, _common) + chr(_code)
    _FORMS |= dict.fromkeys(_alike, _alike)


def strip_ivs(text: str) -> str:
    """Drop the selectors that choose a written form of the same character (IVS, SVS)."""
    return _IVS.sub("", text)


def has_gaiji(text: str) -> bool:
    """Tell whether the text holds 外字, which mean something only on the machine that wrote them."""
    return bool(_PRIVATE.search(text))


def display_text(text: str) -> str:
    """The text with each 外字 shown as 〓. An official print needs a mapping for it first."""
    return _PRIVATE.sub(GETA, text)


def name_key(name: str) -> str:
    """One spelling for a name in any width, with or without spaces, IVS and old character forms.

    ``髙﨑　邉子`` and ``高崎辺子`` are equal; ``斎藤`` and ``斉藤`` are not.
    """
    text = unicodedata.normalize("NFKC", strip_ivs(name))
    if "(" in text:
        for short, form in _CORPORATE_FORMS.items():
            text = text.replace(short, form)
    return _NAME_NOISE.sub("", text).translate(VARIANT).upper()


def name_candidate_key(name: str) -> str:
    """Like :func:`name_key`, with forms that may be two families also made one: for review, never for linking."""
    return name_key(name).translate(CANDIDATE)


def name_forms(key: str, *, at_most: int = 16) -> list[str]:
    """The key of a name, and those of forms that may be another family's: 斎藤 is also searched for as 斉藤."""
    forms = [""]
    for char in key:
        forms = [form + other for form in forms for other in _FORMS.get(char, char)]
        if len(forms) > at_most:
            return [key]
    return forms


def kana_key(kana: str) -> str:
    """One width and one script: ``ﾀｶｻｷ ｶｽﾞｵ`` and ``たかさきかずお`` are equal, ``ヅカ`` and ``ズカ`` are not."""
    text = unicodedata.normalize("NFKC", kana).translate(_SCRIPT)
    return "".join(text.split()).upper()


def kana_fold_key(kana: str) -> str:
    """A reading without what systems cannot write: small kana, ヂヅヲ, ー, ・ and iteration marks."""
    text = _repeat(kana_key(kana))
    return text.translate(_KANA_FOLD)


@lru_cache(maxsize=65536)
def kana_loose_key(kana: str) -> str:
    """The folded reading with long vowels dropped: オオタ・オウタ・オータ・オタ are equal."""
    folded = kana_fold_key(kana)
    kept = folded[:1]
    for before, char in pairwise(folded):
        vowel = _VOWEL_OF.get(before)
        long = char == vowel or (char == "ウ" and vowel == "オ") or (char == "イ" and vowel == "エ")
        if not long:
            kept += char
    return kept


def _repeat(text: str) -> str:
    """Write iteration marks out: オヽタ → オオタ, スヾキ → スズキ."""
    if "ヽ" not in text and "ヾ" not in text:
        return text
    out = ""
    for char in text:
        if char == "ヽ" and out:
            out += out[-1]
        elif char == "ヾ" and out:
            out += _VOICED.get(out[-1], out[-1])
        else:
            out += char
    return out


def name_match_level(a: str, b: str) -> str:
    """How two names agree: ``exact``, ``same_after_ivs_strip``, ``variant``, ``candidate_only`` or ``""``."""
    if a == b:
        return "exact"
    if strip_ivs(a) == strip_ivs(b):
        return "same_after_ivs_strip"
    if name_key(a) == name_key(b):
        return "variant"
    return "candidate_only" if name_candidate_key(a) == name_candidate_key(b) else ""


def kana_match_level(a: str, b: str) -> str:
    """How two readings agree: ``exact``, ``kana_same``, ``kana_loose`` or ``""``."""
    if a == b:
        return "exact"
    if kana_key(a) == kana_key(b):
        return "kana_same"
    return "kana_loose" if kana_loose_key(a) == kana_loose_key(b) else ""


# 住所 --------------------------------------------------------------------------------------------

HOME_CITY = "豊田市"
_PREFECTURE = re.compile(
    "北海道|東京都|京都府|大阪府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|"
    "山梨|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|"
    "熊本|大分|宮崎|鹿児島|沖縄)県"
)
_POSTAL = re.compile(r"(?:〒\s*\d{3}-?\d{4}|\d{3}-\d{4}(?!\d|-))\s*")
_DASHES = re.compile("[‐‑‒–—―−─]|(?<=[0-9])ー(?=[0-9])")
_UNITS = f"丁目|丁(?!町)|番地|番(?!町)|号|-|[のノ][0-9{KANJI_NUMERALS}]"
_TRAILING = re.compile(rf"([0-9](?:番地|番|号|丁目)?[のノ]?)([{KANJI_NUMERALS}]+)(?=$| )")
_NUMBERS = re.compile(
    r"\d+(?:(?: ?丁目 ?| ?丁 ?| ?- ?|番地(?:の|ノ|-)?|番(?:の|ノ|-)?|号(?:の|ノ|-)?|の|ノ)\d+(?!\d*号[館棟室]))*"
    r"(?:丁目|丁|番地|番(?!町)|号(?![館棟室])|(?![0-9条線区町]))"
)
_ROOM = re.compile(r"(\d+)(?:号室?|室)?$")
_TOWN_NOISE = re.compile(r"[\s,.、。・]|大字|(?<![文十])字(?=.)")
_GA = re.compile("(?<=[一-鿿々])[ケがガ](?=[一-鿿])")
_NO = re.compile("(?<=[一-鿿々])[のノ之乃](?=[一-鿿])")


class AddressKey(NamedTuple):
    """``place``: town and house number (the key). ``building``: building, room and 様方, kept apart."""

    place: str
    building: str


@lru_cache(maxsize=65536)
def split_address(address: str) -> AddressKey:
    """Split an address into a comparable place and the rest.

    愛知県豊田市小坂本町一丁目二十五番地3　メゾン小坂A棟203号 → ``小坂本町1-25-3`` and ``メゾン小坂A棟203号``.
    The home city and any prefecture are dropped, another city stays. A room joined to the house
    number by a mere hyphen cannot be told apart and stays in ``place``.
    """
    text = unicodedata.normalize("NFKC", strip_ivs(address)).translate(VARIANT).upper()
    text = _DASHES.sub("-", " ".join(text.split()))
    text = _drop_prefix(_POSTAL.sub("", text, count=1) if text[:1] in "〒0123456789" else text)
    text = _TRAILING.sub(lambda found: found[1] + str(kanji_number(found[2])), replace_before(text, _UNITS))
    block = _house_numbers(text)
    if block is None:
        return AddressKey(_town(text), "")
    numbers = "-".join(str(int(number)) for number in re.findall(r"\d+", block[0]))
    return AddressKey(_town(text[: block.start()]) + numbers, text[block.end() :].replace(" ", "").strip("-"))


def address_key(address: str) -> str:
    """Town and house number of an address in one spelling, without prefecture, home city and building."""
    return split_address(address).place


def room_key(address: str) -> str:
    """The number of the room at the end of an address, ``""`` where it names none: メゾン小坂A棟203号室 → ``203``."""
    found = _ROOM.search(split_address(address).building)
    return str(int(found[1])) if found else ""


def is_body(name_key: str) -> bool:
    """Tell whether a name (its key) is that of a body: it names its legal form."""
    return any(form in name_key for form in _CORPORATE_FORMS.values())


def phone_key(phone: str) -> str:
    """Ten or eleven digits beginning with 0, or ``""`` for what is no complete number.

    ``+81 565-31-1212``, ``０５６５（３１）１２１２`` and ``0565-31-1212 内線21`` are equal.
    """
    text = re.split("内線|EXT|#|X", unicodedata.normalize("NFKC", phone).upper())[0]
    digits = re.sub(r"\D", "", text)
    if text.lstrip().startswith("+81"):
        digits = "0" + digits[2:].removeprefix("0")
    return digits if digits.startswith("0") and len(digits) in (10, 11) else ""


def _drop_prefix(text: str) -> str:
    if found := _PREFECTURE.match(text):
        text = text[found.end() :].lstrip()
    return text.removeprefix(HOME_CITY).lstrip()


def _house_numbers(text: str) -> re.Match[str] | None:
    """The first run of house numbers. A bare figure inside a town's name (第2緑町) does not count."""
    blocks = list(_NUMBERS.finditer(text))
    for block in blocks:
        bare = block[0].isdigit() and "一" <= text[block.end() : block.end() + 1] <= "鿿"
        if not bare or block is blocks[-1]:
            return block
    return None


def _town(text: str) -> str:
    return _NO.sub("ノ", _GA.sub("ケ", _TOWN_NOISE.sub("", text)))
