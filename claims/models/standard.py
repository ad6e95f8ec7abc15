from django.conf import settings
from django.db import models
from django.db.models import Q

from debtors.models import SourceSystem


class StandardExport(models.Model):
    """標準の形の書き出し: all outgoing families as of one day in one zip, made by a worker and kept for some days."""

    as_of = models.DateField("基準日")
    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, null=True, verbose_name="業務システム")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="職員")
    asked_at = models.DateTimeField("依頼日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了", null=True)
    files = models.JSONField("ファイル", default=list)  # as in the manifest: file, family, rows, sha256, sums
    people = models.PositiveIntegerField("人数", default=0)
    path = models.CharField(
        "保存場所", max_length=300, blank=True
    )  # below MEDIA_ROOT; blank: not made, or deleted since
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "標準の形の書き出し"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="export_kept_is_finished", condition=Q(path="") | Q(finished_at__isnull=False))
        ]

    @property
    def rows(self) -> int:
        return sum(one["rows"] for one in self.files)
