from django.conf import settings
from django.db import models

from toyota_collect.history import keep_history


@keep_history()
class Firm(models.Model):
    """法律事務所: a firm the city works with; its lawyers see their own firm's cases only."""

    name = models.CharField("名称", max_length=100, unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="firms", blank=True, verbose_name="所属弁護士"
    )
    is_active = models.BooleanField("契約中", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "法律事務所"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
