from django.conf import settings
from django.db import models
from django.db.models import F, Q

from notices.models.mailing import Seal
from toyota_collect.history import keep_history

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class SealedFile(models.Model):
    """封緘した印刷ファイル: pages of exactly the letters that go, in the order of the post."""

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="files")
    sequence = models.PositiveSmallIntegerField("番号")
    path = models.CharField("保存場所", max_length=300)  # below MEDIA_ROOT
    sha256 = models.CharField("照合値", max_length=64)
    pages = models.PositiveIntegerField("ページ")
    envelopes = models.PositiveIntegerField("封筒")

    class Meta:
        verbose_name = verbose_name_plural = "封緘した印刷ファイル"
        ordering = ["seal", "sequence"]
        constraints = [models.UniqueConstraint(name="sealed_file_once_per_seal", fields=["seal", "sequence"])]


@keep_history(without=["secret"])
class Pack(models.Model):
    """委託先に渡すデータ: what an outsourcer prints from, encrypted, and what became of it until it was destroyed.

    ``secret`` is the password, encrypted with a key of this installation, and emptied with the record of destruction.
    """

    class Ended(models.TextChoices):
        RETURNED = "returned", "媒体が返却され、こちらで廃棄した"
        DESTROYED = "destroyed", "委託先が廃棄した"
        NEVER_LEFT = "never_left", "渡さずに廃棄した"

    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="packs")
    path = models.CharField("保存場所", max_length=300)  # below MEDIA_ROOT
    sha256 = models.CharField("照合値", max_length=64)
    size_bytes = models.PositiveBigIntegerField("大きさ")
    contents = models.JSONField("中身")  # [[name, sha256, bytes]]
    secret = models.TextField("パスワード（暗号化）", blank=True)
    made_at = models.DateTimeField("作った時刻")
    made_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    handed_to = models.CharField("渡した先", max_length=100, blank=True)
    handed_on = models.DateField("渡した日", null=True)
    handed_how = models.CharField("渡し方", max_length=200, blank=True)
    password_how = models.CharField("パスワードの伝え方", max_length=200, blank=True)
    handed_at = models.DateTimeField("渡した登録", null=True)
    handed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)
    destroy_by = models.DateField("廃棄の期限", null=True)
    ended_as = models.CharField("返却・廃棄", max_length=10, choices=Ended, blank=True)
    ended_on = models.DateField("返却・廃棄の日", null=True)
    ended_how = models.CharField("廃棄の方法", max_length=200, blank=True)
    certificate_number = models.CharField("廃棄証明書の番号", max_length=60, blank=True)
    ended_at = models.DateTimeField("返却・廃棄の登録", null=True)
    ended_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "委託先に渡すデータ"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(name="seal_has_one_pack", fields=["seal"], condition=Q(ended_as="")),
            models.CheckConstraint(
                name="pack_handed_to_somebody_by_somebody",
                condition=Q(handed_on=None, handed_at=None, handed_by=None, handed_to="", destroy_by=None)
                | (
                    Q(handed_on__isnull=False, handed_at__isnull=False, handed_by__isnull=False)
                    & Q(destroy_by__gte=F("handed_on"))
                    & ~Q(handed_to="")
                    & ~Q(handed_how="")
                    & ~Q(password_how="")
                ),
            ),
            models.CheckConstraint(
                name="pack_ended_by_somebody_without_its_password",
                condition=Q(ended_as="", ended_on=None, ended_at=None, ended_by=None)
                | (
                    Q(ended_on__isnull=False, ended_at__isnull=False, ended_by__isnull=False, secret="")
                    & ~Q(ended_as="")
                ),
            ),
            models.CheckConstraint(
                name="pack_destroyed_elsewhere_has_a_certificate",
                condition=~Q(ended_as="destroyed") | ~Q(certificate_number=""),
            ),
            models.CheckConstraint(
                name="pack_that_left_was_not_kept_here", condition=Q(handed_on=None) | ~Q(ended_as="never_left")
            ),
        ]
        indexes = [models.Index(name="pack_to_be_destroyed", fields=["destroy_by"], condition=Q(ended_as=""))]
