from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from claims.models.kind import ClaimKindTerms
from claims.rules.holds import Clock, Row
from toyota_collect.history import keep_history


@keep_history()
class HoldTerms(models.Model):
    """猶予・保留の効果: what a hold does to claims of one class, in force from ``starts_on`` until the next row begins."""

    class DecidedBy(models.TextChoices):
        DECISION = "decision", "決裁"
        AGREEMENT = "agreement", "本人との約束"
        HEAD = "head", "徴収の責任者（福祉と協議）"
        FACT = "fact", "事実"

    class LateCharge(models.TextChoices):
        NONE = "none", "進む"
        FULL = "full", "全額免除"
        RELIEF = "relief", "特例の率"
        AGREED = "agreed", "約定による"

    CLOCK = [
        (Clock.NONE.value, "かかわらない"),
        (Clock.RUNS.value, "進む"),
        (Clock.SUSPENDS.value, "その間は進まない"),
        (Clock.APPLIED.value, "申請で更新し、その間は進まない"),
        (Clock.AGREED.value, "約定で更新し、新しい納期限から進む"),
        (Clock.STOP.value, "進む（3年で消滅）"),
        (Clock.ACTS.value, "手続・行為による"),
    ]

    reason = models.CharField("理由", max_length=25)  # Hold.Reason, and 支援措置 which is no hold
    variant = models.CharField("号・種類", max_length=10, blank=True)
    label = models.CharField("名称", max_length=40)
    legal_class = models.CharField("区分", max_length=1, choices=ClaimKindTerms.LegalClass)
    starts_on = models.DateField("適用開始日（この日から）")
    applies = models.BooleanField("できる", default=True)
    decided_by = models.CharField("誰が決めるか", max_length=10, choices=DecidedBy)
    channels = ArrayField(models.CharField(max_length=10), verbose_name="止める手段", blank=True, default=list)
    late_charge = models.CharField("延滞金等", max_length=10, choices=LateCharge, default=LateCharge.NONE)
    clock = models.CharField("時効", max_length=10, choices=CLOCK)
    longest_months = models.PositiveSmallIntegerField("最長（月。0は上限なし）", default=0)
    extension_months = models.PositiveSmallIntegerField("延長（月。1回。0は延長なし）", default=0)
    needs_security = models.BooleanField("担保を確かめる", default=False)
    asks_before_clock_ends = models.BooleanField("その間に時効が終わるなら決裁が要る", default=False)
    gives_notice = models.BooleanField("本人に通知する", default=False)
    law = models.CharField("根拠", max_length=200)
    open_question = models.CharField("決まっていないこと", max_length=200, blank=True)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "猶予・保留の効果"
        ordering = ["reason", "variant", "legal_class", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                name="hold_terms_one_per_start", fields=["reason", "variant", "legal_class", "starts_on"]
            ),
            models.CheckConstraint(
                name="only_coercive_claims_are_stopped_or_put_off_by_tax_law",
                condition=Q(applies=False)
                | ~Q(reason__in=["tax_grace", "conversion_grace", "execution_stop"])
                | Q(legal_class="A"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_legal_class_display()}）{self.starts_on:%Y-%m-%d}から"

    def as_row(self) -> Row:
        """As the rule reads it."""
        return Row(
            reason=self.reason,
            variant=self.variant,
            legal_class=self.legal_class,
            starts_on=self.starts_on,
            applies=self.applies,
            decided_by=self.decided_by,
            channels=tuple(self.channels),
            late_charge=self.late_charge,
            clock=Clock(self.clock),
            law=self.law,
            label=self.label,
            longest_months=self.longest_months,
            extension_months=self.extension_months,
            needs_security=self.needs_security,
            asks_before_clock_ends=self.asks_before_clock_ends,
            gives_notice=self.gives_notice,
        )
