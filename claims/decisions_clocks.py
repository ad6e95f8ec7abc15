"""What a decision (決裁) on a clock sets going."""

from typing import Any

from claims.services import clock_acts
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval


def clock_event(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the act may no longer be done."""
    try:
        clock_acts.carry_out(approval, by=by, today=business_date())
    except clock_acts.ActRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
