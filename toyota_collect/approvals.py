"""決裁: ask a second person with the rank for it, decide, withdraw, act for somebody who is away."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone

from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.models import Approval, Deputy
from toyota_collect.permissions import Permission, allows
from toyota_collect.ranks import DecisionRank, rank_needed, reaches
from toyota_collect.registry import registry

MANY = 50  # so many can be read with care in one sitting
RANKS = "approval.ranks"
DECISIONS = (Approval.Decision.APPROVED, Approval.Decision.REJECTED)


class ApprovalRefused(Exception):
    """The request or the decision is not allowed; the message says why, in Japanese."""


class Outcome(NamedTuple):
    """What came of one of many; ``problem`` is "" where it was approved."""

    approval: Approval
    problem: str


@transaction.atomic
def ask(
    *,
    subject_type: str,
    subject_key: str,
    title: str,
    by: Any,
    amount_yen: int | None = None,
    reason: str = "",
    evidence: dict[str, Any] | None = None,
    subject_url: str = "",
) -> Approval:
    """Open an approval for a subject.

    Raises:
        ApprovalRefused: an open approval for the same subject exists, or the table of ranks has a fault.
    """
    try:
        with transaction.atomic():
            approval = Approval.objects.create(
                subject_type=subject_type,
                subject_key=subject_key,
                subject_url=subject_url,
                title=title,
                amount_yen=amount_yen,
                reason=reason,
                evidence=evidence or {},
                requested_by=by,
                needs_rank=_needed(subject_type, amount_yen, on=business_date()),
            )
    except IntegrityError as error:
        raise ApprovalRefused("この件はすでに決裁を待っています。") from error
    audit.record(event="approval.asked", by=by, target=approval, detail={"subject": f"{subject_type}:{subject_key}"})
    return approval


@transaction.atomic
def decide(*, approval_id: int, decision: str, by: Any, reason: str = "", on: date | None = None) -> Approval:
    """Approve or send back; safe against two deciders at once (the first one wins).

    Where an app has said what its approval sets going, that is done in the same transaction. ``on`` (the business
    date, if left out) is the day on which ``by`` must have the rank, or act for somebody who has it (代決).

    Raises:
        Approval.DoesNotExist: no such approval.
        ApprovalRefused: already decided, decided by the requester, by somebody without the right or the rank, or what
            was approved can no longer be carried out.
    """
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    if not approval.is_open:
        raise ApprovalRefused("この件はすでに決定されています。")
    if approval.requested_by_id == by.pk:
        raise ApprovalRefused("起案した本人は決裁できません。別の決裁者に依頼してください。")
    if not allows(by, Permission.APPROVE):
        raise ApprovalRefused("決裁の権限がありません。")
    if decision not in DECISIONS:
        raise ApprovalRefused("承認するか差し戻すかを選んでください。")
    if decision == Approval.Decision.REJECTED and not reason.strip():
        raise ApprovalRefused("差し戻す理由を書いてください。")
    approval.acted_for = _acted_for(approval, by, on=on or business_date())
    approval.decision = decision
    approval.decided_by = by
    approval.decided_at = timezone.now()
    approval.decision_reason = reason
    if decision == Approval.Decision.APPROVED and approval.subject_type in registry.on_approved:
        registry.on_approved[approval.subject_type](approval, by)
    # Saved last: who holds the subject and asks again is told at once that it waits, instead of waiting for us.
    approval.save()
    acted_for = {"acted_for": str(approval.acted_for)} if approval.acted_for else {}
    audit.record(event=f"approval.{decision}", by=by, target=approval, detail={"reason": reason} | acted_for)
    return approval


def decide_many(*, approval_ids: Sequence[int], by: Any, reason: str = "", on: date | None = None) -> list[Outcome]:
    """Approve up to ``MANY`` at once, each in a transaction of its own; what cannot be approved stays open and says why.

    Raises:
        ApprovalRefused: none or more than ``MANY`` are chosen; nothing was decided.
    """
    chosen = list(dict.fromkeys(approval_ids))
    if not 1 <= len(chosen) <= MANY:
        raise ApprovalRefused(f"1件以上{MANY}件までを選んでください。いまは{len(chosen)}件です。")
    outcomes = []
    for approval in Approval.objects.filter(pk__in=chosen).order_by("pk"):
        try:
            if approval.subject_type in registry.one_by_one:
                raise ApprovalRefused("不利益な処分に関わるため、1件ずつ根拠を見て決めてください。")
            decide(approval_id=approval.pk, decision=Approval.Decision.APPROVED, by=by, reason=reason, on=on)
            outcomes.append(Outcome(approval, ""))
        except ApprovalRefused as refused:
            outcomes.append(Outcome(approval, str(refused)))
    return outcomes


@transaction.atomic
def withdraw(*, approval_id: int, by: Any, reason: str) -> Approval:
    """Take back what one has asked oneself, while nobody has decided.

    Raises:
        Approval.DoesNotExist: no such approval.
        ApprovalRefused: decided already, asked by another, or no reason.
    """
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    if not approval.is_open:
        raise ApprovalRefused("この件はすでに決定されているため、取り下げられません。")
    if approval.requested_by_id != by.pk:
        raise ApprovalRefused("取り下げられるのは、起案した本人だけです。")
    if not reason.strip():
        raise ApprovalRefused("取り下げる理由を書いてください。")
    approval.decision, approval.decision_reason = Approval.Decision.WITHDRAWN, reason.strip()
    approval.decided_at = timezone.now()
    approval.save()
    audit.record(event="approval.withdrawn", by=by, target=approval, detail={"reason": approval.decision_reason})
    return approval


@transaction.atomic
def name_deputy(*, principal: Any, deputy: Any, starts_on: date, ends_on: date, reason: str, by: Any) -> Deputy:
    """Let ``deputy`` decide for ``principal`` from ``starts_on`` to ``ends_on``, both included (代決).

    Raises:
        ApprovalRefused: ``by`` is neither the principal nor of higher rank, one of the two cannot decide, the days
            are the wrong way round, or no reason is given.
    """
    if by.pk != principal.pk and not (
        reaches(by.decision_rank, principal.decision_rank) and by.decision_rank != principal.decision_rank
    ):
        raise ApprovalRefused("代決を指定できるのは、本人か、本人より上の職位の人だけです。")
    if principal.pk == deputy.pk:
        raise ApprovalRefused("本人とは別の人を選んでください。")
    if not principal.decision_rank or not allows(deputy, Permission.APPROVE):
        raise ApprovalRefused("決裁の職位を持つ人と、決裁の権限を持つ人を選んでください。")
    if ends_on < starts_on:
        raise ApprovalRefused("終わりの日が開始日より前です。後の日付を入れてください。")
    if not reason.strip():
        raise ApprovalRefused("代決にする理由（出張・休暇など）を書いてください。")
    named = Deputy.objects.create(
        principal=principal, deputy=deputy, starts_on=starts_on, ends_on=ends_on, reason=reason.strip(), named_by=by
    )
    detail = {"from": starts_on.isoformat(), "to": ends_on.isoformat(), "principal": principal.username}
    audit.record(event="deputy.named", by=by, target=named, detail=detail | {"deputy": deputy.username})
    return named


@transaction.atomic
def end_deputy(*, deputy_id: int, by: Any) -> Deputy:
    """The principal is back, or the nomination was a mistake; what was decided by it stands.

    Raises:
        Deputy.DoesNotExist: no such nomination.
        ApprovalRefused: it has ended, or ``by`` is neither of the two nor named it.
    """
    named = Deputy.objects.select_for_update().get(pk=deputy_id)
    if named.ended_at:
        raise ApprovalRefused("この代決の指定は、すでに終わっています。")
    if by.pk not in (named.principal_id, named.deputy_id, named.named_by_id):
        raise ApprovalRefused("代決を終わらせられるのは、本人・代決する人・指定した人だけです。")
    named.ended_at = timezone.now()
    named.save()
    audit.record(event="deputy.ended", by=by, target=named)
    return named


@transaction.atomic
def mark_seen(*, approval_id: int, by: Any) -> Approval:
    """後閲: who was acted for has read the decision. A second time changes nothing.

    Raises:
        Approval.DoesNotExist: no such approval.
        ApprovalRefused: it was not decided for ``by``.
    """
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    if approval.acted_for_id != by.pk:
        raise ApprovalRefused("あなたに代わって決められた件ではありません。")
    if approval.seen_at is None:
        approval.seen_at = timezone.now()
        approval.save()
        audit.record(event="approval.seen", by=by, target=approval)
    return approval


def _needed(subject_type: str, amount_yen: int | None, *, on: date) -> str:
    """Whose decision it is; where the city has decided nothing, the highest rank's."""
    try:
        return rank_needed(value_on(RANKS, on), subject_type=subject_type, amount_yen=amount_yen)
    except SettingMissing:
        return DecisionRank.DIRECTOR
    except ValueError as error:
        raise ApprovalRefused(str(error)) from error


def _acted_for(approval: Approval, by: Any, *, on: date) -> Any:
    """``None`` where ``by`` has the rank; else whom ``by`` acts for. Never for who asked: that would be one person."""
    if reaches(by.decision_rank, approval.needs_rank):
        return None
    for nomination in Deputy.objects.acting(by, on=on).order_by("pk"):
        principal = nomination.principal
        if reaches(principal.decision_rank, approval.needs_rank) and principal.pk != approval.requested_by_id:
            return principal
    raise ApprovalRefused(
        f"この件は{approval.get_needs_rank_display()}の決裁が要ります。{approval.get_needs_rank_display()}に回すか、"
        "不在のときは代決の指定を受けてください。"
    )
