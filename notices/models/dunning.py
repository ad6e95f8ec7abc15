from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from claims.models import Claim, Slip
from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document
from toyota_collect.wareki import fiscal_year_text


@keep_history()
class DunningRun(models.Model):
    """督促状の発送: 督促状 for claims that fell due and were never dunned, from the count to the post."""

    TITLE = "督促状"

    class State(models.TextChoices):
        COUNTED = "counted", "集計済"
        MAKING = "making", "作成中"
        MADE = "made", "発送待ち"
        POSTED = "posted", "発送済"
        DISCARDED = "discarded", "取りやめ"

    fiscal_year = models.PositiveSmallIntegerField("年度")
    sequence = models.PositiveSmallIntegerField("回")
    state = models.CharField("状態", max_length=10, choices=State, default=State.COUNTED)
    issued_on = models.DateField("発付日（発送する日）")
    deadline_on = models.DateField("指定期限")
    kinds = ArrayField(models.CharField(max_length=40), verbose_name="債権種目（空はすべて）", default=list, blank=True)
    counts = models.JSONField("集計", default=dict)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, verbose_name="決裁")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成", auto_now_add=True)
    started_at = models.DateTimeField("作成開始", null=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    posted_at = models.DateTimeField("発送の登録", null=True)
    bundle = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", null=True)
    problem = models.CharField("要対応の内容", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督促状の発送"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="dunning_run_numbered_in_its_year", fields=["fiscal_year", "sequence"]),
            models.CheckConstraint(name="dunning_deadline_after_issue", condition=Q(deadline_on__gt=F("issued_on"))),
        ]

    @property
    def title(self) -> str:
        return f"{self.TITLE} {fiscal_year_text(self.fiscal_year)} 第{self.sequence}回"

    @property
    def phase_label(self) -> str:
        """The state as staff see it, with the approval it waits for or has got."""
        if self.state == self.State.COUNTED and self.approval is not None:
            if self.approval.is_open:
                return "決裁待ち"
            return "差戻し" if self.approval.came_back else "決裁済"
        return str(self.State(self.state).label)


@keep_history()
class Dunning(models.Model):
    """督促状: one claim's, once; its amounts are frozen when it is drawn up."""

    class State(models.TextChoices):
        WAITING = "waiting", "作成待ち"
        MADE = "made", "作成済"
        POSTED = "posted", "発送済"
        PULLED = "pulled", "引抜"
        RETURNED = "returned", "返戻"

    run = models.ForeignKey(DunningRun, on_delete=models.PROTECT, related_name="dunnings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="dunnings")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="dunnings")
    serial = models.PositiveIntegerField("通し番号（封筒ごと）")
    number = models.CharField("文書番号", max_length=40, unique=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    principal_yen = models.BigIntegerField("本税・元金")
    fee_yen = models.BigIntegerField("督促手数料")
    statute = models.CharField("督促の根拠", max_length=120)
    appeal_body = models.CharField("審査請求先", max_length=60, blank=True)
    # postal_code, address, name_lines, honorific and reason as printed; none: drawn up before they were kept
    sent_to = models.JSONField("送付先", default=dict, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="dunnings")
    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, null=True, related_name="dunnings")
    pulled_because = models.CharField("引き抜いた理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督促状"
        ordering = ["run", "serial", "number"]
        constraints = [
            models.UniqueConstraint(name="dunning_once_per_claim", fields=["claim"], condition=~Q(state="pulled")),
            models.CheckConstraint(name="dunning_asks_for_money", condition=Q(principal_yen__gt=0)),
            models.CheckConstraint(
                name="dunning_pulled_has_a_reason", condition=~Q(state="pulled") | ~Q(pulled_because="")
            ),
            models.CheckConstraint(
                name="dunning_made_has_its_paper",
                condition=Q(state__in=["waiting", "pulled"]) | Q(document__isnull=False),
            ),
        ]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen
