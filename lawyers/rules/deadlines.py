"""Court deadlines from the days of service, and where a proceeding stands, also for the clock of its claims."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lawyers.rules.court import Forum
from lawyers.rules.proceedings import History, ProceedingEvent, history
from toyota_collect.calendar import ONE_DAY, last_day_after

__all__ = ["ClockEffect", "ClockKind", "Deadline", "ProceedingEvent", "Standing", "State", "deadlines", "stands"]

E = ProceedingEvent
GRACE_MONTHS = 6  # 民法147条1項: after a proceeding that came to nothing


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which somebody must act, included. ``whose``: "city" or "debtor".

    ``missed``: it passed without the act; of a debtor that is to the city's good. ``near``: still open, and soon.
    """

    code: str
    label: str
    last_day: date
    law: str
    done: bool
    missed: bool
    near: bool
    whose: str


class State(StrEnum):
    """Where a proceeding stands."""

    NOT_FILED = "not_filed"
    FILED = "filed"
    UNSERVED = "unserved"
    SERVED = "served"
    MAY_ASK = "may_ask"
    ASKED = "asked"
    PROVISIONAL = "provisional"
    SUIT = "suit"
    OBJECTED = "objected"
    JUDGED = "judged"
    APPEALED = "appealed"
    FINAL = "final"
    SETTLED = "settled"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    State.NOT_FILED: "申立て前",
    State.FILED: "申立て済み・送達待ち",
    State.UNSERVED: "送達できず・送達場所の申出が必要",
    State.SERVED: "支払督促の送達済み・異議の期間中",
    State.MAY_ASK: "仮執行宣言を申し立てる期間",
    State.ASKED: "仮執行宣言の申立て済み",
    State.PROVISIONAL: "仮執行宣言付支払督促の送達済み・異議の期間中",
    State.SUIT: "訴訟中",
    State.OBJECTED: "異議により訴訟へ移行（議会の議決か専決処分が必要）",
    State.JUDGED: "判決・不服申立ての期間中",
    State.APPEALED: "不服申立て中",
    State.FINAL: "確定",
    State.SETTLED: "和解（確定判決と同じ効力）",
    State.LAPSED: "失効",
    State.WITHDRAWN: "取下げ",
    State.DISMISSED: "却下・棄却",
}


class ClockKind(StrEnum):
    """What a proceeding does to the clock of its claims (民法147条)."""

    BEGINS = "begins"
    ENDED = "ended"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """What must be recorded with the claims. BEGINS: 裁判上の請求等 from the day of filing.

    ENDED: it came to nothing (``cancelled``); the claims do not lapse before ``until`` is over (included). FINAL: as by a
    final judgment; ten years from the day after ``on`` (民法169条1項). Execution (民法148条) is recorded for itself.
    """

    kind: ClockKind
    on: date
    until: date | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """``final_on``: the day it became final. ``lapsed_on``: the first day on which a 支払督促 has no effect any more."""

    state: State
    final_on: date | None
    lapsed_on: date | None
    clock: tuple[ClockEffect, ...]

    @property
    def label(self) -> str:
        return self.state.label


def deadlines(
    route: Forum,
    events: Sequence[tuple[ProceedingEvent, date]],
    *,
    on: date,
    holidays: Collection[date],
    warn_days: int,
) -> tuple[Deadline, ...]:
    """The deadlines of one proceeding as known on ``on``, by their day; those that an end has made void are left out.

    Args:
        events: in any order; those after ``on`` are not yet known, but for hearings.
        warn_days: an open deadline is ``near`` from so many days before its last day on.

    Raises:
        ValueError: contradictory events; the message is Japanese.

    Source: 民事訴訟法95条, 285条, 378条1項, 388条3項, 391条1項, 392条, 393条.
    """
    found = history(route, events, on=on, holidays=holidays)
    ended_on = found.ended[1] if found.ended else None
    rows = []
    for code, label, last_day, law, done, whose in sorted(_rows(found, on), key=lambda row: (row[2], row[0])):
        acted = done and code != "hearing"  # a hearing is done by having passed: after the end there was none
        if acted or ended_on is None or last_day <= ended_on:
            missed = not done and last_day < on
            near = not done and on <= last_day <= on + timedelta(days=warn_days)
            rows.append(Deadline(code, label, last_day, law, done, missed, near, whose))
    return tuple(rows)


_Row = tuple[str, str, date, str, bool, str]


def _rows(found: History, on: date) -> Iterator[_Row]:
    days = found.days
    if address_by := found.address_by:
        yield "address", "送達場所の申出", address_by, "民事訴訟法388条3項", found.address_named, "city"
    if found.route is Forum.PAYMENT_ORDER:
        yield from _order_rows(found)
    for hearing in found.hearings:
        yield "hearing", "期日への出頭", hearing, "民事訴訟法139条・263条", hearing < on, "city"
    if last := found.two_weeks(E.JUDGMENT_SERVED):
        in_time = E.APPEALED in days and days[E.APPEALED] <= last
        if found.route is Forum.SMALL:
            yield "small_objection", "判決への異議（市も同じ）", last, "民事訴訟法378条1項", in_time, "debtor"
        else:
            yield "appeal", "控訴（市も同じ）", last, "民事訴訟法285条", in_time, "debtor"


def _order_rows(found: History) -> Iterator[_Row]:
    days, suit = found.days, found.suit_since
    first_end, ask_by, last = found.two_weeks(E.SERVED), found.ask_by, found.two_weeks(E.PROVISIONAL_SERVED)
    asked = days.get(E.PROVISIONAL_ASKED)
    before_asking = suit is not None and asked is None
    if first_end:
        in_time = suit is not None and suit <= first_end
        yield "objection", "支払督促への異議", first_end, "民事訴訟法391条1項", in_time, "debtor"
    if ask_by and not before_asking:
        in_time = asked is not None and asked <= ask_by
        yield "provisional", "仮執行宣言の申立て", ask_by, "民事訴訟法392条", in_time, "city"
    if last:
        yield "objection_after", "仮執行宣言後の異議", last, "民事訴訟法393条", suit is not None, "debtor"


def stands(
    route: Forum, events: Sequence[tuple[ProceedingEvent, date]], *, on: date, holidays: Collection[date]
) -> Standing:
    """Where one proceeding stands on ``on``, by its events (in any order) and by the periods that have passed.

    A judgment, and a 支払督促 with 仮執行宣言, is final from the day after its period (民事訴訟法116条, 396条); a settlement
    at once (267条). A 支払督促 lapses when the day to ask for 仮執行宣言 (392条) or to name a place of service (388条3項) is over.

    Raises:
        ValueError: contradictory events; the message is Japanese.
    """
    found = history(route, events, on=on, holidays=holidays)
    if E.FILED not in found.days:
        return Standing(State.NOT_FILED, None, None, ())
    state, since = _state(found, on)
    begins = ClockEffect(ClockKind.BEGINS, found.days[E.FILED])
    if since is None:
        return Standing(state, None, None, (begins,))
    if state in (State.FINAL, State.SETTLED):
        return Standing(state, since, None, (begins, ClockEffect(ClockKind.FINAL, since)))
    ended = ClockEffect(ClockKind.ENDED, since, last_day_after(since, months=GRACE_MONTHS), cancelled=True)
    return Standing(state, None, since + ONE_DAY if state is State.LAPSED else None, (begins, ended))


def _state(found: History, on: date) -> tuple[State, date | None]:
    """The state and, where the proceeding is over, the day it became final or the last day it had effect."""
    if found.ended:
        event, ended_on = found.ended
        return State(event.value), ended_on
    if found.suit_since:
        return _suit_state(found, on)
    return _order_state(found, on)


def _suit_state(found: History, on: date) -> tuple[State, date | None]:
    days = found.days
    if last := found.two_weeks(E.JUDGMENT_SERVED):
        if E.APPEALED in days and days[E.APPEALED] <= last:
            return State.APPEALED, None
        return (State.JUDGED, None) if on <= last else (State.FINAL, last + ONE_DAY)
    if found.route is Forum.PAYMENT_ORDER:
        return State.OBJECTED, None
    return (State.SUIT if E.SERVED in days else State.UNSERVED if E.UNSERVED in days else State.FILED), None


def _order_state(found: History, on: date) -> tuple[State, date | None]:
    days = found.days
    if last := found.two_weeks(E.PROVISIONAL_SERVED):
        return (State.PROVISIONAL, None) if on <= last else (State.FINAL, last + ONE_DAY)
    if ask_by := found.ask_by:
        asked, first_end = days.get(E.PROVISIONAL_ASKED), found.two_weeks(E.SERVED)
        assert first_end
        if asked and asked <= ask_by:
            return State.ASKED, None
        if on <= first_end:
            return State.SERVED, None
        return (State.MAY_ASK, None) if on <= ask_by else (State.LAPSED, ask_by)
    if (by := found.address_by) and not found.address_named:
        return (State.UNSERVED, None) if on <= by else (State.LAPSED, by)
    return State.FILED, None
