"""The declared families: names, columns, keys and file names. Pure; read from ``families.toml``."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DECLARED = Path(__file__).with_name("families.toml")
MANIFEST = "manifest.json"
VERSION = "1"  # of the families; raised when a column is added, moved or read otherwise
FILE_NAME = re.compile(r"(?P<family>std-[a-z]+)(?:_(?P<source>[a-z][a-z0-9_]*))?_(?P<day>\d{8})\.csv")
TYPES = {"text": "文字", "date": "日付", "year": "年度", "int": "整数", "yen": "円", "code": "コード"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a family. ``length``: most characters of a text; ``codes``: code to meaning; ``list``: whose codes."""

    code: str
    title: str
    type: str
    required: bool
    key: bool
    length: int = 0
    codes: Mapping[str, str] = field(default_factory=dict)
    list: str = ""
    note: str = ""

    @property
    def type_label(self) -> str:
        return TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of file. ``orders``: pairs of dates of which the second is never before the first."""

    code: str
    name: str
    ways: tuple[str, ...]
    about: str
    columns: tuple[Column, ...]
    orders: tuple[tuple[str, str], ...] = ()

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]

    @property
    def sums(self) -> list[Column]:
        """The columns whose totals stand in the manifest."""
        return [column for column in self.columns if column.type == "yen"]

    def file_name(self, on: date, source: str = "") -> str:
        """``std-chotei_20261120.csv``; with a source ``std-chotei_zei_20261120.csv``."""
        return "_".join(part for part in (self.code, source, f"{on:%Y%m%d}") if part) + ".csv"


@cache
def families() -> Mapping[str, Family]:
    """Every family by code, in the order of the declaration."""
    table = tomllib.loads(DECLARED.read_text(encoding="utf-8"))
    return {code: _family(code, one, table) for code, one in table["families"].items()}


def family_of(file_name: str) -> tuple[Family, str, date] | None:
    """Family, source (or nothing) and day that a file's name tells; ``None`` for a name of another form."""
    found = FILE_NAME.fullmatch(file_name)
    if not found or found["family"] not in families():
        return None
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    return families()[found["family"]], found["source"] or "", day


def _family(code: str, one: dict[str, Any], table: dict[str, Any]) -> Family:
    marks = one["columns"].replace("@claim", table["claim_key"]).split()
    orders = tuple((first, second) for first, second in one.get("orders", []))
    columns = tuple(_column(mark, table["columns"]) for mark in marks)
    return Family(code, one["name"], tuple(one["ways"]), one["about"], columns, orders)


def _column(mark: str, known: dict[str, Any]) -> Column:
    code = mark.rstrip("#!")
    return Column(code, required="!" in mark, key="#" in mark, **known[code])
