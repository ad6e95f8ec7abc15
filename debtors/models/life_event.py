from django.conf import settings
from django.db import models
from django.db.models import Q

from debtors.models.contact import WorkItem
from debtors.models.person import SourceIdentity
from debtors.querysets import LifeEventQuerySet
from toyota_collect.history import keep_history
from toyota_collect.permissions import Ground


@keep_history(without=["work_item"])
class LifeEvent(models.Model):
    """異動: what happened in a human's life, as a source's file told by its difference from the one before.

    It hangs on the identity, so it follows every link and its undoing. Addresses are not repeated here; names, and
    numbers of households, are. ``handled_on``: somebody has looked into it.
    """

    class Kind(models.TextChoices):
        MOVED = "moved", "転居"
        MOVED_OUT = "moved_out", "転出"
        MOVED_IN = "moved_in", "転入"
        HOUSEHOLD = "household", "世帯の異動"
        DIED = "died", "死亡"
        RENAMED = "renamed", "氏名の変更"
        PROTECTED = "protected", "支援措置の開始"
        UNPROTECTED = "unprotected", "支援措置の終了"
        WELFARE_START = "welfare_start", "生活保護の開始"
        WELFARE_STOP = "welfare_stop", "生活保護の廃止"
        SCHOOL_AID = "school_aid", "就学援助の認定"
        SCHOOL_AID_END = "school_aid_end", "就学援助の終了"
        CHILD_SUPPORT = "fuyo_teate", "児童扶養手当の認定"
        CHILD_SUPPORT_END = "fuyo_teate_end", "児童扶養手当の終了"

    # Known to see need early; nothing is to be done about them by themselves.
    NO_TASK = (Kind.SCHOOL_AID, Kind.SCHOOL_AID_END, Kind.CHILD_SUPPORT, Kind.CHILD_SUPPORT_END)
    # What would tell where a protected human is, or with whom.
    WHEREABOUTS = (Kind.MOVED, Kind.MOVED_OUT, Kind.MOVED_IN, Kind.HOUSEHOLD)

    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="life_events")
    kind = models.CharField("できごと", max_length=15, choices=Kind)
    on = models.DateField("日付")  # from the source; where it gives none, the business date of the file
    before = models.CharField("前", max_length=120, blank=True)
    after = models.CharField("後", max_length=120, blank=True)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    origin = models.CharField("出どころ", max_length=60)
    in_file = models.BigIntegerField(null=True)  # claims.ImportFile id; that app is above this one
    found_on = models.DateField("分かった日")
    work_item = models.OneToOneField(
        WorkItem, on_delete=models.PROTECT, null=True, related_name="life_event", verbose_name="次の一手"
    )
    outcome = models.CharField("確かめた結果", max_length=200, blank=True)
    handled_on = models.DateField("済みの日", null=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    objects = LifeEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "異動"
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(name="life_event_once", fields=["identity", "kind", "on", "after"]),
            models.CheckConstraint(
                name="life_event_handled_by_somebody",
                condition=Q(handled_on=None, handled_by=None) | Q(handled_on__isnull=False, handled_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="life_event_to_do", fields=["identity", "kind"], condition=Q(handled_on=None)),
            models.Index(name="life_event_by_day", fields=["-on", "-id"]),
        ]
