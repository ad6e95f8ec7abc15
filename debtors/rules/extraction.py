"""抽出条件: what may be asked of a column, read from what was typed, told in words, and with its day worked out.

A condition is data: ``{"column", "op", "value"}``; all of an extraction hold together (and). A day is an ISO date, or
``{"days": n}``: n days from the day on which the extraction runs.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from toyota_collect import wareki
from toyota_collect.lists import Column, Kind
from toyota_collect.money import comma

LONGEST_TEXT = 100
MOST_CONDITIONS = 12
MOST_DAYS = 36_500
LARGEST = 10**15

_ABSENT = {"empty": "が空", "filled": "が入っている"}
_FIGURE = {"least": "が次以上", "most": "が次以下", "between": "がこの間（両端を含む）", "equals": "が次と同じ"}
OPERATORS: dict[Kind, dict[str, str]] = {
    Kind.TEXT: {
        "contains": "に次を含む",
        "starts": "が次で始まる",
        "equals": "が次と同じ",
        "lacks": "に次を含まない",
    }
    | _ABSENT,
    Kind.NUMBER: _FIGURE,
    Kind.YEN: _FIGURE,
    Kind.DATE: {
        "since": "が次の日以後",
        "until": "が次の日以前",
        "until_or_empty": "が次の日以前、または空",
        "between": "がこの間（両端を含む）",
        "equals": "が次の日",
    }
    | _ABSENT,
    Kind.CHOICE: {"any": "が次のどれか", "none": "が次のどれでもない"},
    Kind.FLAG: {"yes": "がはい", "no": "がいいえ"},
}
NO_VALUE = {"empty", "filled", "yes", "no"}
_TODAY = re.compile(r"(?:今日|本日|当日)(?:([+\-−])([0-9]{1,5})日?)?")


class ConditionWrong(Exception):
    """What was typed is no condition of the column; the message says in Japanese what to write."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, as it is stored; ``value`` is checked."""

    column: str
    op: str
    value: Any = None

    def as_data(self) -> dict[str, Any]:
        return {"column": self.column, "op": self.op, "value": self.value}


def read_condition(column: Column, *, op: str, values: Sequence[str], choices: Mapping[str, str]) -> Condition:
    """The condition that was typed: ``values`` holds one text, two (the span), or the codes that were ticked.

    Raises:
        ConditionWrong: the operator does not fit the column, or the value does not fit the operator.
    """
    if op not in OPERATORS[column.kind]:
        raise ConditionWrong(f"「{column.title}」の条件の種類を選び直してください。")
    if op in NO_VALUE:
        return Condition(column.code, op)
    if column.kind is Kind.CHOICE:
        return Condition(column.code, op, _codes(column, values, choices))
    wanted = 2 if op == "between" else 1
    given = [*(value.strip() for value in values), "", ""][:wanted]
    if not all(given):
        missing = "はじめと終わりの両方を" if wanted == 2 else "値を"
        raise ConditionWrong(f"「{column.title}」の{missing}入れてください。使わない条件は外してください。")
    read = [_value(column, text) for text in given]
    if wanted == 2 and _backwards(*read):
        raise ConditionWrong(f"「{column.title}」は、はじめが終わりより後になっています。入れ替えてください。")
    return Condition(column.code, op, read if wanted == 2 else read[0])


def check_stored(data: Mapping[str, Any], columns: Mapping[str, Column], titles: Mapping[str, str]) -> Condition:
    """A stored condition, if its column and operator are among ``columns``; ``titles`` names those that are not.

    Raises:
        ConditionWrong: they are not: the column is gone, has changed its kind, or is not for who runs it.
    """
    column = columns.get(str(data.get("column")))
    if column is None or data.get("op") not in OPERATORS[column.kind]:
        code = str(data.get("column"))
        raise ConditionWrong(
            f"条件の項目「{titles.get(code, code)}」は使えません。一覧にないか、あなたの権限では見られない項目です。"
            "「直す」か「写しを作る」から、その条件を外してください。"
        )
    return Condition(column.code, str(data["op"]), data.get("value"))


def day_of(value: Any, *, on: date) -> date:
    """The day that is meant, where the extraction runs on ``on``."""
    if isinstance(value, Mapping):
        return on + timedelta(days=int(value["days"]))
    return date.fromisoformat(str(value))


def in_words(condition: Condition, column: Column, choices: Mapping[str, str]) -> str:
    """``納期限が次の日以前：今日-30日`` for screens, approvals and the record."""
    head = f"{column.title}{OPERATORS[column.kind][condition.op]}"
    if condition.op in NO_VALUE:
        return head
    if column.kind is Kind.CHOICE:
        return f"{head}：{'・'.join(choices.get(code, code) for code in condition.value)}"
    values = condition.value if condition.op == "between" else [condition.value]
    return f"{head}：{'〜'.join(_told(column, value) for value in values)}"


def typed(column: Column, value: Any) -> str:
    """A stored value as it is typed, for the form."""
    if column.kind is Kind.DATE:
        return _relative(value["days"]) if isinstance(value, Mapping) else str(value)
    return str(value)


def _told(column: Column, value: Any) -> str:
    if column.kind is Kind.YEN:
        return f"{comma(value)}円"
    if column.kind is Kind.NUMBER:
        return comma(value)
    if column.kind is Kind.DATE:
        return _relative(value["days"]) if isinstance(value, Mapping) else wareki.long_text(date.fromisoformat(value))
    return f"「{value}」"


def _relative(days: int) -> str:
    return "今日" if not days else f"今日{'+' if days > 0 else '-'}{abs(days)}日"


def _codes(column: Column, values: Sequence[str], choices: Mapping[str, str]) -> list[str]:
    chosen = list(dict.fromkeys(values))
    if not chosen:
        raise ConditionWrong(f"「{column.title}」の値を1つ以上選んでください。使わない条件は外してください。")
    if unknown := [code for code in chosen if code not in choices]:
        raise ConditionWrong(f"「{column.title}」に「{unknown[0][:40]}」という値はありません。選び直してください。")
    return chosen


def _value(column: Column, text: str) -> Any:
    if len(text) > LONGEST_TEXT:
        raise ConditionWrong(f"「{column.title}」の値が長すぎます。{LONGEST_TEXT}文字までにしてください。")
    if column.kind is Kind.TEXT:
        return text
    return _day(column, text) if column.kind is Kind.DATE else _number(column, text)


def _number(column: Column, text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("円").strip().replace("−", "-")
    if not re.fullmatch(r"-?[0-9]{1,16}", plain) or abs(int(plain)) > LARGEST:
        raise ConditionWrong(
            f"「{column.title}」の「{text}」は数として読めません。10000 のように整数で入れてください。"
        )
    return int(plain)


def _day(column: Column, text: str) -> Any:
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if found := _TODAY.fullmatch(plain):
        days = int(found[2] or 0)
        if days > MOST_DAYS:
            raise ConditionWrong(f"「{column.title}」の日数は{comma(MOST_DAYS)}日までにしてください。")
        return {"days": -days if found[1] in ("-", "−") else days}
    try:
        return wareki.parse(text).isoformat()
    except ValueError as error:
        raise ConditionWrong(
            f"「{column.title}」の「{text}」は日付として読めません。R8.4.1、2026-04-01、今日、今日-30日 のように入れてください。"
        ) from error


def _backwards(first: Any, last: Any) -> bool:
    """Of a fixed day and a relative one the day of running decides: nothing is known yet."""
    if isinstance(first, Mapping) and isinstance(last, Mapping):
        return int(first["days"]) > int(last["days"])
    return type(first) is type(last) and bool(first > last)
