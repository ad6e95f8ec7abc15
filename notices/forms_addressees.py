"""The form of a 送付先: text in, domain types out; nothing is saved here."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from debtors.models import MailingAddress
from notices.forms import Day
from toyota_collect.permissions import Ground


class AddressForm(forms.Form):
    kind = forms.ChoiceField(
        label="どの債権の文書を送るか",
        required=False,
        help_text="1つの種目を選ぶと、その種目だけを載せる文書に使います。",
    )
    postal_code = forms.RegexField(
        r"^\s*\d{3}-?\d{4}\s*$",
        label="郵便番号",
        error_messages={"invalid": "郵便番号は7桁の数字で入れてください。"},
    )
    address = forms.CharField(label="住所", max_length=200)
    care_of = forms.CharField(label="方書・気付", max_length=40, required=False, help_text="例：架空花子様方")
    starts_on = Day(label="この日から送る")
    reason = forms.CharField(label="ここへ送る理由", max_length=100, help_text="例：入院中のため、長女宅で受け取りたい")
    ground = forms.ChoiceField(
        label="知った根拠",
        choices=[(code, Ground(code).label) for code in MailingAddress.GROUNDS],
        help_text="税の調査で知った住所は、送付先にできません。",
    )
    origin = forms.CharField(
        label="何で知ったか", max_length=60, help_text="例：送付先変更届、電話での申出（本人確認済み）"
    )

    def __init__(self, *args: Any, on: date, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts_on": on}, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # a ChoiceField

    def clean_postal_code(self) -> str:
        return str(self.cleaned_data["postal_code"]).replace("-", "").strip()
