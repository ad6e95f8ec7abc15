from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models.claim import Claim
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document, Section
from toyota_collect.wareki import fiscal_year_text


@keep_history()
class Handover(models.Model):
    """移管の箱: claims that a section hands over to the collection office together.

    Only what somebody did is stored, with its day: drafted, announced to the debtors (予告), handed in, closed.
    """

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="handovers", verbose_name="所管課")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("番号")
    drafted_on = models.DateField("作り始めた日")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="作った人"
    )
    noticed_on = models.DateField("予告した日", null=True)
    deadline_on = models.DateField("予告の期限（この日まで）", null=True)
    noticed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_on = models.DateField("債権管理課に出した日", null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField("済んだ日", null=True)
    close_reason = models.CharField("取りやめた理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "移管の箱"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="handover_number_once_per_year", fields=["section", "fiscal_year", "number"]),
            models.UniqueConstraint(
                name="handover_one_draft_per_section", fields=["section"], condition=Q(noticed_on=None, closed_on=None)
            ),
            models.CheckConstraint(
                name="handover_is_announced_with_a_deadline",
                condition=Q(noticed_on=None, deadline_on=None, noticed_by=None)
                | Q(noticed_by__isnull=False, deadline_on__gt=F("noticed_on")),
            ),
            models.CheckConstraint(
                name="handover_is_handed_in_after_its_deadline",
                condition=Q(asked_on=None, asked_by=None) | Q(asked_by__isnull=False, asked_on__gt=F("deadline_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{fiscal_year_text(self.fiscal_year)} {self.section} 第{self.number}号"

    @property
    def stage(self) -> str:
        """draft | noticed | asked | closed."""
        if self.closed_on:
            return "closed"
        return "asked" if self.asked_on else "noticed" if self.noticed_on else "draft"

    @property
    def state(self) -> tuple[str, str]:
        """What staff call it now, and the tone."""
        return {
            "draft": ("作成中", "act"),
            "noticed": ("予告中", "care"),
            "asked": ("受入れの判断待ち", "act"),
            "closed": ("取りやめ" if self.close_reason else "済み", "hold" if self.close_reason else "good"),
        }[self.stage]

    def may_be_handed_in(self, *, on: date) -> bool:
        """After the deadline of the notice, not on its day."""
        return self.stage == "noticed" and self.deadline_on is not None and on > self.deadline_on


@keep_history()
class HandoverLine(models.Model):
    """移管の対象: a claim in a basket, why, and what came of it. A claim is in one place at a time.

    ``reasons``: code and text of each criterion met, with its figures of the day it was picked. What is collected
    counts entries after ``last_entry``, and up to ``back_entry`` once the claim was given back.
    """

    class State(models.TextChoices):
        PICKED = "picked", "箱の中"
        DROPPED = "dropped", "外した"
        ACCEPTED = "accepted", "移管済"
        RETURNED = "returned", "差戻し"
        STOP_REVIEW = "stop_review", "停止の検討へ"
        BACK = "back", "返還"

    TONES = {
        State.PICKED: "act",
        State.DROPPED: "",
        State.ACCEPTED: "good",
        State.RETURNED: "care",
        State.STOP_REVIEW: "hold",
        State.BACK: "care",
    }

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="lines", verbose_name="箱")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="handover_lines", verbose_name="債権")
    reasons = models.JSONField("当たる基準", default=list)
    refuses = models.CharField("納付の意思がないと見る事情", max_length=500, blank=True)
    no_means = models.CharField("資力がないと見る事情", max_length=500, blank=True)
    principal_yen = models.BigIntegerField("本税・元金（円）")
    other_yen = models.BigIntegerField("延滞金等・督促手数料・費用（円）")
    notice = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="予告書")
    state = models.CharField("状態", max_length=12, choices=State, default=State.PICKED)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    decision = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="移管決定通知書"
    )
    decided_on = models.DateField("決めた日", null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField("外した・差し戻した・返した理由", max_length=500, blank=True)
    last_entry = models.BigIntegerField("移管までの最後の記帳", null=True)
    back_on = models.DateField("返した日", null=True)
    back_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    back_entry = models.BigIntegerField("返すまでの最後の記帳", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "移管の対象"
        ordering = ["handover", "claim__identity__person", "claim__kind__position", "claim__due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="handover_claim_is_in_one_place", fields=["claim"], condition=Q(state__in=["picked", "accepted"])
            ),
            models.CheckConstraint(
                name="handover_line_is_decided_by_somebody",
                condition=Q(state="picked", decided_on=None, decided_by=None)
                | (~Q(state="picked") & Q(decided_on__isnull=False, decided_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="handover_line_says_why", condition=Q(state__in=["picked", "accepted"]) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="handover_line_with_the_office_counts_from_an_entry",
                condition=(~Q(state__in=["accepted", "back"]) & Q(last_entry=None))
                | Q(state="accepted", last_entry__isnull=False, back_on=None)
                | Q(state="back", last_entry__isnull=False, back_on__isnull=False, back_entry__isnull=False),
            ),
        ]
        indexes = [models.Index(name="handover_line_by_state", fields=["state"])]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.other_yen

    @property
    def label(self) -> str:
        """The state as staff call it: what is in a basket waits, once the basket was handed in."""
        waits = self.state == self.State.PICKED and self.handover.asked_on
        return "判断待ち" if waits else str(self.get_state_display())

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def is_being_decided(self) -> bool:
        """An approval of its acceptance is open."""
        return self.state == self.State.PICKED and self.approval is not None and self.approval.is_open
