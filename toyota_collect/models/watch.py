from django.conf import settings
from django.db import models
from django.db.models import Q

from toyota_collect.history import keep_history


@keep_history()
class LookAlert(models.Model):
    """気になる閲覧: looks of a day that somebody has to be asked about; found by a job, closed by the auditor."""

    class Kind(models.TextChoices):
        OWN = "own", "本人・同じ世帯・親族"
        COLLEAGUE = "colleague", "同僚"
        VOLUME = "volume", "ふだんより多い"

    kind = models.CharField("種類", max_length=10, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="look_alerts", verbose_name="職員"
    )
    person_key = models.CharField("見られた人", max_length=40, blank=True)  # "": of many
    day = models.DateField("日")
    looks = models.PositiveIntegerField("回数・人数")
    reason = models.CharField("わけ", max_length=200)
    found_at = models.DateTimeField("見つけた日時", auto_now_add=True)
    answer = models.CharField("確かめた結果", max_length=500, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="確かめた職員"
    )
    closed_at = models.DateTimeField("確かめた日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "気になる閲覧"
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(name="alert_once_a_day", fields=["kind", "user", "person_key", "day"]),
            models.CheckConstraint(
                name="alert_is_closed_with_an_answer",
                condition=Q(closed_at=None, closed_by=None) | (Q(closed_at__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="alert_is_closed_by_another", condition=Q(closed_by=None) | ~Q(closed_by=models.F("user"))
            ),
        ]
