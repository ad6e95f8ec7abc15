"""What a decision (決裁) on the lawyers' money sets going."""

from typing import Any

from lawyers.services import invoices
from lawyers.services.money import MoneyRefused
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.models import Approval
from toyota_collect.registry import Registry


def register(registry: Registry) -> None:
    registry.subject_labels[invoices.SUBJECT] = "弁護士報酬の支払"
    registry.on_approved[invoices.SUBJECT] = _pay


def _pay(approval: Approval, by: Any) -> None:
    try:
        invoices.carry_out(approval, by=by)
    except MoneyRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
