from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from debtors.models import SourceSystem
from debtors.rules.normalise import has_gaiji
from toyota_collect.history import keep_history


def is_a_standard_character(text: str) -> None:
    """One character every system knows, with its selector (IVS) if it has one."""
    if (
        has_gaiji(text)
        or len(text) > 2
        or not text.strip()
        or (len(text) == 2 and not 0xE0100 <= ord(text[1]) <= 0xE01EF)
    ):
        raise ValidationError("外字でない1文字（異体字セレクタは付けてよい）を書いてください。")


@keep_history()
class Gaiji(models.Model):
    """外字の対応: which Unicode character a code of the city's own means in one system. Names are read with it."""

    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, verbose_name="業務システム")
    code = models.CharField(
        "コード", max_length=4, validators=[RegexValidator(r"\A[F][0-9][4-9A-F][0-9A-F]\Z", "F040〜F9FC の4桁です。")]
    )
    character = models.CharField("文字", max_length=2, validators=[is_a_standard_character])
    origin = models.CharField("根拠", max_length=200)  # the city's table and its date, or who decided
    starts_on = models.DateField("使い始めた日")

    class Meta:
        verbose_name = verbose_name_plural = "外字の対応"
        ordering = ["source", "code"]
        constraints = [models.UniqueConstraint(name="gaiji_once_per_system", fields=["source", "code"])]

    def __str__(self) -> str:
        return f"{self.source} {self.code} {self.character}"
