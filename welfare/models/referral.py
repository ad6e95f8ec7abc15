from django.conf import settings
from django.db import models
from django.db.models import Q

from debtors.models import Person
from toyota_collect.history import keep_history
from welfare.models.consent import ConferenceDecision, Consent
from welfare.querysets import ReferralQuerySet

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class Referral(models.Model):
    """つなぎ（自立相談支援への引継ぎ）: all that both sides see. The collector reads state, result and day of a hold here and
    nothing else; what welfare writes is in ``models.case``.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "案内した"
        CONSENTED = "consented", "同意あり"
        RECEIVED = "received", "受け付けた"
        ANSWERED = "answered", "回答あり"
        DECLINED = "declined", "希望しない"
        WITHDRAWN = "withdrawn", "同意の撤回"
        LAPSED = "lapsed", "同意・決定の期限切れ"  # before welfare answered

    class Lane(models.TextChoices):
        USUAL = "usual", "ふつう"
        URGENT = "urgent", "至急（当日）"

    class Urgency(models.TextChoices):
        """Why it cannot wait for tomorrow; a closed list, so that nobody tells more than that."""

        FOOD = "food", "食べるものがない"
        HOME = "home", "住まいを失う・失った"
        LIFELINE = "lifeline", "電気・ガス・水道が止まる"
        SAFETY = "safety", "身の安全にかかわる"
        LIFE = "life", "命にかかわる"

    class Offer(models.TextChoices):
        LEAFLET = "leaflet", "案内の紙を渡した"
        APPOINTMENT = "appointment", "相談の日時を案内した"
        SPOKEN = "spoken", "言葉で案内した"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="referrals")
    state = models.CharField("状態", max_length=10, choices=State, default=State.OFFERED)
    consented_on = models.DateField("同意日", null=True, blank=True)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, related_name="referrals")
    conference = models.ForeignKey(ConferenceDecision, on_delete=models.PROTECT, null=True, related_name="referrals")
    offer = models.CharField("案内のしかた", max_length=12, choices=Offer, blank=True)
    offered_on = models.DateField("案内した日", null=True)
    offered_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(auto_now_add=True)
    handed_on = models.DateField("引き継いだ日", null=True)
    handed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    lane = models.CharField("急ぎ", max_length=10, choices=Lane, default=Lane.USUAL)
    urgency = models.CharField("急ぐ理由", max_length=10, choices=Urgency, blank=True)
    contact = models.CharField("本人が申し出た連絡先", max_length=200, blank=True)  # never what we know from elsewhere
    summary = models.CharField("本人が話した要点", max_length=300, blank=True)
    answered_on = models.DateField("回答の日", null=True)
    result = models.CharField("結果", max_length=30, blank=True)  # a code of SupportResult
    hold_until = models.DateField("この日まで待ってほしい", null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "つなぎ"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="referral_passes_data_only_with_consent",
                condition=Q(state__in=["offered", "declined"])
                | Q(consented_on__isnull=False)
                | Q(conference__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_urgent_says_why",
                condition=Q(lane="usual", urgency="") | Q(lane="urgent") & ~Q(urgency=""),
            ),
            models.UniqueConstraint(
                name="referral_one_under_way_per_person",
                fields=["person"],
                condition=Q(state__in=["consented", "received"]),
            ),
        ]
        indexes = [models.Index(name="referral_by_state", fields=["state", "handed_on"])]

    @property
    def case_number(self) -> str:
        """What both sides, and exported files, call it: nothing of the person is in it."""
        return f"W{self.pk:06d}"


@keep_history()
class Meeting(models.Model):
    """三者面談: person, collector and support worker meet at a day and time; the collector stays for the hand-over only."""

    class Outcome(models.TextChoices):
        PLANNED = "planned", "予定"
        HELD = "held", "行った"
        MISSED = "missed", "来られなかった"
        CANCELLED = "cancelled", "取りやめた"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="meetings")
    on = models.DateField("日")
    at = models.TimeField("時刻")
    place = models.CharField("場所", max_length=100)
    collector = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="徴収の担当")
    worker = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="相談支援員")
    outcome = models.CharField("結果", max_length=10, choices=Outcome, default=Outcome.PLANNED)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "三者面談"
        ordering = ["on", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="meeting_one_planned_per_referral", fields=["referral"], condition=Q(outcome="planned")
            )
        ]
