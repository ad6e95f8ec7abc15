from django.conf import settings
from django.db import models
from django.db.models import F, Q

from debtors.models import Person
from toyota_collect.history import keep_history

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class LawyerQuestion(models.Model):
    """弁護士へ委任する前の照会: the collection head asks welfare; without it nobody goes to lawyers. It tells the name and that
    claims other than tax are to be referred, on the ground written here.
    """

    class Answer(models.TextChoices):
        GO = "go", "委任に支障はない"
        WAIT = "wait", "待ってほしい"
        UNKNOWN = "unknown", "関わりがなく、分からない"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="lawyer_questions", verbose_name="人")
    asked_on = models.DateField("照会の日")
    asked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", verbose_name="照会した人")
    ground = models.CharField("根拠", max_length=200)
    answer = models.CharField("回答", max_length=10, choices=Answer, blank=True)
    answered_on = models.DateField("回答の日", null=True)
    answered_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, null=True, related_name="+")
    wait_until = models.DateField("この日まで待ってほしい", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "弁護士へ委任する前の照会"
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="lawyer_question_one_open", fields=["person"], condition=Q(answer="")),
            models.CheckConstraint(
                name="lawyer_question_is_answered_by_somebody",
                condition=Q(answer="", answered_on=None, answered_by=None, wait_until=None)
                | ~Q(answer="") & Q(answered_on__gte=F("asked_on"), answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="lawyer_question_waits_until_a_day",
                condition=Q(answer="wait", wait_until__gte=F("answered_on")) | ~Q(answer="wait") & Q(wait_until=None),
            ),
        ]
