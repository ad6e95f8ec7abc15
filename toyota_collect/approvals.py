"""決裁: ask a second person, and decide."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from toyota_collect import audit
from toyota_collect.models import Approval
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import registry


class ApprovalRefused(Exception):
    """The request or the decision is not allowed; the message says why, in Japanese."""


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
        ApprovalRefused: an open approval for the same subject exists.
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
            )
    except IntegrityError as error:
        raise ApprovalRefused("この件はすでに決裁を待っています。") from error
    audit.record(event="approval.asked", by=by, target=approval, detail={"subject": f"{subject_type}:{subject_key}"})
    return approval


@transaction.atomic
def decide(*, approval_id: int, decision: str, by: Any, reason: str = "") -> Approval:
    """Approve or send back; safe against two deciders at once (the first one wins).

    Where an app has said what its approval sets going, that is done in the same transaction.

    Raises:
        Approval.DoesNotExist: no such approval.
        ApprovalRefused: already decided, decided by the requester, by somebody without the right, or what was
            approved can no longer be carried out.
    """
    approval = Approval.objects.select_for_update().get(pk=approval_id)
    if not approval.is_open:
        raise ApprovalRefused("この件はすでに決定されています。")
    if approval.requested_by_id == by.pk:
        raise ApprovalRefused("起案した本人は決裁できません。別の決裁者に依頼してください。")
    if not allows(by, Permission.APPROVE):
        raise ApprovalRefused("決裁の権限がありません。")
    if decision == Approval.Decision.REJECTED and not reason.strip():
        raise ApprovalRefused("差し戻す理由を書いてください。")
    approval.decision = decision
    approval.decided_by = by
    approval.decided_at = timezone.now()
    approval.decision_reason = reason
    if decision == Approval.Decision.APPROVED and approval.subject_type in registry.on_approved:
        registry.on_approved[approval.subject_type](approval, by)
    # Saved last: who holds the subject and asks again is told at once that it waits, instead of waiting for us.
    approval.save()
    audit.record(event=f"approval.{decision}", by=by, target=approval, detail={"reason": reason})
    return approval
