from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from toyota_collect.history import keep_history
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank


@keep_history()
class Section(models.Model):
    """所管課: a section of the city that levies claims or works with them."""

    code = models.CharField("コード", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "所管課"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


@keep_history(without=["password", "last_login", "session_key"])
class User(AbstractUser):
    """職員・関係者: one account a person, one role, never deleted (a leaver gets ``is_active = False``)."""

    role = models.CharField("役割", max_length=20, choices=Role)
    display_name = models.CharField("氏名", max_length=60)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, verbose_name="所管課")
    # 係: what is counted by team is; nobody's acts are counted by person.
    team = models.CharField("係", max_length=30, blank=True)
    organisation = models.CharField("事務所・団体", max_length=100, blank=True)
    decision_rank = models.CharField("決裁の職位", max_length=10, choices=DecisionRank, blank=True)
    # 本人の宛名番号: whoever looks at the own family or at a colleague is asked about it (toyota_collect.watch).
    own_number = models.CharField("本人の宛名番号", max_length=40, blank=True)
    session_key = models.CharField(max_length=40, blank=True, editable=False)  # the one log-in that holds
    active_until = models.DateField("利用期限（この日まで）", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "利用者"
        constraints = [
            models.CheckConstraint(name="user_role_is_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(
                name="only_supervisors_decide", condition=Q(decision_rank="") | Q(role=Role.SUPERVISOR)
            ),
            models.CheckConstraint(
                name="section_viewer_has_a_section", condition=~Q(role=Role.SECTION_VIEWER) | Q(section__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


@keep_history()
class AccountReview(models.Model):
    """棚卸し: each quarter a supervisor says of every account whether it is still needed."""

    class Verdict(models.TextChoices):
        KEEP = "keep", "そのまま使う"
        CHANGE = "change", "役割・所属を直す"
        CLOSE = "close", "止める"

    quarter = models.CharField("四半期", max_length=7)  # 2026-Q3: October to December 2026 (会計年度)
    account = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reviews", verbose_name="利用者")
    verdict = models.CharField("確認", max_length=10, choices=Verdict)
    note = models.CharField("理由", max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="確認した職員")
    at = models.DateTimeField("日時", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "利用者の棚卸し"
        constraints = [
            models.UniqueConstraint(name="account_is_reviewed_once_a_quarter", fields=["quarter", "account"]),
            models.CheckConstraint(name="review_of_another", condition=~Q(account=models.F("by"))),
        ]
