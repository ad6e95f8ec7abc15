"""公示送達: by which procedure a claim's letter is served, what must have been tried before, and from when it counts.

Source: 地方税法20条の2, 地方自治法231条の3第4項, 民法98条・138条・140条. Days and steps are dated settings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any


class Route(StrEnum):
    """The procedure. The city posts itself where the law lets it; for the others a court does (公示による意思表示)."""

    TAX = "tax"
    LOCAL = "local"
    COURT = "court"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def law(self) -> str:
        return _LAWS[self]


_LABELS = {
    Route.TAX: "公示送達（地方税）",
    Route.LOCAL: "公示送達（地方税の例）",
    Route.COURT: "公示による意思表示（簡易裁判所）",
}
_LAWS = {
    Route.TAX: "地方税法第20条の2",
    Route.LOCAL: "地方自治法第231条の3第4項（地方税の例による）",
    Route.COURT: "民法第98条",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """``days`` after the posting that have to pass, and whether the day of the posting is the first of them."""

    days: int
    first_day_counts: bool


class RouteUnknown(ValueError):
    """The setting says nothing of the class; the message says so in Japanese."""


def route_of(table: Mapping[str, str], *, legal_class: str, is_tax: bool) -> Route:
    """The procedure of a claim. ``table``: setting ``public_notice.routes``, by ``tax`` and the classes A, B, C.

    Raises:
        RouteUnknown: no procedure is set for the class.
    """
    key = "tax" if is_tax else legal_class
    try:
        return Route(table[key])
    except (KeyError, ValueError) as error:
        raise RouteUnknown(
            f"設定値「public_notice.routes」に「{key}」の手続がありません。法務担当と決めて登録してください。"
        ) from error


def terms_of(table: Mapping[str, Mapping[str, Any]], route: Route) -> Terms:
    """From setting ``public_notice.days``.

    Raises:
        RouteUnknown: no days are set for the procedure.
    """
    try:
        row = table[route]
        return Terms(int(row["days"]), bool(row["first_day_counts"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RouteUnknown(
            f"設定値「public_notice.days」に「{route}」の日数がありません。法務担当と決めて登録してください。"
        ) from error


def served_on(posted_on: date, terms: Terms) -> date:
    """The first day on which it counts as served: so many days have passed, counted from the day of posting or the next.

    掲示を始めた日から起算して7日を経過したとき: posted on 1 April the seventh day ends with 7 April; served on 8 April.
    二週間を経過した時 (民法98条3項, the first day not counted, 140条): posted on 1 April, served on 16 April.
    """
    return posted_on + timedelta(days=terms.days + (0 if terms.first_day_counts else 1))


@dataclass(frozen=True, slots=True)
class Tried:
    """A step of the enquiry: what was asked, whether it led anywhere, and whether its proof is on file."""

    step: str
    found: bool
    on: date
    proven: bool


@dataclass(frozen=True, slots=True)
class Lack:
    """What keeps the notice from being made: steps not taken, steps without proof, steps too old; or somebody was found."""

    missing: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    found: bool = False

    def __bool__(self) -> bool:
        return bool(self.missing or self.unproven or self.found)


def lacking(tried: Iterable[Tried], *, needed: Iterable[str], unproven_will_do: Iterable[str], since: date) -> Lack:
    """Whether enough was done to say that nobody knows where the person is (地方税法20条の2第1項).

    Args:
        needed: the steps that must lead nowhere, each with its proof.
        unproven_will_do: steps of which the note is enough (a telephone call).
        since: older enquiries do not count. Of a step taken more than once the last counts.
    """
    last: dict[str, Tried] = {}
    for one in tried:
        if one.on >= since and (one.step not in last or one.on >= last[one.step].on):
            last[one.step] = one
    free = set(unproven_will_do)
    return Lack(
        missing=tuple(step for step in needed if step not in last),
        unproven=tuple(step for step in needed if step in last and not last[step].proven and step not in free),
        found=any(one.found for one in last.values()),
    )
