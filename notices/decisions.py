"""What a decision (決裁) on the letters' subjects sets going."""

from typing import Any

from notices.services import public_notices
from notices.services.runs import RunRefused
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval
from toyota_collect.registry import Registry


def register(registry: Registry) -> None:
    registry.subject_labels[public_notices.SUBJECT] = "公示送達"
    registry.on_approved[public_notices.SUBJECT] = _decide
    registry.one_by_one.add(public_notices.SUBJECT)  # a name is put on a board


def _decide(approval: Approval, by: Any) -> None:
    try:
        public_notices.carry_out(approval, by=by, today=business_date())
    except RunRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
