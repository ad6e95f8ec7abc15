"""The clock behind ``claims.rules.prescription``: one state, changed by events, that answers every question."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from claims.rules.prescription_events import KIND_LABELS, Event, EventKind, PrescriptionTerms
from toyota_collect.calendar import ONE_DAY, last_day_after, last_day_of_period
from toyota_collect.wareki import long_text

NEW_CIVIL_CODE = date(2020, 4, 1)
"""Events before this day follow the former law (民法附則(平成29年法律第44号)10条2項)."""
YEARS_AFTER_JUDGMENT = 10
GRACE_MONTHS = 6
STOP_YEARS = 3
DUNNING_DAYS = timedelta(days=10)


class Status(StrEnum):
    """Where the clock stands on a day; the label is what screens show."""

    RUNNING = "running"
    POSTPONED = "postponed"
    SUSPENDED = "suspended"
    EXTINCT = "extinct"
    AWAITING_ENYO = "awaiting_enyo"
    INVOKED = "invoked"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    Status.RUNNING: "進行",
    Status.POSTPONED: "完成猶予中",
    Status.SUSPENDED: "停止",
    Status.EXTINCT: "完成",
    Status.AWAITING_ENYO: "完成・援用待ち",
    Status.INVOKED: "援用済・消滅",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What one event did. ``start_on`` and ``last_day`` hold after it; ``last_day`` is ``None`` while postponed."""

    on: date
    kind: EventKind | None
    effective: bool
    start_on: date
    last_day: date | None
    text: str


_OPENS = {EventKind.SEIZURE, EventKind.PARTICIPATION, EventKind.SUIT}
_CLOSES = {
    EventKind.SEIZURE_END: EventKind.SEIZURE,
    EventKind.SEIZURE_CANCELLED: EventKind.SEIZURE,
    EventKind.PARTICIPATION_END: EventKind.PARTICIPATION,
    EventKind.JUDGMENT: EventKind.SUIT,
    EventKind.SUIT_WITHDRAWN: EventKind.SUIT,
}
_ENDS = _CLOSES | {EventKind.STOP_CANCELLED: EventKind.STOP}
_FRUITLESS = {EventKind.SEIZURE_CANCELLED, EventKind.SUIT_WITHDRAWN}
_BY_THE_DEBTOR = {EventKind.ACKNOWLEDGEMENT, EventKind.PART_PAYMENT, EventKind.DEFERRAL}
_ORDER_ON_ONE_DAY = dict.fromkeys(_OPENS, 0) | dict.fromkeys(_CLOSES, 2) | {EventKind.ENYO: 3}


def in_order(event: Event) -> tuple[date, int, str, date, date, bool]:
    """Sort key: by day; on one day, what opens a procedure comes before what closes one, and 援用 last.

    What is left of one day is ordered by what it is, never by who entered it first.
    """
    rank = _ORDER_ON_ONE_DAY.get(event.kind, 1)
    return event.on, rank, event.kind, event.from_on or event.on, event.to_on or event.on, event.by_application


@dataclass(slots=True, eq=False)
class Procedure:
    """A procedure (or a stop of execution) from its beginning to its end, as the whole chain tells it.

    ``fruitless``: cancelled or withdrawn.
    """

    kind: EventKind
    begins_on: date
    ends_on: date | None = None
    fruitless: bool = False


def with_procedures(events: Sequence[Event]) -> list[tuple[Event, Procedure | None]]:
    """Join to each event that begins or ends a procedure that procedure; the one begun first ends first.

    ``events`` are in order. A judgment may stand alone.

    Raises:
        ValueError: a procedure ends that never began.
    """
    waiting: dict[EventKind, list[Procedure]] = defaultdict(list)
    found: list[tuple[Event, Procedure | None]] = []
    for event in events:
        procedure = None
        if event.kind in _OPENS or event.kind is EventKind.STOP:
            procedure = Procedure(event.kind, event.on)
            waiting[event.kind].append(procedure)
        elif event.kind in _ENDS and waiting[_ENDS[event.kind]]:
            procedure = waiting[_ENDS[event.kind]].pop(0)
            procedure.ends_on, procedure.fruitless = event.on, event.kind in _FRUITLESS
        elif event.kind in _ENDS and event.kind is not EventKind.JUDGMENT:
            raise ValueError(
                f"{event.on.isoformat()} に「{KIND_LABELS[event.kind]}」がありますが、始まりの記録がありません。"
            )
        found.append((event, procedure))
    return found


@dataclass(slots=True)
class Clock:
    """The state between two events; every answer is derived from it."""

    start_on: date
    terms: PrescriptionTerms
    years: int = 0
    suspensions: list[tuple[date, date]] = field(default_factory=list)
    open: list[Procedure] = field(default_factory=list)
    grace_until: date = date.min
    former_demand_until: date = date.min
    tax_dunning_until: date = date.min
    dunned: bool = False
    stops: list[Procedure] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    review: str = ""
    acknowledged_late: bool = False
    invoked_on: date | None = None

    def __post_init__(self) -> None:
        self.years = self.terms.years
        text = f"{long_text(self.start_on)}から起算して{self.years}年"
        self.steps.append(Step(self.start_on, None, True, self.start_on, self.last_day(), text))

    # What the state says -------------------------------------------------------------------------

    def start_in_force(self) -> date:
        """The first counted day; a start within a suspension waits for its end."""
        start = self.start_on
        for from_on, to_on in self.suspensions:
            if from_on <= start <= to_on:
                start = to_on + ONE_DAY
        return start

    def end_of_period(self) -> date:
        """The end of the running period, with the days of suspensions added; no postponement."""
        start = self.start_in_force()
        end = last_day_of_period(start, years=self.years)
        for from_on, to_on in self.suspensions:
            if start < from_on <= end:
                end += to_on - from_on + ONE_DAY
        return end

    def completes_on(self) -> date | None:
        """The day prescription completes, ``None`` while a procedure is open."""
        if self.open:
            return None
        completes = max(self.end_of_period(), self.grace_until)
        for from_on, to_on in self.suspensions:
            if from_on <= completes < to_on:
                completes = to_on
        return completes

    def stop_ends_on(self) -> date | None:
        ends = [
            last_day_of_period(stop.begins_on, years=STOP_YEARS)
            if self.terms.stop_day_counts
            else last_day_after(stop.begins_on, years=STOP_YEARS)
            for stop in self.stops
        ]
        return min(ends, default=None)

    def last_day(self) -> date | None:
        return min((day for day in (self.completes_on(), self.stop_ends_on()) if day), default=None)

    def status(self, as_of: date) -> Status:
        last_day = self.last_day()
        if self.invoked_on and self.invoked_on <= as_of:
            return Status.INVOKED
        if last_day and last_day < as_of:
            return Status.AWAITING_ENYO if self.terms.needs_enyo else Status.EXTINCT
        if self.open or as_of <= self.tax_dunning_until:
            return Status.POSTPONED
        if any(from_on <= as_of <= to_on for from_on, to_on in self.suspensions):
            return Status.SUSPENDED
        return Status.POSTPONED if self.end_of_period() < as_of else Status.RUNNING

    # What an event does --------------------------------------------------------------------------

    def apply(self, event: Event, procedure: Procedure | None = None) -> None:
        last_day = self.last_day()
        lost = last_day is not None and last_day < event.on
        if event.kind in (EventKind.STOP, EventKind.STOP_CANCELLED) and self.terms.needs_enyo:
            raise ValueError("執行停止は強制徴収公債権だけにあります(私債権は徴収停止)。")
        if event.kind is EventKind.ENYO:
            self._enyo(event, lost)
        elif procedure and event.kind in _OPENS:
            self._begin(event, procedure, lost)
        elif procedure and event.kind in _CLOSES:
            self._end(event, procedure, lost)
        elif lost:
            self._after_the_end(event)
        elif procedure:
            self._stop(event, procedure)
        else:
            self._ACTIONS[event.kind](self, event)

    def _dunning(self, event: Event) -> None:
        if self.dunned:
            self._note(event, False, "2回目以後の督促のため、時効は更新されません")
            return
        self.dunned = True
        if event.kind is EventKind.DUNNING_TAX:
            self.tax_dunning_until = event.on + DUNNING_DAYS
            self._renew(event, self.tax_dunning_until, "督促状を発した日から起算して10日を経過した日の翌日から更新")
        else:
            self._renew(event, event.to_on or event.on, "督促により更新")

    def _acknowledgement(self, event: Event) -> None:
        self._renew(event, event.on, f"{KIND_LABELS[event.kind]}により翌日から更新")

    def _begin(self, event: Event, procedure: Procedure, lost: bool) -> None:
        """Open a procedure, unless it came to nothing under the former law: then it never kept the claim (旧154条)."""
        if lost and (procedure.fruitless or not self._saved_by_former_demand(event)):
            self._after_the_end(event)
        elif procedure.fruitless and event.on < NEW_CIVIL_CODE:
            self._void(event, procedure)
        else:
            self.open.append(procedure)
            self._note(event, True, f"{KIND_LABELS[event.kind]}が続く間は完成しません")

    def _void(self, event: Event, procedure: Procedure) -> None:
        label = KIND_LABELS[event.kind]
        if procedure.kind is EventKind.SUIT and procedure.ends_on and event.on <= self.end_of_period():
            until = last_day_after(procedure.ends_on, months=GRACE_MONTHS)
            self.former_demand_until = max(self.former_demand_until, until)
            text = f"のちの取下げのため中断の効力がなく、{long_text(until)}までに差押・訴訟がなければ催告の効力もありません(旧法)"
            self._note(event, True, label + "。" + text)
        else:
            self._note(event, False, f"{label}。のちの取消し・取下げのため中断の効力がありません(旧法)")

    def _end(self, event: Event, procedure: Procedure, lost: bool) -> None:
        if lost:  # by the stop of execution: what kept prescription off until then keeps having done so
            self._after_the_end(event)
            return
        in_effect = procedure in self.open
        if in_effect:
            self.open.remove(procedure)
        if not in_effect:
            self._note(event, False, f"{KIND_LABELS[event.kind]}。始まりに効力がないため、変わりません")
        elif procedure.fruitless:
            self._fruitless(event)
        else:
            self._succeed(event)

    def _succeed(self, event: Event) -> None:
        if event.kind is EventKind.JUDGMENT:
            self.years = YEARS_AFTER_JUDGMENT
        years = f"(以後{self.years}年)" if event.kind is EventKind.JUDGMENT else ""
        self._renew(event, event.on, f"{KIND_LABELS[event.kind]}により翌日から更新{years}")

    def _fruitless(self, event: Event) -> None:
        self.grace_until = max(self.grace_until, last_day_after(event.on, months=GRACE_MONTHS))
        text = f"{KIND_LABELS[event.kind]}のため更新されず、6か月を経過するまで完成しないだけです"
        self._note(event, True, text)

    def _demand(self, event: Event) -> None:
        until = last_day_after(event.on, months=GRACE_MONTHS)
        if event.on > self.end_of_period():
            self._note(event, False, "完成猶予の間の催告のため、効力がありません")
        elif event.on < NEW_CIVIL_CODE:
            self.former_demand_until = max(self.former_demand_until, until)
            self._note(event, True, "6か月内の差押・訴訟がなければ効力がありません(旧法153条)")
        else:
            self.grace_until = max(self.grace_until, until)
            self._note(event, True, f"{long_text(until)}まで完成しません")

    def _deferral(self, event: Event) -> None:
        assert event.from_on is not None
        assert event.to_on is not None
        self.suspensions = _merged([*self.suspensions, (event.from_on, event.to_on)])
        period = f"{long_text(event.from_on)}から{long_text(event.to_on)}まで進行しません"
        if event.by_application:
            self._renew(event, event.on, f"申請(承認)により更新し、{period}")
        else:
            self._note(event, True, period)

    def _stop(self, event: Event, stop: Procedure) -> None:
        if event.kind is EventKind.STOP:
            self.stops.append(stop)
            text = "時効は止まりません。停止が続けば{}の終わりに消滅します"
        else:
            self.stops = [other for other in self.stops if other is not stop]
            text = "ほかの執行停止が続くため、{}の終わりに消滅します"
        if ends := self.stop_ends_on():
            self._note(event, True, text.format(long_text(ends)))
        else:
            self._note(event, True, "執行停止による消滅はなくなりました。時効は続いて進行しています")

    def _enyo(self, event: Event, lost: bool) -> None:
        """民法145条: what is invoked is gone; a debtor who acknowledged after the end may have lost the right to."""
        if not self.terms.needs_enyo:
            self._note(event, False, "公債権は援用を待たずに消滅するため、援用は時計を動かしません")
        elif not lost:
            self._note(event, False, "時効期間の満了前の援用のため、効力がありません")
        elif self.invoked_on:
            self._note(event, False, "すでに援用されて消滅しています")
        elif self.acknowledged_late:
            self._note(event, False, "満了後に承認・納付があるため、援用できるかを個別に判断してください")
        else:
            self.invoked_on = event.on
            self._note(event, True, "援用により消滅しました")

    _ACTIONS: ClassVar[dict[EventKind, Callable[["Clock", Event], None]]] = {
        EventKind.DUNNING_TAX: _dunning,
        EventKind.DUNNING: _dunning,
        EventKind.ACKNOWLEDGEMENT: _acknowledgement,
        EventKind.PART_PAYMENT: _acknowledgement,
        EventKind.JUDGMENT: _succeed,
        EventKind.DEMAND: _demand,
        EventKind.DEFERRAL: _deferral,
    }

    # Helpers -------------------------------------------------------------------------------------

    def _saved_by_former_demand(self, event: Event) -> bool:
        """A seizure or suit within six months of a demand under the former law makes that demand count (旧153条)."""
        stopped = self.stop_ends_on()
        return event.on <= self.former_demand_until and not (stopped and stopped < event.on)

    def _renew(self, event: Event, after: date, text: str) -> None:
        """Start a new period the day after ``after``, unless one starts later anyway."""
        later = self.start_on > after + ONE_DAY
        self.start_on = max(self.start_on, after + ONE_DAY)
        if later:
            text += f"。ただし{long_text(self.start_on)}からの起算が後のため変わりません"
        elif self.open:
            text += "。続いている手続が終わるまで完成しません"
        self._note(event, not later, text)

    def _after_the_end(self, event: Event) -> None:
        text = "時効または執行停止の期間が満了した後のため、効力がありません"
        if self.terms.needs_enyo and not self.invoked_on:
            text = "時効期間の満了後です。援用できなくなることがあるため、個別に判断してください"
            self.acknowledged_late |= event.kind in _BY_THE_DEBTOR
            self.review = f"{long_text(event.on)}の{KIND_LABELS[event.kind]}は時効期間の満了後です。援用の可否を確認してください。"
        elif event.kind is EventKind.PART_PAYMENT:
            text += "。納付された額は過誤納として還付します"
            self.review = f"{long_text(event.on)}の納付は消滅後のものです。過誤納として処理してください。"
        self._note(event, False, text)

    def _note(self, event: Event, effective: bool, text: str) -> None:
        self.steps.append(Step(event.on, event.kind, effective, self.start_in_force(), self.last_day(), text))


def _merged(periods: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """Periods in order, with overlapping and adjoining ones made one."""
    merged: list[tuple[date, date]] = []
    for from_on, to_on in sorted(periods):
        if merged and from_on <= merged[-1][1] + ONE_DAY:
            merged[-1] = (merged[-1][0], max(merged[-1][1], to_on))
        else:
            merged.append((from_on, to_on))
    return merged
