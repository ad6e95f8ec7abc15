from django.conf import settings
from django.db import models

from toyota_collect.models.audit import APPEND_ONLY


class DocumentCounter(models.Model):
    """文書番号の台帳: the last number given in a fiscal year to a series; taken under a row lock."""

    fiscal_year = models.PositiveSmallIntegerField()
    series = models.CharField(max_length=20)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="document_counter_per_year", fields=["fiscal_year", "series"])]


class Document(models.Model):
    """発行文書: the exact bytes that were made for somebody, by content hash. The subject is an opaque key."""

    number = models.CharField("文書番号", max_length=40, unique=True)
    kind = models.CharField("種類", max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=60)
    path = models.CharField("保存場所", max_length=300)  # below MEDIA_ROOT
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "発行文書"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject_type", "subject_key"], name="document_by_subject")]
        triggers = APPEND_ONLY
