"""What a scanner reads from a letter's paper, or a hand types: whose letter it is, and which envelope of it.

Every sheet bears the mark for the inserter (run 4, serial 7, envelope 2, sheet 1, sheets 1), every slip the 44 figures
of its barcode and a 照会番号, every page the 文書番号.
"""

import re
import unicodedata
from dataclasses import dataclass

_MARK = re.compile(r"(\d{4})(\d{7})(\d{2})([1-9])([1-9])", re.ASCII)
_REFERENCE = re.compile(r"(\d{4})-?(\d{7})-?(\d{3})", re.ASCII)
_BARCODE = re.compile(r"91\d{6}(\d{4})(\d{7})\d{3}0\d{21}", re.ASCII)  # the 15th free figure: 0 of a letter
_TYPED = re.compile(r"(.+?)/(\d{1,2})", re.ASCII)
_AIM = re.compile(r"^\](C1|d1|d2)")  # how a scanner may say which kind of code it read
_DASHES = str.maketrans(dict.fromkeys("‐‑–—−ーｰ", "-"))


@dataclass(frozen=True, slots=True)
class Mark:
    """``run`` and ``serial`` of the letter, or its ``number`` (文書番号) where that was typed.

    ``envelope``: from 1; none where what was read stands in no particular envelope.
    """

    run: int = 0
    serial: int = 0
    number: str = ""
    envelope: int | None = None


class Unreadable(ValueError):
    """Neither a mark nor a number of a letter; the message says what may be given, in Japanese."""


def mark_text(*, run: int, serial: int, envelope: int, sheet: int, of: int) -> str:
    """What the mark for the inserter says on sheet ``sheet`` of ``of`` in an envelope. No name, no amount."""
    return f"{run:04d}{serial:07d}{envelope:02d}{sheet}{of}"


def read_mark(text: str) -> Mark:
    """The letter that the text names: full-width figures, spaces and the marks of a scanner do no harm.

    ``文書番号/2`` names the second envelope of a letter by hand.

    Raises:
        Unreadable: nothing, or figures that no paper of a letter bears.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\x1d", "").strip()
    plain = re.sub(r"\s", "", _AIM.sub("", plain))
    if not plain:
        raise Unreadable("何も読み取れませんでした。記号をもう一度読むか、文書番号を入力してください。")
    typed = _TYPED.fullmatch(plain)
    body, envelope = (typed[1], int(typed[2])) if typed else (plain, None)
    figures = body.translate(_DASHES)
    if found := _REFERENCE.fullmatch(figures):
        return Mark(run=int(found[1]), serial=int(found[2]), envelope=envelope)
    bare = re.sub(r"[()\-]", "", figures)
    if found := _MARK.fullmatch(bare):
        if found[4] > found[5] or not int(found[3]):
            raise Unreadable("封入用の記号の数字が合いません。もう一度読んでください。")
        return Mark(run=int(found[1]), serial=int(found[2]), envelope=int(found[3]))
    if found := _BARCODE.fullmatch(bare):
        return Mark(run=int(found[1]), serial=int(found[2]), envelope=envelope)
    if bare.isdecimal():
        raise Unreadable(
            f"催告書の番号ではありません（{len(bare)}桁）。封入用の記号（15桁）か、納付書のバーコード（44桁）を読むか、"
            "文書番号を入力してください。"
        )
    return Mark(number=body, envelope=envelope)


def envelopes_of(sheets: int, *, most: int) -> int:
    """How many envelopes a letter of so many sheets fills, covers included, with ``most`` sheets in each."""
    return max(1, -(-sheets // most))
