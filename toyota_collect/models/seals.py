from django.db import models

from toyota_collect.models.audit import APPEND_ONLY


class SealedBlock(models.Model):
    """封印: a run of rows in sequence order, hashed and chained to the block before (改ざん検知)."""

    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    content_sha256 = models.CharField(max_length=64)
    chain_sha256 = models.CharField(max_length=64)  # over the former block's chain hash and this content hash
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["pk"]
        triggers = APPEND_ONLY


class LogBlock(SealedBlock):
    """A block of which each row's own hash is kept, so that the row that was altered can be named."""

    leaves = models.BinaryField()  # 16 bytes a row, in order of the rows' numbers

    class Meta(SealedBlock.Meta):
        abstract = True


class AccessSeal(LogBlock):
    class Meta(LogBlock.Meta):
        verbose_name = verbose_name_plural = "閲覧の記録の封印"


class AuditSeal(LogBlock):
    class Meta(LogBlock.Meta):
        verbose_name = verbose_name_plural = "操作の記録の封印"
