"""What a decision (決裁) sets going: each subject with its name and the service that carries it out.

Where the ledger, a clock or a table has moved on since it was asked, the service refuses and the decision fails.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction

from claims.models import Hold
from claims.services import (
    cancellations,
    cases,
    claim_ends,
    clock_acts,
    handover_decisions,
    measures,
    overpayments,
    plans,
    posting,
    reductions,
    taking_back,
    years,
)
from claims.services.handovers import HandoverRefused
from claims.tasks import take_back
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval
from toyota_collect.registry import OnApproved, Registry


class Subject(NamedTuple):
    """``act`` is called with the approval, ``by`` and ``today`` and may raise ``refusal``; without one, all waits for a person."""

    label: str
    act: Callable[..., Any] | None = None
    refusal: type[Exception] = ApprovalRefused
    one_by_one: bool = False  # adverse


def register(registry: Registry) -> None:
    for code, subject in SUBJECTS.items():
        registry.subject_labels[code] = subject.label
        if subject.act:
            registry.on_approved[code] = _carrying_out(subject.act, subject.refusal)
        if subject.one_by_one:
            registry.one_by_one.add(code)


def _carrying_out(act: Callable[..., Any], refusal: type[Exception]) -> OnApproved:
    def on_approved(approval: Approval, by: Any) -> None:
        try:
            act(approval, by=by, today=business_date())
        except refusal as refused:
            raise ApprovalRefused(str(refused)) from refused

    return on_approved


def _book_overpayment(approval: Approval, *, by: Any, today: date) -> None:
    overpayments.carry_out(approval, by=by)


def _name_payer(approval: Approval, *, by: Any, today: date) -> None:
    overpayments.name_payer(approval, by=by)


def _cancel_receipt(approval: Approval, *, by: Any, today: date) -> None:
    receipt, reason = int(approval.subject_key), approval.reason[:200]
    cancellations.cancel_receipt(receipt_id=receipt, on=today, reason=reason, by=by, today=today)


def _take_import_back(approval: Approval, *, by: Any, today: date) -> None:
    taking = taking_back.approve(approval, by=by, today=today)
    transaction.on_commit(lambda: take_back.delay(taking_id=taking.pk), robust=True)


def _reopen_year(approval: Approval, *, by: Any, today: date) -> None:
    years.reopen_year(year=int(approval.subject_key), decision=approval, by=by)


SUBJECTS = {
    cases.SUBJECT: Subject("収納の要確認", cases.carry_out, cases.CaseRefused),
    overpayments.SUBJECT: Subject("過誤納", _book_overpayment, overpayments.PlanRefused),
    overpayments.PAYER: Subject("過誤納の相手", _name_payer, overpayments.PlanRefused),
    cancellations.CANCELLATION: Subject("収納の取消し", _cancel_receipt, posting.BookingRefused),
    years.SUBJECT: Subject("年度を開く", _reopen_year, years.YearRefused),
    clock_acts.SUBJECT: Subject("差押・訴えなど", clock_acts.carry_out, clock_acts.ActRefused, one_by_one=True),
    measures.CANCEL: Subject("猶予・停止の取消し", measures.carry_out_cancel, measures.MeasureRefused, one_by_one=True),
    measures.DENIAL: Subject("猶予の不許可", measures.carry_out, measures.MeasureRefused, one_by_one=True),
    claim_ends.SUBJECT: Subject("不納欠損", claim_ends.carry_out, claim_ends.EndRefused),
    reductions.SUBJECT: Subject("延滞金等の減免", reductions.carry_out, reductions.ReductionRefused),
    handover_decisions.SUBJECT: Subject("移管の受入れ", handover_decisions.carry_out, HandoverRefused),
    taking_back.SUBJECT: Subject("取込の取り消し", _take_import_back, taking_back.TakeBackRefused, one_by_one=True),
    plans.REVIEW: Subject("満了した私債権の誓約の審査"),
} | {
    measures.subject_of(code): Subject(name, measures.carry_out, measures.MeasureRefused)
    for code, name in Hold.Reason.choices
}
