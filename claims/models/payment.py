from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from claims.models.kind import ClaimKind
from claims.models.ledger import Receipt
from claims.models.slip import Slip
from claims.querysets import PaymentQuerySet
from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval
from toyota_collect.models.audit import APPEND_ONLY


class Feed(models.TextChoices):
    """収納データの種類: the files that tell us of money."""

    DIRECT_DEBIT = "direct_debit", "口座振替結果"
    CONVENIENCE = "convenience", "コンビニ収納"
    COUNTER = "counter", "窓口収納"
    EL_TAX = "el_tax", "共通納税"
    SEIZURE = "seizure", "差押取立"
    LAWYERS = "lawyers", "弁護士からの送金"


@keep_history()
class BookingSource(models.Model):
    """収納の記帳元: which feed books the money of a kind, for money paid from ``starts_on`` until the next row begins.

    The other feed's money is compared and never booked, so no yen enters the ledger twice.
    """

    class By(models.TextChoices):
        SECTION = "section", "所管課の収納データ"
        OWN = "own", "債権管理課の収納データ"

    kind = models.ForeignKey(ClaimKind, on_delete=models.PROTECT, related_name="booking", verbose_name="債権種目")
    starts_on = models.DateField("適用開始日（この日の納付から）")
    by = models.CharField("記帳元", max_length=10, choices=By)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "収納の記帳元"
        ordering = ["kind", "-starts_on"]
        constraints = [models.UniqueConstraint(name="booking_source_one_per_start", fields=["kind", "starts_on"])]


@keep_history()
class ReceiptFile(models.Model):
    """収納データのファイル: taken in whole or not at all; its content is known by its hash."""

    feed = models.CharField("種類", max_length=20, choices=Feed, blank=True)
    name = models.CharField("ファイル名", max_length=200)
    sha256 = models.CharField(max_length=64)
    title = models.CharField("内容", max_length=200, blank=True)
    records = models.PositiveIntegerField("件数", default=0)
    total_yen = models.BigIntegerField("合計（円）", default=0)
    new_records = models.PositiveIntegerField("新しい件数", default=0)
    problem = models.CharField("取り込めなかった理由", max_length=1000, blank=True)
    waits_at = models.CharField("待っているファイル", max_length=300, blank=True)  # below MEDIA_ROOT, until taken in
    as_of = models.DateField("基準日")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("取込日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "収納データのファイル"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="receipt_file_taken_once", fields=["sha256"], condition=Q(problem=""))
        ]

    @property
    def is_waiting(self) -> bool:
        """Whether a worker still has to take it in."""
        return bool(self.waits_at)


@keep_history()
class Payment(models.Model):
    """納付の知らせ: one payment as the files tell it, in whatever order they come (速報, 取消, 確報).

    Its state is a function of the lines seen. A final payment becomes one receipt; until everything of it is settled,
    the claims it names are not pressed for.
    """

    class State(models.TextChoices):
        PROVISIONAL = "provisional", "速報"
        CANCELLED = "cancelled", "取消"
        FINAL = "final", "確定"
        FAILED = "failed", "振替不能"

    feed = models.CharField("種類", max_length=20, choices=Feed)
    key = models.CharField("識別", max_length=120)
    state = models.CharField("状態", max_length=15, choices=State)
    paid_on = models.DateField("領収日")
    value_on = models.DateField("入金日", null=True)
    amount_yen = models.BigIntegerField("金額（円）")
    slip_code = models.CharField("バーコードの番号", max_length=44, blank=True)
    reference = models.CharField("番号", max_length=40, blank=True)
    payer_kana = models.CharField("納付者（カナ）", max_length=60, blank=True)
    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, null=True, related_name="payments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="payments")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, null=True, related_name="payment")
    section_yen = models.BigIntegerField("所管課が記帳する額（円）", default=0)
    note = models.CharField("説明", max_length=300, blank=True)
    settled_at = models.DateTimeField("処理を終えた日時", null=True)
    first_seen_on = models.DateField("はじめて知った日")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "納付の知らせ"
        ordering = ["-paid_on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="payment_once_per_feed", fields=["feed", "key"]),
            models.CheckConstraint(name="payment_is_money", condition=Q(amount_yen__gt=0)),
            models.CheckConstraint(
                name="payment_section_part_is_within",
                condition=Q(section_yen__gte=0, section_yen__lte=F("amount_yen")),
            ),
        ]
        indexes = [
            models.Index(name="payment_unsettled", fields=["state", "paid_on"], condition=Q(settled_at=None)),
            models.Index(name="payment_by_value_day", fields=["value_on"]),
        ]


class PaymentLine(models.Model):
    """収納データの1件: what one file said of one payment, unchanged."""

    file = models.ForeignKey(ReceiptFile, on_delete=models.PROTECT, related_name="lines")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField("行")
    status = models.CharField("区分", max_length=15, choices=Payment.State)
    amount_yen = models.BigIntegerField("金額（円）")
    paid_on = models.DateField("領収日")
    value_on = models.DateField("入金日", null=True)
    detail = models.JSONField("内容", default=dict)
    raw = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = "収納データの1件"
        ordering = ["file", "line"]
        constraints = [
            models.UniqueConstraint(name="payment_told_once_per_status", fields=["payment", "status"]),
        ]
        triggers = APPEND_ONLY


@keep_history()
class PaymentTarget(models.Model):
    """納付の対象: a claim the payment is meant for; while the payment is unsettled, nobody presses for the claim."""

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="targets")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payment_targets")

    class Meta:
        verbose_name = verbose_name_plural = "納付の対象"
        constraints = [models.UniqueConstraint(name="payment_names_a_claim_once", fields=["payment", "claim"])]


@keep_history()
class PaymentCase(models.Model):
    """収納の要確認: a payment that nobody may book alone; a clerk proposes, a second person decides."""

    class Kind(models.TextChoices):
        UNKNOWN = "unknown", "納付者が分からない"
        DIFFERS = "differs", "金額が納付書と違う"
        DOUBLE = "double", "二重納付"
        EXCESS = "excess", "納めすぎ"
        OLD_SLIP = "old_slip", "古い納付書での納付"
        NO_FINAL = "no_final", "確報が届かない"
        CONTRADICTS = "contradicts", "取消と確報の両方が届いた"
        SECTION = "section", "所管課の記帳を待っている"
        LAPSED = "lapsed", "時効の期間を過ぎた債権への納付"

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="case", verbose_name="納付")
    kind = models.CharField("理由", max_length=15, choices=Kind)
    explanation = models.CharField("説明", max_length=500)
    opened_on = models.DateField("はじめの日")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, verbose_name="決裁")
    answer = models.JSONField("処理の案", default=dict)
    closed_at = models.DateTimeField("終えた日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "収納の要確認"
        ordering = ["opened_on", "pk"]
        indexes = [models.Index(name="payment_case_open", fields=["opened_on"], condition=Q(closed_at=None))]


@keep_history()
class DayClose(models.Model):
    """日締め: the money of one day at the bank, as a person read it there; closed only when nothing differs."""

    day = models.DateField("入金日", unique=True)
    bank_yen = models.BigIntegerField("銀行の入金合計（円）", null=True)
    bank_source = models.CharField("入金合計の出どころ", max_length=200, blank=True)
    totals = models.JSONField("締めたときの合計", default=dict)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("締めた日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "日締め"
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                name="day_close_names_person_and_time",
                condition=Q(closed_by=None, closed_at=None)
                | Q(closed_by__isnull=False, closed_at__isnull=False, bank_yen__isnull=False),
            )
        ]
