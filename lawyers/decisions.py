"""What a decision (決裁) of the lawyers app sets going."""

from typing import Any

from lawyers.services import mandates, proposals
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval
from toyota_collect.registry import Registry


def register(registry: Registry) -> None:
    registry.subject_labels |= {
        mandates.SUBJECT: "弁護士への委任",
        proposals.SUBJECT: "弁護士の提案（裁判・和解・強制執行）",
    }
    registry.on_approved |= {mandates.SUBJECT: _mandate, proposals.SUBJECT: _proposal}
    registry.one_by_one |= {mandates.SUBJECT, proposals.SUBJECT}


def _mandate(approval: Approval, by: Any) -> None:
    try:
        mandates.carry_out(approval, by=by, today=business_date())
    except mandates.MandateRefused as refused:
        raise ApprovalRefused(str(refused)) from refused


def _proposal(approval: Approval, by: Any) -> None:
    try:
        proposals.carry_out(approval, by=by, today=business_date())
    except proposals.ProposalRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
