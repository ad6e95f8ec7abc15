"""Texts of a money file to values: each reader takes one field's text and answers a value, or why it cannot."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from toyota_collect.wareki import ERAS, parse_as

AHEAD = timedelta(days=60)
"""How far a date without a year may lie ahead of the business date; else it belongs to the year before."""
FAR = timedelta(days=366)
"""How far ahead any date may lie (入金予定日), and twice how far back an era year without its era is believed."""
FIRST_DAY = date(2000, 1, 1)
LARGEST_YEN = 10**12
MOST_CACHED = 4096
AMOUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15}")
CALENDAR_FORMS = ("ymd", "slash", "iso", "era7")  # read by toyota_collect.wareki
DATE_FORMS = (*CALENDAR_FORMS, "mmdd", "era6")
DIGIT_FORMS = frozenset({"digits", "account", "yen", "number", "time", "ymd", "mmdd", "era6", "era7"})
FORMS = ("text", "kana", "digits", "account", "yen", "number", "time", *DATE_FORMS)


class Unreadable(ValueError):
    """A text that is no such value; the message is the Japanese reason without the place."""


class Code(NamedTuple):
    """A code of the sender: what it means to us, and its Japanese words."""

    meaning: str
    words: str


def code_reader(codes: Mapping[str, Code]) -> Callable[[str], Any]:
    def convert(text: str) -> Code:
        known = codes.get(text.strip())
        if known is None:
            raise Unreadable(f"「{text}」は知らないコードです（知っているのは {'、'.join(codes)}）")
        return known

    return convert


def reader(form: str, *, as_of: date, latest: date) -> Callable[[str], Any]:
    """Return the function that reads texts of a form.

    Args:
        as_of: the business date; resolves dates without a year or an era.
        latest: no date of this field may be later.
    """
    if form in DATE_FORMS:
        return lru_cache(MOST_CACHED)(lambda text: _day(text, form, as_of, latest))
    return READERS[form]


def full_width(text: str) -> str:
    """``ﾀｶﾊｼ ｶｽﾞｵ`` → ``タカハシ カズオ``, blanks around it dropped."""
    return unicodedata.normalize("NFKC", text).strip()


def _digits(text: str) -> str:
    if not (text.isascii() and text.strip().isdigit()):
        raise Unreadable(f"「{text}」が数字ではありません")
    return text.strip()


def _number(text: str) -> int:
    plain = text.strip()
    if not AMOUNT.fullmatch(plain):
        raise Unreadable(f"「{text}」が数字ではありません")
    return int(plain.replace(",", ""))


def _yen(text: str) -> int:
    yen = _number(text)
    if yen == 0:
        raise Unreadable("0円です。支払は1円以上です")
    if yen > LARGEST_YEN:
        raise Unreadable(f"「{text}」円は大きすぎます")
    return yen


def _time(text: str) -> str:
    if not re.fullmatch("([01][0-9]|2[0-3])[0-5][0-9]", text):
        raise Unreadable(f"「{text}」という時刻はありません")
    return f"{text[:2]}:{text[2:]}"


def _day(text: str, form: str, as_of: date, latest: date) -> date:
    if form == "mmdd":
        return _without_year(text, as_of)
    if form == "era6":
        day = _without_era(text, as_of)
    else:
        try:
            day = parse_as(text.strip(), form)
        except ValueError as error:
            raise Unreadable(f"日付が読めません。{str(error).rstrip('。')}") from error
    if day < FIRST_DAY:
        raise Unreadable(f"「{text}」はありえない日付です")
    if day > latest:
        raise Unreadable(f"「{text}」が基準日（{as_of}）より先です")
    return day


def _without_year(text: str, as_of: date) -> date:
    """MMDD in the latest year in which it lies no more than ``AHEAD`` after ``as_of``."""
    latest = as_of + AHEAD
    for year in (latest.year, latest.year - 1):
        try:
            day = date(year, int(text[:2]), int(text[2:]))
        except ValueError:
            continue
        if day <= latest:
            return day
    raise Unreadable(f"「{text}」（月日）という日は、基準日（{as_of}）の前後の年にありません")


def _without_era(text: str, as_of: date) -> date:
    """YYMMDD with the year of an era that is not named: the era in which it lies in the two years before ``as_of``."""
    year, month, day_of_month = int(text[:2]), int(text[2:4]), int(text[4:])
    for era in ERAS:
        try:
            day = date(era.western(year), month, day_of_month)
        except ValueError:
            continue
        if year > 0 and as_of - 2 * FAR <= day <= as_of:
            return day
    raise Unreadable(f"「{text}」は、基準日（{as_of}）までの2年に和暦の日付としてありません。西暦の下2桁かもしれません")


READERS: dict[str, Callable[[str], Any]] = {
    "text": str.strip,
    "kana": full_width,
    "digits": _digits,
    "account": _digits,
    "yen": _yen,
    "number": _number,
    "time": _time,
}
