"""Cells to canonical values: each reader turns a text into what ``COPY`` takes, or into a refusal with its reason."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from claims.intake.layout import FieldSpec
from toyota_collect.wareki import parse_as, parse_fiscal_year

NULL = r"\N"
FIRST_DAY, LAST_DAY = date(1868, 1, 25), date(2100, 12, 31)
FIRST_YEAR, LAST_YEAR = 1950, 2100
LARGEST_INT, LARGEST_YEN = 32_767, 10**12
LONGEST = 60  # characters; no code, date or figure needs as many
MOST_CACHED = 200_000
AMOUNT = re.compile(r"(-|▲|△)?[¥\\]?(\d{1,3}(?:,\d{3})+|\d+)(-)?")
MEND = "元のシステムで直し、次の抽出に含めてください。"


class Refused(Exception):
    """A cell that cannot be taken; ``code`` is the reject code, the message the Japanese reason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Bad:
    """A refused value in a column."""

    code: str
    reason: str


class CellReader(dict[str, "str | Bad"]):
    """Values by cell text, each read once: dates, amounts and kinds repeat a great deal."""

    def __init__(self, convert: Callable[[str], str]) -> None:
        super().__init__()
        self._convert = convert
        self.has_bad = False

    def __missing__(self, text: str) -> "str | Bad":
        value: str | Bad
        try:
            value = self._convert(text)
        except Refused as refused:
            value, self.has_bad = Bad(refused.code, str(refused)), True
        if len(self) >= MOST_CACHED:
            self.clear()
        self[text] = value
        return value


def converter(spec: FieldSpec, kinds: Mapping[str, int], as_of: date) -> Callable[[str], str]:
    """Return the function that reads cells of a field that is no text; ``kinds`` gives the database id by code."""
    latest = as_of if spec.canonical.name == "paid_on" else LAST_DAY
    read: Callable[[FieldSpec, str], str] = {
        "kind": lambda one, text: _kind(one, text, kinds),
        "date": lambda one, text: _date(one, text, latest),
        "yen": _yen,
        "int": _int,
        "year": _year,
        "sex": lambda one, text: text if text in ("1", "2") else "",
        "postal": lambda one, text: _postal(text),
    }[spec.canonical.type]

    def convert(cell: str) -> str:
        text = cell.strip()
        text = spec.map.get(text, text)
        if not text or (spec.canonical.type == "date" and not text.strip("0/-. ")):
            return _empty(spec)
        if len(text) > LONGEST:
            shown = f"{spec.canonical.label}「{text[:20]}…」"
            raise Refused("columns", f"{shown}が長すぎます（{len(text):,}文字）。列のずれを確かめてください。")
        return read(spec, text)

    return convert


def required(spec: FieldSpec) -> Refused:
    return Refused("required", f"必要な項目「{spec.canonical.label}」が空です。{MEND}")


def _empty(spec: FieldSpec) -> str:
    if spec.canonical.required:
        raise required(spec)
    return NULL if spec.canonical.empty is None else spec.canonical.empty


def _kind(spec: FieldSpec, text: str, kinds: Mapping[str, int]) -> str:
    known = kinds.get(text)
    if known is None:
        raise Refused(
            "kind",
            f"{spec.canonical.label}「{text}」は登録されていません。債権種目の登録か、レイアウトの対応表を直してください。",
        )
    return str(known)


def _date(spec: FieldSpec, text: str, latest: date) -> str:
    label = spec.canonical.label
    try:
        day = parse_as(text, spec.form)
    except ValueError as error:
        raise Refused("date", f"{label}が読めません。{error}{MEND}") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refused("date", f"{label}「{text}」はありえない日付です。{MEND}")
    if day > latest:
        raise Refused("date", f"{label}「{text}」が基準日より先です。{MEND}")
    return day.isoformat()


def _yen(spec: FieldSpec, text: str) -> str:
    label = spec.canonical.label
    found = AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if not found or (found[3] and (found[1] or spec.sign != "trailing")):
        raise Refused("amount", f"{label}「{text}」が金額として読めません。{MEND}")
    yen = int(found[2].replace(",", ""))
    if yen and (found[1] or found[3]):
        raise Refused("negative", f"{label}「{text}」がマイナスです。減額は更正・減免・取消の列で送ってください。")
    if yen > LARGEST_YEN:
        raise Refused("amount", f"{label}「{text}」が大きすぎます。{MEND}")
    return str(yen)


def _int(spec: FieldSpec, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if not plain.isdecimal() or int(plain) > LARGEST_INT:
        raise Refused("number", f"{spec.canonical.label}「{text}」が数として読めません。{MEND}")
    return str(int(plain))


def _year(spec: FieldSpec, text: str) -> str:
    try:
        year = parse_fiscal_year(text) if spec.form == "era_year" else int(unicodedata.normalize("NFKC", text))
    except ValueError as error:
        raise Refused("number", f"{spec.canonical.label}「{text}」が年度として読めません。{MEND}") from error
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused("number", f"{spec.canonical.label}「{text}」はありえない年度です。{MEND}")
    return str(year)


def _postal(text: str) -> str:
    digits = re.sub(r"[〒\s\-ー−‐]", "", unicodedata.normalize("NFKC", text))
    return digits if len(digits) == 7 and digits.isdecimal() else ""
