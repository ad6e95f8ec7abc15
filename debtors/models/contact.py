from django.conf import settings
from django.db import models
from django.db.models import Q

from debtors.models.person import Person
from toyota_collect.history import keep_history
from toyota_collect.permissions import Ground


@keep_history()
class Contact(models.Model):
    """経過（交渉記録）: one contact with a person. Corrections keep the former text in the history."""

    class Channel(models.TextChoices):
        PHONE = "phone", "電話"
        COUNTER = "counter", "来庁"
        VISIT = "visit", "訪問"
        LETTER = "letter", "文書"
        OTHER = "other", "その他"

    class Outcome(models.TextChoices):
        TALKED = "talked", "話せた"
        PROMISED = "promised", "納付を約束"
        ABSENT = "absent", "不在"
        REFUSED = "refused", "拒否"
        SENT = "sent", "発送"
        RETURNED = "returned", "返戻"
        NOTE = "note", "メモ"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    on = models.DateField("日付")
    channel = models.CharField("手段", max_length=10, choices=Channel)
    outcome = models.CharField("結果", max_length=10, choices=Outcome)
    text = models.TextField("内容", max_length=2000)
    promised_on = models.DateField("約束の日", null=True, blank=True)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground, default=Ground.CONTRACT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="職員")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "経過"
        ordering = ["-on", "-pk"]
        indexes = [models.Index(name="contact_by_person", fields=["person", "-on"])]


@keep_history()
class WorkItem(models.Model):
    """次の一手: what is to be done for a person, by whom and until when; opened and closed only by its service."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="work_items")
    reason = models.CharField("理由", max_length=200)
    next_step = models.CharField("次の一手", max_length=200)
    due_on = models.DateField("期限（この日まで）")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="担当"
    )
    subject_key = models.CharField(max_length=80)  # what it is about; one open item per subject
    subject_url = models.CharField(max_length=300, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField("結果", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "次の一手"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="work_item_one_open_per_subject", fields=["person", "subject_key"], condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="work_item_closed_by_somebody",
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
        ]
        indexes = [models.Index(name="work_item_open_by_due", fields=["due_on"], condition=Q(closed_at=None))]
