"""督促状: when it is due, what it rests on, what it says of the law. Texts of the law are dated settings.

Source: 地方税法329条・371条・463条の25・726条ほか（納期限後20日以内・発した日から起算して10日）, 地方自治法231条の3,
地方自治法施行令171条, 豊田市債権管理規則3条.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

COERCIVE, PRIVATE = "A", "C"


def latest_on(due_on: date, *, within_days: int) -> date:
    """The last day to send it: ``within_days`` counted from the day after the due date (規則3条)."""
    return due_on + timedelta(days=within_days)


def deadline_on(issued_on: date, *, days: int) -> date:
    """発した日から起算して ``days`` 日を経過した日: the day of sending is the first, so the day after the tenth."""
    return issued_on + timedelta(days=days)


def statute_of(table: Mapping[str, Any], *, kind: str, legal_class: str, is_tax: bool) -> str:
    """The article a 督促状 rests on, "" where nobody has entered one: then none is sent.

    Args:
        table: setting ``dunning.statutes``: ``kinds`` by code, and ``classes`` by A, B, C for what is not a tax.
    """
    named = table.get("kinds", {}).get(kind, "")
    return str(named or ("" if is_tax else table.get("classes", {}).get(legal_class, "")))


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows if nothing is paid, in the words of the claim's class."""

    title: str
    text: str


def may_seize(*, legal_class: str, self_execution: bool) -> bool:
    """Whether the city may seize for a claim by itself; for the others it goes to court (自治令171条の2)."""
    return legal_class == COERCIVE and self_execution


def consequence_of(words: Mapping[str, str], *, legal_class: str, self_execution: bool) -> Consequence:
    """What the 督促状 says of seizure or of the court."""
    seizes = may_seize(legal_class=legal_class, self_execution=self_execution)
    return Consequence("納付がないとき", words["seizure"] if seizes else words["court"])


def appeal_text(words: Mapping[str, str], *, body: str, is_tax: bool, city: str) -> str:
    """教示 (行政不服審査法82条, 行政事件訴訟法46条); "" for a private claim, whose 督促 is no 処分.

    A tax has one more limit (地方税法19条の4) and needs the 裁決 before a suit (19条の12).
    """
    if not body:
        return ""
    return (words["tax"] if is_tax else words["other"]).format(body=body, city=city)
