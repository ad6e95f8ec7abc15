from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from debtors.querysets import ExtractionQuerySet
from toyota_collect.history import keep_history
from toyota_collect.lists import lists
from toyota_collect.models import Approval
from toyota_collect.models.audit import APPEND_ONLY


@keep_history()
class Extraction(models.Model):
    """抽出条件: a question to one list, saved under a name; what it asks stands in its versions."""

    class Share(models.TextChoices):
        PRIVATE = "private", "自分だけ"
        TEAM = "team", "同じ役割・同じ課の職員"
        ALL = "all", "抽出を使う職員すべて"

    name = models.CharField("名前", max_length=60)
    list_code = models.CharField("一覧", max_length=30)  # toyota_collect.lists
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="extractions", verbose_name="作った人"
    )
    share = models.CharField("使える人", max_length=10, choices=Share, default=Share.PRIVATE)
    made_at = models.DateTimeField("作成", auto_now_add=True)
    retired_at = models.DateTimeField("やめた日時", null=True)

    objects = ExtractionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽出条件"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="extraction_name_once_per_owner", fields=["owner", "name"], condition=Q(retired_at=None)
            ),
            models.CheckConstraint(name="extraction_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="extraction_share_is_known", condition=Q(share__in=["private", "team", "all"])),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def list_title(self) -> str:
        found = lists.get(self.list_code)
        return found.title if found else self.list_code


class ExtractionVersion(models.Model):
    """抽出条件の版: conditions, columns and order as they were; what is changed is a version of its own."""

    extraction = models.ForeignKey(Extraction, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版")
    conditions = models.JSONField("条件", default=list)  # debtors.rules.extraction.Condition
    columns = models.JSONField("項目", default=list)  # codes, in the order in which they stand
    sort = models.CharField("並べ替え", max_length=40, blank=True)
    descending = models.BooleanField("大きい順", default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽出条件の版"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="extraction_version_once", fields=["extraction", "number"]),
            models.CheckConstraint(name="extraction_version_has_columns", condition=~Q(columns=[])),
        ]
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.extraction} 第{self.number}版"


@keep_history()
class ExtractionExport(models.Model):
    """抽出の書き出し: one file of one version, masked, or unmasked for a written purpose; beyond some people by decision.

    An unmasked file is handed out once, to who asked for it.
    """

    class Form(models.TextChoices):
        UTF8 = "utf8", "CSV（UTF-8）"
        CP932 = "cp932", "CSV（Shift_JIS／CP932）"
        XLSX = "xlsx", "Excel（xlsx）"

    class State(models.TextChoices):
        ASKED = "asked", "決裁待ち"
        MAKING = "making", "作成中"
        READY = "ready", "受け取れます"
        TAKEN = "taken", "受取済"
        EXPIRED = "expired", "期限切れ"
        FAILED = "failed", "作れず"

    version = models.ForeignKey(ExtractionVersion, on_delete=models.PROTECT, related_name="exports")
    form = models.CharField("形式", max_length=10, choices=Form)
    masked = models.BooleanField("マスキング", default=True)
    purpose = models.CharField("目的", max_length=500, blank=True)
    state = models.CharField("状態", max_length=10, choices=State)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="依頼した人"
    )
    asked_on = models.DateField("依頼日")
    asked_at = models.DateTimeField("依頼日時", auto_now_add=True)
    asked_people = models.PositiveIntegerField("依頼したときの人数")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    rows = models.PositiveIntegerField("行", default=0)
    people = models.PositiveIntegerField("人数", default=0)
    total_yen = models.BigIntegerField("合計（円）", default=0)
    withheld = models.PositiveIntegerField("住所などを出さない人", default=0)  # under protection, or who may be
    path = models.CharField("保存場所", max_length=300, blank=True)  # below MEDIA_ROOT
    sha256 = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField("作成した日時", null=True)
    expires_at = models.DateTimeField("受け取りの期限", null=True)
    taken_at = models.DateTimeField("受け取った日時", null=True)
    problem = models.CharField("作れない理由", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抽出の書き出し"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="extraction_export_unmasked_has_a_purpose", condition=Q(masked=True) | ~Q(purpose="")
            ),
            models.CheckConstraint(
                name="extraction_export_waits_for_a_decision", condition=~Q(state="asked") | Q(approval__isnull=False)
            ),
            models.CheckConstraint(
                name="extraction_export_ready_has_its_file",
                condition=Q(state="ready", finished_at__isnull=False, expires_at__isnull=False) & ~Q(path="")
                | ~Q(state="ready") & Q(path=""),
            ),
            models.CheckConstraint(
                name="extraction_export_taken_at_a_time", condition=~Q(state="taken") | Q(taken_at__isnull=False)
            ),
            models.CheckConstraint(
                name="extraction_export_unmasked_is_handed_out_once",
                condition=Q(masked=True) | Q(taken_at=None) | ~Q(state="ready"),
            ),
            models.CheckConstraint(
                name="extraction_export_has_no_more_people_than_approved",
                condition=Q(masked=True) | Q(approval=None) | Q(people__lte=F("asked_people")),
            ),
        ]

    @property
    def is_over(self) -> bool:
        """Nobody gets the file any more, though it may still lie there."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def state_label(self) -> str:
        if self.state == self.State.ASKED and self.approval is not None and not self.approval.is_open:
            return str(self.approval.get_decision_display())
        if self.state == self.State.READY and self.is_over:
            return str(self.State.EXPIRED.label)
        return str(self.State(self.state).label)

    @property
    def tone(self) -> str:
        """For the state on screens."""
        if self.state == self.State.ASKED:
            return "care" if self.approval is not None and self.approval.came_back else "act"
        if self.state == self.State.READY and self.is_over:
            return "hold"
        return {"making": "act", "ready": "good", "failed": "care", "expired": "hold"}.get(self.state, "")
