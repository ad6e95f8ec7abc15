"""Forms of the people's screens: text in, domain types out; nothing is saved here."""

from datetime import date
from typing import Any

from django import forms

from debtors.models import Contact


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


# That letters were sent is written where they are posted.
BY_HAND = [choice for choice in Contact.Outcome.choices if choice[0] != Contact.Outcome.SENT]


class ContactForm(forms.Form):
    """A contact and the step that follows. ``on_latest``: no contact lies in the future."""

    on = day_field("日付")
    channel = forms.ChoiceField(label="手段", choices=Contact.Channel.choices, widget=forms.RadioSelect)
    outcome = forms.ChoiceField(label="結果", choices=BY_HAND, widget=forms.RadioSelect)
    text = forms.CharField(label="内容", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    promised_on = day_field("約束の日", required=False, help_text="結果が「納付を約束」のとき")
    next_step = forms.CharField(
        label="次の一手", max_length=200, required=False, help_text="例：入金を確かめる、電話する"
    )
    next_due_on = day_field("期限（この日まで）", required=False)

    def __init__(self, *args: Any, on_latest: date, owes: bool, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": on_latest, "channel": Contact.Channel.PHONE}, **kwargs)
        self.on_latest = on_latest
        self.fields["next_step"].required = self.fields["next_due_on"].required = owes
        for name in ("next_step", "next_due_on"):
            self.fields[name].error_messages["required"] = "未納がある間は、次の一手と期限の両方が要ります。"

    def clean_on(self) -> date:
        if self.cleaned_data["on"] > self.on_latest:
            raise forms.ValidationError("基準日より後の日付です。実際に接触した日を入れてください。")
        return self.cleaned_data["on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        on = cleaned.get("on")
        if cleaned.get("outcome") == Contact.Outcome.PROMISED and not cleaned.get("promised_on"):
            self.add_error("promised_on", "納付を約束したときは、約束の日を入れてください。")
        for name in ("promised_on", "next_due_on"):
            if on and cleaned.get(name) and cleaned[name] < on:
                self.add_error(name, "接触した日より前です。後の日付を入れてください。")
        if bool(cleaned.get("next_step")) != bool(cleaned.get("next_due_on")) and not self.errors:
            self.add_error("next_step", "次の一手と期限は、両方とも入れるか、両方とも空にしてください。")
        return cleaned


class CloseForm(forms.Form):
    outcome = forms.CharField(label="結果", max_length=200)
