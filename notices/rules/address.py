"""An address and a name as the lines of the address window.

The window takes one to three lines of address and one or two of name; a line is condensed down to 70 %, so these limits
are in full-width characters at the letter's sizes. What still does not fit is refused when the letter is made.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from debtors.rules.mailing import LABELS, Destination

LAYOUTS = ((1, 17.0), (2, 17.0), (2, 24.5), (3, 20.5), (3, 29.0))
"""Lines and characters a line, tried in this order: as large as possible, then condensed, then the small setting."""
NAME_CHARS = 18.0  # with the honorific, condensed, at the larger size
LINE_OF_TWO_CHARS = 23.0  # the same for the last of two lines, at the smaller size

_BLANK = "　"
_SPACES = re.compile(r"[\s　]+")
_AFTER_NUMBER = re.compile(r"(?<=[0-9０-９号])(?=[^0-9０-９\-－−‐ー番号地の丁目線F階室])")
_AFTER_PLACE = re.compile(r"(?<=[都道府県市区郡町村])(?=[^都道府県市区郡町村])|(?<=丁目)(?=.)")
_LATIN = re.compile("[！-～]+")
_BETWEEN_LATIN = re.compile("(?<=[!-~])　(?=[!-~])")
_LEADING_FORM = re.compile(r".{0,10}?(?:法人|会社|組合)(?=.{2})")
_ON_BEHALF = re.compile(rf"{_BLANK}(?:{'|'.join(LABELS.values())})$")
_CORPORATE_FORM = re.compile(r"(?:法人|会社|組合|協議会|財団|社団)")


@dataclass(frozen=True, slots=True)
class Addressee:
    """The name part of the window; ``honorific`` follows the last line."""

    name_lines: tuple[str, ...]
    honorific: str


def text_width(text: str) -> float:
    """Width in full-width characters: a half-width one counts half, a variation selector nothing."""
    return sum(_width(char) for char in text)


def address_lines(address: str) -> tuple[str, ...]:
    """Break an address into one to three lines: before the building, at blanks, after a place name, and only
    where nothing else helps within a word. Figures of a house number are never parted."""
    text = _SPACES.sub(_BLANK, address.strip())
    for count, room in LAYOUTS:
        for fine in (False, True):
            lines = _fill(_pieces(text, fine=fine), room)
            if lines and len(lines) <= count:
                return lines
    return _hard(text.replace(_BLANK, ""), 3)


def addressee(name: str, *, is_corporate: bool) -> Addressee:
    """The lines of a name. A person stays on one line; an organisation may break before its representative."""
    text = _SPACES.sub(_BLANK, name.strip())
    if not is_corporate:
        if text_width(text) > NAME_CHARS - 2:
            text = _LATIN.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)
            text = _BETWEEN_LATIN.sub(" ", text)
        return Addressee((text,), "様")
    if text_width(text) <= NAME_CHARS - 3:
        return Addressee((text,), "御中")
    body, _, representative = text.partition(_BLANK)
    if representative and not _CORPORATE_FORM.search(representative):
        return Addressee((body, representative), "様")
    if representative:
        return Addressee((body, representative), "御中")
    form = _LEADING_FORM.match(text)
    if form and text_width(text[form.end() :]) <= LINE_OF_TWO_CHARS:
        return Addressee((form[0], text[form.end() :]), "御中")
    return Addressee(_hard(text, 2), "御中")


def window_name(to: Destination) -> Addressee:
    """The lines of the name of whoever gets the letter: for whom above, a company's representative below.

    A company whose name needs both lines is written to without its representative.
    """
    name = _SPACES.sub(_BLANK, to.name.strip())
    if to.representative and text_width(name) <= LINE_OF_TWO_CHARS:
        return Addressee((name, f"代表者{_BLANK}{to.representative.strip()}"), "様")
    own = addressee(to.name, is_corporate=to.is_corporate)
    if not to.on_behalf:
        return own
    return Addressee((_SPACES.sub(_BLANK, to.on_behalf.strip()), _BLANK.join(own.name_lines)), own.honorific)


def recipient(name_lines: Sequence[str]) -> str:
    """Who the document is to be handed to, of the lines in its window: for whom they act is nobody else's business."""
    first, *rest = name_lines
    if rest and _ON_BEHALF.search(first):
        return _BLANK.join(rest)
    return _BLANK.join(name_lines)


def _width(char: str) -> float:
    if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return 0
    return 1 if unicodedata.east_asian_width(char) in "WFA" else 0.5


def _pieces(text: str, *, fine: bool) -> list[str]:
    """Parts that may begin a line; a part after a blank carries it in front. ``fine``: also after names of places."""
    pieces: list[str] = []
    for place, words in enumerate(text.split(_BLANK)):
        parts = [part for part in _AFTER_NUMBER.split(words) if part]
        if fine:
            parts = [small for part in parts for small in _AFTER_PLACE.split(part) if small]
        if place and parts:
            parts[0] = _BLANK + parts[0]
        pieces += parts
    return pieces


def _fill(pieces: list[str], room: float) -> tuple[str, ...] | None:
    """Pieces put on lines as long as they fit, or None where one is longer than a line."""
    lines: list[str] = []
    for piece in pieces:
        if lines and text_width(lines[-1] + piece) <= room:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip(_BLANK))
    return tuple(lines) if all(text_width(line) <= room for line in lines) else None


def _hard(text: str, count: int) -> tuple[str, ...]:
    """``count`` lines of about the same width, broken anywhere but within a figure or before a selector."""
    lines, aim = [""], text_width(text) / count
    for at, char in enumerate(text):
        full = text_width(lines[-1]) >= aim and len(lines) < count
        joined = _width(char) == 0 or (at > 0 and char.isdigit() and text[at - 1].isdigit())
        if full and not joined:
            lines.append("")
        lines[-1] += char
    return tuple(lines)
