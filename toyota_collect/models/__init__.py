from toyota_collect.models.accounts import AccountReview, Section, User
from toyota_collect.models.approvals import Approval, Deputy
from toyota_collect.models.audit import AccessLog, AuditEvent
from toyota_collect.models.documents import Document, DocumentCounter
from toyota_collect.models.notice_text import NoticeText
from toyota_collect.models.reference import Holiday, Setting
from toyota_collect.models.seals import AccessSeal, AuditSeal
from toyota_collect.models.summaries import Summary
from toyota_collect.models.watch import LookAlert

__all__ = [
    "AccessLog",
    "AccessSeal",
    "AccountReview",
    "Approval",
    "AuditEvent",
    "AuditSeal",
    "Deputy",
    "Document",
    "DocumentCounter",
    "Holiday",
    "LookAlert",
    "NoticeText",
    "Section",
    "Setting",
    "Summary",
    "User",
]
