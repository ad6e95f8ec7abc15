from django.conf import settings
from django.db import models
from django.db.models import F, Q

from debtors.models.person import Person
from toyota_collect.history import keep_history
from toyota_collect.permissions import Ground


@keep_history()
class PersonRelation(models.Model):
    """人の関係: who acts or answers for a person, from ``starts_on`` to ``ends_on`` (exclusive).

    ``actor`` is a person here, or somebody of whom only name and address were notified. Who lives with whom is read
    from the register and not stored (``debtors.households``).
    """

    class Kind(models.TextChoices):
        TAX_AGENT = "tax_agent", "納税管理人"
        GUARDIAN = "guardian", "成年後見人等"
        PROXY = "proxy", "代理人"
        REPRESENTATIVE = "representative", "法人の代表者"
        TRUSTEE = "trustee", "破産管財人"
        HEIRS_SPEAKER = "heirs_speaker", "相続人の代表者"
        HEAD = "head", "世帯主（擬制世帯主を含む）"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relations", verbose_name="本人")
    kind = models.CharField("関係", max_length=15, choices=Kind)
    actor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="acts_for", verbose_name="相手（整理番号のある人）"
    )
    name = models.CharField("相手の氏名・名称", max_length=120, blank=True)
    postal_code = models.CharField("郵便番号", max_length=7, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("電話", max_length=20, blank=True)
    takes_letters = models.BooleanField("文書を送る先にする", default=False)
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日（この日の前日まで）", null=True)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    origin = models.CharField("出どころ", max_length=60)
    note = models.CharField("内容", max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "人の関係"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="relation_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="relation_has_one_actor", condition=Q(actor=None, name__gt="") | Q(actor__isnull=False, name="")
            ),
            models.CheckConstraint(name="relation_is_with_another", condition=Q(actor=None) | ~Q(actor=F("person"))),
            models.UniqueConstraint(
                name="relation_open_once",
                fields=["person", "kind", "actor", "name"],
                condition=Q(ends_on=None),
                nulls_distinct=False,
            ),
        ]

    @property
    def actor_name(self) -> str:
        return self.actor.name if self.actor else self.name
