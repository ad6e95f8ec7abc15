from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document


class EndGround(models.TextChoices):
    """不納欠損の事由: why a claim ends unpaid; the article of each is dated data (``claim_end.grounds``)."""

    PRESCRIPTION = "prescription", "時効の完成"
    STOPPED = "stopped", "執行停止3年による消滅"
    IMMEDIATE = "immediate", "執行停止による即時消滅"
    ENYO = "enyo", "時効の援用"
    EXEMPTION = "exemption", "免除"
    WAIVER = "waiver", "債権の放棄"


@keep_history()
class ClaimEnd(models.Model):
    """不納欠損決議: one ground, many claims, one decision. The write-offs are booked with the approval, once."""

    ground = models.CharField("事由", max_length=15, choices=EndGround)
    law = models.CharField("根拠", max_length=200)
    reason = models.TextField("理由")
    drafted_on = models.DateField("起案日")
    received_on = models.DateField("援用の申出を受け付けた日", null=True)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    booked_on = models.DateField("決定日", null=True)
    fiscal_year = models.PositiveSmallIntegerField("会計年度", null=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決議書")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案者")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "不納欠損決議"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="claim_end_is_booked_in_a_year",
                condition=Q(booked_on=None, fiscal_year=None) | Q(booked_on__isnull=False, fiscal_year__isnull=False),
            )
        ]

    @property
    def state(self) -> tuple[str, str]:
        """What staff call it now, and the tone."""
        if self.booked_on:
            return "欠損済", "good"
        if self.approval and self.approval.is_open:
            return "決裁待ち", "act"
        return "差戻し", "care"


@keep_history()
class ClaimEndLine(models.Model):
    """決議の対象: a claim with its booked balances and last day as they were drafted; the approval holds only for these."""

    end = models.ForeignKey(ClaimEnd, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="end_lines")
    principal_yen = models.BigIntegerField("本税・元金")
    fee_yen = models.BigIntegerField("督促手数料")
    late_yen = models.BigIntegerField("確定延滞金等")
    cost_yen = models.BigIntegerField("費用")
    late_now_yen = models.BigIntegerField("延滞金等（計算した額）")
    last_day = models.DateField("時効の最終日", null=True)
    booked_yen = models.BigIntegerField("欠損した額", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "決議の対象"
        ordering = ["end", "claim__kind__position", "claim__due_on", "claim"]
        constraints = [models.UniqueConstraint(name="claim_end_names_a_claim_once", fields=["end", "claim"])]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.cost_yen + self.late_now_yen

    @property
    def late_booked_yen(self) -> int:
        """Of what was written off, the late charge."""
        return (self.booked_yen or 0) - self.principal_yen - self.fee_yen - self.cost_yen
