"""The fonts of the letter: which glyphs they have, how wide a text runs, and how WeasyPrint finds them.

BIZ UDGothic lies beside this file and prints everything but the sheet of other languages. A name or an address that it cannot spell is set whole in
IPAmj Mincho (文字情報基盤), which is too large to ship and is installed with the system.
"""

import os
import re
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from fontTools.ttLib import TTFont

from .model import Unprintable, Where

FaceName = Literal["ud", "ud-bold", "mj"]
HERE = Path(__file__).parent / "fonts"
PT_MM = 25.4 / 72
MAX_WIDTHS = 20_000
_MINCHO_FILE = "ipamjm.ttf"


def is_selector(char: str) -> bool:
    """Whether ``char`` is a variation selector (異体字セレクタ)."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def is_private(char: str) -> bool:
    """Whether ``char`` is a 外字 of the private use areas."""
    return "\ue000" <= char <= "\uf8ff" or char >= "\U000f0000"


def clusters(text: str) -> Iterator[tuple[str, str]]:
    """Characters, each with its variation selector or ""."""
    for at, char in enumerate(text):
        if not is_selector(char):
            after = text[at + 1 : at + 2]
            yield char, after if after and is_selector(after) else ""


@dataclass(frozen=True)
class Glyph:
    """Glyph number and advance in thousandths of an em."""

    number: int
    width: int


class Face:
    """One font file, read directly: fixed pitch and without positioning rules, so widths are sums."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._glyphs: dict[str, Glyph | None] = {}
        self._widths: dict[str, int] = {}

    @cached_property
    def _tables(self) -> tuple[dict[int, int], dict[tuple[int, int], int | None], "array[int]"]:
        """Glyph numbers by character, by character and selector (``None``: the ordinary one), and widths by number.

        Numbers, not names: IPAmj Mincho has 61,179 glyphs, and a worker keeps this.
        """
        with TTFont(self.path, lazy=True) as font:
            units, numbers, count = font["head"].unitsPerEm, font.getReverseGlyphMap(), font["hhea"].numberOfHMetrics
            # Pairs of advance and bearing; glyphs beyond have the last advance (OpenType, hmtx).
            advances = array("H", font.reader["hmtx"][: count * 4])[::2]
            if sys.byteorder == "little":
                advances.byteswap()
            advances.extend([advances[-1]] * (len(numbers) - count))
            widths = array("H", (round(advance * 1000 / units) for advance in advances))
            variants = {
                (base, selector): numbers[glyph] if glyph else None
                for table in font["cmap"].tables
                if table.format == 14
                for selector, entries in table.uvsDict.items()
                for base, glyph in entries
            }
            return {code: numbers[name] for code, name in font.getBestCmap().items()}, variants, widths

    def glyph(self, char: str, selector: str = "") -> Glyph | None:
        """The glyph of a character (with its variation selector), or None if the font lacks it."""
        key = char + selector
        if key not in self._glyphs:
            self._glyphs[key] = self._find(char, selector)
        return self._glyphs[key]

    def _find(self, char: str, selector: str) -> Glyph | None:
        cmap, variants, widths = self._tables
        number = cmap.get(ord(char))
        if selector:
            key = (ord(char), ord(selector))
            if key not in variants:
                return None
            number = number if variants[key] is None else variants[key]
        return None if number is None else Glyph(number, widths[number])

    def missing(self, text: str) -> str:
        """The first character, with its selector, that the font cannot draw, or "" if it can draw all."""
        for at, char in enumerate(text):
            if is_selector(char):
                if at == 0 or not self.glyph(text[at - 1], char):
                    return text[max(at - 1, 0) : at + 1]
            elif not self.glyph(char):
                return char
        return ""

    def width_mm(self, text: str, pt: float) -> float:
        """Length of a line at ``pt`` points; characters that the font lacks count as one em."""
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= MAX_WIDTHS:
                self._widths.clear()
            width = self._widths[text] = self._width(text)
        return width * pt * PT_MM / 1000

    def _width(self, text: str) -> int:
        total = 0
        for at, char in enumerate(text):
            if is_selector(char):
                continue
            after = text[at + 1 : at + 2]
            glyph = self.glyph(char, after if after and is_selector(after) else "") or self.glyph(char)
            total += glyph.width if glyph else 1000
        return total


def mincho_path() -> Path | None:
    """IPAmj Mincho where this machine keeps fonts.

    ``TC_FONT_DIRS`` (colon-separated) comes first, then the folders that ``FONTCONFIG_FILE`` names, then the usual ones.
    """
    places = [
        *filter(None, os.environ.get("TC_FONT_DIRS", "").split(":")),
        *_fontconfig_folders(os.environ.get("FONTCONFIG_FILE", "")),
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        os.path.expanduser("~/.local/share/fonts"),
        os.path.expanduser("~/.fonts"),
    ]
    for place in places:
        for folder, _, names in os.walk(place):
            if _MINCHO_FILE in names:
                return Path(folder) / _MINCHO_FILE
    return None


def _fontconfig_folders(file: str) -> list[str]:
    if not file or not os.path.isfile(file):
        return []
    return re.findall("<dir[^>]*>([^<]+)</dir>", Path(file).read_text(encoding="utf-8"))


@cache
def faces() -> dict[FaceName, Face]:
    """The faces present on this machine; ``mj`` is absent where IPAmj Mincho is not installed."""
    found: dict[FaceName, Face] = {
        "ud": Face(HERE / "BIZUDGothic-Regular.ttf"),
        "ud-bold": Face(HERE / "BIZUDGothic-Bold.ttf"),
    }
    if mincho := mincho_path():
        found["mj"] = Face(mincho)
    return found


@cache
def foreign_face(language: str) -> Face:
    """The face of the sheet of another language (en, pt, zh, vi)."""
    return Face(HERE / ("LetterChinese-Regular.otf" if language.startswith("zh") else "LetterLatin-Regular.ttf"))


def face_for(text: str) -> FaceName:
    """``ud``, or ``mj`` for a line with anything BIZ UDGothic lacks; the two are never mixed in a line.

    A selector that the font does not know would silently print the ordinary form, so it is refused.

    Raises:
        Unprintable: ``gaiji`` (外字), ``variant`` (unknown 異体字), ``glyph``, ``font`` (IPAmj Mincho is missing).
    """
    if private := next((char for char in text if is_private(char)), ""):
        raise Unprintable(
            "gaiji",
            f"外字（U+{ord(private):04X}）は印刷できません。正しい文字への対応を登録してください: {text}",
            _at(text, private),
        )
    known = faces()
    if not known["ud"].missing(text):
        return "ud"
    if "mj" not in known:
        raise Unprintable(
            "font",
            f"IPAmj明朝が入っていないため印刷できません（fonts-ipamj-mincho を入れてください）: {text}",
            _at(text, known["ud"].missing(text)),
        )
    if lacking := known["mj"].missing(text):
        if is_selector(lacking[-1]):
            raise Unprintable(
                "variant",
                f"異体字（{_codes(lacking)}）がフォントにありません。字形を確かめてください: {text}",
                _at(text, lacking),
            )
        raise Unprintable(
            "glyph",
            f"文字（{_codes(lacking)}）がフォントにありません。字形を確かめてください: {text}",
            _at(text, lacking),
        )
    return "mj"


def font_face_css() -> str:
    """``@font-face`` rules with the very files, so that no font of the system can take their place."""
    rules = [
        ("Letter UD", 400, faces()["ud"].path),
        ("Letter UD", 700, faces()["ud-bold"].path),
        ("Letter Latin", 400, HERE / "LetterLatin-Regular.ttf"),
        ("Letter Latin", 700, HERE / "LetterLatin-Bold.ttf"),
        ("Letter Chinese", 400, HERE / "LetterChinese-Regular.otf"),
    ]
    if "mj" in faces():
        rules.append(("Letter MJ", 400, faces()["mj"].path))
    return "".join(
        f'@font-face {{ font-family: "{name}"; font-weight: {weight}; src: url("{path.as_uri()}") }}\n'
        for name, weight, path in rules
    )


def _at(text: str, lacking: str) -> Where:
    start = text.index(lacking)
    return Where((text,), start=start, end=start + len(lacking))


def _codes(text: str) -> str:
    return " ".join(f"U+{ord(char):04X}" for char in text)
