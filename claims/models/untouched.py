from django.db import models

from debtors.models import Person


class UntouchedPerson(models.Model):
    """未折衝の人: somebody who owes and whom nobody works on (``claims.standing``); counted anew by a job, never decided.

    Who looks at the list asks again what has happened since.
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True, related_name="untouched")
    yen = models.BigIntegerField("滞納額（円）")
    instalments = models.PositiveIntegerField("期別")
    oldest_due_on = models.DateField("最も古い納期限")
    prescribes_on = models.DateField("最短の時効", null=True)
    last_contact_on = models.DateField("最後の接触", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "未折衝の人"
        indexes = [
            models.Index(name="untouched_by_sum", fields=["-yen", "person"]),
            models.Index(name="untouched_by_clock", fields=["prescribes_on", "-yen", "person"]),
            models.Index(name="untouched_by_age", fields=["oldest_due_on", "-yen", "person"]),
        ]


class BoardDay(models.Model):
    """進行管理の日ごとの数字: the last count of each day, so that a week can be compared with the one before."""

    on = models.DateField("日付", primary_key=True)
    figures = models.JSONField("数字")  # {code: int}, codes of claims.board

    class Meta:
        verbose_name = verbose_name_plural = "進行管理の日ごとの数字"
        ordering = ["-on"]
