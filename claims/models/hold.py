from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from claims.models.hold_terms import HoldTerms
from claims.models.kind import ClaimKind
from claims.rules.holds import Clock
from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval


@keep_history()
class Hold(models.Model):
    """猶予・保留: from ``starts_on`` to ``ends_on`` (exclusive) the named channels are silent for the scope."""

    class Reason(models.TextChoices):
        TAX_GRACE = "tax_grace", "徴収猶予"
        CONVERSION_GRACE = "conversion_grace", "換価の猶予"
        EXECUTION_STOP = "execution_stop", "執行停止"
        COLLECTION_STOP = "collection_stop", "徴収停止"
        DEFERRED_PERFORMANCE = "deferred_performance", "履行延期特約"
        PLAN = "plan", "分納"
        WELFARE = "welfare", "福祉支援"
        LAWYERS = "lawyers", "市の弁護士へ委任"
        REPRESENTATIVE = "representative", "本人の代理人受任"
        DISPUTE = "dispute", "争訟"
        BANKRUPTCY = "bankruptcy", "破産・再生"
        RETURNED_MAIL = "returned_mail", "返戻・住所調査中"
        SUCCESSION = "succession", "相続人の調査中"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds", verbose_name="人")
    kind = models.ForeignKey(ClaimKind, on_delete=models.PROTECT, null=True, blank=True, verbose_name="債権種目")
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="holds", verbose_name="債権"
    )
    reason = models.CharField("理由", max_length=25, choices=Reason)
    variant = models.CharField("号・種類", max_length=10, blank=True)
    measure = models.ForeignKey(
        "claims.Measure", on_delete=models.PROTECT, null=True, blank=True, related_name="holds", verbose_name="案"
    )
    channels = ArrayField(models.CharField(max_length=10), verbose_name="止める手段")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日（この日の前日まで）", null=True, blank=True)
    review_on = models.DateField("見直し日", null=True, blank=True)
    late_charge_effect = models.CharField(
        "延滞金等への効果",
        max_length=10,
        choices=[("none", "進む"), ("full", "全額免除"), ("relief", "特例の率")],
        default="none",
    )
    clock_effect = models.CharField("時効への効果", max_length=10, choices=HoldTerms.CLOCK, default=Clock.RUNS.value)
    decision = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, blank=True, verbose_name="決裁")
    note = models.CharField("内容", max_length=500, blank=True)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "猶予・保留"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="hold_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="hold_has_an_end_or_a_review",
                condition=Q(ends_on__isnull=False) | Q(review_on__isnull=False),
            ),
            models.CheckConstraint(name="hold_scope_is_one_level", condition=Q(kind=None) | Q(claim=None)),
            models.UniqueConstraint(
                name="hold_one_open_per_scope_and_reason",
                fields=["person", "kind", "claim", "reason"],
                condition=Q(ends_on=None),
                nulls_distinct=False,
            ),
        ]

    @property
    def title(self) -> str:
        """The reason with its 号 or kind, as staff say it."""
        return self.measure.label if self.measure else self.get_reason_display()
