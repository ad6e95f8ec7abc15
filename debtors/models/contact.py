import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from debtors.models.person import Person
from debtors.querysets import ContactQuerySet
from toyota_collect.history import keep_history
from toyota_collect.permissions import Ground


@keep_history()
class Contact(models.Model):
    """経過（交渉記録）: one contact with a person. A line is never changed: what corrects it is a line of its own.

    ``objects.in_force()`` leaves out the lines that another has corrected; the course shows both.
    """

    class Channel(models.TextChoices):
        PHONE = "phone", "電話"
        COUNTER = "counter", "来庁"
        VISIT = "visit", "訪問"
        LETTER = "letter", "文書"
        OTHER = "other", "その他"

    class Outcome(models.TextChoices):
        TALKED = "talked", "話せた"
        PROMISED = "promised", "納付を約束"
        PLAN = "plan", "分納を相談"
        PAID = "paid", "納付済みの申出"
        HARDSHIP = "hardship", "納められない・生活の相談"
        ABSENT = "absent", "不在"
        BUSY = "busy", "話し中"
        MESSAGE = "message", "伝言を頼んだ"
        WRONG = "wrong", "つながらない番号"
        REFUSED = "refused", "拒否"
        SENT = "sent", "発送"
        RETURNED = "returned", "返戻"
        NOTE = "note", "メモ"

    class Whom(models.TextChoices):
        SELF = "self", "本人"
        SPOUSE = "spouse", "配偶者"
        FAMILY = "family", "同居の家族"
        PROXY = "proxy", "代理人"
        EMPLOYER = "employer", "勤務先"
        OTHER = "other", "その他"

    class Checked(models.TextChoices):
        """How it was made sure who speaks (本人確認)."""

        BIRTH = "birth", "生年月日"
        ADDRESS = "address", "住所"
        NUMBER = "number", "通知書・整理番号"
        FAMILY = "family", "世帯員の氏名"
        PAYMENT = "payment", "最近の納付"
        PHOTO = "photo", "顔写真付きの証明書"
        PAPERS = "papers", "証明書2点"
        MANDATE = "mandate", "委任状"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    on = models.DateField("日付")
    at = models.TimeField("時刻", null=True)
    channel = models.CharField("手段", max_length=10, choices=Channel)
    with_whom = models.CharField("相手", max_length=10, choices=Whom, blank=True)
    outcome = models.CharField("結果", max_length=10, choices=Outcome)
    text = models.TextField("内容", max_length=2000)
    promised_on = models.DateField("約束の日", null=True, blank=True)
    promised_yen = models.BigIntegerField("約束の額（円）", null=True)
    checked = ArrayField(models.CharField(max_length=10, choices=Checked), verbose_name="本人確認", default=list)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by", verbose_name="訂正した経過"
    )
    why = models.CharField("訂正の理由", max_length=200, blank=True)
    token = models.UUIDField(null=True, unique=True)  # of the form: what is sent twice is written once
    ground = models.CharField("知った根拠", max_length=10, choices=Ground, default=Ground.CONTRACT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="職員")
    written_at = models.DateTimeField(auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "経過"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="contact_promised_sum_has_a_day",
                condition=Q(promised_yen=None) | Q(promised_yen__gt=0, promised_on__isnull=False),
            ),
            models.CheckConstraint(
                name="contact_correction_has_a_reason",
                condition=Q(corrects=None, why="") | (Q(corrects__isnull=False) & ~Q(why="")),
            ),
        ]
        indexes = [
            models.Index(name="contact_by_person", fields=["person", "-on"]),
            models.Index(name="contact_promise", fields=["person"], condition=Q(promised_on__isnull=False)),
            models.Index(name="contact_call_by_day", fields=["on", "person"], condition=Q(channel="phone")),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="read_only"),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    @property
    def is_letter(self) -> bool:
        """Written where letters are posted and come back; nobody spoke with anybody."""
        return self.outcome in (self.Outcome.SENT, self.Outcome.RETURNED)


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
