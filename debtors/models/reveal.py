from django.conf import settings
from django.db import models
from django.db.models import F, Q

from debtors.models.person import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval


@keep_history()
class AddressReveal(models.Model):
    """住所の照会: a protected address, shown to the one who asked, for some minutes after another person's decision."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reveals", verbose_name="本人")
    reason = models.CharField("照会の理由", max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案した職員"
    )
    asked_at = models.DateTimeField("起案日時", auto_now_add=True)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁者"
    )
    until = models.DateTimeField("見られる期限（この時刻の前まで）", null=True)
    looks = models.PositiveIntegerField("見た回数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "住所の照会"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="reveal_is_granted_by_another", condition=Q(granted_by=None) | ~Q(granted_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="reveal_is_granted_for_a_time",
                condition=Q(granted_by=None, until=None) | Q(granted_by__isnull=False, until__isnull=False),
            ),
            models.CheckConstraint(name="reveal_is_looked_at_in_time", condition=Q(looks=0) | Q(until__isnull=False)),
        ]
