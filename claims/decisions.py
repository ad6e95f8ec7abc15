"""What a decision (決裁) on money sets going: the bridge from the approval to the service that books."""

from typing import Any

from claims.services import cancellations, cases, overpayments
from claims.services.posting import BookingRefused
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval


def payment_case(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the ledger has moved on and the answer no longer fits."""
    try:
        cases.carry_out(approval, by=by, today=business_date())
    except cases.CaseRefused as refused:
        raise ApprovalRefused(str(refused)) from refused


def overpayment(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the ledger has moved on and the plan no longer fits."""
    try:
        overpayments.carry_out(approval, by=by)
    except overpayments.PlanRefused as refused:
        raise ApprovalRefused(str(refused)) from refused


def overpayment_payer(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the payer is known by now."""
    try:
        overpayments.name_payer(approval, by=by)
    except overpayments.PlanRefused as refused:
        raise ApprovalRefused(str(refused)) from refused


def receipt_cancellation(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the receipt can no longer be taken back."""
    today = business_date()
    try:
        cancellations.cancel_receipt(
            receipt_id=int(approval.subject_key), on=today, reason=approval.reason[:200], by=by, today=today
        )
    except BookingRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
