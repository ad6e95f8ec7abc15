import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from claims.models.claim import Claim
from debtors.models import SourceSystem
from toyota_collect.models.audit import APPEND_ONLY
from toyota_collect.permissions import Ground

# Sums only the new rows, so the claim row is locked once a statement; CHECK on the claim then refuses what is unlawful.
KEEP_BALANCES = """
UPDATE claims_claim c SET
    levied_yen = c.levied_yen + n.levied,
    principal_yen = c.principal_yen + n.principal,
    fee_yen = c.fee_yen + n.fee,
    late_yen = c.late_yen + n.late,
    cost_yen = c.cost_yen + n.cost
FROM (
    SELECT claim_id,
        coalesce(sum(amount_yen) FILTER (
            WHERE component = 'principal' AND kind IN ('levy', 'correction', 'exemption')), 0) AS levied,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'principal'), 0) AS principal,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'fee'), 0) AS fee,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'late'), 0) AS late,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'cost'), 0) AS cost
    FROM new_entries GROUP BY claim_id ORDER BY claim_id
) n
WHERE c.id = n.claim_id;
RETURN NULL;
"""
# Writers share this lock and never wait for each other; the sealing job takes it alone (claims.services.seal).
SEAL_LOCK = 4_710_034
SHARE_THE_SEAL_LOCK = f"PERFORM pg_advisory_xact_lock_shared({SEAL_LOCK}); RETURN NULL;"


class Receipt(models.Model):
    """領収: money that came in, once per source and receipt number; entries say what it paid."""

    class Channel(models.TextChoices):
        COUNTER = "counter", "窓口"
        CONVENIENCE = "convenience", "コンビニ"
        DIRECT_DEBIT = "direct_debit", "口座振替"
        EL_QR = "el_qr", "eL-QR"
        PAY_EASY = "pay_easy", "ペイジー"
        CREDIT_CARD = "credit_card", "クレジット"
        SEIZURE = "seizure", "差押取立"

    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, verbose_name="業務システム")
    receipt_number = models.CharField("領収番号", max_length=40)
    paid_on = models.DateField("領収日")
    booked_on = models.DateField("収納日", null=True)
    channel = models.CharField("納付方法", max_length=20, blank=True)
    amount_yen = models.BigIntegerField("金額（円）")
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    in_file = models.ForeignKey("claims.ImportFile", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "領収"
        constraints = [
            models.UniqueConstraint(name="receipt_once_per_source", fields=["source", "receipt_number"]),
            models.CheckConstraint(name="receipt_is_money", condition=Q(amount_yen__gt=0)),
        ]
        triggers = APPEND_ONLY

    @property
    def channel_label(self) -> str:
        return channel_label(self.channel)


def channel_label(code: str) -> str:
    """The name of a way of paying; a word that a section uses and we do not know stays as it came."""
    return Receipt.Channel(code).label if code in Receipt.Channel else code


class Entry(models.Model):
    """記帳: append-only; a claim's balance per component is the sum of its entries, as of any date.

    ``amount_yen`` is signed: what raises the debt is positive, what lowers it negative.
    """

    class Kind(models.TextChoices):
        LEVY = "levy", "調定"
        CORRECTION = "correction", "更正"
        EXEMPTION = "exemption", "減免"
        LATE_FIXED = "late_fixed", "延滞金確定"
        RECEIPT = "receipt", "収納"
        SET_OFF = "set_off", "充当"
        REFUND = "refund", "還付"
        REFUND_INTEREST = "refund_interest", "還付加算金"
        WRITE_OFF = "write_off", "不納欠損"
        REVERSAL = "reversal", "取消"

    class Component(models.TextChoices):
        PRINCIPAL = "principal", "本税・元金"
        FEE = "fee", "督促手数料"
        LATE = "late", "延滞金・損害金"
        COST = "cost", "費用"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="entries", verbose_name="債権")
    kind = models.CharField("種類", max_length=20, choices=Kind)
    component = models.CharField("区分", max_length=10, choices=Component)
    amount_yen = models.BigIntegerField("金額（円）")
    on = models.DateField("効力日")  # 領収日 for receipts, the decision's day otherwise
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="entries")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    in_file = models.ForeignKey("claims.ImportFile", on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField("摘要", max_length=200, blank=True)
    written_at = models.DateTimeField("記帳日時", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "記帳"
        ordering = ["on", "pk"]
        indexes = [
            models.Index(name="entry_by_claim", fields=["claim"]),
            models.Index(name="entry_receipts_by_day", fields=["on"], condition=Q(kind="receipt")),
        ]
        constraints = [
            models.CheckConstraint(
                name="entry_sign_follows_its_kind",
                condition=Q(kind__in=["levy", "late_fixed", "refund", "refund_interest"], amount_yen__gt=0)
                | Q(kind__in=["exemption", "receipt", "write_off", "set_off"], amount_yen__lt=0)
                | (Q(kind__in=["correction", "reversal"]) & ~Q(amount_yen=0)),
            ),
            models.CheckConstraint(
                name="entry_reversal_names_what_it_reverses",
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses=None)),
            ),
        ]
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="share_the_seal_lock",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=SHARE_THE_SEAL_LOCK,
            ),
            pgtrigger.Trigger(
                name="keep_balances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_entries"),
                func=KEEP_BALANCES,
            ),
        ]


class SealBlock(models.Model):
    """封印: a run of entries in sequence order, hashed and chained to the block before (改ざん検知)."""

    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    content_sha256 = models.CharField(max_length=64)
    chain_sha256 = models.CharField(max_length=64)  # over the former block's chain hash and this content hash
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "封印"
        ordering = ["pk"]
        triggers = APPEND_ONLY
