"""The form of 後回し: text in, domain types out; nothing is saved here."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms

from debtors.forms import day_field
from debtors.models import Postponement
from debtors.services.postponing import Row
from toyota_collect.calendar import ONE_DAY, next_business_day


class PostponeForm(forms.Form):
    """Why, and the day on which the row is back; the next working day to begin with."""

    reason = forms.ChoiceField(
        label="理由",
        choices=[("", "選んでください"), *Postponement.Reason.choices],
        widget=forms.Select(attrs={"autofocus": True}),
    )
    text = forms.CharField(label="内容", max_length=200, required=False, help_text="例：社会保険の証明書を待つ")
    until = day_field("戻る日")
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Row, on: date, **kwargs: Any) -> None:
        first = next_business_day(on + ONE_DAY, row.holidays)
        super().__init__(*args, initial={"until": first, "token": uuid4()}, **kwargs)
        self.fields["until"].widget.attrs |= {"min": first.isoformat()}
        if row.limit.day:
            self.fields["until"].widget.attrs |= {"max": row.limit.day.isoformat()}

    def clean(self) -> dict[str, Any]:
        """What the list of reasons does not say is written down."""
        facts: dict[str, Any] = super().clean() or {}
        if facts.get("reason") == Postponement.Reason.OTHER and not facts.get("text", "").strip():
            self.add_error("text", "「その他」のときは、内容を書いてください。")
        return facts
