from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from debtors.models.person import Person
from debtors.querysets import PostponementQuerySet
from toyota_collect.history import keep_history

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class Postponement(models.Model):
    """後回し: a person is left out of my day (本日の業務) until ``until``, when they are back, or until anything new is known.

    Nobody brings them back: whether it still holds is asked with the facts of the day. ``known`` are digests of the facts
    that were known when it was made; one more than these ends it. ``counted_from`` and ``times`` go on where it follows
    another of which nothing new was known in between.
    """

    class Reason(models.TextChoices):
        ANSWER = "answer", "折り返し・回答を待つ"
        PAPERS = "papers", "書類の到着を待つ"
        HOUR = "hour", "つながる時間を選ぶ"
        WISH = "wish", "本人が日を指定した"
        COLLEAGUE = "colleague", "ほかの係と相談中"
        OTHER = "other", "その他（内容を書く）"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="postponements", verbose_name="人")
    on = models.DateField("後回しにした日")
    until = models.DateField("戻る日")
    reason = models.CharField("理由", max_length=10, choices=Reason)
    text = models.CharField("内容", max_length=200, blank=True)
    counted_from = models.DateField("日数を数え始めた日")
    times = models.PositiveSmallIntegerField("続けて何回目か", default=1)
    known = ArrayField(models.CharField(max_length=16), verbose_name="分かっていた事実")
    token = models.UUIDField(null=True, unique=True)  # of the form: what is sent twice is written once
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="職員")
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField("終えた日時", null=True)
    ended_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")

    objects = PostponementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "後回し"
        ordering = ["until", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="postponement_one_running_per_person", fields=["person"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(
                name="postponement_comes_back_later", condition=Q(until__gt=F("on"), counted_from__lte=F("on"))
            ),
            models.CheckConstraint(
                name="postponement_for_another_reason_says_which", condition=~Q(reason="other") | ~Q(text="")
            ),
            models.CheckConstraint(
                name="postponement_ended_by_somebody",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="postponement_by_day", fields=["on"])]
