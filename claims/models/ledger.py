import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from claims.models.claim import Claim
from claims.models.overpayment import Overpayment
from debtors.models import SourceSystem
from toyota_collect.history import keep_history
from toyota_collect.models.audit import APPEND_ONLY, share_the_seal_lock
from toyota_collect.models.seals import SealedBlock
from toyota_collect.permissions import Ground

# Statement triggers see only the new rows, so each claim, receipt and overpayment is locked once a statement; CHECKs
# then refuse what is unlawful.
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
            WHERE component = 'principal' AND (kind IN ('levy', 'correction', 'exemption')
                OR kind = 'reversal' AND (SELECT o.kind FROM claims_entry o WHERE o.id = e.reverses_id)
                    IN ('levy', 'correction', 'exemption'))), 0) AS levied,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'principal'), 0) AS principal,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'fee'), 0) AS fee,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'late'), 0) AS late,
        coalesce(sum(amount_yen) FILTER (WHERE component = 'cost'), 0) AS cost
    FROM new_entries e WHERE claim_id IS NOT NULL GROUP BY claim_id ORDER BY claim_id
) n
WHERE c.id = n.claim_id;
UPDATE claims_receipt r SET left_yen = r.left_yen + n.yen
FROM (
    SELECT receipt_id, sum(amount_yen) AS yen FROM new_entries
    WHERE receipt_id IS NOT NULL AND (kind = 'receipt' OR (kind = 'reversal' AND amount_yen > 0))
    GROUP BY receipt_id ORDER BY receipt_id
) n
WHERE r.id = n.receipt_id;
UPDATE claims_overpayment o SET left_yen = o.left_yen + n.yen
FROM (
    SELECT overpayment_id, sum(CASE WHEN claim_id IS NULL THEN -amount_yen ELSE amount_yen END) AS yen
    FROM new_entries WHERE overpayment_id IS NOT NULL GROUP BY overpayment_id ORDER BY overpayment_id
) n
WHERE o.id = n.overpayment_id;
RETURN NULL;
"""
# A reversal takes back exactly one entry, whole; a reversal itself is never reversed. A frozen year takes nothing more.
REFUSE_UNLAWFUL = """
IF EXISTS (
    SELECT FROM new_entries n JOIN claims_entry o ON o.id = n.reverses_id
    WHERE o.kind = 'reversal'
        OR (n.amount_yen, n.component, n.claim_id, n.receipt_id, n.overpayment_id)
            IS DISTINCT FROM (-o.amount_yen, o.component, o.claim_id, o.receipt_id, o.overpayment_id)
) THEN
    RAISE EXCEPTION 'a reversal restores exactly the entry it names' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'entry_reversal_restores_exactly';
END IF;
IF EXISTS (
    SELECT FROM claims_frozenyear f JOIN new_entries n
        ON f.year = coalesce(n.accounting_year, extract(year FROM n."on" - interval '3 months'))
) THEN
    RAISE EXCEPTION 'the fiscal year is frozen' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'entry_in_an_open_year';
END IF;
RETURN NULL;
"""
TAKE_BACK = """
UPDATE claims_receipt r SET left_yen = r.left_yen - r.amount_yen FROM new_cancellations n WHERE r.id = n.receipt_id;
RETURN NULL;
"""
# Writers share this lock and never wait for each other; the sealing job takes it alone (toyota_collect.chains).
SEAL_LOCK = 4_710_034


class Receipt(models.Model):
    """領収: money that came in, once per source and receipt number in force; entries say what it paid.

    ``left_yen`` is what no entry has used yet. A trigger keeps it, and its CHECK lets nobody use a yen twice.
    """

    class Channel(models.TextChoices):
        COUNTER = "counter", "窓口"
        CONVENIENCE = "convenience", "コンビニ"
        DIRECT_DEBIT = "direct_debit", "口座振替"
        EL_QR = "el_qr", "eL-QR"
        PAY_EASY = "pay_easy", "ペイジー"
        CREDIT_CARD = "credit_card", "クレジット"
        SEIZURE = "seizure", "差押取立"
        LAWYERS = "lawyers", "弁護士からの送金"

    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, verbose_name="業務システム")
    receipt_number = models.CharField("領収番号", max_length=40)
    paid_on = models.DateField("領収日")
    booked_on = models.DateField("収納日", null=True)
    channel = models.CharField("納付方法", max_length=20, blank=True)
    amount_yen = models.BigIntegerField("金額（円）")
    left_yen = models.BigIntegerField("まだ充当していない額（円）", db_default=0)  # the booking service sets it
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    in_file = models.ForeignKey("claims.ImportFile", on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField("取込を取り消した日時", null=True)  # its number may come in again

    class Meta:
        verbose_name = verbose_name_plural = "領収"
        constraints = [
            models.UniqueConstraint(
                name="receipt_once_per_source",
                fields=["source", "receipt_number"],
                condition=Q(taken_back_at=None),
            ),
            models.CheckConstraint(
                name="receipt_taken_back_has_nothing_left", condition=Q(taken_back_at=None) | Q(left_yen=0)
            ),
            models.CheckConstraint(name="receipt_is_money", condition=Q(amount_yen__gt=0)),
            models.CheckConstraint(
                name="receipt_is_used_at_most_once", condition=Q(left_yen__gte=0, left_yen__lte=F("amount_yen"))
            ),
        ]
        indexes = [models.Index(name="receipt_by_booking_day", fields=["booked_on"])]
        triggers = [
            pgtrigger.ReadOnly(name="read_only", exclude=["left_yen", "taken_back_at"]),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            APPEND_ONLY[1],
        ]

    @property
    def channel_label(self) -> str:
        return channel_label(self.channel)


def channel_label(code: str) -> str:
    """The name of a way of paying; a word that a section uses and we do not know stays as it came."""
    return Receipt.Channel(code).label if code in Receipt.Channel else code


class ReceiptCancellation(models.Model):
    """領収の取消: the money did not come in after all (速報取消, 不渡り, 誤入力). All its entries are reversed before."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="cancellation")
    on = models.DateField("取消日")
    reason = models.CharField("理由", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    in_file = models.ForeignKey("claims.ImportFile", on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField("記録日時", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "領収の取消"
        triggers = [
            *APPEND_ONLY,
            pgtrigger.Trigger(
                name="take_back",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_cancellations"),
                func=TAKE_BACK,
            ),
        ]


class Entry(models.Model):
    """記帳: append-only; a claim's balance per component is the sum of its entries, as of any date.

    ``amount_yen`` is signed: what raises the debt is positive, what lowers it negative. An entry without a claim
    stands on the account of an overpayment (過誤納金), where the city owes: money put there is negative, money paid
    out positive. With both, it moves money between the claim and the overpayment.
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
        OVERPAID = "overpaid", "過誤納金"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="entries", verbose_name="債権")
    kind = models.CharField("種類", max_length=20, choices=Kind)
    component = models.CharField("区分", max_length=10, choices=Component)
    amount_yen = models.BigIntegerField("金額（円）")
    on = models.DateField("効力日")  # 領収日 for receipts, the decision's day otherwise
    accounting_year = models.PositiveSmallIntegerField("会計年度", null=True)  # null: the fiscal year of ``on``
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="entries")
    overpayment = models.ForeignKey(
        Overpayment, on_delete=models.PROTECT, null=True, related_name="entries", verbose_name="過誤納金"
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    in_file = models.ForeignKey("claims.ImportFile", on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField("摘要", max_length=200, blank=True)
    written_at = models.DateTimeField("記帳日時", db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "記帳"
        ordering = ["on", "pk"]
        indexes = [
            models.Index(name="entry_receipts_by_day", fields=["on"], condition=Q(kind="receipt")),
        ]
        constraints = [
            models.CheckConstraint(
                name="entry_sign_follows_its_kind",
                condition=Q(kind__in=["levy", "late_fixed", "refund"], amount_yen__gt=0)
                | Q(kind__in=["exemption", "receipt", "write_off", "set_off", "refund_interest"], amount_yen__lt=0)
                | (Q(kind__in=["correction", "reversal"]) & ~Q(amount_yen=0)),
            ),
            models.CheckConstraint(
                name="entry_reversal_names_what_it_reverses",
                condition=Q(kind="reversal", reverses__isnull=False) | (~Q(kind="reversal") & Q(reverses=None)),
            ),
            models.CheckConstraint(
                name="entry_stands_on_an_account",
                condition=Q(claim__isnull=False) & ~Q(component="overpaid")
                | Q(claim=None, component="overpaid", overpayment__isnull=False),
            ),
            models.CheckConstraint(
                name="entry_kind_fits_its_account",
                condition=Q(kind="set_off", claim__isnull=False, overpayment__isnull=False)
                | Q(kind="refund", overpayment__isnull=False)
                | Q(kind="refund_interest", claim=None)
                | Q(kind="receipt", receipt__isnull=False) & (Q(claim=None) | Q(overpayment=None))
                | Q(
                    kind__in=["levy", "correction", "exemption", "late_fixed", "write_off"],
                    overpayment=None,
                )
                | Q(kind="reversal"),
            ),
            models.CheckConstraint(
                name="entry_of_a_receipt_is_money",
                condition=Q(receipt=None) | Q(kind__in=["receipt", "late_fixed", "reversal"]),
            ),
        ]
        triggers = [
            *APPEND_ONLY,
            share_the_seal_lock(SEAL_LOCK),
            pgtrigger.Trigger(
                name="keep_balances",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_entries"),
                func=KEEP_BALANCES,
            ),
            pgtrigger.Trigger(
                name="refuse_unlawful",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_entries"),
                func=REFUSE_UNLAWFUL,
            ),
        ]


@keep_history()
class FrozenYear(models.Model):
    """締めた会計年度: takes no more entries (出納閉鎖). Opening it again deletes the row; the history keeps it."""

    year = models.PositiveSmallIntegerField("会計年度", unique=True)
    frozen_on = models.DateField("締めた日")
    carried_count = models.PositiveIntegerField("繰り越した期別", null=True)
    carried_yen = models.BigIntegerField("繰り越した額（円）", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "締めた会計年度"
        ordering = ["-year"]


class SealBlock(SealedBlock):
    """A block of the ledger's entries."""

    class Meta(SealedBlock.Meta):
        verbose_name = verbose_name_plural = "封印"
