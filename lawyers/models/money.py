"""Money in the firm's hands: what it took, sent on and asks for. Every yen is booked, or stands in the difference queue."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models import Receipt
from lawyers.models.case import LegalCase
from lawyers.models.firm import Designation, Firm
from lawyers.models.room import CaseFile
from toyota_collect.history import keep_history
from toyota_collect.models import Approval

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class Remittance(models.Model):
    """送金: what a firm says it sent on a day; the city books it when as much has arrived at the bank."""

    class State(models.TextChoices):
        TOLD = "told", "着金待ち"
        ARRIVED = "arrived", "着金・記帳待ち"
        BOOKED = "booked", "記帳済"
        CANCELLED = "cancelled", "取消"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="remittances")
    sent_on = models.DateField("送金の日")
    yen = models.BigIntegerField("送金額（円）")
    told_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.TOLD)
    arrived_on = models.DateField("着金の日", null=True)
    bank_yen = models.BigIntegerField("着金額（円）", null=True)
    bank_source = models.CharField("着金を確かめた書類", max_length=200, blank=True)
    confirmed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    booked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    booked_on = models.DateField("記帳の日", null=True)
    note = models.CharField("説明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "弁護士からの送金"
        ordering = ["-sent_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="remittance_is_money", condition=Q(yen__gt=0)),
            models.CheckConstraint(
                name="remittance_arrived_as_somebody_saw",
                condition=Q(state__in=["told", "cancelled"], bank_yen=None, confirmed_by=None)
                | Q(bank_yen__gt=0, arrived_on__gte=F("sent_on"), confirmed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="remittance_booked_only_when_all_of_it_arrived",
                condition=~Q(state="booked") | Q(bank_yen=F("yen"), booked_by__isnull=False, booked_on__isnull=False),
            ),
        ]


@keep_history()
class TrustReceipt(models.Model):
    """預り金: money of a debtor that the firm took for the city under a designation. It pays the debt on the day it was taken."""

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="trust_receipts", verbose_name="件")
    designation = models.ForeignKey(Designation, on_delete=models.PROTECT, related_name="+", verbose_name="指定")
    received_on = models.DateField("受け取った日")
    yen = models.BigIntegerField("金額（円）")
    note = models.CharField("内容", max_length=200, blank=True)
    token = models.UUIDField(unique=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(auto_now_add=True)
    remittance = models.ForeignKey(
        Remittance, on_delete=models.PROTECT, null=True, related_name="trust_receipts", verbose_name="送金"
    )
    receipt = models.OneToOneField(
        Receipt, on_delete=models.PROTECT, null=True, related_name="trust_receipt", verbose_name="領収"
    )
    cancelled_at = models.DateTimeField("取り消した日時", null=True)
    cancelled_because = models.CharField("取り消した理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "預り金"
        ordering = ["received_on", "pk"]
        constraints = [
            models.CheckConstraint(name="trust_receipt_is_money", condition=Q(yen__gt=0)),
            models.CheckConstraint(
                name="trust_receipt_booked_is_remitted", condition=Q(receipt=None) | Q(remittance__isnull=False)
            ),
            models.CheckConstraint(
                name="trust_receipt_cancelled_for_a_reason_before_it_was_sent",
                condition=Q(cancelled_at=None, cancelled_because="")
                | Q(cancelled_at__isnull=False, remittance=None, receipt=None) & ~Q(cancelled_because=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="what_was_taken_stays", fields=["case", "designation", "received_on", "yen", "token", "by"]
            ),
            pgtrigger.Protect(name="trust_receipt_is_never_deleted", operation=pgtrigger.Delete),
        ]


@keep_history()
class CaseCost(models.Model):
    """実費: what the firm laid out for a case (印紙, 郵券 …); it asks for it in an invoice."""

    class Kind(models.TextChoices):
        STAMP = "stamp", "収入印紙・手数料"
        POSTAGE = "postage", "郵便料・郵券"
        REGISTRY = "registry", "登記・戸籍の手数料"
        TRAVEL = "travel", "交通費"
        OTHER = "other", "その他"

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="costs")
    on = models.DateField("日")
    kind = models.CharField("種類", max_length=10, choices=Kind)
    yen = models.BigIntegerField("金額（円）")
    note = models.CharField("内容", max_length=200, blank=True)
    file = models.ForeignKey(
        CaseFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="領収書"
    )
    token = models.UUIDField(unique=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "実費"
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(name="case_cost_is_money", condition=Q(yen__gt=0))]


@keep_history()
class Invoice(models.Model):
    """報酬の請求: of a firm for a month, compared to the yen with what the terms and the ledger give."""

    class State(models.TextChoices):
        SENT = "sent", "照合待ち"
        DIFFERS = "differs", "差異あり"
        AGREED = "agreed", "一致"
        APPROVED = "approved", "支払決定"
        RETURNED = "returned", "返却"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField("請求書番号", max_length=40)
    month = models.DateField("対象の月（1日）")
    state = models.CharField("状態", max_length=10, choices=State, default=State.SENT)
    sent_on = models.DateField("提出の日")
    sent_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    fee_yen = models.BigIntegerField("報酬（円）")
    tax_yen = models.BigIntegerField("消費税（円）")
    cost_yen = models.BigIntegerField("実費（円）")
    differences = models.JSONField("差異", default=list)
    checked_on = models.DateField("照合の日", null=True)
    checked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    note = models.CharField("市の説明", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "報酬の請求"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="invoice_one_a_month", fields=["firm", "month"], condition=~Q(state="returned")
            ),
            models.UniqueConstraint(name="invoice_number_once_per_firm", fields=["firm", "number"]),
            models.CheckConstraint(
                name="invoice_agrees_only_without_differences",
                condition=~Q(state__in=["agreed", "approved"]) | Q(differences=[]),
            ),
        ]

    @property
    def total_yen(self) -> int:
        return self.fee_yen + self.tax_yen + self.cost_yen


class InvoiceLine(models.Model):
    """請求の1件: what the firm asks for one case."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    case_number = models.CharField("件の番号", max_length=30)  # as the firm wrote it
    route = models.CharField("手段", max_length=15)  # rules.fees.Route
    recovered_yen = models.BigIntegerField("回収額（円）")
    fee_yen = models.BigIntegerField("報酬（円）")
    tax_yen = models.BigIntegerField("消費税（円）")
    cost_yen = models.BigIntegerField("実費（円）")

    class Meta:
        verbose_name = verbose_name_plural = "請求の明細"
        ordering = ["invoice", "pk"]
        triggers = [
            pgtrigger.ReadOnly(name="read_only"),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]


@keep_history()
class MoneyDifference(models.Model):
    """お金の差異: yen that two sides count differently, until a named person says how it was settled."""

    class Kind(models.TextChoices):
        TRUST = "trust", "預り金の合計と送金額"
        BANK = "bank", "送金額と着金額"
        LATE = "late", "送金の遅れ"
        INVOICE = "invoice", "請求と計算"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="differences")
    kind = models.CharField("種類", max_length=10, choices=Kind)
    subject_key = models.CharField(max_length=80)  # of what; one open row a subject
    told_yen = models.BigIntegerField("事務所の額（円）")
    found_yen = models.BigIntegerField("市の額（円）")
    text = models.CharField("内容", max_length=500)
    opened_on = models.DateField("見つけた日")
    closed_on = models.DateField("片付いた日", null=True)
    closed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField("どう片付いたか", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "お金の差異"
        ordering = ["closed_on", "opened_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="money_difference_one_open", fields=["kind", "subject_key"], condition=Q(closed_on=None)
            ),
            models.CheckConstraint(
                name="money_difference_closed_by_somebody_who_says_how",
                condition=Q(closed_on=None, closed_by=None, how="")
                | Q(closed_on__isnull=False, closed_by__isnull=False) & ~Q(how=""),
            ),
        ]

    @property
    def yen(self) -> int:
        return self.told_yen - self.found_yen
