from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from debtors.models.person import Person
from debtors.querysets import AbsenceQuerySet, AssignmentRuleQuerySet
from debtors.rules.next_action import PLACEHOLDERS, Rule, Severity, When
from toyota_collect.history import keep_history

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class NextActionRule(models.Model):
    """次の一手のすすめの決まり: a line of the table that ``rules.next_action`` reads; in force from ``starts_on`` until the
    next row of the same code begins, or, where that is not in use, for good."""

    WHEN = [
        (When.ANY.value, "日を問わない"),
        (When.PAST.value, "その日を過ぎた"),
        (When.DUE.value, "その日が来た"),
        (When.TODAY.value, "その日が今日"),
        (When.COMING.value, "その日まで（日数）以内"),
        (When.RECENT.value, "その日から（日数）以内"),
    ]
    SEVERITY = [
        (Severity.LOOK.value, "確かめる・案内する"),
        (Severity.CONTACT.value, "納付を求めて連絡する"),
        (Severity.DECISION.value, "不利益な処分の決裁を求める"),
    ]
    TONES = [("", "ふつう"), ("urgent", "急ぐ"), ("care", "注意"), ("good", "よい"), ("act", "行う"), ("hold", "止める"), ("life", "生活")]  # fmt: skip

    code = models.CharField("コード", max_length=30)
    starts_on = models.DateField("適用開始日（この日から）")
    in_use = models.BooleanField("使う", default=True)
    position = models.PositiveSmallIntegerField("順（小さいほど先）")
    label = models.CharField("見出し", max_length=10)
    tone = models.CharField("色", max_length=10, choices=TONES, blank=True)
    fact = models.CharField("事実", max_length=30)
    when = models.CharField("事実の日", max_length=10, choices=WHEN, default=When.ANY.value)
    days = models.PositiveSmallIntegerField("日数（0は限らない）", default=0)
    least_yen = models.PositiveIntegerField("最低の額（円）", default=0)
    unless = models.CharField("これらの事実があれば出さない（|で区切る）", max_length=200, blank=True)
    unless_since = models.CharField("その後にこれらの事実があれば出さない（|で区切る）", max_length=200, blank=True)
    severity = models.PositiveSmallIntegerField("一手の強さ", choices=SEVERITY)
    ceiling = models.PositiveSmallIntegerField(
        "ほかの一手の上限（空は和らげない）", choices=SEVERITY, null=True, blank=True
    )
    in_day = models.BooleanField("本日の業務に出す", default=False)
    reason = models.CharField("理由の文（{text}・{day}・{left}・{yen}）", max_length=200)
    step = models.CharField("次の一手", max_length=60)
    link = models.CharField("一手の画面（空は事実の画面）", max_length=60, blank=True)
    softened_step = models.CharField("和らげた一手（空はなし）", max_length=60, blank=True)
    softened_link = models.CharField("和らげた一手の画面", max_length=60, blank=True)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "次の一手のすすめ"
        ordering = ["position", "code", "-starts_on"]
        constraints = [
            models.UniqueConstraint(name="next_action_rule_one_per_start", fields=["code", "starts_on"]),
            models.CheckConstraint(
                name="what_softens_never_presses", condition=Q(ceiling=None) | Q(severity__lte=F("ceiling"))
            ),
            models.CheckConstraint(
                name="adverse_acts_only_by_decision", condition=Q(severity__lt=3) | Q(step__contains="決裁を求める")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.code}）{self.starts_on:%Y-%m-%d}から"

    def clean(self) -> None:
        """Refuse a reason with a place that nothing fills."""
        left = self.reason
        for name in PLACEHOLDERS:
            left = left.replace("{" + name + "}", "")
        if "{" in left or "}" in left:
            raise ValidationError({"reason": "使える置き換えは {text}・{day}・{left}・{yen} だけです。"})

    def as_rule(self) -> Rule:
        """As the rule reads it."""
        return Rule(
            code=self.code,
            position=self.position,
            label=self.label,
            tone=self.tone,
            fact=self.fact,
            when=When(self.when),
            days=self.days,
            least_yen=self.least_yen,
            unless=_codes(self.unless),
            unless_since=_codes(self.unless_since),
            severity=Severity(self.severity),
            ceiling=self.ceiling,
            in_day=self.in_day,
            reason=self.reason,
            step=self.step,
            link=self.link,
            softened_step=self.softened_step,
            softened_link=self.softened_link,
            source=self.source,
        )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for code in text.split("|") if code)


@keep_history()
class AssignmentRule(models.Model):
    """担当の決まり: whom a person who owes goes to; the first that fits, by ``position``. Empty conditions fit everybody.

    ``claim_group`` and ``legal_class`` are those of the person's largest debt. ``district`` never tells of somebody whose
    address is hidden: for them such a rule does not fit.
    """

    position = models.PositiveSmallIntegerField("順（小さいほど先）")
    officer = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="担当")
    claim_group = models.CharField("債権群", max_length=10, blank=True)
    legal_class = models.CharField("区分", max_length=1, blank=True)
    district = models.CharField("町（住所が市名とこの字で始まる）", max_length=40, blank=True)
    kana_from = models.CharField("カナの初め", max_length=1, blank=True)
    kana_to = models.CharField("カナの終わり（この字を含む）", max_length=1, blank=True)
    least_yen = models.BigIntegerField("滞納額（円以上）", null=True, blank=True)
    most_yen = models.BigIntegerField("滞納額（円以下）", null=True, blank=True)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日（この日の前日まで）", null=True, blank=True)
    note = models.CharField("内容", max_length=200, blank=True)
    made_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = AssignmentRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "担当の決まり"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="assignment_rule_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="assignment_rule_kana_has_both_ends",
                condition=Q(kana_from="", kana_to="") | (~Q(kana_from="") & ~Q(kana_to="")),
            ),
            models.CheckConstraint(
                name="assignment_rule_yen_is_a_span",
                condition=Q(least_yen=None) | Q(most_yen=None) | Q(most_yen__gte=F("least_yen")),
            ),
        ]


@keep_history()
class Assignment(models.Model):
    """担当: who looks after a person. One that a supervisor chose (``by_hand``) stays when the rules are applied anew."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="assignment", verbose_name="人")
    officer = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="担当")
    rule = models.ForeignKey(
        AssignmentRule, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決まり"
    )
    by_hand = models.BooleanField("手で決めた", default=False)
    reason = models.CharField("手で決めた理由", max_length=200, blank=True)
    since = models.DateField("いつから")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "担当"
        constraints = [
            models.CheckConstraint(
                name="assignment_by_rule_or_by_hand_for_a_reason",
                condition=Q(by_hand=False, rule__isnull=False) | (Q(by_hand=True, rule=None) & ~Q(reason="")),
            ),
        ]


@keep_history()
class Absence(models.Model):
    """担当の不在: from ``starts_on`` to ``ends_on`` (inclusive) the stand-in sees the officer's people, too."""

    officer = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="不在の担当")
    stand_in = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="代わりの担当")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終わりの日（この日まで）")
    reason = models.CharField("理由", max_length=200)
    named_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "担当の不在"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="stand_in_is_another_person", condition=~Q(officer=F("stand_in"))),
            models.CheckConstraint(name="absence_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
        ]
