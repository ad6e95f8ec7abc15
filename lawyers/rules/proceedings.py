"""What happened in one proceeding against one opponent, checked for contradictions, with the periods that follow from it.

Where several opponents are served on different days, each is a proceeding of its own. A judgment told here is one for the
city; one against it is told as ``DISMISSED``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lawyers.rules.court import Forum
from toyota_collect.calendar import last_day_after, local_tax_due
from toyota_collect.wareki import long_text

TWO_WEEKS = timedelta(days=14)
THIRTY_DAYS = timedelta(days=30)


class ProceedingEvent(StrEnum):
    """What can happen; the label is what staff read."""

    FILED = "filed"
    UNSERVED = "unserved"
    """The court's notice that a 支払督促 could not be served; ``on`` is the day it arrived."""
    NEW_ADDRESS = "new_address"
    SERVED = "served"
    OBJECTION = "objection"
    PROVISIONAL_ASKED = "provisional_asked"
    PROVISIONAL_SERVED = "provisional_served"
    HEARING = "hearing"
    JUDGMENT_SERVED = "judgment_served"
    APPEALED = "appealed"
    """控訴, or 異議 against the judgment of a 少額訴訟."""
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    FINAL = "final"
    EXECUTION_ASKED = "execution_asked"

    @property
    def label(self) -> str:
        return _LABELS[self]


E = ProceedingEvent
_LABELS = {
    E.FILED: "申立て・訴えの提起",
    E.UNSERVED: "送達できない旨の通知",
    E.NEW_ADDRESS: "送達場所の申出",
    E.SERVED: "送達",
    E.OBJECTION: "督促異議",
    E.PROVISIONAL_ASKED: "仮執行宣言の申立て",
    E.PROVISIONAL_SERVED: "仮執行宣言付支払督促の送達",
    E.HEARING: "期日",
    E.JUDGMENT_SERVED: "判決の送達",
    E.APPEALED: "控訴・異議",
    E.SETTLED: "和解",
    E.WITHDRAWN: "取下げ",
    E.DISMISSED: "却下・棄却",
    E.FINAL: "確定",
    E.EXECUTION_ASKED: "強制執行の申立て",
}
REPEATED = {E.HEARING, E.UNSERVED, E.NEW_ADDRESS}
FRUITLESS = (E.WITHDRAWN, E.DISMISSED)
ENDS = (*FRUITLESS, E.SETTLED, E.FINAL)
_OF_ORDERS = {E.OBJECTION, E.PROVISIONAL_ASKED, E.PROVISIONAL_SERVED}
# One of these must have happened before, or on the same day.
_AFTER: dict[ProceedingEvent, tuple[ProceedingEvent, ...]] = {
    **{event: (E.FILED,) for event in E if event is not E.FILED},
    E.NEW_ADDRESS: (E.UNSERVED,),
    E.OBJECTION: (E.SERVED,),
    E.PROVISIONAL_ASKED: (E.SERVED,),
    E.PROVISIONAL_SERVED: (E.PROVISIONAL_ASKED,),
    E.JUDGMENT_SERVED: (E.SERVED,),
    E.APPEALED: (E.JUDGMENT_SERVED,),
    E.FINAL: (E.PROVISIONAL_SERVED, E.JUDGMENT_SERVED),
    E.EXECUTION_ASKED: (E.PROVISIONAL_SERVED, E.JUDGMENT_SERVED, E.SETTLED, E.FINAL),
}
_AFTER_OBJECTION = {E.HEARING, E.JUDGMENT_SERVED, E.SETTLED}


def court_last_day(nominal: date, holidays: Collection[date]) -> date:
    """The day on which a period of procedure that ends on ``nominal`` really ends.

    Moved past Saturdays, Sundays, holidays, 29–31 December and 1–3 January (民事訴訟法95条3項): the same days as for taxes.
    """
    return local_tax_due(nominal, holidays)


@dataclass(frozen=True, slots=True)
class History:
    """The checked course until a day. ``days``: the latest day of each event; hearings, also those to come, stand apart."""

    route: Forum
    days: Mapping[ProceedingEvent, date]
    hearings: tuple[date, ...]
    holidays: Collection[date]

    def two_weeks(self, event: ProceedingEvent) -> date | None:
        """The last day of two weeks from the day after the event (民事訴訟法95条1項・3項, 民法140条); None without it."""
        return court_last_day(self.days[event] + TWO_WEEKS, self.holidays) if event in self.days else None

    @property
    def ask_by(self) -> date | None:
        """The last day to ask for 仮執行宣言: 30 days from when it can be asked (392条), that day counted.

        It can be asked from midnight after the two weeks, so that its first day counts (民法140条ただし書).
        """
        first = self.two_weeks(E.SERVED) if self.route is Forum.PAYMENT_ORDER else None
        return court_last_day(first + THIRTY_DAYS, self.holidays) if first else None

    @property
    def address_by(self) -> date | None:
        """The last day to name another place of service of a 支払督促 (388条3項); None where it need not be."""
        told = self.days.get(E.UNSERVED) if self.route is Forum.PAYMENT_ORDER else None
        return court_last_day(last_day_after(told, months=2), self.holidays) if told else None

    @property
    def address_named(self) -> bool:
        """Whether a place was named, or the order served after all, since the last notice and in time."""
        told, by = self.days.get(E.UNSERVED), self.address_by
        acts = [self.days[event] for event in (E.NEW_ADDRESS, E.SERVED) if event in self.days]
        return told is not None and by is not None and any(told <= day <= by for day in acts)

    @property
    def suit_since(self) -> date | None:
        """The day from which there is a suit: filed as one, or by an objection that counts (390条, 393条, 395条)."""
        if self.route is not Forum.PAYMENT_ORDER:
            return self.days.get(E.FILED)
        objection, last = self.days.get(E.OBJECTION), self.two_weeks(E.PROVISIONAL_SERVED)
        return None if objection is None or (last and objection > last) else objection

    @property
    def ended(self) -> tuple[ProceedingEvent, date] | None:
        return next(((event, self.days[event]) for event in ENDS if event in self.days), None)


def history(
    route: Forum, events: Sequence[tuple[ProceedingEvent, date]], *, on: date, holidays: Collection[date]
) -> History:
    """Check the events, given in any order. Those after ``on`` are not yet known, but for hearings.

    Raises:
        ValueError: they contradict each other or the route; the message is Japanese.
    """
    known = sorted({(event, day) for event, day in events if day <= on or event is E.HEARING}, key=lambda one: one[1])
    first: dict[ProceedingEvent, date] = {}
    last: dict[ProceedingEvent, date] = {}
    for event, day in known:
        if event in last and event not in REPEATED:
            raise ValueError(
                f"「{event.label}」が{long_text(first[event])}と{long_text(day)}の2回あります。一方を直してください。"
            )
        first.setdefault(event, day)
        last[event] = day
    _check_order(route, known, first)
    hearings = tuple(day for event, day in known if event is E.HEARING)
    found = History(route, {event: day for event, day in last.items() if event is not E.HEARING}, hearings, holidays)
    _check_end(found, known)
    if route is Forum.PAYMENT_ORDER:
        _check_payment_order(found)
    return found


def _check_order(
    route: Forum, known: Iterable[tuple[ProceedingEvent, date]], first: Mapping[ProceedingEvent, date]
) -> None:
    for event, day in known:
        if event in _OF_ORDERS and route is not Forum.PAYMENT_ORDER:
            raise ValueError(f"「{event.label}」は支払督促だけにあります。手続の種類か記録を直してください。")
        needed = [_AFTER[event]] if event in _AFTER else []
        if route is Forum.PAYMENT_ORDER and event in _AFTER_OBJECTION:
            needed.append((E.OBJECTION,))
        for ones in needed:
            if not any(one in first and first[one] <= day for one in ones):
                names = "か".join(f"「{one.label}」" for one in ones)
                raise ValueError(f"{long_text(day)}の「{event.label}」より前に、{names}の記録がありません。")


def _check_end(found: History, known: Iterable[tuple[ProceedingEvent, date]]) -> None:
    if not (end := found.ended):
        return
    event, ended_on = end
    allowed = {E.HEARING, event} | (set() if event in FRUITLESS else {E.EXECUTION_ASKED})
    for other, day in known:
        if (other in ENDS and other is not event) or (day > ended_on and other not in allowed):
            raise ValueError(
                f"{long_text(ended_on)}の「{event.label}」で終わった手続に、{long_text(day)}の「{other.label}」があります。"
            )


def _check_payment_order(found: History) -> None:
    days, first_end, ask_by = found.days, found.two_weeks(E.SERVED), found.ask_by
    asked, objection = days.get(E.PROVISIONAL_ASKED), days.get(E.OBJECTION)
    if asked and first_end and asked <= first_end:
        raise ValueError(
            f"仮執行宣言は、異議の期間が終わる{long_text(first_end)}の翌日から申し立てられます。日を直してください。"
        )
    if asked and objection and objection < asked:
        raise ValueError("督促異議で訴訟になった後に、仮執行宣言の申立てがあります。日を確かめてください。")
    in_time = asked and ask_by and asked <= ask_by
    late = E.PROVISIONAL_SERVED in days or (objection and ask_by and objection > ask_by)
    if ask_by and late and not in_time:
        raise ValueError(
            f"支払督促は{long_text(ask_by)}の経過で効力を失っています（民事訴訟法392条）。日を確かめてください。"
        )
    last = found.two_weeks(E.PROVISIONAL_SERVED)
    final = days.get(E.FINAL)
    if final and E.JUDGMENT_SERVED not in days and last and final <= last:
        raise ValueError(f"仮執行宣言付支払督促は{long_text(last)}を過ぎてから確定します。確定の日を直してください。")
