from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document
from welfare.querysets import BasisQuerySet
from welfare.rules.disclosure import Basis

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class Consent(models.Model):
    """同意: what the person lets us tell whom until when. ``troubles`` are what the person ticked, nobody else.

    A sheet that is printed waits until it is signed (``given_on``). Tax is told only where ``items`` name it, by the
    person's own second signature.
    """

    class Way(models.TextChoices):
        WRITTEN = "written", "書面"
        ORAL = "oral", "口頭"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents", verbose_name="人")
    way = models.CharField("方法", max_length=10, choices=Way)
    troubles = ArrayField(models.CharField(max_length=20), verbose_name="困りごと", default=list)
    items = ArrayField(models.CharField(max_length=20), verbose_name="伝える内容")
    recipients = ArrayField(models.CharField(max_length=20), verbose_name="伝える相手")
    valid_until = models.DateField("期限（この日まで）")
    made_on = models.DateField("作成日")
    made_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="作成者")
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="同意書"
    )
    given_on = models.DateField("同意日", null=True)
    signer = models.CharField("署名した人", max_length=120, blank=True)
    taken_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    scan_name = models.CharField("読み取ったファイル", max_length=120, blank=True)
    scan_type = models.CharField(max_length=40, blank=True)
    scan_path = models.CharField(max_length=300, blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)
    checked = models.CharField("本人確認（口頭）", max_length=10, blank=True)  # Contact.Checked
    witness = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="立ち会い")
    said = models.TextField("説明と本人の言葉（口頭）", max_length=1000, blank=True)
    withdrawn_on = models.DateField("撤回の日", null=True)
    withdrawn_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_how = models.CharField("撤回の申出", max_length=200, blank=True)
    dropped_on = models.DateField("取りやめた日", null=True)

    objects = BasisQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "同意"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="consent_stands_on_paper_or_on_two_witnesses",
                condition=Q(given_on=None)
                | Q(way="written", document__isnull=False, taken_by__isnull=False) & ~Q(scan_sha256="") & ~Q(signer="")
                | Q(way="oral", witness__isnull=False, taken_by__isnull=False)
                & ~Q(said="")
                & ~Q(checked="")
                & ~Q(witness=F("taken_by")),
            ),
            models.CheckConstraint(name="consent_has_an_end", condition=Q(valid_until__gte=F("made_on"))),
            models.CheckConstraint(
                name="consent_is_withdrawn_after_it_was_given",
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("given_on"), withdrawn_by__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_names_what_is_told_and_to_whom",
                condition=Q(items__len__gt=0, recipients__len__gt=0),
            ),
        ]

    @property
    def state(self) -> tuple[str, str]:
        """What staff call it now, and the tone; whether it has run out is a matter of the day."""
        if self.withdrawn_on:
            return "撤回済", "hold"
        if self.given_on:
            return "同意済", "life"
        return ("取りやめ済", "") if self.dropped_on else ("署名待ち", "act")

    def as_basis(self) -> Basis:
        """As the rule reads it."""
        return Basis(
            kind=f"本人の同意（{self.get_way_display()}）",
            items=tuple(self.items),
            starts_on=self.given_on,
            until=self.valid_until,
            ended_on=self.withdrawn_on,
            tax_ground="本人の同意" if "tax" in self.items else "",
        )


@keep_history()
class ConferenceDecision(models.Model):
    """支援会議による共有の決定: the only way without consent. Data pass with the decision, its members and its day only."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="conferences", verbose_name="人")
    held_on = models.DateField("支援会議の日")
    members = models.TextField("構成員（1行に1人）", max_length=1000)
    items = ArrayField(models.CharField(max_length=20), verbose_name="伝える内容")
    why = models.TextField("同意を得られない事情と必要性", max_length=1000)
    law = models.CharField("根拠", max_length=200)
    tax_ground = models.CharField("税の情報を伝える根拠", max_length=300, blank=True)
    valid_until = models.DateField("期限（この日まで）")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    decided_on = models.DateField("決定日", null=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="起案者")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_on = models.DateField("終えた日", null=True)
    ended_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="終えた人")
    end_reason = models.TextField("終えた理由", max_length=1000, blank=True)

    objects = BasisQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "支援会議の決定"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="conference_shares_tax_on_its_own_ground",
                condition=~Q(items__contains=["tax"]) | ~Q(tax_ground=""),
            ),
            models.CheckConstraint(
                name="conference_is_decided_by_somebody", condition=Q(decided_on=None) | Q(approval__isnull=False)
            ),
            models.CheckConstraint(
                name="conference_has_members_and_an_end",
                condition=~Q(members="") & Q(items__len__gt=0, valid_until__gte=F("held_on")),
            ),
            models.CheckConstraint(
                name="conference_is_ended_by_somebody_and_says_why",
                condition=Q(ended_on=None, ended_by=None, end_reason="")
                | Q(decided_on__isnull=False, ended_on__isnull=False, ended_by__isnull=False)
                & Q(ended_on__gte=F("decided_on"))
                & ~Q(end_reason=""),
            ),
        ]

    @property
    def state(self) -> tuple[str, str]:
        """What staff call it now, and the tone; whether it has run out is a matter of the day."""
        if self.ended_on:
            return "終了", "hold"
        if self.decided_on:
            return "決定済", "life"
        return ("決裁待ち", "act") if self.approval and self.approval.is_open else ("差戻し", "care")

    def as_basis(self) -> Basis:
        """As the rule reads it."""
        return Basis(
            kind=f"支援会議の決定（{self.law}）",
            items=tuple(self.items),
            starts_on=self.decided_on,
            until=self.valid_until,
            ended_on=self.ended_on,
            tax_ground=self.tax_ground,
        )
