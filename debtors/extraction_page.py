"""What the pages of saved extractions show: the form of one, its result, its exports."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from psycopg.errors import QueryCanceled

from debtors.extraction_query import Cells, Figures, Spec, choices_of, columns_for, figures_of, select, values, words_of
from debtors.models import ExtractionVersion, Person
from debtors.protection import hidden_people
from debtors.rules.extraction import (
    MOST_CONDITIONS,
    NO_VALUE,
    OPERATORS,
    Condition,
    ConditionWrong,
    read_condition,
    typed,
)
from toyota_collect.lists import Column, ExtractionList, Kind, lists
from toyota_collect.permissions import allows
from toyota_collect.templatetags.tc import date_short_text

PER_PAGE = 50
PATIENCE_S = 20  # longer than this nobody waits before a screen, and nobody else should have to wait for it
TRIED = 10  # rows of a trial
_ROW = re.compile(r"c([0-9]{1,4})-column")


class TooSlow(Exception):
    """The result takes too long for a screen; the message says what to do, in Japanese."""


@dataclass
class Line:
    """A condition as it is typed. ``problem``: what to mend."""

    number: int
    column: Column
    op: str
    values: list[str]
    problem: str = ""

    @property
    def operators(self) -> list[tuple[str, str]]:
        return list(OPERATORS[self.column.kind].items())

    @property
    def choices(self) -> list[tuple[str, str]]:
        return list(choices_of(self.column).items())

    @property
    def asks_value(self) -> bool:
        return self.op not in NO_VALUE

    @property
    def first(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def second(self) -> str:
        return self.values[1] if len(self.values) > 1 else ""

    @property
    def hint(self) -> str:
        return {
            Kind.DATE: "R8.4.1、2026-04-01、今日、今日-30日",
            Kind.YEN: "円の整数",
            Kind.NUMBER: "整数",
        }.get(self.column.kind, "")


@dataclass
class Draft:
    """The form of an extraction: what was typed, and what of it cannot be run."""

    source: ExtractionList
    columns: dict[str, Column]
    lines: list[Line] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)  # column → its place, as typed
    sort: str = ""
    descending: bool = False
    problems: list[str] = field(default_factory=list)
    new_line: int | None = None  # the condition that was just added: the caret goes there

    @property
    def offered(self) -> list[dict[str, Any]]:
        """Columns to tick, those that are chosen first and in their order."""
        places = {code: place for place, code in enumerate(self.ordered())}
        every = sorted(self.columns.values(), key=lambda one: places.get(one.code, len(places)))
        return [
            {"column": one, "chosen": one.code in places, "place": places[one.code] + 1 if one.code in places else ""}
            for one in every
        ]

    @property
    def sorts(self) -> list[Column]:
        return [one for one in self.columns.values() if not one.withheld]

    @property
    def full(self) -> bool:
        return len(self.lines) >= MOST_CONDITIONS

    def ordered(self) -> list[str]:
        """Chosen codes by their place; those without one after them, in the order of the list."""
        order = list(self.columns)
        return sorted(self.chosen, key=lambda code: (_place(self.chosen[code]), order.index(code)))

    def spec(self) -> Spec | None:
        """What can be run, or ``None`` with ``problems``."""
        conditions: list[Condition] = []
        for line in self.lines:
            try:
                choices = choices_of(line.column)
                conditions.append(read_condition(line.column, op=line.op, values=line.values, choices=choices))
            except ConditionWrong as wrong:
                line.problem = str(wrong)
                self.problems.append(str(wrong))
        if not self.chosen:
            self.problems.append("出す項目を1つ以上選んでください。")
        if self.problems:
            return None
        columns = tuple(self.columns[code] for code in self.ordered())
        return Spec(self.source, tuple(conditions), columns, self.sort, self.descending)


def open_lists(user: Any) -> list[ExtractionList]:
    return [one for one in lists if allows(user, one.permission)]


def blank(source: ExtractionList, user: Any) -> Draft:
    """The form of a new extraction: the usual columns, no condition."""
    columns = columns_for(source, user)
    usual = [code for code, column in columns.items() if column.usual]
    return Draft(source, columns, chosen={code: str(place) for place, code in enumerate(usual, start=1)})


def stored(version: ExtractionVersion, source: ExtractionList, user: Any) -> Draft:
    """The form of a version that is to be changed; what the list no longer has is left out."""
    columns = columns_for(source, user)
    draft = Draft(source, columns, sort=version.sort, descending=version.descending)
    draft.chosen = {code: str(place) for place, code in enumerate(version.columns, start=1) if code in columns}
    for number, data in enumerate(version.conditions):
        column = columns.get(data["column"])
        if column is not None and data["op"] in OPERATORS[column.kind]:
            draft.lines.append(Line(number, column, data["op"], _typed(column, data)))
    return draft


def posted(source: ExtractionList, user: Any, data: QueryDict) -> Draft:
    """What was typed. ``add`` and ``drop`` of the form add or take away a condition."""
    columns = columns_for(source, user)
    draft = Draft(source, columns, descending=data.get("descending") == "on")
    draft.chosen = {code: data.get(f"place-{code}", "") for code in data.getlist("show") if code in columns}
    if data.get("sort", "") in {one.code for one in draft.sorts}:
        draft.sort = data["sort"]
    numbers = sorted(int(found[1]) for name in data if (found := _ROW.fullmatch(name)))
    for number in numbers[:MOST_CONDITIONS]:
        column = columns.get(data[f"c{number}-column"])
        if column is not None and str(number) != data.get("drop"):
            op = data.get(f"c{number}-op", "")
            draft.lines.append(Line(number, column, op, data.getlist(f"c{number}-value")))
    if "add" in data and data.get("new", "") in columns and not draft.full:
        column = columns[data["new"]]
        draft.new_line = max(numbers, default=-1) + 1
        draft.lines.append(Line(draft.new_line, column, next(iter(OPERATORS[column.kind])), []))
    return draft


def result(spec: Spec, *, user: Any, on: date, page: str | None) -> dict[str, Any]:
    """One page of the rows with the figures of all of them.

    Raises:
        TooSlow: the database has not answered in ``PATIENCE_S``.
    """
    with _patience():
        rows = select(spec, user=user, on=on)
        figures = figures_of(spec, rows)
        shown = _Counted(values(spec, rows), PER_PAGE, figures.rows).get_page(page)
        return _context(spec, figures, list(shown), on=on) | {"page": shown}


def tried(spec: Spec, *, user: Any, on: date) -> dict[str, Any]:
    """The first rows and the figures, of what is not saved. Raises ``TooSlow`` as ``result``."""
    with _patience():
        rows = select(spec, user=user, on=on)
        return _context(spec, figures_of(spec, rows), list(values(spec, rows)[:TRIED]), on=on)


@contextmanager
def _patience() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENCE_S * 1000:.0f}"])
        try:
            yield
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            raise TooSlow(
                f"{PATIENCE_S:.0f}秒たっても終わりません。条件を足してしぼるか、結果を見ずに書き出してください。"
            ) from error


class _Counted(Paginator):
    """Pages over rows that were counted together with the other figures."""

    def __init__(self, rows: Any, per_page: int, count: int) -> None:
        super().__init__(rows, per_page)
        self.count = count  # type: ignore[assignment,misc]


def _context(spec: Spec, figures: Figures, rows: Sequence[Any], *, on: date) -> dict[str, Any]:
    people = {row[0] for row in rows if row[0] is not None}
    cells = Cells(spec, hidden=hidden_people(people, on=on), mask=False)
    numbers = dict(Person.objects.filter(pk__in=people).values_list("pk", "number"))
    return {
        "source": spec.source,
        "columns": spec.columns,
        "figures": figures,
        "words": words_of(spec),
        "left_out": spec.left_out,
        "seen": sorted(numbers.values()) if spec.personal else [],  # whose view is to be logged
        "total_title": lists.columns_of(spec.source.code)[spec.source.total].title,
        "rows": [_shown(spec, cells, row, numbers) for row in rows],
    }


def _shown(spec: Spec, cells: Cells, row: Sequence[Any], numbers: Mapping[int, str]) -> list[dict[str, Any]]:
    person, *given = row
    hidden = cells.is_hidden(person)
    told = []
    for column, value in zip(spec.columns, cells.row(person, given), strict=True):
        kind = column.kind.value
        told.append(
            {
                "kind": kind,
                "value": value,
                "withheld": hidden and column.withheld,
                "url_number": numbers.get(person, "") if column.code in ("name", "number") else "",
                "day": date_short_text(value) if kind == "date" else "",
            }
        )
    return told


def _typed(column: Column, data: Mapping[str, Any]) -> list[str]:
    value = data.get("value")
    if value is None:
        return []
    return [typed(column, one) for one in (value if isinstance(value, list) else [value])]


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 9_999
