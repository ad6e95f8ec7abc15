from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from claims.models.hold import Hold
from claims.models.hold_terms import HoldTerms
from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document


@keep_history()
class Measure(models.Model):
    """猶予・停止の案: what is asked for named claims of a person, its evidence, its decision and what came of it.

    With the approval a hold is placed on each claim. ``denies``: the application is to be turned down instead.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="measures", verbose_name="人")
    reason = models.CharField("理由", max_length=25, choices=Hold.Reason)
    variant = models.CharField("号・種類", max_length=10, blank=True)
    label = models.CharField("名称", max_length=40)
    denies = models.BooleanField("不許可とする", default=False)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日（この日の前日まで）", null=True)
    review_on = models.DateField("見直し日", null=True)
    applied_on = models.DateField("申請を受け付けた日", null=True)
    new_due_on = models.DateField("新しい納期限（分割なら最初）", null=True)
    agreed_late = models.CharField(
        "約定した延滞金等", max_length=10, blank=True, choices=HoldTerms.LateCharge.choices[:2]
    )
    security = models.CharField("担保", max_length=300, blank=True)
    why = models.TextField("理由の説明")
    findings = models.JSONField("調べたこと", default=list)  # of rules.holds.Finding: code, label, on, result
    extends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="extended_by")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    notice = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="通知書")
    cancel_approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+")
    cancel_notice = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_on = models.DateField("取り消した日", null=True)
    decided_on = models.DateField("決定の日", null=True)
    drafted_on = models.DateField("起案日（延滞金等はこの日まで）")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案者")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "猶予・停止の案"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="measure_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
            )
        ]

    @property
    def state(self) -> tuple[str, str]:
        """What staff call it now, and the tone."""
        if self.cancelled_on:
            return "取消済", "hold"
        if self.decided_on:
            return ("不許可", "hold") if self.denies else ("決定済", "good")
        if self.approval and self.approval.is_open:
            return "決裁待ち", "act"
        return "差戻し", "care"


@keep_history()
class MeasureClaim(models.Model):
    """案の対象: a claim of the measure, with what it owed when the measure was drafted, in yen."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="measure_lines")
    principal_yen = models.BigIntegerField("本税・元金")
    late_yen = models.BigIntegerField("延滞金等")
    other_yen = models.BigIntegerField("督促手数料・費用")

    class Meta:
        verbose_name = verbose_name_plural = "案の対象"
        ordering = ["measure", "claim__due_on", "claim"]
        constraints = [models.UniqueConstraint(name="measure_names_a_claim_once", fields=["measure", "claim"])]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.late_yen + self.other_yen


@keep_history()
class MeasureCheck(models.Model):
    """年に一度の再調査: of an execution stop; due until ``due_on``, done by a named person with what was found."""

    class Outcome(models.TextChoices):
        CONTINUE = "continue", "停止を続ける"
        CANCEL = "cancel", "資力が回復した（取消しを起案）"

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="checks")
    due_on = models.DateField("期限（この日まで）")
    done_on = models.DateField("調べた日", null=True)
    outcome = models.CharField("結果", max_length=10, choices=Outcome, blank=True)
    text = models.TextField("調べたこと", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "年に一度の再調査"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(name="measure_check_once_per_day", fields=["measure", "due_on"]),
            models.CheckConstraint(
                name="measure_check_is_done_by_somebody",
                condition=Q(done_on=None, by=None, outcome="")
                | Q(done_on__isnull=False, by__isnull=False) & ~Q(outcome=""),
            ),
        ]
