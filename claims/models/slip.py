from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.querysets import SlipQuerySet
from debtors.models import Person
from toyota_collect.history import keep_history


@keep_history()
class Slip(models.Model):
    """納付書: asks for a sum for named claims up to a day. A newer slip for one of its claims makes it invalid."""

    class Origin(models.TextChoices):
        DESK = "desk", "窓口"
        LETTER = "letter", "一斉催告"
        PLAN = "plan", "分納"

    class State(models.TextChoices):
        PAID = "paid", "納付済"
        ANNOUNCED = "announced", "納付の速報あり"
        VOID = "void", "無効"
        EXPIRED = "expired", "使用期限切れ"
        VALID = "valid", "有効"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="slips", verbose_name="人")
    origin = models.CharField("作成元", max_length=10, choices=Origin)
    number = models.CharField("納付書番号", max_length=21, unique=True)  # the free digits of the 44
    barcode = models.CharField("バーコードの番号", max_length=44, blank=True)  # blank: over the shops' limit
    reference = models.CharField("照会番号", max_length=20)  # printed for people
    title = models.CharField("件名", max_length=120)
    issued_on = models.DateField("発行日")
    as_of = models.DateField("延滞金の基準日")
    due_on = models.DateField("使用期限（この日まで）")
    amount_yen = models.BigIntegerField("金額（円）")
    instalment = models.ForeignKey(
        "claims.PlanInstalment", on_delete=models.PROTECT, null=True, related_name="slips", verbose_name="分納の回"
    )
    voided_on = models.DateField("無効になった日", null=True)
    void_reason = models.CharField("無効の理由", max_length=200, blank=True)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成日時", auto_now_add=True)

    objects = SlipQuerySet.as_manager()
    paid: bool  # these three: selected ``with_money``
    announced: bool
    owed: bool

    class Meta:
        verbose_name = verbose_name_plural = "納付書"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="slip_asks_for_money", condition=Q(amount_yen__gt=0)),
            models.CheckConstraint(
                name="slip_void_has_day_and_reason",
                condition=Q(voided_on=None, void_reason="") | (Q(voided_on__isnull=False) & ~Q(void_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="slip_by_barcode", fields=["barcode"], condition=~Q(barcode="")),
            models.Index(name="slip_by_reference", fields=["reference"]),
        ]

    def state(self, *, on: date) -> State:
        """What the slip is good for on a day; of a slip selected ``with_money``.

        One whose claims were all paid some other way counts as paid: nobody should pay with it again.
        """
        if self.paid:
            return self.State.PAID
        if self.announced:
            return self.State.ANNOUNCED
        if self.voided_on:
            return self.State.VOID
        if not self.owed:
            return self.State.PAID
        return self.State.EXPIRED if self.due_on < on else self.State.VALID


@keep_history()
class SlipLine(models.Model):
    """納付書の内訳: what the slip asks for one claim, in yen."""

    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="slip_lines")
    principal_yen = models.BigIntegerField("本税・元金（円）", default=0)
    fee_yen = models.BigIntegerField("督促手数料（円）", default=0)
    late_yen = models.BigIntegerField("延滞金等（円）", default=0)
    cost_yen = models.BigIntegerField("費用（円）", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "納付書の内訳"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="slip_names_a_claim_once", fields=["slip", "claim"]),
            models.CheckConstraint(
                name="slip_line_is_not_negative",
                condition=Q(principal_yen__gte=0, fee_yen__gte=0, late_yen__gte=0, cost_yen__gte=0),
            ),
        ]

    @property
    def late_with_costs_yen(self) -> int:
        """Costs of collection have no column of their own on paper."""
        return self.late_yen + self.cost_yen

    @property
    def yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_with_costs_yen
