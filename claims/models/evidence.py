import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.kind import ClaimKind, ClaimKindTerms
from claims.querysets import EvidenceQuerySet
from claims.rules.evidence import Need
from toyota_collect.history import keep_history


class EvidenceKind(models.TextChoices):
    """証拠書類の種類: what a claim is proved with."""

    CONTRACT = "contract", "契約書・申請書"
    CAUSE = "cause", "発生原因"
    BASIS = "basis", "請求根拠"
    DELIVERY = "delivery", "送達記録"
    OTHER = "other", "その他"


@keep_history()
class ClaimEvidence(models.Model):
    """証拠書類: a file that proves a claim, by content hash; never overwritten, withdrawn with a reason.

    ``shared``: the section of the claim may see it. What the office found stays with the office unless it says so.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence", verbose_name="債権")
    kind = models.CharField("種類", max_length=10, choices=EvidenceKind)
    name = models.CharField("ファイル名", max_length=120)
    content_type = models.CharField("形式", max_length=40)
    size_bytes = models.PositiveIntegerField("大きさ（バイト）")
    sha256 = models.CharField(max_length=64)
    path = models.CharField("保存場所", max_length=200)  # below MEDIA_ROOT
    shared = models.BooleanField("所管課にも見せる")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="登録者")
    at = models.DateTimeField("登録日時", auto_now_add=True)
    withdrawn_at = models.DateTimeField("取り下げた日時", null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.CharField("取り下げた理由", max_length=300, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "証拠書類"
        ordering = ["claim", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="evidence_once_per_kind", fields=["claim", "kind", "sha256"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="evidence_is_withdrawn_by_somebody_for_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="evidence_is_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="evidence_is_never_overwritten",
                fields=["claim", "kind", "name", "content_type", "size_bytes", "sha256", "path", "by", "at"],
            ),
        ]


@keep_history()
class EvidenceNeed(models.Model):
    """要る証拠書類: for a class, or for one kind (whose rows then stand alone), in force from ``starts_on``."""

    legal_class = models.CharField("区分", max_length=1, choices=ClaimKindTerms.LegalClass)
    kind = models.ForeignKey(
        ClaimKind, on_delete=models.PROTECT, null=True, blank=True, verbose_name="債権種目（空欄は区分の全部）"
    )
    evidence = models.CharField("書類", max_length=10, choices=EvidenceKind)
    starts_on = models.DateField("適用開始日（この日から）")
    needed = models.BooleanField("要る", default=True)
    why = models.CharField("何を示すか", max_length=200)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "要る証拠書類"
        ordering = ["legal_class", "kind", "evidence", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                name="evidence_need_one_per_start",
                fields=["legal_class", "kind", "evidence", "starts_on"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_legal_class_display()} {self.kind or ''} {self.get_evidence_display()}"

    def as_need(self) -> Need:
        """As the rule reads it."""
        return Need(self.legal_class, self.kind_id, self.evidence, self.starts_on, self.needed)
