from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.hold import Hold
from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document


@keep_history()
class Plan(models.Model):
    """分納: instalments agreed for named claims of one person.

    Only what a person decided is stored: drafted, signed (誓約書を受けた日), closed. Whether it is kept, late, broken or
    done follows from the ledger and the date (``claims.services.plan_standing``).
    """

    class Closed(models.TextChoices):
        DISCARDED = "discarded", "取りやめ"
        CANCELLED = "cancelled", "取消"
        REPLACED = "replaced", "組み直し"

    class Signer(models.TextChoices):
        SELF = "self", "本人"
        AGENT = "agent", "代理人（委任状あり）"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plans", verbose_name="人")
    history_number = models.PositiveSmallIntegerField("誓約履歴番号")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    replan_reason = models.CharField("組み直す理由", max_length=500, blank=True)
    terms = models.JSONField("決めた条件")
    affordability = models.JSONField("収支", default=dict)
    amount_yen = models.BigIntegerField("月額（円）")
    total_yen = models.BigIntegerField("総額（円）")
    late_yen = models.BigIntegerField("うち延滞金等（円）")
    estimated = models.BooleanField("延滞金等が概算", default=False)
    drafted_on = models.DateField("起案日")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    review = models.ForeignKey(
        Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="時効期間を過ぎた私債権の審査"
    )
    deed = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="誓約書")
    signed_on = models.DateField("誓約書を受けた日", null=True)
    signer = models.CharField("署名した人", max_length=120, blank=True)
    signed_as = models.CharField("署名した人の立場", max_length=10, choices=Signer, blank=True)
    last_entry = models.BigIntegerField("受けたときまでの最後の記帳", null=True)  # what is booked later pays the plan
    closed_on = models.DateField("終わらせた日", null=True)
    closed_as = models.CharField("終わり方", max_length=10, choices=Closed, blank=True)
    close_reason = models.CharField("終わらせた理由", max_length=500, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "分納"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="plan_number_once_per_person", fields=["person", "history_number"]),
            models.CheckConstraint(name="plan_asks_for_money", condition=Q(total_yen__gt=0, amount_yen__gt=0)),
            models.CheckConstraint(
                name="plan_signed_with_deed_and_signer",
                condition=Q(signed_on=None)
                | (Q(deed__isnull=False, last_entry__isnull=False) & ~Q(signer="") & ~Q(signed_as="")),
            ),
            models.CheckConstraint(
                name="plan_closed_by_somebody_for_a_reason",
                condition=Q(closed_on=None, closed_as="", closed_by=None)
                | (Q(closed_on__isnull=False, closed_by__isnull=False) & ~Q(closed_as="") & ~Q(close_reason="")),
            ),
        ]
        indexes = [models.Index(name="plan_open", fields=["person"], condition=Q(closed_on=None))]

    @property
    def is_running(self) -> bool:
        """Signed and not closed by a person."""
        return self.signed_on is not None and self.closed_on is None


@keep_history()
class PlanClaim(models.Model):
    """分納の対象: a claim with what it owed when the plan was drafted, as the deed lists it; in the order of payment."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="claims")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="plans")
    position = models.PositiveSmallIntegerField("充てる順")
    principal_yen = models.BigIntegerField("本税・元金（円）")
    fee_yen = models.BigIntegerField("督促手数料（円）")
    late_yen = models.BigIntegerField("起案日までの延滞金等（円）")
    cost_yen = models.BigIntegerField("費用（円）")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="保留")

    class Meta:
        verbose_name = verbose_name_plural = "分納の対象"
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(name="plan_names_a_claim_once", fields=["plan", "claim"]),
            models.CheckConstraint(
                name="plan_claim_owes",
                condition=Q(principal_yen__gte=0, fee_yen__gte=0, late_yen__gte=0, cost_yen__gte=0),
            ),
        ]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen + self.cost_yen


@keep_history()
class PlanInstalment(models.Model):
    """分納の各回: what is to be paid up to a day."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField("回")
    nominal_on = models.DateField("約束の日")
    due_on = models.DateField("納付期限（休日送り後）")
    amount_yen = models.BigIntegerField("金額（円）")

    class Meta:
        verbose_name = verbose_name_plural = "分納の各回"
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(name="instalment_once_per_plan", fields=["plan", "number"]),
            models.CheckConstraint(name="instalment_asks_for_money", condition=Q(amount_yen__gt=0)),
        ]


@keep_history()
class PlanLine(models.Model):
    """分納の各回の内訳: what an instalment pays of one claim, in yen."""

    instalment = models.ForeignKey(PlanInstalment, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="+")
    principal_yen = models.BigIntegerField("本税・元金（円）", default=0)
    fee_yen = models.BigIntegerField("督促手数料（円）", default=0)
    late_yen = models.BigIntegerField("延滞金等（円）", default=0)
    cost_yen = models.BigIntegerField("費用（円）", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "分納の各回の内訳"
        ordering = ["instalment", "pk"]
        constraints = [models.UniqueConstraint(name="plan_line_once", fields=["instalment", "claim"])]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen + self.cost_yen


@keep_history()
class PlanBreach(models.Model):
    """分納の不履行: found for one instalment that was not paid within the days of grace."""

    instalment = models.OneToOneField(PlanInstalment, on_delete=models.PROTECT, related_name="breach")
    found_on = models.DateField("見つけた日")
    missed = models.PositiveSmallIntegerField("納付のない回数")
    short_yen = models.BigIntegerField("不足額（円）")
    notice = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="不履行通知"
    )

    class Meta:
        verbose_name = verbose_name_plural = "分納の不履行"
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(name="breach_lacks_money", condition=Q(short_yen__gt=0, missed__gt=0))]
