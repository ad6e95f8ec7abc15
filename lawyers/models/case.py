from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models import Claim, ClaimGroup, Hold
from debtors.models import Person
from lawyers.models.firm import Firm
from lawyers.querysets import CaseQuerySet
from toyota_collect.history import keep_history
from toyota_collect.models import Approval
from toyota_collect.wareki import fiscal_year_text

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class Mandate(models.Model):
    """委任の束: people whose claims go to one firm together, from the draft to the hand-over.

    Only what somebody did is stored, with its day: drafted, decided, handed over, closed.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="mandates", verbose_name="法律事務所")
    group = models.CharField("債権群", max_length=10, choices=ClaimGroup)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("番号")
    drafted_on = models.DateField("作り始めた日")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="作った人")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    decided_on = models.DateField("決裁の日", null=True)
    handed_on = models.DateField("引き渡した日", null=True)
    handed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField("取りやめた日", null=True)
    close_reason = models.CharField("取りやめた理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "委任の束"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="mandate_number_once_per_year", fields=["fiscal_year", "number"]),
            models.CheckConstraint(
                name="mandate_is_handed_over_after_its_decision",
                condition=Q(handed_on=None, handed_by=None)
                | Q(decided_on__isnull=False, handed_by__isnull=False, handed_on__gte=F("decided_on")),
            ),
            models.CheckConstraint(
                name="mandate_given_up_for_a_reason_before_it_left",
                condition=Q(closed_on=None, close_reason="") | Q(handed_on=None) & ~Q(close_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{fiscal_year_text(self.fiscal_year)} 委任第{self.number}号"

    @property
    def stage(self) -> str:
        """draft | asked | approved | handed | closed."""
        if self.closed_on:
            return "closed"
        if self.handed_on:
            return "handed"
        if self.decided_on:
            return "approved"
        return "asked" if self.approval is not None and self.approval.is_open else "draft"

    @property
    def state(self) -> tuple[str, str]:
        """What staff call it now, and the tone."""
        sent_back = self.stage == "draft" and self.approval is not None
        return {
            "draft": ("差戻し" if sent_back else "作成中", "care" if sent_back else "act"),
            "asked": ("決裁待ち", "act"),
            "approved": ("引渡し待ち", "care"),
            "handed": ("引渡し済", "good"),
            "closed": ("取りやめ", "hold"),
        }[self.stage]


@keep_history()
class LegalCase(models.Model):
    """弁護士の件: one person's claims with one firm. What the firm may see of it ends with the day it ends."""

    class State(models.TextChoices):
        PICKED = "picked", "束の中"
        DROPPED = "dropped", "外した"
        HANDED = "handed", "受任待ち"
        ACCEPTED = "accepted", "受任"
        DECLINED = "declined", "辞退"
        RECALLED = "recalled", "取り戻し"
        RETURNED = "returned", "返還"
        FINISHED = "finished", "終了"

    OPEN = (State.HANDED, State.ACCEPTED)  # with the firm
    WITH_US = (State.PICKED,)
    TONES = {
        State.PICKED: "act",
        State.HANDED: "care",
        State.ACCEPTED: "good",
        State.FINISHED: "good",
        State.RECALLED: "hold",
        State.DECLINED: "hold",
        State.RETURNED: "hold",
        State.DROPPED: "",
    }

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="cases", verbose_name="束")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="legal_cases", verbose_name="人")
    number = models.CharField("件の番号", max_length=30, unique=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.PICKED)
    readiness = models.JSONField("引き渡したときの準備の判定", default=dict)
    handed_on = models.DateField("引き渡した日", null=True)
    accepted_on = models.DateField("受任日", null=True)
    accepted_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    conflict_check = models.CharField("利益相反の確認", max_length=300, blank=True)
    ended_on = models.DateField("終わった日", null=True)
    ended_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField("外した・終えた理由", max_length=500, blank=True)
    last_entry = models.BigIntegerField("引渡しまでの最後の記帳", null=True)
    end_entry = models.BigIntegerField("終わるまでの最後の記帳", null=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "弁護士の件"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                name="legal_case_once_per_mandate", fields=["mandate", "person"], condition=~Q(state="dropped")
            ),
            models.CheckConstraint(
                name="legal_case_with_a_firm_counts_from_an_entry",
                condition=Q(state__in=["picked", "dropped"], handed_on=None, last_entry=None)
                | Q(handed_on__isnull=False, last_entry__isnull=False),
            ),
            models.CheckConstraint(
                name="legal_case_is_accepted_by_somebody_without_a_conflict",
                condition=Q(accepted_on=None, accepted_by=None)
                | Q(accepted_on__gte=F("handed_on"), accepted_by__isnull=False) & ~Q(conflict_check=""),
            ),
            models.CheckConstraint(
                name="legal_case_ends_for_a_reason",
                condition=Q(state__in=["picked", "handed", "accepted"], ended_on=None, ended_by=None, end_reason="")
                | ~Q(state__in=["picked", "handed", "accepted"])
                & Q(ended_on__isnull=False, ended_by__isnull=False)
                & ~Q(end_reason=""),
            ),
        ]
        indexes = [models.Index(name="legal_case_by_state", fields=["state", "person"])]

    def __str__(self) -> str:
        return self.number

    @property
    def firm(self) -> Firm:
        return self.mandate.firm

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def is_open(self) -> bool:
        """With the firm."""
        return self.state in self.OPEN


@keep_history()
class LegalClaim(models.Model):
    """件の債権: a claim of the case with what it owed when it was handed over. A claim is with one firm at a time."""

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="lines", verbose_name="件")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="legal_lines", verbose_name="債権")
    principal_yen = models.BigIntegerField("元金（円）")
    other_yen = models.BigIntegerField("延滞金等・督促手数料・費用（円）")
    is_open = models.BooleanField("束の中か、事務所にある", default=True)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="保留")

    class Meta:
        verbose_name = verbose_name_plural = "件の債権"
        ordering = ["case", "claim__kind__position", "claim__due_on", "pk"]
        constraints = [
            models.UniqueConstraint(name="legal_claim_is_in_one_place", fields=["claim"], condition=Q(is_open=True)),
            models.UniqueConstraint(name="legal_claim_once_per_case", fields=["case", "claim"]),
        ]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.other_yen
