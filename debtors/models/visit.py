from django.conf import settings
from django.db import models
from django.db.models import Q

from debtors.models.contact import Contact
from debtors.models.person import Person
from toyota_collect.history import keep_history


@keep_history()
class CounterVisit(models.Model):
    """来庁の受付: a visitor at the counter, from the first look to the written contact; half-done ones wait."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="visits", verbose_name="人")
    on = models.DateField("来庁の日")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("受付の日時", auto_now_add=True)
    picked = models.JSONField("選んだ債権", default=list, null=True)  # claim ids; null: nobody has chosen yet
    checked = models.CharField("本人確認", max_length=10, blank=True)  # a code of services.visits.AT_COUNTER
    offered = models.JSONField("案内したもの", default=list)  # codes of the offers
    note = models.TextField("話したこと", max_length=1000, blank=True)
    closed_at = models.DateTimeField("終えた日時", null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    contact = models.OneToOneField(Contact, on_delete=models.PROTECT, null=True, related_name="visit")

    class Meta:
        verbose_name = verbose_name_plural = "来庁の受付"
        ordering = ["opened_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="visit_one_open_per_person", fields=["person"], condition=Q(closed_at=None)),
            models.CheckConstraint(
                name="visit_closed_by_somebody",
                condition=Q(closed_at=None, closed_by=None, contact=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
        ]
