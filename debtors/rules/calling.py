"""電話をかける: at what time, and in which situation a call is. What is said stands in a table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum


class Situation(Enum):
    """場面, the most telling first: where several hold, the first is spoken of and all are shown."""

    PLAN = "plan", "分納が守られていない"
    PROMISE = "promise", "約束の日を過ぎた"
    LETTER = "letter", "文書を送ったあと"
    NO_ANSWER = "no_answer", "前の電話に出なかった"
    AGAIN = "again", "前に話した続き"
    FIRST = "first", "はじめての電話"

    label: str

    def __new__(cls, code: str, label: str) -> "Situation":
        made = object.__new__(cls)
        made._value_, made.label = code, label
        return made


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known before the call. ``spoken_on``, ``unanswered_on``: the last call that was, and was not, answered.

    ``promised_on``: the last day promised of which no later contact speaks; ``promise_kept``: the
    money came in time.
    """

    today: date
    spoken_on: date | None = None
    unanswered_on: date | None = None
    promised_on: date | None = None
    promise_kept: bool = False
    plan_missed: int = 0
    letter_on: date | None = None


def situations(facts: CallFacts) -> tuple[Situation, ...]:
    """All situations that hold, the most telling first; at least one."""
    found = []
    if facts.plan_missed:
        found.append(Situation.PLAN)
    if facts.promised_on and facts.promised_on < facts.today and not facts.promise_kept:
        found.append(Situation.PROMISE)
    if facts.letter_on and (facts.spoken_on is None or facts.spoken_on < facts.letter_on):
        found.append(Situation.LETTER)
    if facts.unanswered_on and (facts.spoken_on is None or facts.spoken_on < facts.unanswered_on):
        found.append(Situation.NO_ANSWER)
    if facts.spoken_on:
        found.append(Situation.AGAIN)
    return tuple(found) or (Situation.FIRST,)


def why_not_now(now: datetime, hours: Mapping[str, Sequence[str] | None], holidays: Collection[date]) -> str:
    """Why nobody may be called at this local time, in Japanese; empty where calling is allowed.

    Args:
        hours: for ``weekday``, ``saturday``, ``sunday`` and ``holiday`` the first minute and the first minute after
            (``["09:00", "20:00"]``), or null where nobody is called at all.

    Raises:
        KeyError, ValueError: the setting lacks a kind of day or holds no times.
    """
    kind, name = _kind_of_day(now.date(), holidays)
    span = hours[kind]
    if span is None:
        return f"{name}は電話をかけない決まりです（設定「call.hours」）。"
    first, end = (time.fromisoformat(text) for text in span)
    if first <= now.time() < end:
        return ""
    return f"電話をかけられるのは、{name}は{first:%H:%M}から{end:%H:%M}までです（設定「call.hours」）。"


def _kind_of_day(day: date, holidays: Collection[date]) -> tuple[str, str]:
    if day in holidays:
        return "holiday", "休日"
    if day.weekday() == 6:
        return "sunday", "日曜日"
    return ("saturday", "土曜日") if day.weekday() == 5 else ("weekday", "平日")
