from django.db import models

from toyota_collect.history import keep_history


@keep_history()
class Holiday(models.Model):
    """休日: days on which a due date moves to the next working day (地方税法20条の5第2項)."""

    on = models.DateField("日付", unique=True)
    name = models.CharField("名称", max_length=40)
    source = models.CharField("出典", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "休日"
        ordering = ["on"]


@keep_history()
class Setting(models.Model):
    """設定値: what the law or the city may change, with its first day and source; the latest row in force wins."""

    key = models.CharField("項目", max_length=60)
    value = models.JSONField("値")
    starts_on = models.DateField("適用開始日（この日から）")
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "設定値"
        ordering = ["key", "-starts_on"]
        constraints = [models.UniqueConstraint(name="setting_one_value_per_start", fields=["key", "starts_on"])]
