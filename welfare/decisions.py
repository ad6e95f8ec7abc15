"""What a decision (決裁) of the welfare app sets going."""

from typing import Any

from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval
from toyota_collect.registry import Registry
from welfare.services import referrals


def register(registry: Registry) -> None:
    registry.subject_labels[referrals.CONFERENCE] = "支援会議による情報の共有"
    registry.on_approved[referrals.CONFERENCE] = _conference
    registry.one_by_one.add(referrals.CONFERENCE)  # data of somebody who did not agree


def _conference(approval: Approval, by: Any) -> None:
    try:
        referrals.carry_out_conference(approval, by=by, today=business_date())
    except referrals.ReferralRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
