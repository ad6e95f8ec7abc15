"""Tables the desk works with: what follows from an outcome, ready words, what is said on the telephone."""

from django.db import models
from django.db.models import Q

from debtors.models.contact import Contact
from debtors.rules.calling import Situation
from toyota_collect.history import keep_history


@keep_history()
class OutcomeRule(models.Model):
    """結果の決まり: the next step that an outcome proposes, and when the next call may be tried."""

    outcome = models.CharField("結果", max_length=10, choices=Contact.Outcome, unique=True)
    key = models.CharField("キー", max_length=1, blank=True)
    position = models.PositiveSmallIntegerField("並び順", default=50)
    reached = models.BooleanField("相手と話せた結果", default=False)
    next_step = models.CharField("次の一手", max_length=200, blank=True)
    days = models.PositiveSmallIntegerField("期限までの日数", default=7)
    retry_minutes = models.PositiveIntegerField(
        "かけ直しまでの分", null=True, blank=True, help_text="空なら、その日はもうかけません。"
    )
    to_be_confirmed = models.BooleanField("要確認", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "結果の決まり"
        ordering = ["position", "outcome"]
        constraints = [
            models.UniqueConstraint(name="outcome_key_once", fields=["key"], condition=~Q(key="")),
            models.CheckConstraint(
                name="outcome_reached_is_not_tried_again", condition=Q(reached=False) | Q(retry_minutes=None)
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()


@keep_history()
class Snippet(models.Model):
    """定型文: words that are put into the log by one key."""

    code = models.CharField("コード", max_length=20, unique=True)
    label = models.CharField("見出し", max_length=20)
    text = models.CharField("文", max_length=300)
    channel = models.CharField("手段", max_length=10, choices=Contact.Channel, blank=True)
    position = models.PositiveSmallIntegerField("並び順", default=50)
    in_use = models.BooleanField("使う", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "定型文"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.label


@keep_history()
class CallScript(models.Model):
    """電話の話し方: what is said, by the situation; amounts only where {金額} stands, after the identity check."""

    situation = models.CharField(
        "場面", max_length=10, choices=[(one.value, one.label) for one in Situation], unique=True
    )
    opening = models.TextField("はじめに（本人と確かめる前）", max_length=500)
    body = models.TextField("本人と確かめたあと", max_length=1000)
    to_be_confirmed = models.BooleanField("要確認", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "電話の話し方"
        ordering = ["situation"]

    def __str__(self) -> str:
        return self.get_situation_display()
