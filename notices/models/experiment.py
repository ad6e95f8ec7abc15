import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from notices.models.run import Letter, PrintRun
from notices.rules.experiments import LETTERS
from toyota_collect.history import keep_history
from toyota_collect.models import NoticeText


@keep_history()
class Experiment(models.Model):
    """文面の比較試験: two to four texts within one run, drawn by lot; the question and the yardstick stand before the run.

    The seed is drawn when the amounts are fixed, so that nobody can look for one that suits; with it the draw can be
    done again.
    """

    run = models.OneToOneField(PrintRun, on_delete=models.PROTECT, related_name="experiment")
    question = models.CharField("確かめたいこと", max_length=300)
    yardstick = models.CharField("ものさし", max_length=300)
    primary_days = models.PositiveSmallIntegerField("おもなものさしの日数")
    secondary_days = models.PositiveSmallIntegerField("参考の日数")
    seed = models.CharField("くじの種", max_length=32, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField("登録", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "文面の比較試験"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="experiment_asks_before_it_measures",
                condition=~Q(question="") & ~Q(yardstick="") & Q(secondary_days__gt=models.F("primary_days")),
            )
        ]
        triggers = [
            # From the draw on nothing of it changes: neither the question nor the yardstick is fitted to the answer.
            pgtrigger.Protect(
                name="registered_before",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=~pgtrigger.Q(old__seed=""),
            ),
        ]

    @property
    def is_drawn(self) -> bool:
        return bool(self.seed)


@keep_history()
class ExperimentArm(models.Model):
    """比較する文面: an approved version of the kind's text, and how many of a hundred get it. The first is the one in force."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="arms")
    place = models.PositiveSmallIntegerField("順")  # from 0
    text = models.ForeignKey(NoticeText, on_delete=models.PROTECT, related_name="+", verbose_name="文言の版")
    percent = models.PositiveSmallIntegerField("割合（％）", validators=[MaxValueValidator(100)])

    class Meta:
        verbose_name = verbose_name_plural = "比較する文面"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(name="arm_has_its_place", fields=["experiment", "place"]),
            models.UniqueConstraint(name="arm_has_its_own_text", fields=["experiment", "text"]),
            models.CheckConstraint(
                name="arm_is_one_of_a_few", condition=Q(place__lt=len(LETTERS), percent__gte=1, percent__lte=99)
            ),
        ]

    @property
    def name(self) -> str:
        return LETTERS[self.place]


class Assignment(models.Model):
    """割り当て: which text the draw gave a letter, or why the letter is outside; frozen with the letter.

    ``unit`` (組) are people who share a household or an address: they are drawn and counted together.
    """

    class Outside(models.TextChoices):
        PROTECTED = "protected", "支援措置"
        DECEASED = "deceased", "死亡"
        HELD = "held", "猶予・保留がある、または審査中"
        HARDSHIP = "hardship", "生活の困りごとを確認中・支援中"
        ANSWERING = "answering", "ほかの人の分を求められる"
        TOGETHER = "together", "同じ世帯・住所に、これらの人がいる"

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="assignment")
    arm = models.ForeignKey(ExperimentArm, on_delete=models.PROTECT, null=True, related_name="assignments")
    unit = models.CharField("組", max_length=20)
    outside = models.CharField("対象外の理由", max_length=10, choices=Outside, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "文面の割り当て"
        constraints = [
            models.CheckConstraint(
                name="assignment_is_a_text_or_a_reason",
                condition=Q(arm__isnull=False, outside="") | (Q(arm=None) & ~Q(outside="")),
            )
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]
