from django.conf import settings
from django.db import models
from django.db.models import Q

from debtors.models import Person
from toyota_collect.history import keep_history
from welfare.querysets import ReferralQuerySet
from welfare.signal_models import FlagAssessment, HardshipFlag, SignalRule

__all__ = ["FlagAssessment", "HardshipFlag", "Referral", "SignalRule"]


@keep_history()
class Referral(models.Model):
    """つなぎ（自立相談支援への引継ぎ）: only with consent; the collector sees status and result code, no notes."""

    class State(models.TextChoices):
        OFFERED = "offered", "案内した"
        CONSENTED = "consented", "同意あり"
        RECEIVED = "received", "受け付けた"
        ANSWERED = "answered", "回答あり"
        DECLINED = "declined", "希望しない"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="referrals")
    state = models.CharField("状態", max_length=10, choices=State, default=State.OFFERED)
    consented_on = models.DateField("同意日", null=True, blank=True)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(auto_now_add=True)
    result = models.CharField("結果", max_length=30, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "つなぎ"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="referral_passes_data_only_with_consent",
                condition=Q(state__in=["offered", "declined"]) | Q(consented_on__isnull=False),
            )
        ]
