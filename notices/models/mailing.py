from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from debtors.models import Person, WorkItem
from notices.models.dunning import Dunning
from notices.models.notice import Notice
from notices.models.run import Letter, PrintRun
from toyota_collect.history import keep_history
from toyota_collect.models import Document

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class Pull(models.Model):
    """引抜: a letter that must not go out because of what came since its amounts were fixed; once here, it stays.

    It counts as taken out of the pile only when somebody has read its mark, of every envelope it fills, or has said
    that it was never printed.
    """

    class Reason(models.TextChoices):
        PROTECTED = "protected", "支援措置が始まった"
        MAYBE_PROTECTED = "maybe_protected", "支援措置の人と同じ人の可能性"
        DECEASED = "deceased", "死亡"
        RELINKED = "relinked", "名寄せが変わった"
        PAID = "paid", "納付・充当があった"
        ANNOUNCED = "announced", "納付の知らせがある（速報・記帳待ち）"
        PLANNED = "planned", "分納が始まった"
        LAWYERS = "lawyers", "弁護士へ委任した"
        HELD = "held", "猶予・保留が始まった"
        ROLE = "role", "連帯・相続・保証の立場が変わった"
        ENDED = "ended", "債権が終わった（不納欠損など）"
        LAPSED = "lapsed", "時効の期間が過ぎた"
        CORRECTED = "corrected", "更正・減免・取消があった"
        DUNNING_WITHDRAWN = "dunning", "督促を取り消した"
        ADDRESS = "address", "住所が変わった"
        NAME = "name", "氏名が変わった"
        OTHER = "other", "催告できなくなった"

    class Confirmed(models.TextChoices):
        SCANNED = "scanned", "記号を読んだ"
        NOT_PRINTED = "not_printed", "印刷していない"

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="pull")
    reason = models.CharField("理由", max_length=20, choices=Reason)  # the first; all of them: reasons
    reasons = models.JSONField("理由のすべて", default=list)  # [[code, what of it]]
    envelopes = models.PositiveSmallIntegerField("封筒の数", default=1)
    seen = ArrayField(models.PositiveSmallIntegerField(), verbose_name="読んだ封筒", default=list, blank=True)
    found_at = models.DateTimeField("見つけた時刻")
    found_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    confirmed_as = models.CharField("確認", max_length=15, choices=Confirmed, blank=True)
    confirmed_at = models.DateTimeField("確認の時刻", null=True)
    confirmed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "引抜"
        ordering = ["letter__serial"]
        constraints = [
            models.CheckConstraint(
                name="pull_confirmed_by_somebody",
                condition=Q(confirmed_as="", confirmed_at=None, confirmed_by=None)
                | (~Q(confirmed_as="") & Q(confirmed_at__isnull=False, confirmed_by__isnull=False)),
            ),
        ]

    @property
    def details(self) -> list[tuple[str, str]]:
        """Every reason in words, with what it is about."""
        return [(str(self.Reason(code).label), text) for code, text in self.reasons]


@keep_history()
class Seal(models.Model):
    """封緘と発送: what the sealed pile holds, to whom it was handed over, and when it was posted.

    Broken, it stays as a record, and the run can be sealed anew.
    """

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="seals")
    sums = models.JSONField("封緘証明書の内容")  # targets, printed, merged, split, pulled, failed, reasons, sources …
    certificate = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+", verbose_name="封緘証明書")
    hash_list = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="+", verbose_name="照合値一覧")
    counts_sheet = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="+", null=True, verbose_name="区分票"
    )
    sheet_list = models.CharField("封筒と紙の一覧", max_length=300, blank=True)  # CSV below MEDIA_ROOT
    sheet_list_sha256 = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField("封緘の時刻")
    sealed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    broken_at = models.DateTimeField("封緘を解いた時刻", null=True)
    broken_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)
    broken_because = models.CharField("解いた理由", max_length=200, blank=True)
    handed_to = models.CharField("引渡し先", max_length=100, blank=True)
    handed_count = models.PositiveIntegerField("引き渡した封筒の数", null=True)
    handed_at = models.DateTimeField("引渡しの時刻", null=True)
    handed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)
    handed_on = models.DateField("引渡しの日", null=True)
    posted_on = models.DateField("発送の日", null=True)
    posted_at = models.DateTimeField("発送の登録", null=True)
    posted_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "封緘"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="run_has_one_seal", fields=["run"], condition=Q(broken_at=None)),
            models.CheckConstraint(
                name="seal_broken_by_somebody_before_it_left",
                condition=Q(broken_at=None, broken_by=None, broken_because="")
                | (Q(broken_at__isnull=False, broken_by__isnull=False, handed_on=None) & ~Q(broken_because="")),
            ),
            models.CheckConstraint(
                name="seal_handed_to_somebody_by_somebody",
                condition=Q(handed_on=None, handed_at=None, handed_by=None, handed_count=None, handed_to="")
                | (
                    Q(handed_on__isnull=False, handed_at__isnull=False, handed_by__isnull=False, handed_count__gte=0)
                    & ~Q(handed_to="")
                ),
            ),
            models.CheckConstraint(
                name="seal_posted_after_it_was_handed_over",
                condition=Q(posted_on=None, posted_at=None, posted_by=None)
                | Q(posted_on__gte=F("handed_on"), posted_at__isnull=False, posted_by__isnull=False),
            ),
        ]

    @property
    def going(self) -> int:
        """Letters in the sealed pile."""
        return int(self.sums["going"])

    @property
    def envelopes(self) -> int:
        """Envelopes in the sealed pile: what is counted when it is handed over."""
        return int(self.sums["envelopes"])


@keep_history()
class ReturnedLetter(models.Model):
    """返戻: a 催告書, a letter to one person or a 督促状 that the post brought back, why, and what was done about it.

    Sent again, it may come back again. Of 督促状 in one envelope the first stands for all (``dunnings``).
    """

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", "宛所不明"
        MOVED = "moved", "転居先不明"
        REFUSED = "refused", "受取拒否"
        EXPIRED = "expired", "保管期間経過"
        OTHER = "other", "その他"

    class Done(models.TextChoices):
        RESENT = "resent", "新しい住所へ再送した"
        PUBLIC_NOTICE = "public", "公示送達"
        REDONE = "redone", "督促状を作り直す"
        STOPPED = "stopped", "発送を止めた"

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="returns", null=True)
    dunning = models.ForeignKey(Dunning, on_delete=models.PROTECT, related_name="returns", null=True)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="returns", null=True)
    reason = models.CharField("理由", max_length=10, choices=Reason)
    note = models.CharField("内容", max_length=200, blank=True)
    returned_on = models.DateField("返戻の日")
    received_at = models.DateTimeField("登録の時刻")
    received_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    work_item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="+", verbose_name="住所調査")
    done_as = models.CharField("対応", max_length=10, choices=Done, blank=True)
    done_on = models.DateField("対応の日", null=True)
    done_note = models.CharField("対応の内容", max_length=200, blank=True)
    done_at = models.DateTimeField("対応の登録", null=True)
    done_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "返戻"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="letter_is_back_once", fields=["letter"], condition=~Q(done_as="resent")),
            models.UniqueConstraint(name="dunning_is_back_once", fields=["dunning"], condition=~Q(done_as="resent")),
            models.UniqueConstraint(name="notice_is_back_once", fields=["notice"], condition=~Q(done_as="resent")),
            models.CheckConstraint(
                name="return_is_of_one_paper",
                condition=Q(letter=None, dunning__isnull=False, notice=None)
                | Q(letter__isnull=False, dunning=None, notice=None)
                | Q(letter=None, dunning=None, notice__isnull=False),
            ),
            models.CheckConstraint(
                name="return_done_by_somebody",
                condition=Q(done_as="", done_on=None, done_at=None, done_by=None)
                | (~Q(done_as="") & Q(done_on__isnull=False, done_at__isnull=False, done_by__isnull=False)),
            ),
            models.CheckConstraint(name="return_other_says_what", condition=~Q(reason="other") | ~Q(note="")),
        ]
        indexes = [models.Index(name="return_to_do", fields=["letter"], condition=Q(done_as=""))]

    @property
    def what(self) -> Letter | Dunning | Notice:
        """The paper that came back: one of the three."""
        return self.letter or self.dunning or self.notice  # type: ignore[return-value]

    @property
    def number(self) -> str:
        """文書番号 of what came back."""
        return str(self.what.number)

    @property
    def person(self) -> Person:
        """Whose claims it was about, as written on it."""
        return self.what.person

    @property
    def name(self) -> str:
        return str(self.letter.name if self.letter else self.person.name)

    @property
    def paper(self) -> str:
        """What it is, in words."""
        return "催告書" if self.letter else self.notice.kind_name if self.notice else "督促状"

    @property
    def demands(self) -> bool:
        """Whether it is a 催告, and no 督促 or mere notice."""
        return bool(self.letter or (self.notice and self.notice.demands))

    @property
    def run_title(self) -> str:
        return "個別の通知" if self.notice else str(self.what.run.title)  # type: ignore[union-attr]

    @property
    def reason_text(self) -> str:
        """The reason, with what the clerk wrote of it."""
        return f"{self.get_reason_display()}（{self.note}）" if self.note else str(self.get_reason_display())
