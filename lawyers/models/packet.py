from django.conf import settings
from django.db import models
from django.db.models import Q

from lawyers.models.case import Mandate
from toyota_collect.history import keep_history

STAFF = settings.AUTH_USER_MODEL


@keep_history(without=["done", "seen_at"])
class Packet(models.Model):
    """書類の束: one encrypted file a mandate holds, made by a worker; never overwritten, a new one is made.

    ``withheld``: what was left out and why, for the city alone. ``faults``: what the check found; with one it is no packet.
    ``unread``: papers without readable text, which a person has to look at before the hand-over.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "作成待ち"
        MAKING = "making", "作成中"
        READY = "ready", "できた"
        FAILED = "failed", "作れなかった"

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="packets", verbose_name="委任の束")
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    as_of = models.DateField("基準日")
    of = models.PositiveIntegerField("件数", default=0)
    done = models.PositiveIntegerField("できた件数", default=0)
    path = models.CharField("保存場所", max_length=300, blank=True)  # below MEDIA_ROOT
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField("大きさ（バイト）", default=0)
    pages = models.PositiveIntegerField("ページ数", default=0)
    key_since = models.DateField("鍵を作った日", null=True)
    withheld = models.JSONField("載せなかったもの", default=list)  # [{"case", "what", "why", "key"}]
    faults = models.JSONField("見つかった不備", default=list)  # [{"case", "what", "text"}]
    unread = models.JSONField(
        "目で確かめる書類", default=list
    )  # [{"case", "what", "pages"}]: no text a check could read
    problem = models.CharField("作れなかった理由", max_length=500, blank=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="作らせた人")
    asked_at = models.DateTimeField("作成の指示", auto_now_add=True)
    started_at = models.DateTimeField("作成開始", null=True)
    looked_by = models.ForeignKey(
        STAFF, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="読み取れない証拠を見た人"
    )
    seen_at = models.DateTimeField("最後の知らせ", null=True)
    made_at = models.DateTimeField("作成", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "書類の束"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="packet_one_under_way", fields=["mandate"], condition=Q(state__in=["waiting", "making"])
            ),
            models.CheckConstraint(
                name="packet_ready_has_its_file_and_no_fault",
                condition=~Q(state="ready") | Q(faults=[], made_at__isnull=False) & ~Q(path="") & ~Q(sha256=""),
            ),
        ]

    @property
    def may_be_given(self) -> bool:
        """Made, and looked at by somebody where a program cannot read all of it."""
        return self.state == self.State.READY and (not self.unread or self.looked_by_id is not None)

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.MAKING)
