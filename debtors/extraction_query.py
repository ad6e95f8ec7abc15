"""Running an extraction: conditions as data become one queryset over a list, with the figures and the cells of its rows.

Who is under protection, or may be, never appears because of an address or a phone that was asked for, and theirs are
never among the cells.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce

from debtors.models import ExtractionVersion
from debtors.protection import all_hidden_people
from debtors.rules.extraction import Condition, ConditionWrong, check_stored, day_of, in_words
from debtors.rules.masking import masked
from toyota_collect.grouped import join_grouped
from toyota_collect.lists import Column, ExtractionList, Kind, lists
from toyota_collect.permissions import allows

TOTAL = "of_the_sum"


@dataclass(frozen=True, slots=True)
class Spec:
    """What is asked: a list, conditions (all hold), columns in their order, and how rows are sorted."""

    source: ExtractionList
    conditions: tuple[Condition, ...]
    columns: tuple[Column, ...]
    sort: str = ""
    descending: bool = False
    left_out: tuple[str, ...] = ()  # titles of columns that are not for who runs it

    @property
    def personal(self) -> list[Column]:
        """Columns that tell whom a row is about; masked where the export is."""
        return [column for column in self.columns if column.mask]

    @property
    def asks_withheld(self) -> bool:
        known = lists.columns_of(self.source.code)
        return any(known[one.column].withheld for one in self.conditions)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the whole result: rows, different people, and the yen of the list's sum."""

    rows: int
    people: int
    yen: int


def spec_of(version: ExtractionVersion, *, user: Any) -> Spec:
    """The stored version, read for who runs it.

    Raises:
        ConditionWrong: the list is not for the user, or it no longer has what the version names.
    """
    source = open_list(version.extraction.list_code, user)
    known = columns_for(source, user)
    columns = tuple(known[code] for code in version.columns if code in known)
    if not columns:
        raise ConditionWrong("この版の項目は、いまの一覧で見られません。「直す」を開いて、項目を選び直してください。")
    titles = {code: one.title for code, one in lists.columns_of(source.code).items()}
    conditions = tuple(check_stored(data, known, titles) for data in version.conditions)
    sort = version.sort if version.sort in known and not known[version.sort].withheld else ""
    left_out = tuple(titles.get(code, code) for code in version.columns if code not in known)
    return Spec(source, conditions, columns, sort, version.descending, left_out)


def columns_for(source: ExtractionList, user: Any) -> dict[str, Column]:
    """The columns of a list that the user may see, by code."""
    found = lists.columns_of(source.code)
    return {code: one for code, one in found.items() if not one.permission or allows(user, one.permission)}


def open_list(code: str, user: Any) -> ExtractionList:
    """The list, if the user may see it.

    Raises:
        ConditionWrong: there is none, or it is not for the user.
    """
    source = lists.get(code)
    if source is None or not allows(user, source.permission):
        raise ConditionWrong("この一覧を使う権限がありません。")
    return source


def choices_of(column: Column) -> dict[str, str]:
    """Codes and their words, as they stand in the database now."""
    return dict(column.choices()) if column.choices else {}


def words_of(spec: Spec) -> list[str]:
    known = lists.columns_of(spec.source.code)
    return [in_words(one, known[one.column], choices_of(known[one.column])) for one in spec.conditions]


def select(spec: Spec, *, user: Any, on: date) -> Any:
    """Rows of the result, in order; each column is there under ``path_of``, the list's sum under ``TOTAL``."""
    known = lists.columns_of(spec.source.code)
    total = known[spec.source.total]
    sort = [known[spec.sort]] if spec.sort else []
    asked = [known[one.column] for one in spec.conditions]
    rows, at_once = _at_once(spec.source.rows(user, on), _over_all(asked, sort, total), user=user, on=on)
    for column in {one.code: one for one in (*spec.columns, *sort)}.values():
        if callable(column.value):
            whole = at_once.get(column.code) if column in (*asked, *sort) else None
            rows = rows.annotate(**{path_of(column): whole or column.value(user, on)})
    rows = rows.annotate(**{TOTAL: at_once.get(total.code) or _expression(total.value, user, on)})
    for number, condition in enumerate(spec.conditions):
        column = known[condition.column]
        value = column.compared or column.value
        path = f"asked_{number}"
        if callable(value):
            rows = rows.alias(**{path: at_once.get(column.code) or value(user, on)})
        else:
            path = value
        rows = rows.filter(_holds(condition, column, path, on=on))
    if spec.asks_withheld:
        person = spec.source.person
        rows = rows.filter(**{f"{person}__isnull": False}).exclude(**{f"{person}__in": all_hidden_people([on])})
    order = [f"{'-' if spec.descending else ''}{path_of(column)}" for column in sort]
    return rows.order_by(*order, *spec.source.order)


def _over_all(asked: Sequence[Column], sort: Sequence[Column], total: Column) -> list[Column]:
    """Columns that are looked at in all rows; the sum only where no condition of another kind leaves but few of them."""
    codes = {one.grouped.code for one in (*asked, *sort) if one.grouped}
    summed = total.grouped and (total.grouped.code in codes or all(one.grouped for one in asked))
    return [*asked, *sort, *([total] if summed else [])]


def _at_once(rows: Any, columns: Iterable[Column], *, user: Any, on: date) -> tuple[Any, dict[str, Any]]:
    """The rows joined with what is known of all of them at once, and an expression for each such column by its code."""
    together: dict[str, dict[str, Column]] = {}
    for column in columns:
        if column.grouped:
            together.setdefault(column.grouped.code, {})[column.code] = column
    found: dict[str, Any] = {}
    for name, wanted in together.items():
        figures = {code: one.grouped.found for code, one in wanted.items() if one.grouped}
        query = next(one.grouped.rows for one in wanted.values() if one.grouped)(user, on).annotate(**figures)
        rows, given = join_grouped(rows, query, alias=f"of_{name}")
        for code, one in wanted.items():
            absent = one.grouped.absent if one.grouped else None
            found[code] = given[code] if absent is None else Coalesce(given[code], Value(absent))
    return rows, found


def _expression(value: Any, user: Any, on: date) -> Any:
    return value(user, on) if callable(value) else F(value)


def path_of(column: Column) -> str:
    """Under which name a column's value stands in the rows of ``select``."""
    return f"shown_{column.code}" if callable(column.value) else column.value


def figures_of(spec: Spec, rows: Any) -> Figures:
    found = rows.order_by().aggregate(
        all_rows=Count("pk"),
        all_people=Count(spec.source.person, distinct=True),
        all_yen=Sum(TOTAL, default=0),
    )
    return Figures(found["all_rows"], found["all_people"], int(found["all_yen"]))


def values(spec: Spec, rows: Any) -> Any:
    """Each row as a tuple: the person's id, then the columns in their order."""
    return rows.values_list(spec.source.person, *(path_of(column) for column in spec.columns))


class Cells:
    """Rows as they may be shown or written: withheld where a person is hidden, masked where that is asked."""

    def __init__(self, spec: Spec, *, hidden: Collection[int], mask: bool) -> None:
        self.columns = spec.columns
        self.hidden, self.mask = hidden, mask
        self._choices: Mapping[str, Mapping[str, str]] = {one.code: choices_of(one) for one in spec.columns}

    def is_hidden(self, person: int | None) -> bool:
        """Who is linked to nobody might be anybody: hidden as well."""
        return person is None or person in self.hidden

    def row(self, person: int | None, given: Iterable[Any]) -> list[Any]:
        """Values of one row: text, int, date or ``None``; a withheld one is ``None``."""
        hidden = self.is_hidden(person)
        return [self._cell(column, value, hidden) for column, value in zip(self.columns, given, strict=True)]

    def _cell(self, column: Column, value: Any, hidden: bool) -> Any:
        if column.withheld and hidden:
            return None
        if value is None:
            return None
        if column.kind is Kind.FLAG:
            return "はい" if value else "いいえ"
        if column.kind is Kind.CHOICE:
            return self._choices[column.code].get(str(value), str(value))
        return masked(value, column.mask) if self.mask and column.mask else value


def _holds(condition: Condition, column: Column, path: str, *, on: date) -> Q:
    op, value = condition.op, condition.value
    absent = Q(**{f"{path}__isnull": True})
    if op in ("empty", "filled"):
        blank = Q(**{path: ""}) if column.kind is Kind.TEXT else Q(pk__in=[])
        return absent | blank if op == "empty" else ~absent & ~blank
    if column.kind is Kind.FLAG:
        return Q(**{path: op == "yes"})
    if column.kind is Kind.CHOICE:
        among = Q(**{f"{path}__in": value})
        return among if op == "any" else absent | ~among
    if column.kind is Kind.TEXT:
        return _text_holds(op, path, column.folded(str(value)))
    if column.kind is Kind.DATE:
        value = [day_of(one, on=on) for one in value] if op == "between" else day_of(value, on=on)
    if op == "until_or_empty":
        return absent | Q(**{f"{path}__lte": value})
    if op == "between":
        return Q(**{f"{path}__gte": value[0], f"{path}__lte": value[1]})
    lookup = {"least": "gte", "since": "gte", "most": "lte", "until": "lte", "equals": "exact"}[op]
    return Q(**{f"{path}__{lookup}": value})


def _text_holds(op: str, path: str, text: str) -> Q:
    if op == "lacks":
        return Q(**{f"{path}__isnull": True}) | ~Q(**{f"{path}__contains": text})
    lookup = {"contains": "contains", "starts": "startswith", "equals": "exact"}[op]
    return Q(**{f"{path}__{lookup}": text})
