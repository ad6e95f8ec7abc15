from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from toyota_collect.history import keep_history
from toyota_collect.models.approvals import Approval


class NoticeTextQuerySet(models.QuerySet):
    def in_force(self, *, kind: str, on: Any) -> "NoticeTextQuerySet":
        """Approved versions of a kind begun by the day, the one to use first; those for comparison are never in force."""
        return self.usable(kind=kind, on=on).filter(trial_only=False)

    def usable(self, *, kind: str, on: Any) -> "NoticeTextQuerySet":
        """Approved versions of a kind begun by the day, also those that are only compared (文面の比較試験)."""
        return self.filter(kind=kind, approved_at__isnull=False, starts_on__lte=on).order_by("-starts_on", "-version")


@keep_history()
class NoticeText(models.Model):
    """帳票の文言: what a kind of notice says from ``starts_on`` until another version begins.

    Approved by a second person before it is used, and never changed after: letters name the version they were made with.
    """

    kind = models.CharField("種類", max_length=30)  # notices.rules.kinds
    version = models.PositiveSmallIntegerField("版")
    starts_on = models.DateField("使い始める日（この日から）")
    parts = models.JSONField("文言", default=dict)  # name of the part: its text with {placeholders}
    trial_only = models.BooleanField("文面の比較試験だけに使う", default=False)
    note = models.CharField("変えた理由", max_length=300, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("作成日時", auto_now_add=True)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    approved_at = models.DateTimeField("承認日時", null=True)
    built_in = models.BooleanField("はじめからある版", default=False)
    discarded_at = models.DateTimeField("取りやめた日時", null=True)

    objects = NoticeTextQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "帳票の文言"
        ordering = ["kind", "-version"]
        constraints = [
            models.UniqueConstraint(name="notice_text_version_once", fields=["kind", "version"]),
            models.UniqueConstraint(
                name="notice_text_one_in_the_making",
                fields=["kind"],
                condition=Q(approved_at=None, discarded_at=None),
            ),
            models.CheckConstraint(
                name="notice_text_is_used_once_approved",
                condition=Q(approved_at=None) | Q(built_in=True) | Q(approval__isnull=False),
            ),
            models.CheckConstraint(
                name="notice_text_in_use_is_not_discarded", condition=Q(approved_at=None) | Q(discarded_at=None)
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__approved_at__isnull=False)
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.kind} 第{self.version}版"

    @property
    def state_label(self) -> str:
        if self.approved_at:
            return "承認済"
        if self.discarded_at:
            return "取りやめ"
        if self.approval is None:
            return "下書き"
        return "承認待ち" if self.approval.is_open else "差戻し"

    @property
    def is_draft(self) -> bool:
        """May still be changed: not approved, not waiting for it, not given up."""
        waits = self.approval is not None and not self.approval.came_back
        return not (self.approved_at or self.discarded_at or waits)
