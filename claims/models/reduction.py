from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from toyota_collect.history import keep_history
from toyota_collect.models import Approval


@keep_history()
class LateReduction(models.Model):
    """延滞金等の減免の申請: all of it, a sum, or what a period brought; booked with the decision."""

    class Kind(models.TextChoices):
        FULL = "full", "全額"
        PART = "part", "一部の額"
        PERIOD = "period", "期間に対応する額"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="reductions", verbose_name="債権")
    kind = models.CharField("減免のしかた", max_length=10, choices=Kind)
    yen = models.BigIntegerField("減免する額（円）", null=True)
    from_on = models.DateField("期間の初日", null=True)
    to_on = models.DateField("期間の最後の日", null=True)
    applied_on = models.DateField("申請を受け付けた日")
    reason = models.CharField("事由", max_length=200)
    evidence = models.TextField("確かめた書類と事実")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    booked_on = models.DateField("決定日", null=True)
    booked_yen = models.BigIntegerField("減免した額（円）", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案者")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "延滞金等の減免"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="late_reduction_says_how_much",
                condition=Q(kind="full", yen=None, from_on=None, to_on=None)
                | Q(kind="part", yen__gt=0, from_on=None, to_on=None)
                | Q(kind="period", yen=None, from_on__isnull=False, to_on__gte=models.F("from_on")),
            )
        ]
