import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from notices.models.notice import Notice
from notices.rules.kinds import name_of
from toyota_collect.history import keep_history
from toyota_collect.models import Approval

STAFF = settings.AUTH_USER_MODEL


@keep_history()
class ClosedPile(models.Model):
    """支援措置の束: letters to people under protection, printed apart from every run and handed over one by one.

    ``left_out``: numbers of people whose route is confirmed and who got no letter, each with the reason.
    """

    kind = models.CharField("種類", max_length=30)  # notices.rules.kinds
    made_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作成", auto_now_add=True)
    left_out = models.JSONField("作らなかった人", default=list)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="決裁")

    class Meta:
        verbose_name = verbose_name_plural = "支援措置の束"
        ordering = ["-pk"]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    @property
    def title(self) -> str:
        return f"支援措置の束 {self.pk}　{name_of(self.kind)}"

    @property
    def may_be_printed(self) -> bool:
        return self.approval is not None and self.approval.decision == Approval.Decision.APPROVED


class HandOver(models.Model):
    """手渡しの記録: who gave a letter of the closed pile to whom, and how it was made sure that it was the right one."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="handed")
    to = models.CharField("渡した相手", max_length=100)
    checked = models.CharField("本人・相手を確かめた方法", max_length=200)
    on = models.DateField("渡した日")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登録", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "手渡しの記録"
        constraints = [
            models.CheckConstraint(name="hand_over_says_to_whom_and_how", condition=~Q(to="") & ~Q(checked="")),
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]
