from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models import Claim, ClaimEvidence
from notices.models.mailing import ReturnedLetter
from notices.rules.public_notice import Route
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class AddressEnquiry(models.Model):
    """住所調査: one step taken to find whoever a returned letter was for, with its proof on file."""

    class Step(models.TextChoices):
        RESIDENT = "resident", "住民票"
        FAMILY_REGISTER = "family_register", "戸籍の附票"
        WORK = "work", "勤務先"
        PHONE = "phone", "電話"
        SITE = "site", "現地"
        OTHER = "other", "その他"

    class Found(models.TextChoices):
        NOWHERE = "nowhere", "分からない"
        ELSEWHERE = "elsewhere", "新しい住所が分かった"
        THERE = "there", "もとの住所にいる"

    returned = models.ForeignKey(ReturnedLetter, on_delete=models.PROTECT, related_name="enquiries")
    step = models.CharField("調べたもの", max_length=20, choices=Step)
    on = models.DateField("調べた日")
    found = models.CharField("結果", max_length=10, choices=Found)
    note = models.CharField("内容", max_length=300)
    proof = models.ForeignKey(ClaimEvidence, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="資料")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="調べた人")
    at = models.DateTimeField("登録", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "住所調査"
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(name="enquiry_says_what_was_done", condition=~Q(note=""))]


@keep_history()
class PublicNotice(models.Model):
    """公示送達（公示による意思表示を含む）: a returned letter is served by posting, for the claims of one route."""

    class State(models.TextChoices):
        DRAFT = "draft", "起案"
        DECIDED = "decided", "決裁済"
        POSTED = "posted", "掲示中"
        SERVED = "served", "送達済"
        TAKEN_DOWN = "down", "掲示終了"
        WITHDRAWN = "withdrawn", "取りやめ"

    OPEN = (State.DRAFT, State.DECIDED, State.POSTED)

    returned = models.ForeignKey(ReturnedLetter, on_delete=models.PROTECT, related_name="public_notices")
    route = models.CharField("手続", max_length=10, choices=[(one.value, one.label) for one in Route])
    state = models.CharField("状態", max_length=10, choices=State, default=State.DRAFT)
    reason = models.CharField("公示送達による理由", max_length=300)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, verbose_name="決裁")
    decided_on = models.DateField("決裁の日", null=True)
    number = models.CharField("文書番号", max_length=40, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    place = models.CharField("掲示した場所・裁判所", max_length=100, blank=True)
    days = models.PositiveSmallIntegerField("掲示から効力までの日数", null=True)
    first_day_counts = models.BooleanField("掲示の日を1日目に数える", default=True)
    posted_on = models.DateField("掲示を始めた日", null=True)
    online_on = models.DateField("インターネットに載せた日", null=True)
    served_on = models.DateField("送達の効力が生じる日", null=True)
    posted_proof = models.ForeignKey(ClaimEvidence, on_delete=models.PROTECT, null=True, related_name="+")
    posted_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)
    down_on = models.DateField("掲示を終えた日", null=True)
    down_proof = models.ForeignKey(ClaimEvidence, on_delete=models.PROTECT, null=True, related_name="+")
    down_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_on = models.DateField("取りやめた日", null=True)
    withdrawn_because = models.CharField("取りやめた理由", max_length=200, blank=True)
    made_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("起案", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示送達"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="public_notice_once_per_route", fields=["returned", "route"], condition=~Q(state="withdrawn")
            ),
            models.CheckConstraint(
                name="public_notice_posted_whole",
                condition=~Q(state__in=["posted", "served", "down"])
                | Q(
                    document__isnull=False,
                    posted_on__isnull=False,
                    served_on__gt=F("posted_on"),
                    posted_proof__isnull=False,
                    posted_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="public_notice_down_whole",
                condition=~Q(state="down")
                | Q(down_on__gte=F("served_on"), down_proof__isnull=False, down_by__isnull=False),
            ),
            models.CheckConstraint(
                name="public_notice_withdrawn_for_a_reason",
                condition=Q(withdrawn_on=None, withdrawn_because="") & ~Q(state="withdrawn")
                | Q(state="withdrawn", withdrawn_on__isnull=False) & ~Q(withdrawn_because=""),
            ),
        ]
        indexes = [models.Index(name="public_notice_open", fields=["served_on"], condition=Q(state="posted"))]

    @property
    def phase_label(self) -> str:
        """The state as staff see it, with the approval it waits for or has got."""
        if self.state == self.State.DRAFT and self.approval is not None:
            return "決裁待ち" if self.approval.is_open else "差戻し"
        return str(self.State(self.state).label)

    @property
    def title(self) -> str:
        return f"公示送達 {self.number}" if self.number else f"公示送達（{self.returned.number}）"


@keep_history()
class PublicNoticeClaim(models.Model):
    """公示送達の対象: a claim whose act is served by the notice."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="claims")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="public_notices")

    class Meta:
        verbose_name = verbose_name_plural = "公示送達の対象"
        constraints = [models.UniqueConstraint(name="public_notice_claim_once", fields=["notice", "claim"])]
