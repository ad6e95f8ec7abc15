from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from toyota_collect.history import keep_history
from toyota_collect.ranks import DecisionRank, ranks_below


class DeputyQuerySet(models.QuerySet):
    def acting(self, user: Any, *, on: date) -> "DeputyQuerySet":
        """The nominations by which ``user`` acts on the day for somebody who still has the rank."""
        return self.filter(
            deputy=user, starts_on__lte=on, ends_on__gte=on, ended_at=None, principal__is_active=True
        ).select_related("principal")


@keep_history()
class Deputy(models.Model):
    """代決の指定: while the principal is away, the deputy decides with the principal's rank and says so."""

    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="不在の決裁者"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="代決する人"
    )
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終わりの日（この日まで）")
    reason = models.CharField("理由", max_length=200)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代決の指定"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="deputy_is_another_person", condition=~Q(principal=F("deputy"))),
            models.CheckConstraint(name="deputy_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
        ]


class ApprovalQuerySet(models.QuerySet):
    def waiting(self) -> "ApprovalQuerySet":
        return self.filter(decision="")

    def decidable_by(self, user: Any, *, on: date) -> "ApprovalQuerySet":
        """What waits and the user may decide: asked by another, within the own rank or that of somebody acted for."""
        mine = Q(needs_rank__in=ranks_below(user.decision_rank))
        for nomination in Deputy.objects.acting(user, on=on):
            principal = nomination.principal
            mine |= Q(needs_rank__in=ranks_below(principal.decision_rank)) & ~Q(requested_by=principal)
        return self.waiting().exclude(requested_by=user).filter(mine)


@keep_history()
class Approval(models.Model):
    """決裁: a named person's decision, with the reasons and the evidence shown to them. Two persons, always."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "承認"
        REJECTED = "rejected", "差戻し"
        WITHDRAWN = "withdrawn", "取下げ"

    subject_type = models.CharField("対象", max_length=40)
    subject_key = models.CharField(max_length=60)
    subject_url = models.CharField(max_length=300, blank=True)
    title = models.CharField("件名", max_length=200)
    amount_yen = models.BigIntegerField("金額（円）", null=True)
    reason = models.TextField("理由", blank=True)
    evidence = models.JSONField("根拠", default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案者"
    )
    requested_at = models.DateTimeField("起案日時", auto_now_add=True)
    needs_rank = models.CharField("決裁区分", max_length=10, choices=DecisionRank, default=DecisionRank.DIRECTOR)
    decision = models.CharField("決定", max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="決定者"
    )
    decided_at = models.DateTimeField("決定日時", null=True)
    decision_reason = models.TextField("決定の理由", blank=True)
    acted_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="代決した相手"
    )
    seen_at = models.DateTimeField("後閲日時", null=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "決裁"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="approval_is_decided_by_a_second_person",
                condition=Q(decided_by=None) | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="approval_decision_names_person_and_time",
                condition=Q(decision="", decided_by=None, decided_at=None)
                | Q(decision="withdrawn", decided_by=None, decided_at__isnull=False)
                | Q(decision__in=["approved", "rejected"], decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approval_is_not_acted_for_who_asked",
                condition=Q(acted_for=None) | (~Q(acted_for=F("requested_by")) & ~Q(acted_for=F("decided_by"))),
            ),
            models.UniqueConstraint(
                name="approval_one_open_per_subject",
                fields=["subject_type", "subject_key"],
                condition=Q(decision=""),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.decision == ""

    @property
    def came_back(self) -> bool:
        """Sent back or withdrawn: the subject is free to be changed and asked again."""
        return self.decision in (self.Decision.REJECTED, self.Decision.WITHDRAWN)
