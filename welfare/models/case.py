"""What welfare writes of a case. Nothing outside the welfare workers' own pages reads it: not the person's page, not a list,
not a letter, not a search."""

import pgtrigger
from django.conf import settings
from django.db import models

from toyota_collect.history import keep_history
from welfare.models.referral import Referral

STAFF = settings.AUTH_USER_MODEL
APPEND_ONLY = [
    pgtrigger.ReadOnly(name="read_only"),
    pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
]


@keep_history()
class SupportCase(models.Model):
    """支援の件: a referral as welfare works on it, from its receipt to its closing."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="case")
    worker = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="担当")
    received_on = models.DateField("受付日")
    closed_on = models.DateField("終了日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援の件"
        ordering = ["-pk"]


class ContactAttempt(models.Model):
    """連絡の試み: how, at which time of day, and whether the person was reached. Never changed; said twice, kept once."""

    class Channel(models.TextChoices):
        PHONE = "phone", "電話"
        VISIT = "visit", "訪問"
        COUNTER = "counter", "来所"
        LETTER = "letter", "手紙"
        MESSAGE = "message", "メール・SMS"
        CARD = "card", "不在票"
        OTHER = "other", "その他"

    class Part(models.TextChoices):
        MORNING = "morning", "午前"
        AFTERNOON = "afternoon", "午後"
        EVENING = "evening", "夜間"

    case = models.ForeignKey(SupportCase, on_delete=models.PROTECT, related_name="attempts")
    on = models.DateField("日")
    part = models.CharField("時間帯", max_length=10, choices=Part)
    channel = models.CharField("手段", max_length=10, choices=Channel)
    reached = models.BooleanField("話せた")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "連絡の試み"
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="attempt_once", fields=["case", "on", "part", "channel", "reached"])
        ]
        triggers = APPEND_ONLY


class CaseNote(models.Model):
    """支援の記録: what welfare learned and did. Never seen by a collector, never in an export."""

    case = models.ForeignKey(SupportCase, on_delete=models.PROTECT, related_name="notes")
    on = models.DateField("日")
    text = models.TextField("記録", max_length=4000)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援の記録"
        ordering = ["-on", "-pk"]
        triggers = APPEND_ONLY


class CaseResult(models.Model):
    """支援の結果: a code of the closed list, its day, and until when the collector is asked to wait."""

    case = models.ForeignKey(SupportCase, on_delete=models.PROTECT, related_name="results")
    code = models.CharField("結果", max_length=30)
    on = models.DateField("日")
    hold_until = models.DateField("この日まで待ってほしい", null=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援の結果"
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="result_once", fields=["case", "code", "on", "hold_until"], nulls_distinct=False
            )
        ]
        triggers = APPEND_ONLY
