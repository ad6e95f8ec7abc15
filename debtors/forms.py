"""Forms of the people's screens: text in, domain types out; nothing is saved here."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.html import format_html

from debtors.models import Contact, OutcomeRule
from toyota_collect.calendar import next_business_day
from toyota_collect.days import DayField


def day_field(label: str, *, required: bool = True, help_text: str = "") -> DayField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return DayField(label=label, required=required, help_text=help_text, widget=widget)


SILENT = {  # outcomes that say all there is to say
    Contact.Outcome.ABSENT,
    Contact.Outcome.BUSY,
    Contact.Outcome.MESSAGE,
    Contact.Outcome.WRONG,
}


NOT_BY_PHONE = {Contact.Outcome.RETURNED, Contact.Outcome.NOTE}


class OutcomeChoice(forms.RadioSelect):
    """Outcomes with their keys; each carries the step it proposes, for ``log.js``. ``rules`` are set by the form."""

    rules: dict[str, OutcomeRule] = {}
    dues: dict[str, date] = {}

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        rule = self.rules.get(str(value))
        if rule and rule.key:
            label = format_html('<kbd aria-hidden="true">{}</kbd> {}', rule.key, label)
        option = super().create_option(name, value, label, *args, **kwargs)
        if option["index"] == "0":
            option["attrs"]["autofocus"] = True  # the keys of the form are heard from there
        if rule:
            option["attrs"] |= {"data-step": rule.next_step, "data-due": self.dues[rule.outcome].isoformat()}
            option["attrs"] |= {"data-key": rule.key} if rule.key else {}
        return option


class ContactForm(forms.Form):
    """A contact and the step that follows. ``on_latest``: no contact lies in the future."""

    on = day_field("日付")
    at = forms.TimeField(label="時刻", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    channel = forms.ChoiceField(label="手段", choices=Contact.Channel.choices, widget=forms.RadioSelect)
    with_whom = forms.ChoiceField(label="相手", choices=Contact.Whom.choices, widget=forms.RadioSelect, required=False)
    outcome = forms.ChoiceField(label="結果", widget=OutcomeChoice)
    text = forms.CharField(
        label="内容",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不在・話し中・伝言のときは、空でもかまいません。",
    )
    promised_on = day_field("約束の日", required=False)
    promised_yen = forms.IntegerField(label="約束の額（円）", required=False, min_value=1, max_value=9_999_999_999)
    next_step = forms.CharField(
        label="次の一手", max_length=200, required=False, help_text="例：入金を確かめる、電話する"
    )
    next_due_on = day_field("期限（この日まで）", required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        on_latest: date,
        owes: bool,
        rules: Sequence[OutcomeRule],
        now: time | None = None,
        **kwargs: Any,
    ) -> None:
        first = {"on": on_latest, "at": now, "channel": Contact.Channel.PHONE, "token": uuid4()}
        super().__init__(*args, initial=first | kwargs.pop("initial", {}), **kwargs)
        self.on_latest = on_latest
        self.rules = {rule.outcome: rule for rule in rules}
        self.dues = {rule.outcome: due_day(on_latest, rule.days) for rule in rules}
        outcome = self.fields["outcome"]
        # That letters were sent and came back is written where they are posted.
        by_hand = [choice for choice in Contact.Outcome.choices if choice[0] != Contact.Outcome.SENT]
        outcome.choices = sorted(by_hand, key=self._place)  # type: ignore[attr-defined]
        outcome.widget.rules, outcome.widget.dues = self.rules, self.dues  # type: ignore[attr-defined]
        self.fields["next_step"].required = self.fields["next_due_on"].required = owes
        for name in ("next_step", "next_due_on"):
            self.fields[name].error_messages["required"] = "未納がある間は、次の一手と期限の両方が要ります。"

    def _place(self, choice: tuple[str, str]) -> int:
        rule = self.rules.get(choice[0])
        return rule.position if rule else 1_000

    def proposed(self) -> dict[str, Any]:
        """The step and the day that the chosen outcome proposes; nothing while none is chosen."""
        rule = self.rules.get(self["outcome"].value() or "")
        return {"next_step": rule.next_step, "next_due_on": self.dues[rule.outcome]} if rule else {}

    def clean_on(self) -> date:
        if self.cleaned_data["on"] > self.on_latest:
            raise forms.ValidationError("基準日より後の日付です。実際に接触した日を入れてください。")
        return self.cleaned_data["on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        on, outcome = cleaned.get("on"), cleaned.get("outcome")
        if outcome == Contact.Outcome.PROMISED and not cleaned.get("promised_on"):
            self.add_error("promised_on", "納付を約束したときは、約束の日を入れてください。")
        elif cleaned.get("promised_yen") and not cleaned.get("promised_on"):
            self.add_error("promised_on", "約束の額があるときは、約束の日も入れてください。")
        if outcome and outcome not in SILENT and not cleaned.get("text"):
            self.add_error("text", "話したことを入れてください。")
        for name in ("promised_on", "next_due_on"):
            if on and cleaned.get(name) and cleaned[name] < on:
                self.add_error(name, "接触した日より前です。後の日付を入れてください。")
        if bool(cleaned.get("next_step")) != bool(cleaned.get("next_due_on")) and not self.errors:
            self.add_error("next_step", "次の一手と期限は、両方とも入れるか、両方とも空にしてください。")
        return cleaned


class CallForm(ContactForm):
    """What came of a call: by telephone, today and now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("on", "at", "channel"):
            del self.fields[name]
        outcome = self.fields["outcome"]
        by_phone = [one for one in outcome.choices if one[0] not in NOT_BY_PHONE]  # type: ignore[attr-defined]
        outcome.choices = by_phone  # type: ignore[attr-defined]


class CorrectionForm(ContactForm):
    """What a line should have said, and why it is corrected."""

    why = forms.CharField(label="訂正の理由", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, owes=False, **kwargs)
        for name in ("next_step", "next_due_on"):
            del self.fields[name]


def due_day(on: date, days: int) -> date:
    """A day of work ``days`` after ``on``; what falls on a Saturday or Sunday is due on Monday."""
    return next_business_day(on + timedelta(days=days), ())


class CloseForm(forms.Form):
    outcome = forms.CharField(label="結果", max_length=200)


class RevealForm(forms.Form):
    """Why a protected address is needed."""

    reason = forms.CharField(
        label="何のために住所が要るか",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="根拠の法令、使う手続、ほかの方法では足りないわけ",
    )
