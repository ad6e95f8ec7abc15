"""What a decision (決裁) on 猶予・停止, the end of claims and closed years sets going."""

from collections.abc import Callable
from typing import Any

from claims.models import Hold
from claims.services import claim_ends, measures, reductions, years
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval

MEASURES = {measures.subject_of(code): name for code, name in Hold.Reason.choices}


def measure(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the ledger or the table has moved on and the measure no longer fits."""
    _carry_out(measures.carry_out, measures.MeasureRefused, approval, by)


def measure_cancel(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the measure is over already."""
    _carry_out(measures.carry_out_cancel, measures.MeasureRefused, approval, by)


def claim_end(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where a balance or a clock is not what was drafted."""
    _carry_out(claim_ends.carry_out, claim_ends.EndRefused, approval, by)


def late_reduction(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where nothing is left to reduce."""
    _carry_out(reductions.carry_out, reductions.ReductionRefused, approval, by)


def frozen_year(approval: Approval, by: Any) -> None:
    """Raises ``ApprovalRefused`` where the year is open by now."""
    try:
        years.reopen_year(year=int(approval.subject_key), decision=approval, by=by)
    except years.YearRefused as refused:
        raise ApprovalRefused(str(refused)) from refused


def _carry_out(act: Callable[..., Any], refusal: type[Exception], approval: Approval, by: Any) -> None:
    try:
        act(approval, by=by, today=business_date())
    except refusal as refused:
        raise ApprovalRefused(str(refused)) from refused
