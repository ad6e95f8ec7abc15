from django.conf import settings
from django.db import models
from django.db.models import F, Q

from debtors.models.person import Person, SourceIdentity
from toyota_collect.history import keep_history
from toyota_collect.permissions import Ground


@keep_history()
class MailingAddress(models.Model):
    """送付先: where letters to a person go instead of the recorded address, from ``starts_on`` to ``ends_on`` (exclusive).

    For all claims, or for one kind. It comes from the register or from what the person told us, never from a tax
    enquiry: letters about rents and school meals go there as well.
    """

    GROUNDS = (Ground.CONTRACT, Ground.CONSENT, Ground.REGISTER, Ground.OPEN)

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="mailing_addresses", verbose_name="文書を受ける人"
    )
    kind = models.CharField(
        "債権種目（空はすべて）", max_length=40, blank=True
    )  # code of claims.ClaimKind, above this app
    postal_code = models.CharField("郵便番号", max_length=7)
    address = models.CharField("住所", max_length=200)
    care_of = models.CharField("方書・気付", max_length=40, blank=True)
    starts_on = models.DateField("この日から送る")
    ends_on = models.DateField("終了日（この日の前日まで）", null=True)
    reason = models.CharField("ここへ送る理由", max_length=100)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    origin = models.CharField("出どころ", max_length=60)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登録", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "送付先"
        ordering = ["kind", "-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="mailing_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(name="mailing_is_no_tax_secret", condition=~Q(ground=Ground.TAX)),
            models.CheckConstraint(
                name="mailing_can_be_reached", condition=Q(postal_code__regex=r"^[0-9]{7}$") & ~Q(address="")
            ),
            models.CheckConstraint(name="mailing_has_its_reason", condition=~Q(reason="") & ~Q(origin="")),
            models.UniqueConstraint(
                name="mailing_open_once_per_kind", fields=["person", "kind"], condition=Q(ends_on=None)
            ),
        ]


@keep_history()
class OutsideEntry(models.Model):
    """住基外の人: somebody whom no register and no section knows (an heir abroad …), and who knew of them from where.

    The facts themselves are an identity of the source ``jukigai``, so that 名寄せ may join the person to what comes later.
    """

    SOURCE = "jukigai"

    identity = models.OneToOneField(SourceIdentity, on_delete=models.PROTECT, related_name="outside")
    origin = models.CharField("何で知ったか", max_length=60)
    note = models.CharField("内容", max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登録", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "住基外の人"
        constraints = [models.CheckConstraint(name="outside_known_from_somewhere", condition=~Q(origin=""))]
