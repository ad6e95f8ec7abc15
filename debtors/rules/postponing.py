"""後回し: until which day a row of my day may wait, and what ends the waiting before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from debtors.rules.next_action import STEP, Advice
from toyota_collect.calendar import ONE_DAY, is_business_day, next_business_day
from toyota_collect.registry import Fact
from toyota_collect.wareki import long_text

# Facts whose day somebody here must keep; a promise's is the debtor's own.
DEADLINES = {"clock": "時効の最終日", STEP: "次の一手の期限", "review": "見直し日"}


@dataclass(frozen=True, slots=True)
class Limit:
    """The last working day on which the row must be back (none: it cannot wait at all), and why, in Japanese."""

    day: date | None
    why: str


def limit_of(
    facts: Iterable[Fact], *, on: date, counted_from: date, working_days: int, holidays: Collection[date]
) -> Limit:
    """Return how long a row with these facts may wait.

    Args:
        facts: everything known of the person on ``on``.
        counted_from: the day from which the working days count; that day itself is not counted.
        working_days: how many there are, at least 1.
        holidays: days on which nobody works, besides Saturdays and Sundays.

    A deadline that has come, or gone by, leaves nothing to wait for.
    """
    deadlines = sorted((fact.on, DEADLINES[fact.code]) for fact in facts if fact.code in DEADLINES and fact.on)
    if deadlines and deadlines[0][0] <= on:
        day, name = deadlines[0]
        return Limit(
            None, f"{name}（{long_text(day)}）が来ています。後回しにせず、本日行うか、経過を記録してください。"
        )
    last = counted_from
    for _ in range(working_days):
        last = next_business_day(last + ONE_DAY, holidays)
    why = f"後回しは、続けて{working_days}開庁日（{long_text(last)}）までです。"
    if deadlines and deadlines[0][0] < last:
        last, name = deadlines[0]
        why = f"{name}（{long_text(last)}）までです。"
        while not is_business_day(last, holidays):  # nobody is here on that day: it would be too late
            last -= ONE_DAY
    if last <= on:
        return Limit(None, f"{why}これより後の開庁日がないため、後回しにできません。本日行ってください。")
    return Limit(last, why)


def has_news(known: Collection[str], facts: Iterable[Fact], advice: Advice) -> bool:
    """Whether a fact or a reason of the day is not among those known: money, a returned letter, an answer, another sum,
    a promise whose day has gone by."""
    return not digests(facts, advice) <= set(known)


def digests(facts: Iterable[Fact], advice: Advice) -> set[str]:
    """Enough of each fact, and of each reason for which somebody is in the day, to know it again; nothing to read in it."""
    reasons = (f"{one.rule.code}\n{_told(one.fact)}" for one in advice.reasons if one.rule.in_day)
    return {sha256(told.encode()).hexdigest()[:16] for told in (*map(_told, facts), *reasons)}


def _told(fact: Fact) -> str:
    return "\n".join((fact.code, str(fact.on), str(fact.yen), fact.text, fact.about))
