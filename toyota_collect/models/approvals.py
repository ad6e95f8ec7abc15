from django.conf import settings
from django.db import models
from django.db.models import F, Q

from toyota_collect.history import keep_history


@keep_history()
class Approval(models.Model):
    """決裁: a named person's decision, with the reasons and the evidence shown to them. Two persons, always."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "承認"
        REJECTED = "rejected", "差戻し"

    subject_type = models.CharField("対象", max_length=40)
    subject_key = models.CharField(max_length=60)
    subject_url = models.CharField(max_length=300, blank=True)
    title = models.CharField("件名", max_length=200)
    amount_yen = models.BigIntegerField("金額（円）", null=True)
    reason = models.TextField("理由", blank=True)
    evidence = models.JSONField("根拠", default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案者"
    )
    requested_at = models.DateTimeField("起案日時", auto_now_add=True)
    decision = models.CharField("決定", max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="決定者"
    )
    decided_at = models.DateTimeField("決定日時", null=True)
    decision_reason = models.TextField("決定の理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "決裁"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="approval_is_decided_by_a_second_person",
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="approval_decision_names_person_and_time",
                condition=Q(decision="", decided_by=None, decided_at=None)
                | (Q(decision__in=["approved", "rejected"], decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="approval_one_open_per_subject",
                fields=["subject_type", "subject_key"],
                condition=Q(decision=""),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.decision == ""
