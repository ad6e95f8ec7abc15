"""消滅時効: the day on which a claim is lost, as a pure function of dated events.

Four things move the clock. A *renewal* (更新) starts a new period. A *postponement* (完成猶予) lets the
period run but not complete: while a procedure is open, and for six months after a demand or a
procedure that came to nothing. A *suspension* (停止) takes its days out of the period. The *stop of
execution* (執行停止) touches none of this: the claim ends three years after it, or by prescription,
whichever comes first. An act after the claim is lost changes nothing, but for the 援用 that ends a private claim.

Source: 地方税法15条の7, 18条, 18条の2; 地方自治法236条; 民法145条, 147〜152条, 166条, 169条 and, for events before
1 April 2020, the former 147〜157条 (附則10条2項).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from claims.rules.prescription_clock import Clock, Status, Step, in_order, with_procedures
from claims.rules.prescription_events import KIND_LABELS, DunningEffect, Event, EventKind, PrescriptionTerms
from toyota_collect.calendar import ONE_DAY, last_day_after

__all__ = [
    "KIND_LABELS",
    "DunningEffect",
    "Event",
    "EventKind",
    "Prescription",
    "PrescriptionTerms",
    "Status",
    "Step",
    "prescription",
]


@dataclass(frozen=True, slots=True)
class Prescription:
    """Where a clock stands on a day.

    ``last_day`` is the last day of the claim, ``None`` while an open procedure keeps it from ending;
    it is gone from ``extinct_from`` on (a private claim once it is invoked). ``review`` says in
    Japanese what a person must decide, or "". ``period_ends_on`` is where the running period ends before postponement,
    ``suspended`` the periods (both days included) that are taken out of it.
    """

    start_on: date
    last_day: date | None
    status: Status
    steps: tuple[Step, ...]
    stop_ends_on: date | None = None
    review: str = ""
    period_ends_on: date | None = None
    suspended: tuple[tuple[date, date], ...] = ()

    @property
    def extinct_from(self) -> date | None:
        return self.last_day + ONE_DAY if self.last_day else None

    def days_left(self, as_of: date) -> int | None:
        """Days after ``as_of`` on which the claim still stands, negative once it is lost."""
        return (self.last_day - as_of).days if self.last_day else None

    def warning_months(self, as_of: date) -> int | None:
        """The shortest of 1, 3, 6 and 12 months within which the claim ends; ``None`` if later or over."""
        if self.last_day is None or self.last_day < as_of:
            return None
        return next((months for months in (1, 3, 6, 12) if last_day_after(as_of, months=months) >= self.last_day), None)


def prescription(*, start_on: date, terms: PrescriptionTerms, events: Iterable[Event], as_of: date) -> Prescription:
    """Run the clock of one claim through its events.

    Args:
        start_on: the first counted day (the day after the due date).
        events: in any order; on one day, what opens a procedure comes before what closes one.
        as_of: the day of ``status``. Events after it are counted all the same.

    Raises:
        ValueError: a procedure ends that never began, or an event that this class of claim does not know.
    """
    clock = Clock(start_on, terms)
    for event, procedure in with_procedures(sorted(events, key=in_order)):
        clock.apply(event, procedure)
    return Prescription(
        clock.start_in_force(),
        clock.last_day(),
        clock.status(as_of),
        tuple(clock.steps),
        clock.stop_ends_on(),
        clock.review,
        clock.end_of_period(),
        tuple(clock.suspensions),
    )
