from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.plan import Plan
from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Document


@keep_history()
class Acknowledgement(models.Model):
    """債務承認書: printed for signature with what each claim owes; the clock moves only when it comes back signed."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acknowledgements", verbose_name="人")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+", verbose_name="文書")
    made_on = models.DateField("作成日")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    signed_on = models.DateField("署名を受けた日", null=True)
    signer = models.CharField("署名した人", max_length=120, blank=True)
    signed_as = models.CharField("署名した人の立場", max_length=10, choices=Plan.Signer, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField("受けた日時", null=True)
    dropped_on = models.DateField("取りやめた日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "債務承認書"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="acknowledgement_signed_by_somebody",
                condition=Q(signed_on=None, signer="", signed_as="", taken_by=None, taken_at=None)
                | (
                    Q(signed_on__isnull=False, taken_by__isnull=False, taken_at__isnull=False)
                    & ~Q(signer="")
                    & ~Q(signed_as="")
                ),
            ),
            models.CheckConstraint(
                name="acknowledgement_signed_or_dropped", condition=Q(signed_on=None) | Q(dropped_on=None)
            ),
        ]
        indexes = [models.Index(name="acknowledgement_by_person", fields=["person"])]


@keep_history()
class AcknowledgementLine(models.Model):
    """債務承認書の内訳: a claim with what it owed on the day of the paper, in yen."""

    acknowledgement = models.ForeignKey(Acknowledgement, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="acknowledgement_lines")
    principal_yen = models.BigIntegerField("本税・元金（円）")
    fee_yen = models.BigIntegerField("督促手数料（円）")
    late_yen = models.BigIntegerField("作成日までの延滞金等（円）")
    cost_yen = models.BigIntegerField("費用（円）")

    class Meta:
        verbose_name = verbose_name_plural = "債務承認書の内訳"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="acknowledgement_names_a_claim_once", fields=["acknowledgement", "claim"]),
            models.CheckConstraint(
                name="acknowledgement_line_owes",
                condition=Q(principal_yen__gte=0, fee_yen__gte=0, late_yen__gte=0, cost_yen__gte=0),
            ),
        ]
