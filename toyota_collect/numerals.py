"""Numbers written in kanji, as they stand in addresses and dates."""

import re

KANJI_NUMERALS = "〇零一二三四五六七八九十百千"
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"零": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_RUN = f"[{KANJI_NUMERALS}]+"


def kanji_number(text: str) -> int:
    """Read ``二十一``, ``二一`` or ``千五百`` as a number.

    Raises:
        ValueError: the text is empty or holds another character.
    """
    if not text or any(char not in KANJI_NUMERALS for char in text):
        raise ValueError(f"漢数字として読めません: {text}")
    if not any(char in _UNITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = digit * 10 + _DIGITS[char]
    return total + digit


def replace_before(text: str, followers: str) -> str:
    """Turn kanji numbers into figures where one of ``followers`` (a regular expression) comes next."""
    return re.sub(f"{_RUN}(?={followers})", lambda run: str(kanji_number(run[0])), text)
