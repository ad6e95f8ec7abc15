from typing import Any

from django.conf import settings
from django.db import models

from claims.models.intake import ImportBatch, ImportFile
from debtors.models import SourceSystem


class ImportPreview(models.Model):
    """取込の確かめ: what an import of the inbox would do, found by doing it and taking it back."""

    started_at = models.DateTimeField("開始", auto_now_add=True)
    finished_at = models.DateTimeField("終了", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField("基準日")
    files_total = models.PositiveSmallIntegerField("ファイル数", default=0)
    files_done = models.PositiveSmallIntegerField("終わったファイル", default=0)
    step = models.CharField("いまの処理", max_length=250, blank=True)
    problem = models.CharField("終わらなかった理由", max_length=1000, blank=True)
    batch = models.OneToOneField(
        ImportBatch, on_delete=models.PROTECT, null=True, related_name="preview", verbose_name="始めた取込"
    )

    class Meta:
        verbose_name = verbose_name_plural = "取込の確かめ"
        ordering = ["-pk"]


class PreviewFile(models.Model):
    """確かめたファイル: its bytes by their hash, and in ``figures`` what it would change (``claims.intake.figures``)."""

    preview = models.ForeignKey(ImportPreview, on_delete=models.CASCADE, related_name="files")
    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, null=True, verbose_name="業務システム")
    layout = models.CharField("レイアウト", max_length=40)
    content = models.CharField("内容", max_length=10)
    name = models.CharField("ファイル名", max_length=200)
    sha256 = models.CharField(max_length=64)
    control_sha256 = models.CharField("照合合計のファイルの照合値", max_length=64, blank=True)
    status = models.CharField("状態", max_length=10, choices=ImportFile.Status)
    message = models.CharField("説明", max_length=1000, blank=True)
    rows = models.PositiveIntegerField("読んだ件数", default=0)
    inserted = models.PositiveIntegerField("追加", default=0)
    changed = models.PositiveIntegerField("変更", default=0)
    same = models.PositiveIntegerField("同じ", default=0)
    rejected = models.PositiveIntegerField("受け付けず", default=0)
    figures = models.JSONField("変わること", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "確かめたファイル"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="previewed_file_once", fields=["preview", "name"])]

    @property
    def yen_difference(self) -> int:
        """By how many yen the balances would move."""
        return sum(row["yen_after"] - row["yen_before"] for row in self.figures.get("kinds", ()))

    @property
    def gone(self) -> dict[str, Any]:
        """Claims with a balance that did not come again: ``count``, ``yen`` and a sample in ``rows``."""
        return self.figures.get("gone") or {"count": 0, "yen": 0, "rows": []}
