from toyota_collect.models.accounts import Section, User
from toyota_collect.models.approvals import Approval, Deputy
from toyota_collect.models.audit import AccessLog, AuditEvent
from toyota_collect.models.documents import Document, DocumentCounter
from toyota_collect.models.notice_text import NoticeText
from toyota_collect.models.reference import Holiday, Setting
from toyota_collect.models.summaries import Summary

__all__ = [
    "AccessLog",
    "Approval",
    "AuditEvent",
    "Deputy",
    "Document",
    "DocumentCounter",
    "Holiday",
    "NoticeText",
    "Section",
    "Setting",
    "Summary",
    "User",
]
