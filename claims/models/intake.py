from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from debtors.models import SourceSystem
from toyota_collect.history import keep_history


class ImportBatch(models.Model):
    """取込: one run of ``import_extracts`` over a folder."""

    started_at = models.DateTimeField("開始", auto_now_add=True)
    finished_at = models.DateTimeField("終了", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField("基準日")
    files_total = models.PositiveSmallIntegerField("ファイル数", default=0)
    step = models.CharField("いまの処理", max_length=250, blank=True)
    problem = models.CharField("終わらなかった理由", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "取込"
        ordering = ["-pk"]


class ImportFile(models.Model):
    """取込ファイル: one extract, its counts and its fate. inserted + changed + same + rejected = rows.

    ``begun_at`` is the time of the file's transaction, which every row of history it caused bears too; ``drew``: the
    first and last id of the claims and identities it brought in. From them it is known what the file did.
    """

    class Status(models.TextChoices):
        COMMITTED = "committed", "取込済"
        BLOCKED = "blocked", "合計が合わず保留"
        FAILED = "failed", "取込できず"
        TAKEN_BACK = "taken_back", "取り消し済"

    TROUBLED = (Status.BLOCKED, Status.FAILED)

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="files")
    parent = models.ForeignKey(  # this file holds mended rows of that one
        "self", on_delete=models.PROTECT, null=True, related_name="mended_files", verbose_name="直した元のファイル"
    )
    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, null=True, verbose_name="業務システム")
    layout = models.CharField("レイアウト", max_length=40)
    content = models.CharField("内容", max_length=10)
    name = models.CharField("ファイル名", max_length=200)
    sha256 = models.CharField(max_length=64)
    status = models.CharField("状態", max_length=10, choices=Status)
    message = models.CharField("説明", max_length=1000, blank=True)
    titles = models.JSONField("見出し", default=list)  # as the file had them; needed to show a refused row by columns
    rows = models.PositiveIntegerField("読んだ件数", default=0)
    inserted = models.PositiveIntegerField("追加", default=0)
    changed = models.PositiveIntegerField("変更", default=0)
    same = models.PositiveIntegerField("同じ", default=0)
    rejected = models.PositiveIntegerField("受け付けず", default=0)
    seconds = models.FloatField("秒", default=0)
    at = models.DateTimeField("日時", auto_now_add=True)
    begun_at = models.DateTimeField("始めた日時", null=True, db_default=TransactionNow())  # null: before this was kept
    drew = models.JSONField("振った番号", default=dict)  # "claims", "identities": [first, last]
    taken_back_in = models.ForeignKey(
        "claims.TakingBack", on_delete=models.PROTECT, null=True, related_name="files", verbose_name="取り消し"
    )

    class Meta:
        verbose_name = verbose_name_plural = "取込ファイル"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_loses_no_row",
                condition=~Q(status="committed")
                | Q(rows=models.F("inserted") + models.F("changed") + models.F("same") + models.F("rejected")),
            ),
            models.CheckConstraint(
                name="import_taken_back_says_by_what",
                condition=Q(status="taken_back", taken_back_in__isnull=False)
                | ~Q(status="taken_back") & Q(taken_back_in=None),
            ),
        ]


class KnownLines(models.Model):
    """前回の行: lines that a source's last claims file brought, so that the next file is read only where it differs.

    A part is some thousand accepted lines in the order of the file, packed for ``claims.intake.remembered``: hash of the
    bytes (zeros for a line that is read anew each time), claim, source identity, kind with year and instalment, and the
    levy as sent. ``read_under`` is a hash of all that decides how a line is read.
    ``unseen_since``: what transactions that began earlier did to the claims, the file had seen; ``booked_at`` and
    ``last_event`` tell its own writing from that of others. Kept until the source's next file is taken in.
    """

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="known_lines")
    part = models.PositiveIntegerField("部分")
    read_under = models.CharField(max_length=64)
    unseen_since = models.DateTimeField()
    booked_at = models.DateTimeField()
    last_event = models.BigIntegerField()
    hashes = models.BinaryField()  # 16 bytes a line
    claims = models.BinaryField()  # here and below 8 bytes a line, the highest first
    identities = models.BinaryField()
    cells = models.BinaryField()
    levies = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = "前回の行"
        constraints = [models.UniqueConstraint(name="known_lines_part_once", fields=["file", "part"])]


@keep_history()
class RejectedRow(models.Model):
    """受け付けなかった行: kept whole, with the reason in Japanese and the bytes as they came.

    A row that was mended stays as it came; ``mended_raw`` is what was sent instead.
    """

    file = models.ForeignKey(ImportFile, on_delete=models.PROTECT, related_name="rejected_rows")
    line = models.PositiveIntegerField("行")
    code = models.CharField("理由コード", max_length=20)
    field = models.CharField("項目", max_length=40, blank=True)
    reason = models.CharField("理由", max_length=500)
    raw = models.BinaryField("元のデータ")
    mended_raw = models.BinaryField("直したデータ", null=True)
    mended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="直した人"
    )
    mended_at = models.DateTimeField("直した日時", null=True)
    mended_in = models.ForeignKey(
        ImportFile, on_delete=models.PROTECT, null=True, related_name="mends", verbose_name="直した行の取込"
    )
    mended_why = models.CharField("直した理由", max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "受け付けなかった行"
        ordering = ["file", "line"]
        constraints = [
            models.CheckConstraint(
                name="mended_row_says_who_when_and_where",
                condition=Q(mended_by=None, mended_at=None, mended_in=None, mended_raw=None)
                | Q(mended_by__isnull=False, mended_at__isnull=False, mended_in__isnull=False)
                & Q(mended_raw__isnull=False),
            )
        ]


@keep_history()
class ControlTotal(models.Model):
    """照合合計: the section's own totals beside ours, per kind, year and instalment."""

    file = models.ForeignKey(ImportFile, on_delete=models.PROTECT, related_name="control_totals")
    kind = models.CharField("債権種目", max_length=40)
    levy_year = models.PositiveSmallIntegerField("賦課年度")
    instalment = models.PositiveSmallIntegerField("期別")
    their_rows = models.PositiveIntegerField("所管課の件数")
    their_yen = models.BigIntegerField("所管課の金額（円）")
    our_rows = models.PositiveIntegerField("受け付けた件数")
    our_yen = models.BigIntegerField("受け付けた金額（円）")

    class Meta:
        verbose_name = verbose_name_plural = "照合合計"
        ordering = ["file", "kind", "levy_year", "instalment"]
