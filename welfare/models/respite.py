"""生活再建猶予 and 使える制度: the switch with its reviews, and the dated tables of relief and benefits."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from claims.models import ClaimKindTerms, Hold
from debtors.models import Person
from toyota_collect.calendar import ONE_DAY
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document
from welfare.rules.benefits import FACTS, codes_of
from welfare.rules.respite import Offer


@keep_history()
class Respite(models.Model):
    """生活再建猶予: one switch over all claims of a person, of now and to come: a hold in fact, with its letter and its end.

    Its days, once it runs, are those of its hold.
    """

    class State(models.TextChoices):
        ASKED = "asked", "決裁待ち"
        RUNNING = "running", "保留中"
        DROPPED = "dropped", "取りやめ"
        ENDED = "ended", "終わった"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="respites", verbose_name="人")
    state = models.CharField("状態", max_length=10, choices=State, default=State.ASKED)
    starts_on = models.DateField("始める日")
    ends_on = models.DateField("終わりの日（この日の前日まで）")
    review_on = models.DateField("見直しの日")
    why = models.CharField("理由", max_length=500)
    consulted = models.CharField("福祉部局との相談", max_length=300)
    clock_plan = models.CharField("時効が終わる期別をどうするか", max_length=500, blank=True)
    extends = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="extended_by", verbose_name="延長する前の猶予"
    )
    effects = models.JSONField("債権ごとのはたらき（始めたとき）", default=list)
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, null=True, related_name="respite", verbose_name="保留")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")
    letter = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="お知らせ")
    asked_on = models.DateField("起案日")
    settled_on = models.DateField("終わりを見届けた日", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "生活再建猶予"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="one_respite_asked_for", fields=["person"], condition=Q(state="asked")),
            models.UniqueConstraint(
                name="one_respite_begins_a_day", fields=["person", "starts_on"], condition=Q(state="running")
            ),
            models.CheckConstraint(name="respite_ends_after_it_starts", condition=Q(ends_on__gt=models.F("starts_on"))),
            models.CheckConstraint(
                name="respite_that_runs_has_hold_and_letter",
                condition=~Q(state__in=["running", "ended"]) | Q(hold__isnull=False, letter__isnull=False),
            ),
            models.CheckConstraint(
                name="respite_that_ended_was_settled", condition=~Q(state="ended") | Q(settled_on__isnull=False)
            ),
        ]

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide on it still."""
        return self.state == self.State.ASKED and self.approval is not None and self.approval.is_open

    def rests_until(self, on: date) -> date | None:
        """The last day of rest, where ``on`` is one of its days."""
        hold = self.hold
        if self.state != self.State.RUNNING or hold is None or hold.ends_on is None:
            return None
        return hold.ends_on - ONE_DAY if hold.starts_on <= on < hold.ends_on else None


@keep_history()
class RespiteReview(models.Model):
    """見直し: what a supervisor found when looking at a respite, and what follows."""

    class Outcome(models.TextChoices):
        CONTINUE = "continue", "続ける"
        END = "end", "ここで終える"
        SETTLED = "settled", "期間が終わったあとの進め方を決めた"
        EXTEND = "extend", "延長する"

    respite = models.ForeignKey(Respite, on_delete=models.PROTECT, related_name="reviews", verbose_name="生活再建猶予")
    outcome = models.CharField("結果", max_length=10, choices=Outcome)
    text = models.CharField("分かったことと、次にすること", max_length=1000)
    on = models.DateField("見直した日")
    review_on = models.DateField("次の見直しの日", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "生活再建猶予の見直し"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="respite_goes_on_until_a_review", condition=~Q(outcome="continue") | Q(review_on__isnull=False)
            )
        ]


@keep_history()
class ReliefOffer(models.Model):
    """合う猶予・停止: the relief of law that may be applied for or drafted for a class of claims, from ``starts_on`` on."""

    class Form(models.TextChoices):
        APPLICATION = "application", "本人の申請"
        DRAFT = "draft", "市の起案"

    code = models.CharField("コード", max_length=30)
    starts_on = models.DateField("適用開始日（この日から）")
    in_use = models.BooleanField("使う", default=True)
    position = models.PositiveSmallIntegerField("並び順", default=100)
    legal_class = models.CharField("区分", max_length=1, choices=ClaimKindTerms.LegalClass)
    ground = models.CharField(
        "税か税以外か", max_length=10, blank=True, choices=[("tax", "市税（国保税を含む）"), ("other", "市税以外")]
    )
    reason = models.CharField("猶予・停止の理由", max_length=25)  # HoldTerms.reason and variant
    variant = models.CharField("号・種類", max_length=10, blank=True)
    form = models.CharField("進め方", max_length=12, choices=Form)
    label = models.CharField("名称", max_length=60)
    when = models.CharField("どんなとき", max_length=200)
    papers = models.CharField("要るもの", max_length=200)
    within_months = models.PositiveSmallIntegerField("納期限から申請できる月数（0は限りなし）", default=0)
    note = models.CharField("気をつけること", max_length=200, blank=True)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "合う猶予・停止"
        ordering = ["position", "code", "-starts_on"]
        constraints = [models.UniqueConstraint(name="relief_offer_once_a_start", fields=["code", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_legal_class_display()}）"

    def as_offer(self) -> Offer:
        """As the rule reads it."""
        return Offer(self.code, self.legal_class, self.ground, self.within_months)


@keep_history()
class Benefit(models.Model):
    """減免・支援: one that a person may not have claimed, with its conditions, section and words, from ``starts_on`` on."""

    class Group(models.TextChoices):
        REDUCTION = "reduction", "減らす・待つ"
        SUPPORT = "support", "受け取る・助けを借りる"

    code = models.CharField("コード", max_length=30)
    starts_on = models.DateField("適用開始日（この日から）")
    in_use = models.BooleanField("使う", default=True)
    position = models.PositiveSmallIntegerField("並び順", default=100)
    group = models.CharField("まとまり", max_length=10, choices=Group)
    name = models.CharField("名称", max_length=60)
    section = models.CharField("窓口", max_length=60)
    who = models.CharField("どんな人か", max_length=200)
    conditions = models.CharField("確かめること", max_length=200, blank=True)  # welfare.rules.benefits
    deadline = models.CharField("申請の期限", max_length=100, blank=True)
    law = models.CharField("根拠", max_length=200)
    plain = models.CharField("やさしい日本語", max_length=200)
    en = models.CharField("英語", max_length=200)
    pt = models.CharField("ポルトガル語", max_length=200)
    zh = models.CharField("中国語（簡体字）", max_length=200)
    vi = models.CharField("ベトナム語", max_length=200)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "減免・支援"
        ordering = ["position", "code", "-starts_on"]
        constraints = [models.UniqueConstraint(name="benefit_once_a_start", fields=["code", "starts_on"])]

    def __str__(self) -> str:
        return self.name

    def words_in(self, lang: str) -> str:
        """What it is, in a language (``en``, ``pt``, ``zh``, ``vi``)."""
        return str(getattr(self, lang))

    def clean(self) -> None:
        """Conditions name facts that the page can ask for."""
        if unknown := [code for code in codes_of(self.conditions) if code not in FACTS]:
            raise ValidationError({"conditions": f"「{'、'.join(unknown)}」という事実はありません。"})


@keep_history()
class BenefitCheck(models.Model):
    """制度の確認: what was answered when somebody went through the benefits with the person, and the paper that was given."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="benefit_checks", verbose_name="人")
    on = models.DateField("確かめた日")
    answers: Any = models.JSONField("聞いたこと", default=dict)  # fact: true, false or null
    chosen = models.JSONField("案内したもの", default=list)  # codes of benefits
    paper = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", verbose_name="案内の紙")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "制度の確認"
        ordering = ["-pk"]
