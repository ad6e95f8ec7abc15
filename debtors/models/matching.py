from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from debtors.models.person import Person, SourceIdentity
from debtors.querysets import MatchQuestionQuerySet
from toyota_collect.history import keep_history
from toyota_collect.models import Approval


@keep_history(without=["score", "evidence", "left_ids", "right_ids"])
class MatchQuestion(models.Model):
    """名寄せの問い: might these two clusters of identities be one person? Asked by a rule, answered by staff.

    A side is named by the lowest identity of its cluster: whom that identity is linked to now, the side is now.
    """

    class State(models.TextChoices):
        OPEN = "open", "判定待ち"
        LATER = "later", "あとで"
        PROPOSED = "proposed", "決裁待ち"  # the same, once a second person has agreed
        SAME = "same", "同じ人"
        DIFFERENT = "different", "別の人"
        DROPPED = "dropped", "確かめる必要がなくなった"

    left = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    left_ids = ArrayField(models.BigIntegerField())  # the clusters as they were when asked
    right_ids = ArrayField(models.BigIntegerField())
    score = models.FloatField("近さ（0〜1）")
    evidence = models.JSONField("根拠", default=list)  # of rules.questions.Evidence: fact, agreement, note
    asked_on = models.DateField("問われた日")
    state = models.CharField("状態", max_length=10, choices=State, default=State.OPEN)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("判定の日時", null=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    come_back_on = models.DateField("もう一度出す日", null=True)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")

    objects = MatchQuestionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名寄せの問い"
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="question_one_open_per_pair",
                fields=["left", "right"],
                condition=Q(state__in=["open", "later", "proposed"]),
            ),
            models.CheckConstraint(name="question_pair_is_ordered", condition=Q(left__lt=F("right"))),
            models.CheckConstraint(name="question_score_is_a_share", condition=Q(score__gte=0, score__lte=1)),
            models.CheckConstraint(
                name="question_answered_by_somebody",
                condition=Q(state__in=["open", "dropped"]) | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="question_later_has_its_day", condition=~Q(state="later") | Q(come_back_on__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                name="question_waiting",
                fields=["-score", "id"],
                condition=Q(state__in=["open", "later", "proposed"]),
            ),
            models.Index(name="question_by_answer_time", fields=["-answered_at"], condition=~Q(answered_at=None)),
        ]


@keep_history()
class NeverLink(models.Model):
    """別人の組: two identities that no rule and nobody may make one person, until somebody withdraws it.

    An answer "different" writes one row for each identity of the one side with each of the other, so that it holds
    however the identities are clustered later.
    """

    question = models.ForeignKey(MatchQuestion, on_delete=models.PROTECT, related_name="never_links")
    left = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    remembered_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "別人の組"
        constraints = [
            models.UniqueConstraint(
                name="never_link_once_per_pair", fields=["left", "right"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(name="never_link_pair_is_ordered", condition=Q(left__lt=F("right"))),
            models.CheckConstraint(
                name="never_link_withdrawn_by_somebody",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="never_link_by_right", fields=["right"], condition=Q(withdrawn_at=None))]


@keep_history()
class Joining(models.Model):
    """人の名寄せ: all identities of one person were linked to another, with everything needed to part them again.

    ``emptied`` stays as a record and points to ``kept``; it is none where nobody held the identities before.
    """

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="joined")
    emptied = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="went_to")
    question = models.ForeignKey(MatchQuestion, on_delete=models.PROTECT, null=True, related_name="joinings")
    identities = models.JSONField("移した宛名")  # [{"id", "rule", "evidence"}]: the links as they were
    moved = models.JSONField("移したもの", default=dict)  # table → [[pk, fields as they were]]
    had = models.JSONField("もともとあったもの", default=dict)  # table → pks of the person who stays
    letter_variant = models.CharField(max_length=10, blank=True)  # of the one who stays, where it was changed
    joined_on = models.DateField("名寄せの日")
    joined_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField("理由", max_length=300, blank=True)
    parted_on = models.DateField("解いた日", null=True)
    parted_at = models.DateTimeField(null=True)
    parted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    part_reason = models.CharField("解いた理由", max_length=300, blank=True)
    by_hand = models.JSONField("人が決めること", default=list)  # titles of the work items it left

    class Meta:
        verbose_name = verbose_name_plural = "人の名寄せ"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="person_went_to_one_person", fields=["emptied"], condition=Q(parted_at=None)),
            models.CheckConstraint(name="joining_of_two_people", condition=Q(emptied=None) | ~Q(kept=F("emptied"))),
            models.CheckConstraint(
                name="joining_parted_by_somebody",
                condition=Q(parted_at=None, parted_on=None, parted_by=None)
                | Q(parted_at__isnull=False, parted_on__isnull=False, parted_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="joining_in_force", fields=["kept"], condition=Q(parted_at=None))]
