"""裁判手続: begun on a decision, told step by step; its deadlines and the clocks of its claims follow from the steps alone."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.models import ClaimEvent
from claims.services.events import EventRefused, end_event, record_events, withdraw_event
from lawyers.models import CaseFile, LegalCase, Proceeding, ProceedingStep, Proposal
from lawyers.rules.court import Forum
from lawyers.rules.deadlines import ClockKind, Deadline, ProceedingEvent, Standing, deadlines, stands
from lawyers.services import cases
from lawyers.services.room import RoomRefused, refuse_while_stopped
from toyota_collect import audit
from toyota_collect.dated import value_or
from toyota_collect.models import Holiday

WARN_DAYS = "lawyers.deadline_warn_days"
KINDS = {ClockKind.BEGINS: ClaimEvent.Kind.SUIT, ClockKind.FINAL: ClaimEvent.Kind.JUDGMENT}


class CourtRefused(Exception):
    """The step cannot be written; the message says why and what to do, in Japanese."""


@transaction.atomic
def open_proceeding(*, proposal_id: int, court: str, court_number: str, by: Any, on: date) -> Proceeding:
    """The firm begins what was decided on. A second time gives the same proceeding.

    Raises:
        Proposal.DoesNotExist: no such proposal of the member's open cases.
        CourtRefused: it was not decided on, names no court, or another proceeding of the case is open.
    """
    rows = Proposal.objects.select_for_update(of=("self",)).filter(case__in=LegalCase.objects.of_member(by))
    proposal = rows.select_related("case__mandate__firm").get(pk=proposal_id)
    if known := Proceeding.objects.filter(proposal=proposal).first():
        return known
    if proposal.kind not in Proceeding.Route.values or proposal.state != Proposal.State.ACCEPTED:
        raise CourtRefused("市の決裁が済んだ支払督促・訴えだけを始められます。")
    _not_stopped(proposal.case, on=on)
    if not court.strip():
        raise CourtRefused("裁判所を書いてください。")
    try:
        with transaction.atomic():
            made = Proceeding.objects.create(
                case=proposal.case,
                proposal=proposal,
                route=proposal.kind,
                court=court.strip()[:60],
                court_number=court_number.strip()[:60],
                council=proposal.council,
                by=by,
                opened_on=on,
            )
    except IntegrityError as error:
        raise CourtRefused("この件の別の手続が続いています。終わってから始めてください。") from error
    audit.record(event="proceeding.opened", by=by, target=made, detail={"case": proposal.case.number})
    return made


@transaction.atomic
def add_step(
    *, proceeding_id: int, kind: str, day: date, by: Any, on: date, note: str = "", file_id: int | None = None
) -> ProceedingStep:
    """Write a dated step; deadlines and clocks follow at once. The same step of the day is written once.

    A filing while the city has stopped the case is refused: it would be an act against the debtor.

    Raises:
        Proceeding.DoesNotExist: no such proceeding of the member's open cases.
        CourtRefused: an unknown step, a day to come (but for a hearing), or steps that contradict each other.
    """
    proceeding = _of_member(proceeding_id, by)
    if kind not in set(ProceedingEvent):
        raise CourtRefused("できごとを選んでください。")
    if day > on and kind != ProceedingEvent.HEARING:
        raise CourtRefused("まだ来ていない日です。起きた日を入れてください。")
    if kind in (ProceedingEvent.FILED, ProceedingEvent.PROVISIONAL_ASKED):
        _not_stopped(proceeding.case, on=on)
    if known := proceeding.steps.filter(kind=kind, on=day, withdrawn_at=None).first():
        return known
    file = CaseFile.objects.get(pk=file_id, case=proceeding.case) if file_id else None
    made = proceeding.steps.create(kind=kind, on=day, note=note.strip()[:300], file=file, by=by)
    _follow(proceeding, by=by, on=on)
    audit.record(event="proceeding.step", by=by, target=made, detail={"kind": kind, "on": day.isoformat()})
    return made


@transaction.atomic
def withdraw_step(*, step_id: int, reason: str, by: Any, on: date) -> ProceedingStep:
    """Take back a step that was put down wrongly; it stays readable and no longer counts.

    Raises:
        ProceedingStep.DoesNotExist: no such step of the member's open cases.
        CourtRefused: it was taken back before, no reason, or what is left contradicts itself.
    """
    rows = ProceedingStep.objects.select_for_update(of=("self",))
    step = rows.get(pk=step_id, proceeding__case__in=LegalCase.objects.of_member(by))
    if step.withdrawn_at or not reason.strip():
        raise CourtRefused("取り消す理由を書いてください。すでに取り消したものは、もう一度は取り消せません。")
    step.withdrawn_at, step.withdrawn_because = timezone.now(), reason.strip()[:200]
    step.save()
    _follow(_of_member(step.proceeding_id, by), by=by, on=on)
    audit.record(event="proceeding.step_withdrawn", by=by, target=step, detail={"reason": step.withdrawn_because})
    return step


def follow_the_days(*, on: date, by: Any) -> int:
    """Each morning: what became final or lapsed by the days alone moves the clocks; how many were looked at. Safe to run twice."""
    looked = 0
    for pk in list(Proceeding.objects.filter(closed_on=None).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            proceeding = Proceeding.objects.select_for_update(of=("self",)).select_related("case").get(pk=pk)
            _follow(proceeding, by=by, on=on)
            looked += 1
    return looked


def standing_of(proceeding: Proceeding, *, on: date) -> Standing:
    """Where it stands. Raises ``ValueError`` where its steps contradict each other."""
    return stands(Forum(proceeding.route), events_of(proceeding), on=on, holidays=_holidays(proceeding))


def deadlines_of(proceeding: Proceeding, *, on: date) -> tuple[Deadline, ...]:
    """Its deadlines, by day. Raises like :func:`standing_of`."""
    warn = int(value_or(WARN_DAYS, on, 7))
    route, events = Forum(proceeding.route), events_of(proceeding)
    return deadlines(route, events, on=on, holidays=_holidays(proceeding), warn_days=warn)


def events_of(proceeding: Proceeding) -> list[tuple[ProceedingEvent, date]]:
    return [(ProceedingEvent(step.kind), step.on) for step in proceeding.steps.all() if step.withdrawn_at is None]


def _follow(proceeding: Proceeding, *, by: Any, on: date) -> None:
    """Bring the claims' events in line with where the proceeding stands: written, ended or taken back; idempotent."""
    try:
        standing = standing_of(Proceeding.objects.prefetch_related("steps").get(pk=proceeding.pk), on=on)
    except ValueError as error:
        raise CourtRefused(str(error)) from error
    origin = f"裁判手続（{proceeding.case.number}-{proceeding.pk}）"
    claims = list(proceeding.case.lines.values_list("claim_id", flat=True))
    wanted: dict[str, date] = {KINDS[one.kind].value: one.on for one in standing.clock if one.kind in KINDS}
    ended = next((one for one in standing.clock if one.kind is ClockKind.ENDED), None)
    try:
        for event in ClaimEvent.objects.filter(claim__in=claims, origin=origin, withdrawn_at=None).order_by("pk"):
            comes_to_nothing = event.kind == ClaimEvent.Kind.SUIT and event.until and ended is None
            if wanted.get(event.kind) != event.on or comes_to_nothing:
                withdraw_event(event_id=event.pk, by=by, reason="手続のできごとが直された")
        for kind, day in wanted.items():
            _write(claims, kind, day, origin, by=by)
        if ended:
            open_ones = ClaimEvent.objects.filter(
                claim__in=claims, origin=origin, kind=ClaimEvent.Kind.SUIT, until=None, withdrawn_at=None
            )
            for event in open_ones.order_by("pk"):
                end_event(event_id=event.pk, until=ended.on, cancelled=True, by=by)
    except EventRefused as refused:
        raise CourtRefused(str(refused)) from refused
    over = standing.final_on or (ended.on if ended else None)
    if proceeding.closed_on != over:
        Proceeding.objects.filter(pk=proceeding.pk).update(closed_on=over)


def _write(claims: Sequence[int], kind: str, day: date, origin: str, *, by: Any) -> None:
    known = ClaimEvent.objects.filter(claim__in=claims, kind=kind, on=day, withdrawn_at=None)
    missing = sorted(set(claims) - set(known.values_list("claim_id", flat=True)))
    if missing:
        record_events(claim_ids=missing, kind=kind, on=day, origin=origin, by=by)


def _holidays(proceeding: Proceeding) -> set[date]:
    days = [step.on for step in proceeding.steps.all()] or [proceeding.opened_on]
    first, last = min(days), max(days) + timedelta(days=120)
    return set(Holiday.objects.filter(on__gte=first, on__lte=last).values_list("on", flat=True))


def _of_member(proceeding_id: int, by: Any) -> Proceeding:
    rows = Proceeding.objects.select_for_update(of=("self",)).filter(case__in=LegalCase.objects.of_member(by))
    proceeding: Proceeding = rows.select_related("case__mandate__firm").get(pk=proceeding_id)
    cases.of_member(proceeding.case_id, by)
    return proceeding


def _not_stopped(case: LegalCase, *, on: date) -> None:
    try:
        refuse_while_stopped(case, on=on)
    except RoomRefused as refused:
        raise CourtRefused(str(refused)) from refused
