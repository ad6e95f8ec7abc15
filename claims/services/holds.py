"""猶予・保留: placing and ending holds. A hold silences channels at once, so every one names its reason and its end."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from claims.models import Claim, ClaimKind, Hold
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.models import Approval
from toyota_collect.registry import registry

# Measures of law with effects beyond silence: each needs a decision (決裁) of its own.
NEEDS_DECISION = frozenset(
    {
        Hold.Reason.TAX_GRACE,
        Hold.Reason.CONVERSION_GRACE,
        Hold.Reason.EXECUTION_STOP,
        Hold.Reason.COLLECTION_STOP,
        Hold.Reason.DEFERRED_PERFORMANCE,
    }
)


class HoldRefused(Exception):
    """The hold cannot be placed or ended; the message says why and what to do, in Japanese."""


@transaction.atomic
def place_hold(
    *,
    person_id: int,
    reason: str,
    channels: Sequence[str],
    starts_on: date,
    by: Any,
    ends_on: date | None = None,
    review_on: date | None = None,
    kind_id: int | None = None,
    claim_id: int | None = None,
    note: str = "",
    decision: Approval | None = None,
) -> Hold:
    """Silence the channels for a person, one kind or one claim, from ``starts_on`` to the day before ``ends_on``.

    Raises:
        Person.DoesNotExist: no such person.
        HoldRefused: no or unknown channels, neither end nor review, a claim or kind that is not the person's, a
            reason that needs a decision without one, or an open hold of the same scope and reason.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    _check_terms(reason=reason, channels=channels, starts_on=starts_on, ends_on=ends_on, review_on=review_on)
    if reason in NEEDS_DECISION and (decision is None or decision.decision != Approval.Decision.APPROVED):
        raise HoldRefused(f"「{Hold.Reason(reason).label}」には決裁が要ります。承認された決裁を付けてください。")
    _check_scope(person, kind_id=kind_id, claim_id=claim_id)
    try:
        with transaction.atomic():
            hold = person.holds.create(
                kind_id=kind_id,
                claim_id=claim_id,
                reason=reason,
                channels=sorted(channels),
                starts_on=starts_on,
                ends_on=ends_on,
                review_on=review_on,
                note=note,
                decision=decision,
                placed_by=by,
            )
    except IntegrityError as error:
        raise HoldRefused(
            "同じ範囲・同じ理由の保留が、終わりの日なしで登録されています。先にそれを終わらせてください。"
        ) from error
    audit.record(event="hold.placed", by=by, target=hold, detail={"person": person.number, "reason": reason})
    return hold


@transaction.atomic
def end_hold(*, hold_id: int, ends_on: date, by: Any) -> Hold:
    """Let a hold end: ``ends_on`` is the first day on which the channels speak again.

    Raises:
        Hold.DoesNotExist: no such hold.
        HoldRefused: it has ended by then, or would end before it began.
    """
    hold = Hold.objects.select_for_update().get(pk=hold_id)
    if hold.ends_on and hold.ends_on <= ends_on:
        raise HoldRefused("この保留は、その日にはもう終わっています。")
    if ends_on <= hold.starts_on:
        raise HoldRefused("終わりの日が開始日より後になるようにしてください。")
    hold.ends_on = ends_on
    hold.save()
    audit.record(event="hold.ended", by=by, target=hold, detail={"ends_on": ends_on.isoformat()})
    return hold


def _check_terms(
    *, reason: str, channels: Sequence[str], starts_on: date, ends_on: date | None, review_on: date | None
) -> None:
    if reason not in Hold.Reason.values:
        raise HoldRefused("保留の理由を選んでください。")
    if not channels or set(channels) - set(registry.channels):
        raise HoldRefused("止める手段を1つ以上選んでください。")
    if ends_on is None and review_on is None:
        raise HoldRefused("終わりの日か見直し日の、どちらかは必ず入れてください。")
    if ends_on and ends_on <= starts_on:
        raise HoldRefused("終わりの日が開始日より前です。後の日付を入れてください。")
    if review_on and review_on < starts_on:
        raise HoldRefused("見直し日が開始日より前です。後の日付を入れてください。")


def _check_scope(person: Person, *, kind_id: int | None, claim_id: int | None) -> None:
    if kind_id and claim_id:
        raise HoldRefused("範囲は、人・種目・期別のうち1つだけを選んでください。")
    if kind_id and not ClaimKind.objects.filter(pk=kind_id).exists():
        raise HoldRefused("債権種目が見つかりません。")
    if claim_id and not Claim.objects.filter(pk=claim_id, identity__person=person).exists():
        raise HoldRefused("この人の期別ではありません。")
