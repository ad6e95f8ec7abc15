"""Prescription of many claims: dated facts of the ledger, run through the pure rule; the stored day is for lists only.

``refresh_clocks`` keeps ``Claim.prescribes_on`` of open claims; ``clock_differences`` proves it equal to the rule.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction

from claims.models import Claim, ClaimEvent, ClaimKindTerms
from claims.rules.prescription import DunningEffect, Event, EventKind, Prescription, PrescriptionTerms, prescription
from toyota_collect.business_date import business_date
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import SettingMissing, value_on

logger = logging.getLogger(__name__)

BATCH = 5_000  # claims whose facts are held in memory at once
NEW_CIVIL_CODE = date(2020, 4, 1)  # 民法附則10条4項: a contract before this day keeps the former period
STOP_DAY_COUNTS = "prescription.execution_stop_counts_first_day"
SIMPLE = {
    ClaimEvent.Kind.DEMAND: EventKind.DEMAND,
    ClaimEvent.Kind.ACKNOWLEDGEMENT: EventKind.ACKNOWLEDGEMENT,
    ClaimEvent.Kind.PART_PAYMENT: EventKind.PART_PAYMENT,
    ClaimEvent.Kind.JUDGMENT: EventKind.JUDGMENT,
    ClaimEvent.Kind.ENYO: EventKind.ENYO,
}
# What a procedure opens, how it ends on ``until``, and how it ends there when ``detail.cancelled`` says so.
PROCEDURES = {
    ClaimEvent.Kind.SEIZURE: (EventKind.SEIZURE, EventKind.SEIZURE_END, EventKind.SEIZURE_CANCELLED),
    ClaimEvent.Kind.DELIVERY_CLAIM: (
        EventKind.PARTICIPATION,
        EventKind.PARTICIPATION_END,
        EventKind.PARTICIPATION_END,
    ),
    ClaimEvent.Kind.SUIT: (EventKind.SUIT, EventKind.SUIT_WITHDRAWN, EventKind.SUIT_WITHDRAWN),
    ClaimEvent.Kind.STOP: (EventKind.STOP, EventKind.STOP_CANCELLED, EventKind.STOP_CANCELLED),
}


class ClockUnknown(Exception):
    """The clock of a claim cannot be run; the message says what is missing, in Japanese."""


StoredEvent = tuple[str, date, date | None, dict[str, Any]]
"""Kind, day, last day and detail of a ClaimEvent."""


class ClockFacts(NamedTuple):
    """What the clock of one claim depends on, besides its events."""

    claim_id: int
    kind_id: int
    due_on: date
    contract_on: date | None
    stored: date | None

    @classmethod
    def of(cls, claim: Claim) -> "ClockFacts":
        return cls(claim.pk, claim.kind_id, claim.due_on, claim.contract_on, claim.prescribes_on)


class Clocks:
    """Runs clocks with the legal attributes of all kinds read once."""

    def __init__(self, *, as_of: date) -> None:
        self.as_of = as_of
        try:
            self._stop_day_counts = bool(value_on(STOP_DAY_COUNTS, as_of))
        except SettingMissing:
            self._stop_day_counts = False
        self._rows: dict[int, list[ClaimKindTerms]] = defaultdict(list)
        for row in ClaimKindTerms.objects.select_related("kind").order_by("-starts_on"):
            self._rows[row.kind_id].append(row)
        self._run = cache(self._prescription)  # many claims fell due on one day and have no event of their own

    def run(self, facts: ClockFacts, events: Sequence[StoredEvent]) -> Prescription:
        """Raises ``ClockUnknown`` where attributes are missing or the events contradict each other."""
        row = self._terms(facts)
        old = row.old_prescription_years
        former = old is not None and (facts.contract_on or facts.due_on) < NEW_CIVIL_CODE
        terms = PrescriptionTerms(
            years=old if former and old is not None else row.prescription_years,
            needs_enyo=row.needs_enyo,
            dunning_effect=_effect(row),
            stop_day_counts=self._stop_day_counts,
        )
        counts_dunning = row.dunning_effect != ClaimKindTerms.DunningEffect.NONE
        try:
            made = tuple(event for one in events for event in _events(one, terms, counts_dunning))
            return self._run(facts.due_on + ONE_DAY, terms, made)
        except ValueError as error:
            raise ClockUnknown(str(error)) from error

    def _prescription(self, start_on: date, terms: PrescriptionTerms, events: tuple[Event, ...]) -> Prescription:
        return prescription(start_on=start_on, terms=terms, events=events, as_of=self.as_of)

    def _terms(self, facts: ClockFacts) -> ClaimKindTerms:
        for row in self._rows[facts.kind_id]:
            if row.starts_on <= facts.due_on:
                return row
        raise ClockUnknown(
            f"納期限 {facts.due_on:%Y-%m-%d} に適用する債権種目の法的属性がありません。管理画面で足してください。"
        )


def clocks_for(claims: Iterable[Claim], *, as_of: date) -> dict[int, Prescription]:
    """Where the clocks of claims stand on ``as_of``, with their steps, by claim id.

    Raises:
        ClockUnknown: legal attributes are missing, or the events contradict each other.
    """
    facts = [ClockFacts.of(one) for one in claims]
    clocks = Clocks(as_of=as_of)
    events = stored_events([one.claim_id for one in facts])
    return {one.claim_id: clocks.run(one, events[one.claim_id]) for one in facts}


_together: ContextVar[set[int] | None] = ContextVar("clocks_together", default=None)


@contextmanager
def clocks_together() -> Iterator[None]:
    """Inside, refreshes of single claims wait and are done at once at the end: for many bookings of one file."""
    waiting: set[int] = set()
    token = _together.set(waiting)
    try:
        yield
    finally:
        _together.reset(token)
    if waiting:
        refresh_clocks(sorted(waiting))


def refresh_clocks(claim_ids: Sequence[int] | None = None, *, as_of: date | None = None) -> int:
    """Store the last day of the claims (``None``: of all open ones) for lists; return how many changed.

    Inside ``clocks_together`` the claims wait for its end, and 0 is returned.
    """
    waiting = _together.get()
    if waiting is not None and claim_ids is not None:
        waiting.update(claim_ids)
        return 0
    return _refresh(claim_ids, as_of=as_of)


@transaction.atomic
def _refresh(claim_ids: Sequence[int] | None, *, as_of: date | None) -> int:
    """Run the clocks and store what changed.

    A claim whose clock cannot be run keeps its former day; that is logged, and ``verify_ledger`` reports it.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS new_clocks")
        cursor.execute("CREATE TEMP TABLE new_clocks (claim_id bigint, last_day date) ON COMMIT DROP")
        for found in _compare(claim_ids, as_of=as_of or business_date()):
            with cursor.copy("COPY new_clocks FROM STDIN") as copy:
                for facts, last_day, problem in found:
                    if problem:
                        logger.error("clock of claim %s: %s", facts.claim_id, problem)
                    elif last_day != facts.stored:
                        copy.write_row((facts.claim_id, last_day))
        cursor.execute("ANALYZE new_clocks")
        cursor.execute("UPDATE claims_claim c SET prescribes_on = n.last_day FROM new_clocks n WHERE c.id = n.claim_id")
        return int(cursor.rowcount)


def clock_differences(*, limit: int) -> list[dict[str, object]]:
    """The first ``limit`` open claims whose stored day is not what the rule gives."""
    differing = (
        {"what": "clock", "claim": facts.claim_id, "stored": facts.stored, "events": last_day, "problem": problem}
        for found in _compare(None, as_of=business_date())
        for facts, last_day, problem in found
        if problem or last_day != facts.stored
    )
    return list(islice(differing, limit))


def _compare(claim_ids: Sequence[int] | None, *, as_of: date) -> Iterator[list[tuple[ClockFacts, date | None, str]]]:
    """Batches of (facts, last day by the rule, problem or "")."""
    clocks = Clocks(as_of=as_of)
    chosen = Claim.objects.outstanding() if claim_ids is None else Claim.objects.filter(pk__in=claim_ids)
    last = 0
    while True:
        rows = chosen.filter(pk__gt=last).order_by("pk")[:BATCH]
        batch = [
            ClockFacts(*row) for row in rows.values_list("pk", "kind_id", "due_on", "contract_on", "prescribes_on")
        ]
        if not batch:
            return
        last = batch[-1].claim_id
        events = stored_events([one.claim_id for one in batch])
        yield [(one, *_last_day(clocks, one, events[one.claim_id])) for one in batch]


def _last_day(clocks: Clocks, facts: ClockFacts, events: Sequence[StoredEvent]) -> tuple[date | None, str]:
    try:
        return clocks.run(facts, events).last_day, ""
    except ClockUnknown as unknown:
        return None, str(unknown)


def stored_events(claim_ids: Sequence[int]) -> dict[int, list[StoredEvent]]:
    """The events that count, by claim, in the order of their days."""
    found: dict[int, list[StoredEvent]] = defaultdict(list)
    rows = ClaimEvent.objects.filter(claim_id__in=claim_ids, withdrawn_at=None).order_by("on", "pk")
    for claim_id, kind, on, until, detail in rows.values_list("claim_id", "kind", "on", "until", "detail"):
        found[claim_id].append((kind, on, until, detail))
    return found


def _effect(row: ClaimKindTerms) -> DunningEffect:
    none = row.dunning_effect == ClaimKindTerms.DunningEffect.NONE
    return DunningEffect.ARRIVAL if none else DunningEffect(row.dunning_effect)


def _events(event: StoredEvent, terms: PrescriptionTerms, counts_dunning: bool) -> Iterator[Event]:
    """The rule's events for one stored event.

    ``detail`` may carry ``arrived_on`` and ``deadline_on`` (督促・催告; without them the day of sending counts, which
    never makes the clock run longer), ``applied_on`` (猶予の申請) and ``cancelled``.
    """
    kind, on, until, detail = event
    arrived_on = _day(detail, "arrived_on") or on
    if kind == ClaimEvent.Kind.DUNNING:
        if counts_dunning:
            deadline_on = _day(detail, "deadline_on") or arrived_on
            yield terms.dunning(sent_on=on, arrived_on=arrived_on, deadline_on=deadline_on)
    elif kind == ClaimEvent.Kind.DEMAND:
        yield Event(SIMPLE[kind], arrived_on)
    elif kind in SIMPLE:
        yield Event(SIMPLE[kind], on)
    elif kind == ClaimEvent.Kind.GRACE:
        applied_on = _day(detail, "applied_on")
        yield Event(
            EventKind.DEFERRAL, applied_on or on, from_on=on, to_on=until, by_application=applied_on is not None
        )
    elif kind in PROCEDURES:
        opens, ends, cancels = PROCEDURES[kind]
        yield Event(opens, on)
        if until:
            yield Event(cancels if detail.get("cancelled") else ends, until)


def _day(detail: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(detail[name]) if detail.get(name) else None
