"""The end of a visit at the counter: outcome, next step, and what was noted. Nothing is saved here."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from claims.models import Plan
from debtors.forms import day_field
from debtors.models import Contact
from debtors.services.visits import AT_COUNTER

OUTCOMES = [
    (code.value, code.label)
    for code in (
        Contact.Outcome.TALKED,
        Contact.Outcome.PROMISED,
        Contact.Outcome.PLAN,
        Contact.Outcome.PAID,
        Contact.Outcome.HARDSHIP,
        Contact.Outcome.REFUSED,
    )
]


class VisitForm(forms.Form):
    """What is kept of a visit while it goes on."""

    checked = forms.ChoiceField(
        label="本人確認", choices=list(AT_COUNTER.items()), widget=forms.RadioSelect, required=False
    )
    note = forms.CharField(
        label="話したこと", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    offered = forms.MultipleChoiceField(label="案内したもの", widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, offers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offered"].choices = offers  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """How a visit ends. ``owes``: a next step is needed."""

    outcome = forms.ChoiceField(label="結果", choices=OUTCOMES)
    with_whom = forms.ChoiceField(label="相手", choices=Contact.Whom.choices, initial=Contact.Whom.SELF)
    next_step = forms.CharField(label="次の一手", max_length=200, required=False)
    next_due_on = day_field("期限（この日まで）", required=False)

    def __init__(self, *args: Any, owes: bool, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("next_step", "next_due_on"):
            self.fields[name].required = owes
            self.fields[name].error_messages["required"] = "未納がある間は、次の一手と期限の両方が要ります。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        due_on = cleaned.get("next_due_on")
        if due_on and due_on < self.today:
            self.add_error("next_due_on", "過ぎた日です。今日以降にしてください。")
        if bool(cleaned.get("next_step")) != bool(due_on) and not self.errors:
            self.add_error("next_step", "次の一手と期限は、両方とも入れるか、両方とも空にしてください。")
        return cleaned


class SignedForm(forms.Form):
    """A signed 債務承認書 comes back."""

    signed_on = day_field("署名を受けた日")
    signer = forms.CharField(label="署名した人", max_length=120)
    signed_as = forms.ChoiceField(label="立場", choices=Plan.Signer.choices)
