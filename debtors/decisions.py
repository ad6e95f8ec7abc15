"""What a decision (決裁) on the people's subjects sets going."""

from django.db import transaction
from django.utils import timezone

from debtors.services import extraction_exports, questions, reveals, safe_routes
from debtors.tasks import make_extraction
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval
from toyota_collect.registry import Registry


def register(registry: Registry) -> None:
    registry.subject_labels[questions.SUBJECT] = "名寄せ"
    registry.on_approved[questions.SUBJECT] = _join
    registry.one_by_one.add(questions.SUBJECT)  # one look a pair
    registry.subject_labels[safe_routes.SUBJECT] = "支援措置の送付経路"
    registry.on_approved[safe_routes.SUBJECT] = safe_routes.confirm
    registry.one_by_one.add(safe_routes.SUBJECT)  # a life may depend on it
    registry.subject_labels[reveals.SUBJECT] = "支援措置の人の住所の照会"
    registry.on_approved[reveals.SUBJECT] = lambda approval, by: reveals.grant(approval, by, now=timezone.now())
    registry.one_by_one.add(reveals.SUBJECT)
    registry.subject_labels[extraction_exports.SUBJECT] = "抽出の書き出し"
    registry.on_approved[extraction_exports.SUBJECT] = _let_out
    registry.one_by_one.add(extraction_exports.SUBJECT)  # each names other people, for another purpose


def _let_out(approval: Approval, by: object) -> None:
    try:
        export = extraction_exports.approved(approval, by=by)
    except extraction_exports.ExportRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
    transaction.on_commit(lambda: make_extraction.delay(export_id=export.pk), robust=True)


def _join(approval: Approval, by: object) -> None:
    try:
        questions.carry_out(approval, by=by, today=business_date())
    except questions.AnswerRefused as refused:
        raise ApprovalRefused(str(refused)) from refused
