from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.intake import ImportBatch, ImportFile
from toyota_collect.history import keep_history
from toyota_collect.models import Approval


@keep_history()
class TakingBack(models.Model):
    """取込の取り消し: one file of an import, or all of it, is undone by a second person's decision; a worker does it."""

    class State(models.TextChoices):
        ASKED = "asked", "決裁待ち"
        DECIDED = "decided", "実行待ち"
        DONE = "done", "取り消した"
        REFUSED = "refused", "取り消せなかった"

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="takings_back")
    file = models.ForeignKey(  # none: all files of the batch
        ImportFile, on_delete=models.PROTECT, null=True, related_name="takings_back", verbose_name="ファイル"
    )
    reason = models.CharField("理由", max_length=300)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+", verbose_name="決裁")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="起案者")
    asked_at = models.DateTimeField("起案", auto_now_add=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.ASKED)
    problem = models.CharField("取り消せなかった理由", max_length=1000, blank=True)
    done_at = models.DateTimeField("取り消した日時", null=True)  # the time of its transaction, as in the history
    figures = models.JSONField("取り消したもの", default=dict)  # claims.services.taking_back.Figures

    class Meta:
        verbose_name = verbose_name_plural = "取込の取り消し"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="taking_back_is_done_at_a_time",
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at=None),
            )
        ]
