from django.conf import settings
from django.db import models
from django.db.models import Q

from notices.models.run import PrintRun


class RunJob(models.Model):
    """処理: a step of a run that takes longer than a browser waits. A worker takes it by conditional update.

    The number of the attempt is the fence, as with a bundle: whoever lost the job can say nothing more about it.
    """

    class Kind(models.TextChoices):
        PULL = "pull", "引抜を調べる"
        SEAL = "seal", "封緘"
        LOOK = "look", "封緘のあとの納付などを調べる"
        PACK = "pack", "委託先に渡すデータを作る"
        POST = "post", "発送の登録"

    class State(models.TextChoices):
        WAITING = "waiting", "待ち"
        WORKING = "working", "処理中"
        DONE = "done", "済"
        REFUSED = "refused", "できません"
        FAILED = "failed", "要対応"

    OPEN = (State.WAITING, State.WORKING)

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField("処理", max_length=10, choices=Kind)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    arguments = models.JSONField("指定", default=dict)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("依頼の時刻")
    attempts = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField("最後に動いた時刻", null=True)
    step = models.CharField("いましていること", max_length=60, blank=True)
    done = models.PositiveIntegerField("できた", default=0)
    total = models.PositiveIntegerField("全部", default=0)
    result = models.JSONField("結果", default=dict)
    problem = models.TextField("できない理由", blank=True)
    finished_at = models.DateTimeField("終わった時刻", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "一斉催告の処理"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="run_has_one_open_job", fields=["run"], condition=Q(state__in=["waiting", "working"])
            ),
            models.CheckConstraint(
                name="job_that_ended_badly_says_why", condition=~Q(state__in=["refused", "failed"]) | ~Q(problem="")
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
