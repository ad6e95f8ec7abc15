"""What the firm and the city write of a case to each other. What is written stays as it was written."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from lawyers.models.case import LegalCase
from lawyers.models.firm import Firm
from lawyers.querysets import ProposalQuerySet
from toyota_collect.history import keep_history
from toyota_collect.models import Approval

STAFF = settings.AUTH_USER_MODEL
APPEND_ONLY = [
    pgtrigger.ReadOnly(name="read_only"),
    pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
]


class CaseEntry(models.Model):
    """件の経過: one thing that happened in the firm's hands. Never changed; said twice, kept once."""

    class Kind(models.TextChoices):
        PHONE = "phone", "電話"
        LETTER = "letter", "文書"
        VISIT = "visit", "面談"
        COURT = "court", "裁判所"
        NOTE = "note", "メモ"

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="entries")
    on = models.DateField("日")
    kind = models.CharField("種類", max_length=10, choices=Kind)
    text = models.TextField("内容", max_length=2000)
    promised_on = models.DateField("約束の日", null=True)
    promised_yen = models.BigIntegerField("約束の額（円）", null=True)
    token = models.UUIDField(unique=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "件の経過"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="case_entry_promised_sum_has_a_day",
                condition=Q(promised_yen=None) | Q(promised_yen__gt=0, promised_on__isnull=False),
            )
        ]
        triggers = APPEND_ONLY


class CaseFile(models.Model):
    """件の書類: a file of the firm or of the city, by content hash."""

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="files")
    title = models.CharField("書類の名前", max_length=100)
    name = models.CharField("ファイル名", max_length=120)
    content_type = models.CharField("形式", max_length=40)
    size_bytes = models.PositiveIntegerField("大きさ（バイト）")
    sha256 = models.CharField(max_length=64)
    path = models.CharField("保存場所", max_length=200)  # below MEDIA_ROOT
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "件の書類"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(name="case_file_once", fields=["case", "sha256"])]
        triggers = APPEND_ONLY


@keep_history()
class CaseQuestion(models.Model):
    """質問と回答: of the firm to the city, or of the city to the firm."""

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="questions")
    by_firm = models.BooleanField("事務所からの質問")
    text = models.TextField("質問", max_length=1000)
    asked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField("質問の日")
    answer = models.TextField("回答", max_length=2000, blank=True)
    answered_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    answered_on = models.DateField("回答の日", null=True)
    token = models.UUIDField(unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "質問と回答"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="case_question_is_answered_by_somebody",
                condition=Q(answer="", answered_by=None, answered_on=None)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_on__isnull=False),
            )
        ]


@keep_history()
class Proposal(models.Model):
    """提案: what the firm proposes for a case. The city decides: a suit and a settlement with a decision (決裁)."""

    class Kind(models.TextChoices):
        PAYMENT_ORDER = "payment_order", "支払督促"
        SMALL = "small", "少額訴訟"
        SUMMARY = "summary", "訴訟（簡易裁判所）"
        DISTRICT = "district", "訴訟（地方裁判所）"
        EXECUTION = "execution", "強制執行"
        SETTLE = "settle", "和解・分納"
        WAIVE = "waive", "徴収停止・免除・放棄の検討"
        WELFARE = "welfare", "福祉へ戻す"
        RETURN = "return", "市へ返す"

    class State(models.TextChoices):
        WAITING = "waiting", "市の判断待ち"
        ASKED = "asked", "決裁待ち"
        ACCEPTED = "accepted", "承諾"
        REFUSED = "refused", "見送り"

    COURT = (Kind.PAYMENT_ORDER, Kind.SMALL, Kind.SUMMARY, Kind.DISTRICT, Kind.EXECUTION)
    OPEN = (State.WAITING, State.ASKED)

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="proposals")
    kind = models.CharField("提案", max_length=15, choices=Kind)
    text = models.TextField("理由と見込み", max_length=2000)
    terms = models.JSONField("和解の条件", default=dict)  # of lawyers.services.settlements
    proposed_on = models.DateField("提案の日")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="提案者")
    token = models.UUIDField(unique=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    council = models.CharField("議決・専決", max_length=200, blank=True)  # day and number, as somebody entered it
    reply = models.TextField("市の回答", max_length=1000, blank=True)
    decided_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField("回答の日", null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提案"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="proposal_one_open_per_kind",
                fields=["case", "kind"],
                condition=Q(state__in=["waiting", "asked"]),
            ),
            models.CheckConstraint(
                name="proposal_is_decided_by_somebody",
                condition=Q(state__in=["waiting", "asked"], decided_by=None, decided_on=None)
                | Q(state__in=["accepted", "refused"], decided_by__isnull=False, decided_on__isnull=False),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def waits(self) -> bool:
        """For the city: not answered, or sent back by who decides."""
        return self.state == self.State.WAITING or (
            self.state == self.State.ASKED and self.approval is not None and not self.approval.is_open
        )


@keep_history()
class MonthlyReport(models.Model):
    """月次報告: a firm's report of a month, with the figures of that day as the ledger had them."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="reports")
    month = models.DateField("月（1日）")
    text = models.TextField("報告", max_length=4000)
    figures = models.JSONField("数字", default=dict)
    sent_on = models.DateField("提出の日")
    sent_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "月次報告"
        ordering = ["-month", "firm"]
        constraints = [models.UniqueConstraint(name="monthly_report_once", fields=["firm", "month"])]
