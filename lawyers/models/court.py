"""What goes on before a court, and what was agreed or adjudged."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lawyers.models.case import LegalCase, LegalClaim
from lawyers.models.room import CaseFile, Proposal
from toyota_collect.history import keep_history

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class Proceeding(models.Model):
    """裁判手続: begun on a decision; its state and deadlines are computed from its dated steps (rules.deadlines).

    ``lines``: the claims it asks for; only their clocks follow it, and none where a guarantor alone is sued (民法441条, 458条).
    ``state``: what was told last, so that a change is told once.
    """

    class Against(models.TextChoices):
        DEBTOR = "debtor", "債務者"
        HEIR = "heir", "相続人"
        GUARANTOR = "guarantor", "連帯保証人"

    class Route(models.TextChoices):
        PAYMENT_ORDER = "payment_order", "支払督促"
        SMALL = "small", "少額訴訟"
        SUMMARY = "summary", "訴訟（簡易裁判所）"
        DISTRICT = "district", "訴訟（地方裁判所）"

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="proceedings")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="proceeding")
    route = models.CharField("手続", max_length=15, choices=Route)
    court = models.CharField("裁判所", max_length=60)
    court_number = models.CharField("事件番号", max_length=60, blank=True)
    council = models.CharField("議決・専決", max_length=200, blank=True)
    against = models.CharField("相手方", max_length=10, choices=Against, default=Against.DEBTOR)
    lines = models.ManyToManyField(LegalClaim, related_name="proceedings", verbose_name="請求する債権")
    state = models.CharField("最後に知らせた状態", max_length=20, blank=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField("登録の日")
    closed_on = models.DateField("終わった日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "裁判手続"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="proceeding_one_open_per_case", fields=["case"], condition=Q(closed_on=None))
        ]


@keep_history()
class ProceedingStep(models.Model):
    """手続のできごと: a dated step (申立て, 送達, 異議 …); one put down wrongly is withdrawn with a reason."""

    proceeding = models.ForeignKey(Proceeding, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField("できごと", max_length=25)  # rules.deadlines.ProceedingEvent
    on = models.DateField("日")
    note = models.CharField("内容", max_length=300, blank=True)
    file = models.ForeignKey(CaseFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField("取り消した理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "手続のできごと"
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="proceeding_step_once", fields=["proceeding", "kind", "on"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="proceeding_step_withdrawn_for_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_because="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because=""),
            ),
        ]


@keep_history()
class Settlement(models.Model):
    """和解・判決: what is to be paid by when. ``plan``: (day, yen) in order, both of the deed; money counts from its day on."""

    class Kind(models.TextChoices):
        OUT_OF_COURT = "out_of_court", "裁判外の和解"
        IN_COURT = "in_court", "訴訟上の和解"
        JUDGMENT = "judgment", "判決等"

    case = models.ForeignKey(LegalCase, on_delete=models.PROTECT, related_name="settlements")
    proposal = models.OneToOneField(
        Proposal, on_delete=models.PROTECT, null=True, related_name="settlement", verbose_name="提案"
    )
    proceeding = models.ForeignKey(
        Proceeding, on_delete=models.PROTECT, null=True, related_name="settlements", verbose_name="裁判手続"
    )
    kind = models.CharField("種類", max_length=15, choices=Kind)
    agreed_on = models.DateField("成立・確定の日")
    total_yen = models.BigIntegerField("支払う額（円）")
    waived_yen = models.BigIntegerField("免除する額（円）", default=0)
    instalments = models.JSONField("支払の予定", default=list)  # [{"on": ISO, "yen": int}]
    forfeits_after = models.PositiveSmallIntegerField("期限の利益を失う不履行の回数", default=2)
    terms = models.TextField("条項", max_length=4000)
    council = models.CharField("議決・専決", max_length=200, blank=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    defaulted_on = models.DateField("期限の利益を失った日", null=True)
    done_on = models.DateField("払い終えた日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "和解・判決"
        ordering = ["-agreed_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="settlement_is_money", condition=Q(total_yen__gt=0, waived_yen__gte=0)),
            models.CheckConstraint(
                name="settlement_comes_of_a_decision_or_a_court",
                condition=Q(proposal__isnull=False) | Q(proceeding__isnull=False),
            ),
            models.CheckConstraint(
                name="settlement_ends_after_it_began",
                condition=(Q(defaulted_on=None) | Q(defaulted_on__gte=F("agreed_on")))
                & (Q(done_on=None) | Q(done_on__gte=F("agreed_on"))),
            ),
        ]
