"""猶予・保留: placing and ending holds. What a hold does is read from the table (``HoldTerms``), by class of claim.

A hold silences channels at once, so every one names its reason and its end. One that changes the late charge or the
clock is placed claim by claim, and writes its dated fact with it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from claims.models import Claim, ClaimEvent, ClaimKind, Hold, HoldTerms, Measure
from claims.rules.holds import WRITES_GRACE, Clock, Effect, NotAllowed, Row, clock_ends_inside, effect, row_of
from claims.services.charges import kind_terms
from claims.services.events import EventRefused, end_event, record_events, withdraw_event
from debtors.models import Person, WorkItem
from debtors.querysets import in_force
from debtors.services_work import close_work_item
from toyota_collect import audit
from toyota_collect.calendar import ONE_DAY
from toyota_collect.held import once
from toyota_collect.models import Approval
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import registry
from toyota_collect.wareki import long_text

CLASSES = ("A", "B", "C")


class HoldRefused(Exception):
    """The hold cannot be placed or ended; the message says why and what to do, in Japanese."""


@once
def terms_rows() -> list[Row]:
    """The whole table, as the rule reads it."""
    return [row.as_row() for row in HoldTerms.objects.all()]


def reasons_with_decision(*, on: date) -> set[str]:
    """Reasons that nobody places without a decision, for any class."""
    rows = [row for row in terms_rows() if row.starts_on <= on and row.applies]
    return {row.reason for row in rows if row.needs_decision}


@transaction.atomic
def place_hold(
    *,
    person_id: int,
    reason: str,
    starts_on: date,
    by: Any,
    channels: Sequence[str] | None = None,
    ends_on: date | None = None,
    review_on: date | None = None,
    kind_id: int | None = None,
    claim_id: int | None = None,
    note: str = "",
    decision: Approval | None = None,
    variant: str = "",
    applied_on: date | None = None,
    new_due_on: date | None = None,
    agreed_late: str = "",
    measure: Measure | None = None,
) -> Hold:
    """Silence the channels for a person, one kind or one claim, from ``starts_on`` to the day before ``ends_on``.

    Args:
        channels: without them, those the table says.
        variant: 号 or kind of the measure (``HoldTerms.variant``).
        applied_on, new_due_on, agreed_late: see :func:`claims.rules.holds.effect`.
        measure: the draft whose decision this carries out; of it the hold may be an extension.

    Raises:
        Person.DoesNotExist: no such person.
        HoldRefused: the table says it cannot be, or needs a decision that is missing; no or unknown channels, neither
            end nor review, a claim or kind that is not the person's, or an open hold of the same scope and reason.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if reason not in Hold.Reason.values:
        raise HoldRefused("保留の理由を選んでください。")
    _check_scope(person, kind_id=kind_id, claim_id=claim_id)
    claims = _claims_in(person, kind_id=kind_id, claim_id=claim_id)
    former = measure.extends if measure else None
    try:
        effects = [
            effect(
                row_of(terms_rows(), reason=reason, variant=variant, legal_class=legal_class, on=starts_on),
                starts_on=starts_on,
                ends_on=ends_on,
                applied_on=applied_on,
                new_due_on=new_due_on,
                agreed_late=agreed_late,
                extends_until=former.ends_on if former else None,
                renewals=1 if former and former.extends_id else 0,
            )
            for legal_class in _classes_of(claims, reason=reason, variant=variant, on=starts_on)
        ]
    except NotAllowed as refused:
        raise HoldRefused(str(refused)) from refused
    if channels is None:
        channels = sorted({code for one in effects for code in one.channels} & set(registry.channels))
    _check_terms(channels=channels, starts_on=starts_on, ends_on=ends_on, review_on=review_on)
    _check_decision(
        effects, claims, starts_on=starts_on, ends_on=ends_on, review_on=review_on, decision=decision, by=by
    )
    if any(one.row.has_legal_effect for one in effects) and claim_id is None:
        raise HoldRefused(f"{effects[0].row.label}は、期別ごとに登録します。対象の期別を選んでください。")
    try:
        with transaction.atomic():
            hold = person.holds.create(
                kind_id=kind_id,
                claim_id=claim_id,
                reason=reason,
                variant=variant,
                channels=sorted(channels),
                starts_on=starts_on,
                ends_on=ends_on,
                review_on=review_on,
                late_charge_effect=effects[0].late_charge,
                clock_effect=effects[0].row.clock,
                note=note,
                decision=decision,
                measure=measure,
                placed_by=by,
            )
    except IntegrityError as error:
        raise HoldRefused(
            "同じ範囲・同じ理由の保留が、終わりの日なしで登録されています。先にそれを終わらせてください。"
        ) from error
    if claim_id:
        _write_event(effects[0], claim_id=claim_id, by=by)
    audit.record(event="hold.placed", by=by, target=hold, detail={"person": person.number, "reason": reason})
    return hold


@transaction.atomic
def end_hold(*, hold_id: int, ends_on: date, by: Any, decision: Approval | None = None) -> Hold:
    """Let a hold end: ``ends_on`` is the first day on which the channels speak again, and the clock and charge run.

    Raises:
        Hold.DoesNotExist: no such hold.
        HoldRefused: it has ended by then, would end before it began, is a measure of law whose end needs a decision, or one
            that only who decides may end.
    """
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    if hold.ends_on and hold.ends_on <= ends_on:
        raise HoldRefused("この保留は、その日にはもう終わっています。")
    if ends_on <= hold.starts_on:
        raise HoldRefused("終わりの日が開始日より後になるようにしてください。")
    if has_legal_effect(hold) and not _approved(decision):
        raise HoldRefused(
            f"「{hold.get_reason_display()}」を途中で終わらせると本人の不利益になるため、取消しの決裁が要ります。"
            "「猶予・停止」の画面から取消しを起案してください。"
        )
    if _is_of_the_head(hold, on=ends_on) and not _approved(decision) and not allows(by, Permission.APPROVE):
        raise HoldRefused(
            f"「{hold.get_reason_display()}」を終わらせるかは、係長・課長が福祉部局と相談して決めます。係長・課長に見直しを頼んでください。"
        )
    hold.ends_on, hold.ended_by = ends_on, by
    hold.save()
    _close_event(hold, by=by)
    audit.record(event="hold.ended", by=by, target=hold, detail={"ends_on": ends_on.isoformat()})
    return hold


@transaction.atomic
def review_hold(*, hold_id: int, review_on: date, on: date, text: str, by: Any) -> Hold:
    """Write that somebody who decides has looked at the hold on ``on``: it goes on until the next review.

    Raises:
        Hold.DoesNotExist: no such hold.
        HoldRefused: it is over, the next review is not later than ``on``, or nothing is said about what was found.
    """
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    if hold.ends_on and hold.ends_on <= on:
        raise HoldRefused("この保留は、もう終わっています。続けるときは新しく登録してください。")
    if review_on <= on:
        raise HoldRefused("次の見直し日は、今日より後にしてください。")
    if not text.strip():
        raise HoldRefused("見直した結果を書いてください。")
    hold.review_on = review_on
    hold.save()
    for item in WorkItem.objects.filter(
        person=hold.person_id, subject_key__startswith=f"hold:{hold.pk}:review:", closed_at=None
    ):
        close_work_item(item_id=item.pk, outcome="見直して続けることにした", by=by, on=on)
    audit.record(
        event="hold.reviewed", by=by, target=hold, detail={"text": text.strip(), "review_on": review_on.isoformat()}
    )
    return hold


def close_with_claims(claim_ids: Sequence[int], *, on: date, by: Any) -> None:
    """End the holds of claims that ended themselves (不納欠損): nothing is left to hold, and no clock moves by it."""
    for hold in Hold.objects.select_for_update().filter(in_force(on), claim__in=claim_ids, starts_on__lt=on):
        hold.ends_on, hold.ended_by = on, by
        hold.save()
        audit.record(event="hold.ended", by=by, target=hold, detail={"ends_on": on.isoformat(), "with": "claim"})


def has_legal_effect(hold: Hold) -> bool:
    """Whether the hold lowers the late charge or moves the clock, so that its end is an adverse act."""
    return hold.late_charge_effect != "none" or hold.clock_effect in {*WRITES_GRACE, Clock.STOP}


def clocks_that_end_inside(claims: Sequence[Claim], *, starts_on: date, until: date) -> list[Claim]:
    """The claims whose stored last day lies in the hold."""
    return [claim for claim in claims if clock_ends_inside(claim.prescribes_on, starts_on=starts_on, until=until)]


def _claims_in(person: Person, *, kind_id: int | None, claim_id: int | None) -> list[Claim]:
    claims = Claim.objects.filter(identity__person=person).select_related("kind")
    if claim_id:
        return list(claims.filter(pk=claim_id))
    return list((claims.filter(kind_id=kind_id) if kind_id else claims).outstanding().order_by("pk"))


def _classes_of(claims: Sequence[Claim], *, reason: str, variant: str, on: date) -> list[str]:
    """The classes a hold meets; where nothing is owed yet, those the table has for it."""
    if claims:
        terms = kind_terms()
        return sorted({terms.of(claim).legal_class for claim in claims})
    rows = [row for row in terms_rows() if (row.reason, row.variant) == (reason, variant) and row.starts_on <= on]
    return sorted({row.legal_class for row in rows if row.applies}) or list(CLASSES)


def _check_decision(
    effects: Sequence[Effect],
    claims: Sequence[Claim],
    *,
    starts_on: date,
    ends_on: date | None,
    review_on: date | None,
    decision: Approval | None,
    by: Any,
) -> None:
    row = effects[0].row
    if _approved(decision):
        return
    if any(one.row.needs_decision for one in effects):
        raise HoldRefused(f"「{row.label}」には決裁が要ります。承認された決裁を付けてください。")
    if any(one.row.asks_before_clock_ends for one in effects):
        until = ends_on - ONE_DAY if ends_on else review_on
        ending = clocks_that_end_inside(claims, starts_on=starts_on, until=until) if until else []
        if ending:
            first = min(ending, key=lambda claim: claim.prescribes_on or date.max)
            raise HoldRefused(
                f"{row.label}の間に時効が終わる期別が{len(ending)}件あります（{first.kind.short_name} "
                f"{first.instalment_label} {long_text(first.prescribes_on)}など）。始める前に決裁を受けてください。"
            )
    if any(one.row.decided_by == HoldTerms.DecidedBy.HEAD for one in effects) and not allows(by, Permission.APPROVE):
        raise HoldRefused(f"「{row.label}」は、係長・課長が福祉部局と相談して決めます。決裁を受けてください。")


def _is_of_the_head(hold: Hold, *, on: date) -> bool:
    """Whether the table leaves the hold to the collection head, for any class."""
    rows = [row for row in terms_rows() if (row.reason, row.variant) == (hold.reason, hold.variant)]
    return any(row.decided_by == HoldTerms.DecidedBy.HEAD and row.starts_on <= on for row in rows)


def _approved(decision: Approval | None) -> bool:
    return decision is not None and decision.decision == Approval.Decision.APPROVED


def _write_event(found: Effect, *, claim_id: int, by: Any) -> None:
    facts: dict[str, Any] = {"claim_ids": [claim_id], "by": by, "origin": found.row.label}
    try:
        if found.stopped_on:
            record_events(kind=ClaimEvent.Kind.STOP, on=found.stopped_on, **facts)
        elif found.grace_from:
            applied_on = found.acknowledged_on
            record_events(
                kind=ClaimEvent.Kind.GRACE,
                on=found.grace_from,
                until=found.grace_until,
                detail={"applied_on": applied_on.isoformat()} if applied_on else {},
                **facts,
            )
    except EventRefused as refused:
        raise HoldRefused(str(refused)) from refused


def _close_event(hold: Hold, *, by: Any) -> None:
    """The dated fact ends with its hold: a stop is cancelled, a grace lasts only to the day before."""
    kind = ClaimEvent.Kind.STOP if hold.clock_effect == Clock.STOP else ClaimEvent.Kind.GRACE
    if hold.claim_id is None or not has_legal_effect(hold) or hold.ends_on is None:
        return
    event = ClaimEvent.objects.filter(claim=hold.claim_id, kind=kind, on=hold.starts_on, withdrawn_at=None).first()
    if event is None:
        return
    try:
        if kind == ClaimEvent.Kind.STOP:
            if event.until is None:
                end_event(event_id=event.pk, until=hold.ends_on, by=by)
        elif event.until is None or event.until >= hold.ends_on:
            withdraw_event(event_id=event.pk, by=by, reason=f"{event.origin}を{long_text(hold.ends_on)}で終えたため")
            record_events(
                claim_ids=[hold.claim_id],
                kind=kind,
                on=event.on,
                until=hold.ends_on - ONE_DAY,
                detail=event.detail,
                origin=event.origin,
                reviewed=True,  # not a new acknowledgement: the same one, for fewer days
                by=by,
            )
    except EventRefused as refused:
        raise HoldRefused(str(refused)) from refused


def _check_terms(*, channels: Sequence[str], starts_on: date, ends_on: date | None, review_on: date | None) -> None:
    if not channels or set(channels) - set(registry.channels):
        raise HoldRefused("止める手段を1つ以上選んでください。")
    if ends_on is None and review_on is None:
        raise HoldRefused("終わりの日か見直し日の、どちらかは必ず入れてください。")
    if review_on and review_on < starts_on:
        raise HoldRefused("見直し日が開始日より前です。後の日付を入れてください。")


def _check_scope(person: Person, *, kind_id: int | None, claim_id: int | None) -> None:
    if kind_id and claim_id:
        raise HoldRefused("範囲は、人・種目・期別のうち1つだけを選んでください。")
    if kind_id and not ClaimKind.objects.filter(pk=kind_id).exists():
        raise HoldRefused("債権種目が見つかりません。")
    if claim_id and not Claim.objects.filter(pk=claim_id, identity__person=person).exists():
        raise HoldRefused("この人の期別ではありません。")
