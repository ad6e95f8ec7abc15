from django.conf import settings
from django.db import models
from django.db.models import F, Q

from debtors.models.person import Person
from toyota_collect.history import keep_history
from toyota_collect.models import Approval, Section
from toyota_collect.permissions import Ground

STAFF = settings.AUTH_USER_MODEL


@keep_history(without=["secret"])
class SafeRoute(models.Model):
    """支援措置対象者の送付経路: how letters reach somebody under protection, confirmed by a second person, until a day.

    ``secret`` is the address of a way by post, encrypted with a key of this installation: no list, export or query of
    the database shows it by accident. From ``starts_on`` to ``ends_on`` (exclusive).
    """

    class Way(models.TextChoices):
        POST = "post", "本人と確かめた送付先へ郵送"
        COUNTER = "counter", "窓口で手渡す"
        SECTION = "section", "所管課を経て手渡す"

    class State(models.TextChoices):
        ASKED = "asked", "確認待ち"
        CONFIRMED = "confirmed", "確認済"
        ENDED = "ended", "終わり"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="safe_routes")
    way = models.CharField("送付経路", max_length=10, choices=Way)
    secret = models.TextField("送付先（暗号化）", blank=True)
    section = models.ForeignKey(
        Section, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="経由する課"
    )
    state = models.CharField("状態", max_length=10, choices=State, default=State.ASKED)
    starts_on = models.DateField("この日から")
    ends_on = models.DateField("有効期限（この日の前日まで）")
    reason = models.CharField("この経路が安全だとした理由", max_length=200)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    origin = models.CharField("だれに、どう確かめたか", max_length=100)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="確認")
    entered_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登録", auto_now_add=True)
    ended_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+", null=True)
    ended_at = models.DateTimeField("終わらせた日時", null=True)
    ended_because = models.CharField("終わらせた理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援措置対象者の送付経路"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="safe_route_one_a_person", fields=["person"], condition=Q(state__in=["asked", "confirmed"])
            ),
            models.CheckConstraint(name="safe_route_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(name="safe_route_is_no_tax_secret", condition=~Q(ground=Ground.TAX)),
            models.CheckConstraint(name="safe_route_has_its_reason", condition=~Q(reason="") & ~Q(origin="")),
            models.CheckConstraint(
                name="safe_route_fits_its_way",
                condition=Q(way="post", section=None) & (~Q(secret="") | Q(state="ended"))
                | Q(way="counter", secret="", section=None)
                | Q(way="section", secret="", section__isnull=False),
            ),
            models.CheckConstraint(
                name="safe_route_ended_without_its_address",
                condition=~Q(state="ended")
                | Q(secret="", ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because=""),
            ),
            models.CheckConstraint(
                name="safe_route_confirmed_by_an_approval", condition=~Q(state="confirmed") | Q(approval__isnull=False)
            ),
        ]

    @property
    def state_label(self) -> str:
        if self.state == self.State.ASKED and self.approval is not None and not self.approval.is_open:
            return "差戻し"
        return str(self.State(self.state).label)
