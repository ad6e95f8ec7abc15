from django.conf import settings
from django.db import models
from django.db.models import Q

from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document
from toyota_collect.permissions import Ground


@keep_history(without=["left_yen"])
class Overpayment(models.Model):
    """過誤納金: money the city holds and owes back, until it is set off (充当) or paid out (還付).

    ``left_yen`` is kept by the trigger on entries; its CHECK lets nobody pay back more than was overpaid.
    """

    class Cause(models.TextChoices):
        EXCESS = "excess", "過納（納めすぎ）"
        DOUBLE = "double", "二重納付"
        REDUCED = "reduced", "減額更正・減免"
        LATE_REDUCED = "late_reduced", "延滞金の再計算"
        UNKNOWN = "unknown", "納付者不明"

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="overpayments", verbose_name="人"
    )
    cause = models.CharField("生じた理由", max_length=15, choices=Cause)
    arose_on = models.DateField("生じた日")  # 納付の日, or the day of the reducing decision
    interest_from = models.DateField("還付加算金の起算日", null=True)  # first counted day; null: none is added
    claimable_until = models.DateField("還付請求権の時効の最終日")
    explanation = models.CharField("説明", max_length=300)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    left_yen = models.BigIntegerField("残額（円）", default=0)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, verbose_name="決裁")
    plan = models.JSONField("充当・還付の案", default=dict)  # what the approval is about
    notice = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="通知書")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField("記録日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "過誤納金"
        ordering = ["arose_on", "pk"]
        constraints = [
            models.CheckConstraint(name="overpayment_is_paid_back_at_most_once", condition=Q(left_yen__gte=0)),
            models.CheckConstraint(
                name="overpayment_has_a_person_unless_unknown",
                condition=Q(cause="unknown", person=None) | Q(person__isnull=False),
            ),
        ]
        indexes = [models.Index(name="overpayment_open", fields=["arose_on"], condition=Q(left_yen__gt=0))]


@keep_history()
class RefundAccount(models.Model):
    """還付口座: the account a person named for refunds, learned from that person alone."""

    class Type(models.TextChoices):
        ORDINARY = "1", "普通"
        CURRENT = "2", "当座"
        SAVINGS = "4", "貯蓄"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="refund_accounts")
    bank_code = models.CharField("銀行番号", max_length=4)
    bank_kana = models.CharField("銀行名（カナ）", max_length=15)
    branch_code = models.CharField("支店番号", max_length=3)
    branch_kana = models.CharField("支店名（カナ）", max_length=15)
    account_type = models.CharField("預金種目", max_length=1, choices=Type)
    account_number = models.CharField("口座番号", max_length=7)
    holder_kana = models.CharField("口座名義（カナ）", max_length=30)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground, default=Ground.CONSENT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField("登録日時", auto_now_add=True)
    ended_at = models.DateTimeField("使用をやめた日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "還付口座"
        constraints = [
            models.UniqueConstraint(name="refund_account_one_in_use", fields=["person"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="refund_account_numbers_are_digits",
                condition=Q(
                    bank_code__regex=r"^\d{4}$", branch_code__regex=r"^\d{3}$", account_number__regex=r"^\d{7}$"
                ),
            ),
        ]


@keep_history()
class TransferFile(models.Model):
    """総合振込データ: one file of refunds for the bank; its bytes and hash are kept."""

    number = models.CharField("整理番号", max_length=40, unique=True)
    transfer_on = models.DateField("振込指定日")
    count = models.PositiveIntegerField("件数")
    total_yen = models.BigIntegerField("合計（円）")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "総合振込データ"
        ordering = ["-pk"]


@keep_history()
class Refund(models.Model):
    """還付: money that leaves the city for one overpayment; booked when it is approved, paid with a transfer file."""

    overpayment = models.ForeignKey(Overpayment, on_delete=models.PROTECT, related_name="refunds")
    amount_yen = models.BigIntegerField("還付額（円）")  # overpaid money
    interest_yen = models.BigIntegerField("還付加算金（円）", default=0)
    decided_on = models.DateField("支出を決定した日")
    account = models.ForeignKey(RefundAccount, on_delete=models.PROTECT, verbose_name="還付口座")
    transfer_file = models.ForeignKey(TransferFile, on_delete=models.PROTECT, null=True, related_name="refunds")
    returned_on = models.DateField("振込不能の日", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField("決定日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "還付"
        ordering = ["-pk"]
        constraints = [
            # Interest alone where the money itself was wholly set off.
            models.CheckConstraint(
                name="refund_is_money",
                condition=Q(amount_yen__gte=0, interest_yen__gte=0) & (Q(amount_yen__gt=0) | Q(interest_yen__gt=0)),
            ),
        ]

    @property
    def total_yen(self) -> int:
        """What the bank is told to pay."""
        return self.amount_yen + self.interest_yen
