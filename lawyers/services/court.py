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
from lawyers.rules.deadlines import ClockKind, Deadline, ProceedingEvent, Standing, State, deadlines, stands
from lawyers.services import cases
from lawyers.services.reminders import tell
from lawyers.services.room import RoomRefused, refuse_unfit
from toyota_collect import audit
from toyota_collect.dated import value_or
from toyota_collect.held import once
from toyota_collect.models import Holiday
from toyota_collect.permissions import Permission, allows
from toyota_collect.wareki import long_text

WARN_DAYS = "lawyers.deadline_warn_days"
# What a 支払督促 that became a suit goes on with, and what the city must hear of, with the step that follows.
AS_A_SUIT = frozenset(
    {ProceedingEvent.HEARING, ProceedingEvent.JUDGMENT_SERVED, ProceedingEvent.SETTLED, ProceedingEvent.FINAL}
)
TOLD = {
    State.LAPSED: "失効した理由を確かめ、時効が完成する前に次の手続を決める",
    State.OBJECTED: "訴訟を続けるか決め、議決か専決を登録する",
    State.DISMISSED: "判決の送達から2週間のうちに、控訴するか決める",
    State.WITHDRAWN: "取下げの理由を確かめ、時効が完成する前に次の手続を決める",
    State.FINAL: "支払の予定を確かめ、強制執行の要否を決める",
    State.UNSERVED: "送達場所を調べて申し出る（2か月以内、民訴法388条3項）",
}
KINDS = {ClockKind.BEGINS: ClaimEvent.Kind.SUIT, ClockKind.FINAL: ClaimEvent.Kind.JUDGMENT}


class CourtRefused(Exception):
    """The step cannot be written; the message says why and what to do, in Japanese."""


@transaction.atomic
def open_proceeding(
    *,
    proposal_id: int,
    court: str,
    court_number: str,
    by: Any,
    on: date,
    line_ids: Sequence[int] = (),
    against: str = Proceeding.Against.DEBTOR,
) -> Proceeding:
    """The firm begins what was decided on. A second time gives the same proceeding.

    Args:
        line_ids: the claims of the case that the paper asks for (``LegalClaim`` ids); without them, all.
        against: whom; of a guarantor alone, no clock of the debtor's claims moves.

    Raises:
        Proposal.DoesNotExist: no such proposal of the member's open cases.
        CourtRefused: it was not decided on, names no court or another's claims, the city would not hand the case over today, or
            another proceeding on one of the claims is open.
    """
    rows = Proposal.objects.select_for_update(of=("self",)).filter(case__in=LegalCase.objects.of_member(by))
    proposal = rows.select_related("case__mandate__firm").get(pk=proposal_id)
    if known := Proceeding.objects.filter(proposal=proposal).first():
        return known
    case = cases.of_member(proposal.case_id, by)
    if proposal.kind not in Proceeding.Route.values or proposal.state != Proposal.State.ACCEPTED:
        raise CourtRefused("市の決裁が済んだ支払督促・訴えだけを始められます。")
    _fit(case, on=on)
    if not court.strip() or against not in Proceeding.Against.values:
        raise CourtRefused("裁判所と相手方を入れてください。")
    lines = list(case.lines.filter(is_open=True, **({"pk__in": line_ids} if line_ids else {})))
    if not lines or (line_ids and len(lines) != len(set(line_ids))):
        raise CourtRefused("請求する債権を、この件の債権から1つ以上選んでください。")
    claims = [line.claim_id for line in lines]
    others = Proceeding.objects.filter(closed_on=None, against=against, lines__claim__in=claims)
    if others.exists():
        raise CourtRefused("同じ債権の別の手続が続いています。終わってから始めてください。")
    try:
        with transaction.atomic():
            made = Proceeding.objects.create(
                case=case,
                proposal=proposal,
                route=proposal.kind,
                court=court.strip()[:60],
                court_number=court_number.strip()[:60],
                council=proposal.council,
                against=against,
                by=by,
                opened_on=on,
            )
    except IntegrityError as error:
        raise CourtRefused("この件の別の手続が続いています。終わってから始めてください。") from error
    made.lines.set(lines)
    audit.record(event="proceeding.opened", by=by, target=made, detail={"case": case.number, "claims": claims})
    return made


@transaction.atomic
def add_step(
    *, proceeding_id: int, kind: str, day: date, by: Any, on: date, note: str = "", file_id: int | None = None
) -> ProceedingStep:
    """Write a dated step; deadlines and clocks follow at once. The same step of the day is written once.

    By a member of the firm while it has the case, and by the city at any time: a proceeding goes on after a case was taken back.

    Raises:
        Proceeding.DoesNotExist: no such proceeding, or not of the member's open cases.
        CourtRefused: an unknown step, a day to come (but for a hearing), steps that contradict each other, an act that the city
            has stopped, an execution nobody decided on, or a suit after an objection that no vote carries.
    """
    proceeding = _reachable(proceeding_id, by)
    if kind not in set(ProceedingEvent):
        raise CourtRefused("できごとを選んでください。")
    if day > on and kind != ProceedingEvent.HEARING:
        raise CourtRefused("まだ来ていない日です。起きた日を入れてください。")
    _refuse_undecided(proceeding, kind, by=by, on=on)
    if known := proceeding.steps.filter(kind=kind, on=day, withdrawn_at=None).first():
        return known
    file = CaseFile.objects.get(pk=file_id, case=proceeding.case) if file_id else None
    made = proceeding.steps.create(kind=kind, on=day, note=note.strip()[:300], file=file, by=by)
    _follow(proceeding, by=by, on=on)
    audit.record(event="proceeding.step", by=by, target=made, detail={"kind": kind, "on": day.isoformat()})
    return made


@transaction.atomic
def set_council(*, proceeding_id: int, council: str, by: Any) -> Proceeding:
    """The city writes day and number of the vote or 専決 under which a 支払督促 goes on as a suit (最判昭和59年5月31日).

    Raises:
        Proceeding.DoesNotExist: no such proceeding.
        CourtRefused: nothing is written.
    """
    proceeding = Proceeding.objects.select_for_update().get(pk=proceeding_id)
    if not council.strip():
        raise CourtRefused("議決か専決の日と番号を書いてください。")
    proceeding.council = council.strip()[:200]
    proceeding.save()
    audit.record(event="proceeding.council", by=by, target=proceeding, detail={"council": proceeding.council})
    return proceeding


def _refuse_undecided(proceeding: Proceeding, kind: str, *, by: Any, on: date) -> None:
    """An act of the firm needs the city's consent of today; a suit after an objection, the council's."""
    if kind in (ProceedingEvent.FILED, ProceedingEvent.PROVISIONAL_ASKED):
        _fit(proceeding.case, on=on)
    if kind == ProceedingEvent.EXECUTION_ASKED:
        decided = Proposal.objects.filter(
            case=proceeding.case, kind=Proposal.Kind.EXECUTION, state=Proposal.State.ACCEPTED
        )
        if not decided.exists():
            raise CourtRefused("強制執行には、市の決裁が要ります。先に提案してください。")
        _fit(proceeding.case, on=on)
    became_suit = proceeding.steps.filter(kind=ProceedingEvent.OBJECTION, withdrawn_at=None).exists()
    if became_suit and not proceeding.council and kind in AS_A_SUIT:
        raise CourtRefused(
            "異議により訴訟へ移りました。議会の議決か専決（地方自治法96条1項12号、180条）を市の担当が登録してから書けます。"
        )


@transaction.atomic
def withdraw_step(*, step_id: int, reason: str, by: Any, on: date) -> ProceedingStep:
    """Take back a step that was put down wrongly; it stays readable and no longer counts.

    Raises:
        ProceedingStep.DoesNotExist: no such step of the member's open cases.
        CourtRefused: it was taken back before, no reason, or what is left contradicts itself.
    """
    step = ProceedingStep.objects.select_for_update(of=("self",)).get(pk=step_id)
    try:
        proceeding = _reachable(step.proceeding_id, by)
    except Proceeding.DoesNotExist as missing:
        raise ProceedingStep.DoesNotExist from missing
    if step.withdrawn_at or not reason.strip():
        raise CourtRefused("取り消す理由を書いてください。すでに取り消したものは、もう一度は取り消せません。")
    step.withdrawn_at, step.withdrawn_because = timezone.now(), reason.strip()[:200]
    step.save()
    _follow(proceeding, by=by, on=on)
    audit.record(event="proceeding.step_withdrawn", by=by, target=step, detail={"reason": step.withdrawn_because})
    return step


def follow_the_days(*, on: date, by: Any) -> int:
    """Each morning: what became final or lapsed by the days alone moves the clocks; how many were looked at. Safe to run twice.

    One whose steps cannot be read any more is told of, and the others go on.
    """
    looked = 0
    for pk in list(Proceeding.objects.filter(closed_on=None).order_by("pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                proceeding = Proceeding.objects.select_for_update(of=("self",)).select_related("case").get(pk=pk)
                _follow(proceeding, by=by, on=on)
                looked += 1
        except CourtRefused as refused:
            case = Proceeding.objects.select_related("case__mandate__firm", "case__person").get(pk=pk).case
            reason = f"裁判手続のできごとが読めない：{refused}"
            tell(case, key=f"proceeding:{pk}:fault", reason=reason, next_step="できごとを直す", by=by, on=on)
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
    against_debtor = proceeding.against != Proceeding.Against.GUARANTOR
    claims = list(proceeding.lines.values_list("claim_id", flat=True)) if against_debtor else []
    wanted: dict[str, date] = {KINDS[one.kind].value: one.on for one in standing.clock if one.kind in KINDS}
    ended = next((one for one in standing.clock if one.kind is ClockKind.ENDED), None)
    try:
        _events_in_line(claims, wanted, ended.on if ended else None, origin, by=by)
    except EventRefused as refused:
        raise CourtRefused(str(refused)) from refused
    over = standing.final_on or (ended.on if ended else None)
    changed = proceeding.state != standing.state.value
    if proceeding.closed_on != over or changed:
        proceeding.closed_on, proceeding.state = over, standing.state.value
        Proceeding.objects.filter(pk=proceeding.pk).update(closed_on=over, state=standing.state.value)
    if changed and standing.state in TOLD:
        until = f"　時効は{long_text(ended.until)}まで完成しません" if ended and ended.until else ""
        tell(
            LegalCase.objects.select_related("mandate__firm", "person").get(pk=proceeding.case_id),
            key=f"proceeding:{proceeding.pk}:{standing.state.value}",
            reason=f"裁判手続：{standing.label}{until}",
            next_step=TOLD[standing.state],
            by=by,
            on=on,
        )


def _events_in_line(
    claims: Sequence[int], wanted: dict[str, date], ended: date | None, origin: str, *, by: Any
) -> None:
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
            end_event(event_id=event.pk, until=ended, cancelled=True, by=by)


def _write(claims: Sequence[int], kind: str, day: date, origin: str, *, by: Any) -> None:
    known = ClaimEvent.objects.filter(claim__in=claims, kind=kind, on=day, withdrawn_at=None)
    missing = sorted(set(claims) - set(known.values_list("claim_id", flat=True)))
    if missing:
        record_events(claim_ids=missing, kind=kind, on=day, origin=origin, by=by)


def _holidays(proceeding: Proceeding) -> frozenset[date]:
    days = [step.on for step in proceeding.steps.all()] or [proceeding.opened_on]
    first, last = min(days), max(days) + timedelta(days=120)
    return frozenset(day for day in _all_holidays() if first <= day <= last)


@once
def _all_holidays() -> tuple[date, ...]:
    return tuple(Holiday.objects.values_list("on", flat=True))


def _reachable(proceeding_id: int, by: Any) -> Proceeding:
    """The proceeding, locked: of the city's officers any, of a member those of the firm's open cases."""
    rows = Proceeding.objects.select_for_update(of=("self",)).select_related("case__mandate__firm")
    if not allows(by, Permission.LAWYER_PREPARE):
        rows = rows.filter(case__in=LegalCase.objects.of_member(by))
    proceeding: Proceeding = rows.get(pk=proceeding_id)
    LegalCase.objects.select_for_update().get(pk=proceeding.case_id)
    return proceeding


def _fit(case: LegalCase, *, on: date) -> None:
    try:
        refuse_unfit(case, on=on)
    except RoomRefused as refused:
        raise CourtRefused(str(refused)) from refused
