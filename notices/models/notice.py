import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.models import Claim
from debtors.models import Person, SafeRoute
from notices.models.run import PrintRun
from notices.rules.kinds import KINDS, name_of
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document, NoticeText


@keep_history()
class Notice(models.Model):
    """個別の通知: one letter of a kind to one person, from the wish of a collector to the post.

    What it says lies in its document, byte for byte; ``text`` is the version of the words it was made with.
    """

    class State(models.TextChoices):
        ASKED = "asked", "決裁待ち"
        MADE = "made", "作成済"
        POSTED = "posted", "発送済"
        RETURNED = "returned", "返戻"
        DISCARDED = "discarded", "取りやめ"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices", verbose_name="人")
    kind = models.CharField("種類", max_length=30)  # notices.rules.kinds
    state = models.CharField("状態", max_length=10, choices=State)
    asked_on = models.DateField("起案日")
    deadline_on = models.DateField("期限")
    slip_policy = models.CharField("納付書の単位", max_length=10, choices=PrintRun.SlipPolicy)
    details = models.JSONField("内容", default=dict)  # what only this kind asks for: the day of the visit, who died
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("起案", auto_now_add=True)
    text = models.ForeignKey(NoticeText, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="文言の版")
    number = models.CharField("文書番号", max_length=40, blank=True)
    serial = models.PositiveIntegerField("通し番号", null=True)  # of its slips, as a letter of run 0
    issued_on = models.DateField("発付日", null=True)
    total_yen = models.BigIntegerField("合計（円）", default=0)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="文書")
    posted_on = models.DateField("発送日", null=True)
    posted_at = models.DateTimeField("発送の登録", null=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The window as printed: compared before the post. Never of a letter by a route.
    sent_to = models.JSONField("送付先", default=dict, blank=True)
    # To somebody under protection, by a confirmed route: of a pile of its own, never posted with the others.
    route = models.ForeignKey(SafeRoute, on_delete=models.PROTECT, null=True, related_name="notices")
    pile = models.ForeignKey("notices.ClosedPile", on_delete=models.PROTECT, null=True, related_name="notices")
    ended_on = models.DateField("返戻・取りやめの日", null=True)
    ended_because = models.CharField("返戻・取りやめの理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "個別の通知"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="notice_number_once", fields=["number"], condition=~Q(number="")),
            models.UniqueConstraint(name="notice_serial_once", fields=["serial"]),
            models.UniqueConstraint(
                name="notice_one_on_its_way",
                fields=["person", "kind"],
                condition=Q(state__in=["asked", "made"]),
            ),
            models.CheckConstraint(
                name="notice_made_has_its_paper",
                condition=Q(state__in=["asked", "discarded"])
                | Q(document__isnull=False, text__isnull=False, issued_on__isnull=False) & ~Q(number=""),
            ),
            models.CheckConstraint(
                name="notice_posted_by_somebody",
                condition=~Q(state__in=["posted", "returned"])
                | Q(posted_on__isnull=False, posted_at__isnull=False, posted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="notice_posted_after_issue", condition=Q(posted_on=None) | Q(posted_on__gte=F("issued_on"))
            ),
            models.CheckConstraint(
                name="notice_by_a_route_is_of_a_closed_pile",
                condition=Q(route=None, pile=None) | Q(route__isnull=False, pile__isnull=False),
            ),
            models.CheckConstraint(
                name="notice_ended_for_a_reason",
                condition=~Q(state__in=["returned", "discarded"]) | Q(ended_on__isnull=False) & ~Q(ended_because=""),
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    @property
    def kind_name(self) -> str:
        return name_of(self.kind)

    @property
    def title(self) -> str:
        """What events and the log call it: by it a returned letter finds its own events again."""
        return f"{self.kind_name} {self.number}".strip()

    @property
    def demands(self) -> bool:
        return self.kind in KINDS and KINDS[self.kind].demands

    @property
    def state_label(self) -> str:
        if self.state == self.State.ASKED and self.approval is not None and not self.approval.is_open:
            return "差戻し"
        return str(self.State(self.state).label)


class NoticeClaim(models.Model):
    """個別の通知の明細: a claim as the notice tells it, frozen in yen. Before it is made: what was asked for."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="claims")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="in_notices")
    principal_yen = models.BigIntegerField("本税・元金")
    fee_yen = models.BigIntegerField("督促手数料")
    late_yen = models.BigIntegerField("延滞金等")
    entries = models.PositiveIntegerField("記帳の数", default=0)  # as in LetterClaim

    class Meta:
        verbose_name = verbose_name_plural = "個別の通知の明細"
        constraints = [models.UniqueConstraint(name="claim_once_per_notice", fields=["notice", "claim"])]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen
