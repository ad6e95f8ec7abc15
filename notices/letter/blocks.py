"""What a sheet is made of, before it is drawn: areas of blocks, with the words that change from letter to letter."""

import re
from dataclasses import dataclass
from functools import lru_cache

from toyota_collect.documents.drawing import Drawing

from .fonts import FaceName, face_for, faces
from .model import Unprintable, Where

_BLANKS = re.compile(r"[ \t\r\n]+")
Static = tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a slot: the face they need, how far the line is condensed (長体, 1 = not) and then how wide it is."""

    text: str
    face: FaceName = "ud"
    squeeze: float = 1.0
    mm: float = 0.0  # of a condensed line only


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a sheet: the template ``blocks/<name>.html``, its fixed words and its slots.

    Two blocks of equal name, ``static`` and slot faces have the same fixed ink and size, so it is laid out once.
    """

    name: str
    slots: dict[str, Text]
    static: Static = ()
    table: str = ""  # rows that follow one another with the same value stand in one table of this class


@dataclass(frozen=True, slots=True)
class Area:
    """Blocks one under the other from ``top`` mm; they must end at ``limit`` mm."""

    name: str
    top: float
    limit: float
    blocks: tuple[Block, ...]
    density: str = ""


@dataclass(frozen=True, slots=True)
class Ink:
    """A code at a place of the sheet, in dots of 300 dpi from the upper left corner."""

    left: int
    top: int
    drawing: Drawing
    kind: str  # gs1 | post | mark | qr
    text: str  # what a reader must read


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. ``place`` of ``count`` runs through all envelopes of the letter."""

    kind: str
    areas: tuple[Area, ...]
    inks: tuple[Ink, ...]
    place: int
    count: int
    envelope: int
    envelopes: int


@lru_cache(maxsize=10_000)
def fit(
    text: str,
    mm: float,
    pt: float,
    floor: float = 0.7,
    *,
    what: str = "文字",
    face: FaceName | None = None,
) -> Text:
    """A line in its place: condensed (長体) if it is too long, but never below ``floor``.

    Raises:
        Unprintable: ``long``, or a character that cannot be printed.
    """
    # As a page of HTML would: runs of blanks are one, none at the ends.
    text = _BLANKS.sub(" ", text).strip(" \u3000")
    name = face or face_for(text)
    if face and (lacking := faces()[face].missing(text)):
        at = text.index(lacking)
        where = Where((text,), mm, pt, start=at, end=at + len(lacking))
        raise Unprintable("glyph", f"{what}の文字「{lacking}」がフォントにありません: {text}", where)
    width = faces()[name].width_mm(text, pt)
    if width <= mm:
        return Text(text, name)
    if mm / width < floor:
        room = next(at for at in range(len(text), -1, -1) if faces()[name].width_mm(text[:at], pt) * floor <= mm)
        where = Where((text,), mm, pt, start=room)
        raise Unprintable("long", f"{what}が長すぎて枠に入りません。短くしてください: {text}", where)
    # Rounded down, so that the printed line is never wider than its place.
    squeeze = int(mm / width * 1000) / 1000
    return Text(text, name, squeeze, round(width * squeeze, 4))


@lru_cache(maxsize=10_000)
def figures(text: str, mm: float, pt: float, what: str) -> Text:
    """A number in its column. Numbers are never condensed.

    Raises:
        Unprintable: ``amount``.
    """
    if faces()["ud"].width_mm(text, pt) > mm:
        raise Unprintable("amount", f"{what}が大きすぎて欄に入りません: {text}", Where((text,), mm, pt))
    return Text(text)


def listed(names: list[str], mm: float, pt: float, separator: str = "・") -> Text:
    """As many names as the place holds (condensed to 74 % at most), then ほか."""
    for count in range(len(names), 0, -1):
        text = separator.join(names[:count]) + ("ほか" if count < len(names) else "")
        if faces()["ud"].width_mm(text, pt) * 0.74 <= mm:
            return fit(text, mm, pt, 0.73, face="ud")
    return fit(
        names[0] + ("ほか" if names[1:] else ""),
        mm,
        pt,
        0.6,
        what="債権の名称",
        face="ud",
    )
