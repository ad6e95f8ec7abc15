"""困窮のサイン: the rules as dated data, whom they found, and what people decided about it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from debtors.models import Person
from toyota_collect.history import keep_history
from toyota_collect.models.audit import APPEND_ONLY
from toyota_collect.permissions import Ground, Role
from welfare.rules.signals import Rule, conditions_of
from welfare.signal_querysets import HardshipFlagQuerySet

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class SignalRule(models.Model):
    """サインの決まり: a line of the table that ``rules.signals`` reads; in force from ``starts_on`` until the next row of
    the same code begins, or, where that is not in use, for good. A negative weight is a counter-signal."""

    code = models.CharField("コード", max_length=30)
    starts_on = models.DateField("適用開始日（この日から）")
    in_use = models.BooleanField("使う", default=True)
    position = models.PositiveSmallIntegerField("並び順", default=100)
    label = models.CharField("見出し", max_length=40)
    conditions = models.CharField("条件（すべて満たすとき。例：before>=4 kept_after<=15）", max_length=300)
    weight = models.SmallIntegerField("重み（負は反対のサイン）")
    text = models.CharField("根拠の文（{測る値}を入れられる）", max_length=300)
    law = models.CharField("この事実を使える根拠", max_length=300)
    grounds = models.CharField("知った根拠（|で区切る）", max_length=60)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "困窮のサインの決まり"
        ordering = ["position", "code", "-starts_on"]
        constraints = [
            models.UniqueConstraint(name="signal_rule_one_per_start", fields=["code", "starts_on"]),
            models.CheckConstraint(name="signal_rule_weighs_something", condition=~Q(weight=0)),
            models.CheckConstraint(name="signal_rule_names_its_law", condition=~Q(law="") & ~Q(grounds="")),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.code}）{self.starts_on:%Y-%m-%d}から"

    def clean(self) -> None:
        """Refuse conditions that cannot be read and grounds nobody knows."""
        try:
            conditions_of(self.conditions)
        except ValueError as error:
            raise ValidationError(
                {"conditions": f"{error}。「測る値>=数」か「測る値<=数」を空白で区切ってください。"}
            ) from error
        if unknown := sorted(set(self.grounds.split("|")) - set(Ground.values)):
            raise ValidationError({"grounds": f"知らない根拠 {'、'.join(unknown)} があります。"})

    def as_rule(self) -> Rule:
        """As the rule reads it."""
        return Rule(
            code=self.code,
            position=self.position,
            label=self.label,
            conditions=conditions_of(self.conditions),
            weight=self.weight,
            text=self.text,
            law=self.law,
            grounds=tuple(self.grounds.split("|")),
        )


@keep_history(without=["score", "signs", "counters", "seen_on"])
class HardshipFlag(models.Model):
    """困窮のサイン: a person the rules found, with what speaks for and against it. It decides nothing.

    While it is open it only softens: a demand gives way to an offer of help (``welfare.signal_facts``). A person assesses
    it; what was answered last is its state.
    """

    class State(models.TextChoices):
        OPEN = "open", "確かめていない"
        LATER = "later", "あとで確かめる"
        CONFIRMED = "confirmed", "困窮している"
        REJECTED = "rejected", "困窮ではない"
        GONE = "gone", "サインが消えた"  # before anybody looked: paid, moved away, or the rules changed

    WAITING = (State.OPEN, State.LATER)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="hardship_flags", verbose_name="人")
    found_on = models.DateField("見つけた日")
    seen_on = models.DateField("最後に見つけた日")
    state = models.CharField("状態", max_length=10, choices=State, default=State.OPEN)
    score = models.SmallIntegerField("重みの合計")
    threshold = models.SmallIntegerField("しきい値")
    silent = models.BooleanField("連絡のない人", default=False)
    signs = models.JSONField("サイン", default=list)  # of rules.signals.Sign
    counters = models.JSONField("反対のサイン", default=list)
    come_back_on = models.DateField("次に見る日", null=True)  # put off until, confirmed or rejected up to then
    ended_on = models.DateField("決めた日・消えた日", null=True)

    objects = HardshipFlagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "困窮のサイン"
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="hardship_flag_one_waiting_per_person", fields=["person"], condition=Q(state__in=["open", "later"])
            ),
            models.CheckConstraint(
                name="hardship_flag_looked_at_has_its_next_day",
                condition=Q(state__in=["open", "gone"]) | Q(come_back_on__isnull=False),
            ),
            models.CheckConstraint(
                name="hardship_flag_ends_on_a_day",
                condition=Q(state__in=["open", "later"], ended_on=None)
                | (~Q(state__in=["open", "later"]) & Q(ended_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="hardship_flag_waiting", fields=["-score", "id"], condition=Q(state__in=["open", "later"])
            ),
            models.Index(name="hardship_flag_by_person", fields=["person", "-id"]),
            models.Index(name="hardship_flag_by_end", fields=["ended_on", "state"]),
        ]


class FlagAssessment(models.Model):
    """サインの見立て: what a worker or a collector decided about a flag. A later one follows; none is changed."""

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", "困窮している"
        REJECTED = "rejected", "困窮ではない"
        LATER = "later", "あとで確かめる"

    class Reason(models.TextChoices):
        """Why it is not hardship: a closed list, so that what the rules get wrong can be counted."""

        CAN_PAY = "can_pay", "収入・資産があり納められる"
        FORGOT = "forgot", "納め忘れ・口座の変更"
        DISPUTES = "disputes", "課税・請求に不服がある"
        PAID = "paid", "納付した・納付の予定がある"
        NOT_HERE = "not_here", "転出・居所が分からない"
        DECEASED = "deceased", "亡くなっている"
        OTHER_PERSON = "other_person", "別の人の記録だった"
        DATA = "data", "データの誤り"

    flag = models.ForeignKey(HardshipFlag, on_delete=models.PROTECT, related_name="assessments")
    answer = models.CharField("見立て", max_length=10, choices=Answer)
    reason = models.CharField("困窮ではない理由", max_length=15, choices=Reason, blank=True)
    until = models.DateField("もう一度出す日", null=True)
    signs = models.JSONField("そのときのサイン", default=list)  # codes, for and against
    on = models.DateField("見立ての日")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="職員")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "サインの見立て"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="assessment_rejects_for_a_reason",
                condition=(Q(answer="rejected") & ~Q(reason="")) | (~Q(answer="rejected") & Q(reason="")),
            ),
            models.CheckConstraint(
                name="assessment_puts_off_until_a_day",
                condition=Q(answer="later", until__isnull=False) | (~Q(answer="later") & Q(until=None)),
            ),
        ]
        indexes = [models.Index(name="assessment_by_day", fields=["on", "answer"])]
        triggers = APPEND_ONLY

    def reason_for(self, user: Any) -> str:
        """The reason in words; what a welfare worker found out is for workers only (the sheet says what goes back)."""
        between_workers = self.by.role != Role.WELFARE_WORKER or user.role == Role.WELFARE_WORKER
        return self.get_reason_display() if between_workers else ""
