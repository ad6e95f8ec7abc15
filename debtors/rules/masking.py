"""Masking: values as they leave the house where nobody may know whom they are about, yet may see what kind they are.

What is left is what a statistic needs (municipality, year of birth); whoever may see the person finds them by 整理番号.
"""

import re
from collections.abc import Callable
from datetime import date

from toyota_collect.lists import Mask
from toyota_collect.wareki import year_text

STAR = "＊"
LEFT_OUT = "（伏せています）"
SHOWN_DIGITS = 2
# A municipality's name may itself hold 市・町・村 (四日市市, 大町市): the shorter reading hides more, and is taken.
_MUNICIPALITY = re.compile(r"^(?:東京都|北海道|(?:京都|大阪)府|..県|...県)?[^0-9０-９\s]{1,8}?[市区町村]")


def masked(value: str | date | None, mask: Mask) -> str:
    """The value by the rule; an absent one stays absent, so that gaps can be counted."""
    if not value:
        return ""
    if isinstance(value, date):
        return f"{year_text(value.year)}{STAR}月{STAR}日"
    return _RULES[mask](value)


def _first_only(text: str) -> str:
    """``架空 太郎`` → ``架＊＊＊＊``: as long as before, the space not told."""
    return text[:1] + STAR * (len(text) - 1)


def _municipality(text: str) -> str:
    found = _MUNICIPALITY.match(text)
    return (found[0] if found else "") + STAR * 3


def _area(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return digits[:3] + STAR * max(0, len(digits) - 3)


def _last_digits(text: str) -> str:
    """All but the last two characters hidden; of a short one everything."""
    kept = text[-SHOWN_DIGITS:] if len(text) > 2 * SHOWN_DIGITS else ""
    return STAR * (len(text) - len(kept)) + kept


def _all(text: str) -> str:
    return LEFT_OUT


_RULES: dict[Mask, Callable[[str], str]] = {
    Mask.NAME: _first_only,
    Mask.KANA: _first_only,
    Mask.ADDRESS: _municipality,
    Mask.POSTAL_CODE: _area,
    Mask.PHONE: _last_digits,
    Mask.NUMBER: _last_digits,
    Mask.BIRTH: _all,  # a day that came as text
    Mask.TEXT: _all,
}
