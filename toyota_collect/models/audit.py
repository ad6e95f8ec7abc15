import pgtrigger
from django.conf import settings
from django.db import models

from toyota_collect.permissions import Purpose

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="never_truncated",
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
    ),
]
# The advisory locks that the writers of a sealed table share (toyota_collect.chains).
AUDIT_LOCK = 4_710_091
ACCESS_LOCK = 4_710_092


def share_the_seal_lock(lock: int) -> pgtrigger.Trigger:
    """The trigger of a table whose rows are sealed: before the statement, so before a row gets its number."""
    return pgtrigger.Trigger(
        name="share_the_seal_lock",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"PERFORM pg_advisory_xact_lock_shared({lock}); RETURN NULL;",
    )


class AuditEvent(models.Model):
    """操作の記録: what somebody decided or did, written in the same transaction as the act."""

    at = models.DateTimeField("日時", auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="職員")
    event = models.CharField("できごと", max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=60)
    detail = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "操作の記録"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_key"], name="audit_by_subject")]
        triggers = [*APPEND_ONLY, share_the_seal_lock(AUDIT_LOCK)]


class AccessLog(models.Model):
    """閲覧の記録: who looked at whom (or exported what), when, for what purpose."""

    at = models.DateTimeField("日時", auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="職員")
    action = models.CharField("操作", max_length=40)
    person_key = models.CharField("人", max_length=40, blank=True)  # Person.number; opaque here
    purpose = models.CharField("目的", max_length=20, choices=Purpose)
    basis = models.CharField(
        "根拠", max_length=200, blank=True, db_default=""
    )  # what opened this one case, beside the role's purpose
    path = models.CharField("画面", max_length=300)
    address = models.GenericIPAddressField("端末", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "閲覧の記録"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["person_key", "-id"], name="access_by_person"),
            models.Index(fields=["by", "-id"], name="access_by_user"),
        ]
        triggers = [*APPEND_ONLY, share_the_seal_lock(ACCESS_LOCK)]
