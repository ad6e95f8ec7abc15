import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from claims.models import Claim, Slip
from debtors.models import Person
from notices.rules.kinds import name_of
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Document
from toyota_collect.wareki import fiscal_year_text

MADE_BY_JOBS = ["chunk", "state", "failure", "failure_code", "sheets", "first_page", "document"]
MADE_BY_JOBS += ["failure_picture", "failure_picture_sha256", "travels_with"]
FROZEN = ["run", "person", "serial", "number", "name", "postal_code", "total_yen", "snapshot", "snapshot_sha256"]


@keep_history()
class PrintRun(models.Model):
    """一斉催告の実行: one consolidated demand per person, from conditions to verified print files."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        COUNTING = "counting", "集計中"
        COUNTED = "counted", "集計済"
        APPROVED = "approved", "決裁済"
        SNAPSHOT = "snapshot", "金額確定中"
        RENDERING = "rendering", "作成中"
        VERIFIED = "verified", "検査済"
        PULLED = "pulled", "引抜済"
        SEALED = "sealed", "封緘済"
        HANDED = "handed", "引渡済"
        POSTED = "posted", "発送済"
        FAILED = "failed", "要対応"

    # All letters are made and checked; what is done after that leaves the print files as they are.
    MADE = (State.VERIFIED, State.PULLED, State.SEALED, State.HANDED, State.POSTED)

    class SlipPolicy(models.TextChoices):
        CLAIM = "claim", "期別ごとに1枚"
        KIND = "kind", "種類ごとに1枚"
        PERSON = "person", "全部で1枚"

    fiscal_year = models.PositiveSmallIntegerField("年度")
    sequence = models.PositiveSmallIntegerField("回")
    state = models.CharField("状態", max_length=10, choices=State, default=State.DRAFT)
    kind = models.CharField("種類", max_length=30, default="consolidated")  # notices.rules.kinds.BATCH
    is_sample = models.BooleanField("見本", default=False)
    as_of = models.DateField("基準日")
    issued_on = models.DateField("発付日")
    deadline_on = models.DateField("納付・相談の期限")
    minimum_yen = models.PositiveIntegerField("最低金額（円）", default=1000)
    kinds = ArrayField(models.CharField(max_length=40), verbose_name="債権種目（空はすべて）", default=list, blank=True)
    groups = ArrayField(models.CharField(max_length=10), verbose_name="債権群（空はすべて）", default=list, blank=True)
    slip_policy = models.CharField("納付書の単位", max_length=10, choices=SlipPolicy, default=SlipPolicy.KIND)
    # roles of claims.ClaimParty who get letters of their own beside the debtor
    takers = ArrayField(models.CharField(max_length=10), verbose_name="本人のほかに送る人", default=list, blank=True)
    limit = models.PositiveIntegerField("上限（通）", null=True, blank=True)
    counts = models.JSONField("集計", default=dict)  # letters, yen, by group, excluded by reason
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, verbose_name="決裁")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成", auto_now_add=True)
    count_asked_at = models.DateTimeField("集計の開始", null=True)
    snapshot_at = models.DateTimeField("金額確定の時刻", null=True)
    started_at = models.DateTimeField("作成開始", null=True)
    finished_at = models.DateTimeField("検査済の時刻", null=True)
    pulled_at = models.DateTimeField("最後に引抜を調べた時刻", null=True)
    pulled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    problem = models.CharField("要対応の内容", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "一斉催告"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="run_numbered_in_its_year", fields=["fiscal_year", "is_sample", "sequence"]),
            models.CheckConstraint(name="run_deadline_after_issue", condition=Q(deadline_on__gt=F("issued_on"))),
            models.CheckConstraint(
                name="run_sample_stays_in_the_house",
                condition=Q(is_sample=False) | ~Q(state__in=["pulled", "sealed", "handed", "posted"]),
            ),
            models.CheckConstraint(
                name="run_pulled_by_somebody",
                condition=Q(pulled_at=None, pulled_by=None) & ~Q(state__in=["pulled", "sealed", "handed", "posted"])
                | Q(pulled_at__isnull=False, pulled_by__isnull=False),
            ),
        ]

    @property
    def title(self) -> str:
        mark = "（見本）" if self.is_sample else ""
        return f"{name_of(self.kind)}{mark} {fiscal_year_text(self.fiscal_year)} 第{self.sequence}回"

    @property
    def phase(self) -> str:
        """The state as staff see it: a counted run is approved as soon as its approval is."""
        approved = self.approval is not None and self.approval.decision == Approval.Decision.APPROVED
        return self.State.APPROVED if self.state == self.State.COUNTED and approved else self.state

    @property
    def phase_label(self) -> str:
        if self.phase == self.State.COUNTED and self.approval is not None:
            return "決裁待ち" if self.approval.is_open else "差戻し"
        return str(self.State(self.phase).label)


@keep_history(without=[*MADE_BY_JOBS, "snapshot"])
class Letter(models.Model):
    """催告書: one person's letter in one run; its snapshot is frozen, so that a reprint is the same letter."""

    class State(models.TextChoices):
        WAITING = "waiting", "作成待ち"
        RENDERED = "rendered", "作成済"
        VERIFIED = "verified", "検査済"
        FAILED = "failed", "作れず"
        PULLED = "pulled", "引抜"
        POSTED = "posted", "発送済"
        RETURNED = "returned", "返戻"

    # Lies in a print file, whatever became of it since.
    PRINTED = (State.VERIFIED, State.PULLED, State.POSTED, State.RETURNED)
    # Is on its way to the person, or was.
    GOING = (State.VERIFIED, State.POSTED, State.RETURNED)

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="letters")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="letters")
    chunk = models.ForeignKey("PrintChunk", on_delete=models.PROTECT, null=True, related_name="letters")
    serial = models.PositiveIntegerField("通し番号")
    number = models.CharField("文書番号", max_length=40, unique=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    failure = models.CharField("作れない理由", max_length=300, blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    failure_picture = models.CharField("どこで止まったかの画像", max_length=300, blank=True)  # below MEDIA_ROOT
    failure_picture_sha256 = models.CharField(max_length=64, blank=True)
    name = models.CharField("氏名", max_length=120)
    postal_code = models.CharField("郵便番号", max_length=7, blank=True)
    total_yen = models.BigIntegerField("合計（円）")
    sheets = models.PositiveSmallIntegerField("枚数", default=0)
    first_page = models.PositiveIntegerField("冊子の開始ページ", null=True)
    snapshot = models.JSONField("写し")  # notices.letter.model.LetterData
    snapshot_sha256 = models.CharField(max_length=64)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, related_name="+")
    # 合封: the letter (of another run) in whose envelope this one goes; set when that run is sealed.
    travels_with = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="guests")

    class Meta:
        verbose_name = verbose_name_plural = "催告書"
        ordering = ["run", "serial"]
        constraints = [
            models.UniqueConstraint(name="one_letter_per_person_and_run", fields=["run", "person"]),
            models.UniqueConstraint(name="letter_serial_once_per_run", fields=["run", "serial"]),
            models.CheckConstraint(name="letter_asks_for_money", condition=Q(total_yen__gt=0)),
        ]
        indexes = [models.Index(name="letter_by_run_and_state", fields=["run", "state"])]
        triggers = [
            pgtrigger.Protect(name="frozen", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(*FROZEN)),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]


class LetterClaim(models.Model):
    """催告書の明細: a claim as the letter shows it, frozen in yen."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="claims")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="in_letters")
    principal_yen = models.BigIntegerField("本税・元金")
    fee_yen = models.BigIntegerField("督促手数料")
    late_yen = models.BigIntegerField("延滞金等")  # with costs of collection (費用), which have no column of their own
    # Entries of the claim in the moment of the snapshot: what the ledger holds beyond them has come since. A count and
    # no time, for a transaction that was open at that moment writes its entries with an earlier time.
    entries = models.PositiveIntegerField("記帳の数", default=0)
    # As what the person is asked for a claim of another ("": their own), and by which ClaimParty. No foreign key: parties
    # that were entered wrongly are deleted, and then the letter is pulled.
    role = models.CharField("立場", max_length=10, blank=True)
    party = models.BigIntegerField("関係者", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "催告書の明細"
        constraints = [
            models.UniqueConstraint(name="claim_once_per_letter", fields=["letter", "claim"]),
            models.CheckConstraint(
                name="letter_claim_of_another_names_the_party",
                condition=Q(role="", party=None) | ~Q(role="") & Q(party__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen


class PrintChunk(models.Model):
    """印刷の束: the letters one worker renders into one print file; claimed by conditional update."""

    class State(models.TextChoices):
        WAITING = "waiting", "待ち"
        RENDERING = "rendering", "作成中"
        DONE = "done", "済"
        FAILED = "failed", "要対応"

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="chunks")
    sequence = models.PositiveSmallIntegerField("束")
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    path = models.CharField("印刷ファイル", max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField("ページ", default=0)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "印刷の束"
        ordering = ["run", "sequence"]
        constraints = [models.UniqueConstraint(name="chunk_once_per_run", fields=["run", "sequence"])]


class Exclusion(models.Model):
    """除外: a person the conditions found but the run leaves out, with the reason shown to staff."""

    class Reason(models.TextChoices):
        PROTECTED = "protected", "支援措置"
        MAYBE_PROTECTED = "maybe_protected", "支援措置の人と同じ人の可能性"
        AGENT_PROTECTED = "agent_protected", "送付先を個別に確認"
        SUCCEEDED = "succeeded", "死亡・相続人に送る"
        DECEASED = "deceased", "死亡・相続人を調査中"
        NO_ADDRESS = "no_address", "送付先がない"
        HELD = "held", "猶予・保留中"
        BELOW_MINIMUM = "below_minimum", "最低金額に満たない"
        PRESCRIBED = "prescribed", "時効の期間が過ぎている"

    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, related_name="exclusions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=20, choices=Reason)
    outstanding_yen = models.BigIntegerField("金額（円）", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "除外"
        constraints = [models.UniqueConstraint(name="exclusion_once_per_person", fields=["run", "person"])]


class SlipPaper(models.Model):
    """納付書の文書: on which stored PDF a slip made at the counter stands; the very bytes that were handed over."""

    slip = models.OneToOneField(Slip, on_delete=models.PROTECT, related_name="paper")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="slip_papers")

    class Meta:
        verbose_name = verbose_name_plural = "納付書の文書"
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]
