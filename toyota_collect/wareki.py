"""Japanese era dates: printing them, and reading every form the sections write.

The stored value is always a ``date``. A date outside its era (平成31年5月1日, S64.1.8) is read
and reported as such; a string that could mean two dates is refused.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from toyota_collect.numerals import KANJI_NUMERALS, kanji_number


@dataclass(frozen=True, slots=True)
class Era:
    """元号: ``code`` is the figure of seven-digit dates (5080731 = 令和8年7月31日)."""

    name: str
    letter: str
    code: str
    starts_on: date

    def western(self, era_year: int) -> int:
        """Return the western year of the given year of this era (1 = 元年)."""
        return self.starts_on.year + era_year - 1


# 明治 begins with 1868-01-25, the first day of its first year in the present calendar.
ERAS = (
    Era("令和", "R", "5", date(2019, 5, 1)),
    Era("平成", "H", "4", date(1989, 1, 8)),
    Era("昭和", "S", "3", date(1926, 12, 25)),
    Era("大正", "T", "2", date(1912, 7, 30)),
    Era("明治", "M", "1", date(1868, 1, 25)),
)
_ERA_OF = {mark: era for era in ERAS for mark in (era.name, era.name[0], era.letter, era.code)}
_ERA_MARK = "(令和|平成|昭和|大正|明治|[令平昭大明RHSTM])"
_NUMBER = rf"(\d{{1,2}}|元|[{KANJI_NUMERALS}]+)"


@dataclass(frozen=True, slots=True)
class Reading:
    """A date that was read, and what staff should know about how it was written (or "")."""

    on: date
    warning: str = ""


def era_of(day: date) -> Era:
    """Return the era in force on ``day``.

    Raises:
        ValueError: the day lies before 明治.
    """
    for era in ERAS:
        if day >= era.starts_on:
            return era
    raise ValueError(f"明治より前の日付は和暦にできません: {day.isoformat()}")


def long_text(day: date) -> str:
    """``2026-07-31`` → ``"令和8年7月31日"``; the first year of an era is 元年."""
    era, year = _era_year(day)
    return f"{era.name}{_first_year(year)}年{day.month}月{day.day}日"


def short_text(day: date) -> str:
    """``2026-07-31`` → ``"R8.7.31"``; the first year is 1."""
    era, year = _era_year(day)
    return f"{era.letter}{year}.{day.month}.{day.day}"


def year_text(year: int) -> str:
    """``2027`` → ``"令和9年"``: a calendar year, named after the era on its last day."""
    era = era_of(date(year, 12, 31))
    return f"{era.name}{_first_year(year - era.starts_on.year + 1)}年"


def fiscal_year_text(fiscal_year: int) -> str:
    """``2026`` → ``"令和8年度"``, ``2019`` → ``"令和元年度"`` (its common name), ``2018`` → ``"平成30年度"``."""
    # A fiscal year is named after the era in force when most of it ran: 2019 is 令和元年度.
    return f"{year_text(fiscal_year)}度"


def read(text: str) -> Reading:
    """Read a date in any form that can mean only one day.

    Accepts 令和8年7月31日, R8.7.31, R080731, 平31.4.30, ㋿元年5月1日, 5080731, 5-080731, 20260731,
    2026/7/31 and 2026-07-31, in any width.

    Raises:
        ValueError: no date, or one that could be read in two ways (five or six bare digits).
    """
    plain = _plain(text)
    for pattern, build in _FORMS:
        if found := pattern.fullmatch(plain):
            return build(found, text)
    if re.fullmatch(r"\d{5,6}", plain):
        raise ValueError(f"どの元号・世紀の日付か決められません: 「{text}」。元号を付けて書いてください。")
    raise ValueError(f"日付として読めません: 「{text}」。")


def parse(text: str) -> date:
    """Read a date like :func:`read` and return only the day."""
    return read(text).on


@lru_cache(maxsize=65536)
def parse_as(text: str, form: str) -> date:
    """Read a date that must be written in one ``form`` of the extract layouts.

    Forms: ``era7`` 5080731 · ``ymd`` 20260731 · ``slash`` 2026/7/31 · ``iso`` 2026-07-31 ·
    ``wareki`` R8.7.31 or 令和8年7月31日 · ``era_ymd`` R080731.

    Raises:
        ValueError: another form, or no such day. The message is Japanese and quotes the text.
    """
    if form not in _LAYOUT_FORMS:
        raise ValueError(f"日付の書式「{form}」はありません。{'・'.join(_LAYOUT_FORMS)} から選んでください。")
    patterns, example = _LAYOUT_FORMS[form]
    plain = _plain(text)
    for pattern, build in patterns:
        if found := pattern.fullmatch(plain):
            return build(found, text).on
    raise ValueError(f"日付の書式が違います: 「{text}」。{example} のように書いてください。")


def parse_fiscal_year(text: str) -> int:
    """Read a fiscal year: ``R08``, ``508``, ``令和8年度``, ``平成31年度`` or ``2026`` → its western number.

    Raises:
        ValueError: no year, or two bare digits that name no era.
    """
    plain = re.sub("年?度?$", "", _plain(text))
    if re.fullmatch(r"(19|20)\d\d", plain):
        return int(plain)
    if found := re.fullmatch(_ERA_MARK + _NUMBER, plain) or re.fullmatch(r"([1-5])(\d\d)", plain):
        year = _number(found[2])
        if year >= 1:
            return _ERA_OF[found[1]].western(year)
    raise ValueError(f"年度として読めません: 「{text}」。R08、令和8年度、2026 のように書いてください。")


def _era_year(day: date) -> tuple[Era, int]:
    era = era_of(day)
    return era, day.year - era.starts_on.year + 1


def _first_year(year: int) -> str:
    return "元" if year == 1 else str(year)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"\s+", "", re.sub("[‐‑–—―−ー]", "-", folded))


def _number(text: str) -> int:
    if text == "元":
        return 1
    return int(text) if text.isdigit() else kanji_number(text)


def _western(found: re.Match[str], text: str) -> Reading:
    return Reading(_day(int(found[1]), int(found[2]), int(found[3]), text))


def _era(found: re.Match[str], text: str) -> Reading:
    return _era_day(found[1], found[2], found[3], found[4], text)


def _era_points(found: re.Match[str], text: str) -> Reading:
    return _era_day(found[1], found[2], found[4], found[5], text)


def _era_day(mark: str, year_text: str, month: str, day_text: str, text: str) -> Reading:
    era, year = _ERA_OF[mark], _number(year_text)
    if year < 1:
        raise ValueError(f"元号の年が0です: 「{text}」。")
    day = _day(era.western(year), _number(month), _number(day_text), text)
    if day < ERAS[-1].starts_on or era_of(day) is not era:
        return Reading(day, f"「{text}」は{era.name}の期間の外の日付です。{day.isoformat()} として読みました。")
    return Reading(day)


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"暦にない日付です: 「{text}」。") from None


_Build = Callable[[re.Match[str], str], Reading]
_ERA7 = re.compile(r"([1-5])-?(\d\d)(\d\d)(\d\d)")
_YMD = re.compile(r"(\d{4})(\d\d)(\d\d)")
_SLASH = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_WESTERN_KANJI = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_ERA_YMD = re.compile(r"([RHSTM])-?(\d\d)(\d\d)(\d\d)")
_WAREKI_KANJI = re.compile(f"{_ERA_MARK}{_NUMBER}年{_NUMBER}月{_NUMBER}日")
_WAREKI_POINTS = re.compile(rf"{_ERA_MARK}(\d{{1,2}}|元)([./-])(\d{{1,2}})\3(\d{{1,2}})")

_FORMS: tuple[tuple[re.Pattern[str], _Build], ...] = (
    (_WAREKI_KANJI, _era),
    (_WAREKI_POINTS, _era_points),
    (_ERA7, _era),
    (_ERA_YMD, _era),
    (_YMD, _western),
    (_SLASH, _western),
    (_ISO, _western),
    (_WESTERN_KANJI, _western),
)
_LAYOUT_FORMS: dict[str, tuple[tuple[tuple[re.Pattern[str], _Build], ...], str]] = {
    "era7": (((_ERA7, _era),), "5080731"),
    "ymd": (((_YMD, _western),), "20260731"),
    "slash": (((_SLASH, _western),), "2026/07/31"),
    "iso": (((_ISO, _western),), "2026-07-31"),
    "wareki": (((_WAREKI_KANJI, _era), (_WAREKI_POINTS, _era_points)), "R8.7.31"),
    "era_ymd": (((_ERA_YMD, _era),), "R080731"),
}
