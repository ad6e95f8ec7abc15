from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from debtors.models.contact import Contact
from debtors.models.person import Person
from toyota_collect.history import keep_history

FIGURES = [
    "value_yen",
    "prescribes_on",
    "clock_is_near",
    "best_hour",
    "household",
]  # of the day's list; rebuilt, never decided


@keep_history(without=FIGURES)
class CallTurn(models.Model):
    """電話の順番: one person on the list of a day, who has taken them, and what came of it.

    Whether somebody may be called is asked again when they are taken; the list only says in which order.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待ち"
        TAKEN = "taken", "電話中"
        AGAIN = "again", "かけ直し"
        DONE = "done", "済み"
        SKIPPED = "skipped", "見送り"

    on = models.DateField("日付")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="call_turns", verbose_name="人")
    household = models.CharField("世帯", max_length=20, blank=True)
    value_yen = models.BigIntegerField("残額（円）")
    prescribes_on = models.DateField("最短の時効", null=True)
    clock_is_near = models.BooleanField("時効が近い", default=False)
    best_hour = models.PositiveSmallIntegerField("つながりやすい時刻", null=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    not_before = models.DateTimeField("この時刻から", null=True)
    tries = models.PositiveSmallIntegerField("かけた回数", default=0)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    taken_until = models.DateTimeField("受持ちの終わり", null=True)
    checked = ArrayField(models.CharField(max_length=10, choices=Contact.Checked), default=list)
    checked_at = models.DateTimeField("本人確認の日時", null=True)
    skip_reason = models.CharField("見送った理由", max_length=100, blank=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="経過")

    class Meta:
        verbose_name = verbose_name_plural = "電話の順番"
        constraints = [
            models.UniqueConstraint(name="call_turn_once_a_day", fields=["on", "person"]),
            models.UniqueConstraint(
                name="call_household_once_a_day",
                fields=["on", "household"],
                condition=~Q(household="") & Q(state__in=["taken", "again", "done"]),
            ),
            models.UniqueConstraint(name="call_one_in_hand", fields=["taken_by"], condition=Q(state="taken")),
            models.CheckConstraint(
                name="call_taken_by_somebody_for_a_time",
                condition=~Q(state="taken") | Q(taken_by__isnull=False, taken_until__isnull=False),
            ),
            models.CheckConstraint(
                name="call_checked_with_two_facts",
                condition=Q(checked_at=None) | Q(checked__len__gte=2),
            ),
        ]
        indexes = [
            models.Index(
                name="call_turn_in_order",
                fields=["on", "clock_is_near", "best_hour", "-value_yen"],
                condition=Q(state__in=["waiting", "again"]),
            ),
            models.Index(
                name="call_turn_by_value",
                fields=["on", "clock_is_near", "-value_yen"],
                include=["best_hour"],
                condition=Q(state__in=["waiting", "again"]),
            ),
            models.Index(name="call_turn_begun", fields=["on", "state"], condition=~Q(state="waiting")),
        ]
