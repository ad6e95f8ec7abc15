from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from claims.models import ClaimGroup
from toyota_collect.history import keep_history


@keep_history(without=["sealed_key"])
class Firm(models.Model):
    """法律事務所: a firm the city works with; its lawyers see their own firm's cases only."""

    name = models.CharField("名称", max_length=100, unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="firms", blank=True, verbose_name="所属弁護士"
    )
    is_active = models.BooleanField("契約中", default=True)
    groups = ArrayField(
        models.CharField(max_length=10, choices=ClaimGroup),
        verbose_name="委任できる債権群（空欄はすべて）",
        default=list,
        blank=True,
    )
    sealed_key = models.BinaryField("書類の束の鍵（暗号化）", default=bytes, editable=False)  # lawyers.keys
    key_since = models.DateField("鍵を作った日", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "法律事務所"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@keep_history()
class Designation(models.Model):
    """指定公金事務取扱者の指定: only while it is in force may the firm take money for the city (地方自治法243条の2)."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="designations", verbose_name="法律事務所")
    starts_on = models.DateField("指定の開始日")
    ends_on = models.DateField("指定の終了日（この日を含む）", null=True, blank=True)
    number = models.CharField("告示・契約の番号", max_length=60)
    source = models.CharField("根拠となる書類", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "指定公金事務取扱者の指定"
        ordering = ["firm", "-starts_on"]
        constraints = [
            models.UniqueConstraint(name="designation_once_per_start", fields=["firm", "starts_on"]),
            models.CheckConstraint(
                name="designation_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm} {self.number}"
