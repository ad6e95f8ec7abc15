"""What the apps offer to saved extractions (抽出条件): lists, each with its rows, its columns and what may leave with them.

An app registers its lists in ``AppConfig.ready()``; an app above adds columns to a list of one below.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a column holds; it decides the conditions that can be put to it and how it is written."""

    TEXT = "text"
    NUMBER = "number"
    YEN = "yen"
    DATE = "date"
    CHOICE = "choice"
    FLAG = "flag"


class Mask(StrEnum):
    """By which rule a value is made unknowable where an export is masked (``debtors.rules.masking``)."""

    NAME = "name"
    KANA = "kana"
    ADDRESS = "address"
    POSTAL_CODE = "postal_code"
    PHONE = "phone"
    BIRTH = "birth"
    NUMBER = "number"
    TEXT = "text"  # written freely: anything may stand in it


# A path of the list's rows, or what makes an expression for who looks, and the day.
Value = str | Callable[[Any, date], Any]
Choices = Callable[[], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Grouped:
    """A column for all rows of a list at once (``toyota_collect.grouped``): what a condition, an order or the sum looks at.

    ``rows`` makes a query by user and day, grouped by the rows' ids; columns of one ``code`` come from one query.
    ``found`` is the column's figure of a group, and ``absent`` what stands for it where there is no group.
    """

    code: str
    rows: "Callable[[Any, date], Any]"
    found: Any
    absent: Any = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. ``withheld``: of people under protection it is shown to nobody and never leaves the house.

    ``value`` is asked for the rows that are shown; where it costs a query a row, ``grouped`` gives it for all of them.
    """

    code: str
    title: str
    kind: Kind
    value: Value
    mask: Mask | None = None
    withheld: bool = False
    choices: Choices | None = None
    compared: Value | None = None  # what a condition looks at, where that is not the value itself
    folded: Callable[[str], str] = str  # how the text of a condition is spelt there
    permission: str = ""  # asked for beyond that of the list
    usual: bool = False  # chosen where nobody has chosen others
    grouped: Grouped | None = None


@dataclass(frozen=True, slots=True)
class ExtractionList:
    """A list one can extract from. ``rows`` gives those the user may know of on the day, as a queryset without joins to many.

    ``person`` is the path to the id of the person a row is about, ``total`` the code of the yen that are summed up.
    """

    code: str
    title: str
    unit: str  # 人 | 件 | 通
    about: str
    permission: str
    rows: Callable[[Any, date], Any]
    person: str
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    total: str


@dataclass
class Lists:
    """The registered lists, and the columns that others have added to them."""

    _lists: dict[str, ExtractionList] = field(default_factory=dict)
    _added: dict[str, dict[str, Column]] = field(default_factory=dict)

    def register(self, *lists: ExtractionList) -> None:
        self._lists |= {one.code: one for one in lists}

    def add_columns(self, code: str, *columns: Column) -> None:
        self._added.setdefault(code, {}).update({column.code: column for column in columns})

    def __iter__(self) -> Any:
        return iter(self._lists.values())

    def get(self, code: str) -> ExtractionList | None:
        return self._lists.get(code)

    def columns_of(self, code: str) -> dict[str, Column]:
        """All columns of a list by code, in the order in which they are offered."""
        own = {column.code: column for column in self._lists[code].columns}
        return own | self._added.get(code, {})


lists = Lists()
