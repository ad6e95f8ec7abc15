from django.conf import settings
from django.db import models

from toyota_collect.history import keep_history


@keep_history()
class SourceLayout(models.Model):
    """画面で作ったレイアウト: how a section writes a file; stands before a built-in layout of the same code.

    ``table`` has the keys of a layout file (claims/layouts/*.toml) and is checked before it is kept.
    """

    code = models.CharField("コード", max_length=40, unique=True)
    table = models.JSONField("内容")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="直した人"
    )
    changed_at = models.DateTimeField("直した日時", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "取込のレイアウト"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code
