from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models.kind import ClaimKind
from claims.querysets import ClaimManager
from debtors.models import Person, SourceIdentity, SourceSystem
from toyota_collect.history import keep_history
from toyota_collect.models import Section
from toyota_collect.permissions import Ground

BALANCES = ["levied_yen", "principal_yen", "fee_yen", "late_yen", "cost_yen"]


@keep_history(without=[*BALANCES, "prescribes_on", "seen_in_file"])
class Claim(models.Model):
    """債権（期別）: one instalment of one levy, owed by the person its source identity is linked to.

    Balances are kept by a trigger on entries; nobody else writes them. ``objects`` holds the claims in force: one whose
    import was taken back (``taken_back_at``) stays for its entries alone, and its key may come in again.
    """

    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, verbose_name="業務システム")
    kind = models.ForeignKey(ClaimKind, on_delete=models.PROTECT, verbose_name="債権種目")
    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="claims", verbose_name="宛名")
    # The common key of the national interface for cross-business collection (統合収納・滞納管理).
    levy_year = models.PositiveSmallIntegerField("賦課年度")
    taxation_year = models.PositiveSmallIntegerField("相当年度")
    notice_number = models.CharField("通知書番号", max_length=30)
    detail_code = models.CharField("業務詳細コード", max_length=10, blank=True)
    collector_number = models.CharField("特別徴収義務者指定番号", max_length=20, blank=True)
    instalment = models.PositiveSmallIntegerField("期別")
    declaration_number = models.CharField("申告履歴番号", max_length=10, blank=True)
    business_year_number = models.CharField("事業年度番号", max_length=10, blank=True)
    child_number = models.CharField("児童_宛名番号", max_length=20, blank=True)

    nominal_due_on = models.DateField("納期限（賦課時）")
    due_on = models.DateField("納期限（休日送り後）")
    contract_on = models.DateField("契約日", null=True)
    el_qr = models.CharField("eL-QR", max_length=300, blank=True)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, verbose_name="所管課")
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    section_paid_yen = models.BigIntegerField("所管課の収納済額（照合用）", null=True)
    seen_in_file = models.ForeignKey("claims.ImportFile", on_delete=models.PROTECT, null=True, related_name="+")

    levied_yen = models.BigIntegerField("調定額（更正・減免後）", default=0)
    principal_yen = models.BigIntegerField("本税・元金の残額", default=0)
    fee_yen = models.BigIntegerField("督促手数料の残額", default=0)
    late_yen = models.BigIntegerField("確定延滞金等の残額", default=0)
    cost_yen = models.BigIntegerField("費用の残額", default=0)
    prescribes_on = models.DateField("時効の最終日（一覧用）", null=True)
    taken_back_at = models.DateTimeField("取込を取り消した日時", null=True)

    objects = ClaimManager()

    class Meta:
        verbose_name = verbose_name_plural = "債権（期別）"
        ordering = ["kind", "levy_year", "instalment", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="claim_common_key_once",
                fields=[
                    "source",
                    "kind",
                    "notice_number",
                    "levy_year",
                    "taxation_year",
                    "instalment",
                    "detail_code",
                    "collector_number",
                    "declaration_number",
                    "business_year_number",
                    "child_number",
                ],
                condition=Q(taken_back_at=None),
            ),
            models.CheckConstraint(
                name="claim_taken_back_owes_nothing",
                condition=Q(taken_back_at=None) | Q(levied_yen=0, principal_yen=0, fee_yen=0, late_yen=0, cost_yen=0),
            ),
            models.CheckConstraint(
                name="claim_balances_never_negative",
                condition=Q(principal_yen__gte=0, fee_yen__gte=0, late_yen__gte=0, cost_yen__gte=0),
            ),
            models.CheckConstraint(name="claim_due_is_shifted_forwards", condition=Q(due_on__gte=F("nominal_due_on"))),
        ]
        indexes = [
            models.Index(
                name="claim_open_by_due",
                fields=["due_on"],
                include=["identity", "kind", "principal_yen"],
                condition=Q(principal_yen__gt=0) | Q(fee_yen__gt=0) | Q(late_yen__gt=0) | Q(cost_yen__gt=0),
            ),
            models.Index(name="claim_by_notice", fields=["notice_number"]),
            models.Index(
                name="claim_by_last_day",
                fields=["prescribes_on"],
                condition=Q(principal_yen__gt=0) | Q(fee_yen__gt=0) | Q(late_yen__gt=0) | Q(cost_yen__gt=0),
            ),
        ]

    @property
    def outstanding_yen(self) -> int:
        """Booked balance without the late charge that is still running."""
        return self.principal_yen + self.fee_yen + self.late_yen + self.cost_yen

    @property
    def instalment_label(self) -> str:
        return self.kind.instalment_label.format(n=self.instalment)


@keep_history()
class ClaimParty(models.Model):
    """関係者: others bound by the claim, beside the debtor of the levy."""

    class Role(models.TextChoices):
        JOINT = "joint", "連帯納付義務者"
        GUARANTOR = "guarantor", "連帯保証人"
        HEIR = "heir", "相続人"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="parties")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="party_to")
    role = models.CharField("立場", max_length=10, choices=Role)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日（この日の前日まで）", null=True)
    share_numerator = models.PositiveIntegerField("持分（分子）", null=True)
    share_denominator = models.PositiveIntegerField("持分（分母）", null=True)
    speaks = models.BooleanField("代表者", default=False)
    limit_yen = models.BigIntegerField("極度額（円）", null=True)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    origin = models.CharField("出どころ", max_length=60, blank=True)
    note = models.CharField("内容", max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "関係者"
        constraints = [
            models.UniqueConstraint(
                name="party_once_per_role", fields=["claim", "person", "role"], condition=Q(ends_on=None)
            ),
            models.CheckConstraint(
                name="party_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="party_share_is_a_part",
                condition=Q(share_numerator=None, share_denominator=None)
                | Q(
                    share_numerator__isnull=False,
                    share_denominator__isnull=False,
                    share_numerator__gt=0,
                    share_denominator__gte=F("share_numerator"),
                ),
            ),
            models.CheckConstraint(name="party_limit_is_positive", condition=Q(limit_yen=None) | Q(limit_yen__gt=0)),
        ]
        indexes = [models.Index(name="party_by_person", fields=["person", "claim"])]

    @property
    def share(self) -> Fraction | None:
        """The heir's part of the whole; none where the party answers for all of it."""
        if self.share_numerator is None or self.share_denominator is None:
            return None
        return Fraction(self.share_numerator, self.share_denominator)


@keep_history()
class ClaimEvent(models.Model):
    """時効に関わるできごと: dated facts from which prescription is computed (rules.prescription)."""

    class Kind(models.TextChoices):
        DUNNING = "dunning", "督促"
        DEMAND = "demand", "催告"
        ACKNOWLEDGEMENT = "acknowledgement", "承認"
        PART_PAYMENT = "part_payment", "一部納付"
        SEIZURE = "seizure", "差押"
        DELIVERY_CLAIM = "delivery_claim", "交付要求"
        SUIT = "suit", "訴え・支払督促"
        JUDGMENT = "judgment", "確定判決等"
        GRACE = "grace", "猶予"
        STOP = "stop", "執行停止"
        ENYO = "enyo", "時効の援用"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("できごと", max_length=20, choices=Kind)
    on = models.DateField("日付")
    until = models.DateField("終わりの日（この日を含む）", null=True)
    detail = models.JSONField("内容", default=dict)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    origin = models.CharField("出どころ", max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "時効に関わるできごと"
        ordering = ["on", "pk"]
        constraints = [models.UniqueConstraint(name="event_once_per_day", fields=["claim", "kind", "on"])]
