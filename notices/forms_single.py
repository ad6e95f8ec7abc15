"""What a collector enters for a letter to one person, and how letters are written to a person."""

from datetime import date, timedelta
from typing import Any

from django import forms

from notices.forms import Day, _offer_policies
from notices.models import PrintRun
from notices.rules.kinds import FORMS, KINDS, Kind, Medium
from notices.services.single_data import Wish
from toyota_collect.dated import value_or
from toyota_collect.wareki import long_text

WEEKDAYS = "月火水木金土日"


class SingleForm(forms.Form):
    """Deadline, slips, the visit: only what the kind asks for."""

    deadline_on = Day(label="期限（この日まで）")
    slip_policy = forms.ChoiceField(label="納付書", choices=PrintRun.SlipPolicy.choices)
    visit_on = Day(label="来ていただく日")
    visit_at = forms.TimeField(label="時刻", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    reason = forms.CharField(
        label="差押えを予告する理由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="決裁する人が読みます。",
    )

    def __init__(self, *args: Any, kind: Kind, today: date, **kwargs: Any) -> None:
        days = int(value_or("demand.deadline_days", today, 24))
        first = {"deadline_on": today + timedelta(days=days), "slip_policy": PrintRun.SlipPolicy.KIND}
        super().__init__(*args, initial=first, **kwargs)
        self.kind, self.today = kind, today
        wanted = {"deadline_on"}
        if kind.medium is Medium.DEMAND:
            wanted.add("slip_policy")
            _offer_policies(self.fields["slip_policy"], today)
        if kind.code == "visit":
            wanted |= {"visit_on", "visit_at"}
            self.fields["deadline_on"].help_text = "この日までに発送します。"
        if kind.decided:
            wanted.add("reason")
        for name in set(self.fields) - wanted:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        deadline_on, visit_on = values.get("deadline_on"), values.get("visit_on")
        if deadline_on and deadline_on <= self.today:
            self.add_error("deadline_on", "明日か、それより先の日にしてください。")
        if visit_on and visit_on <= self.today:
            self.add_error("visit_on", "明日か、それより先の日にしてください。")
        return values

    def wish(self) -> Wish:
        values = self.cleaned_data
        details = {}
        if day := values.get("visit_on"):
            clock = values["visit_at"]
            half = "午前" if clock.hour < 12 else "午後"
            hour = clock.hour if clock.hour <= 12 else clock.hour - 12
            minute = f"{clock.minute}分" if clock.minute else ""
            details["visit"] = f"{long_text(day)}（{WEEKDAYS[day.weekday()]}）{half}{hour}時{minute}"
        policy = values.get("slip_policy", PrintRun.SlipPolicy.KIND)
        return Wish(self.kind.code, values["deadline_on"], policy, details)


class FormForm(forms.Form):
    """How letters are written to a person (大きな文字, やさしい日本語, languages)."""

    form = forms.ChoiceField(label="書き方", choices=list(FORMS.items()))
    reason = forms.CharField(
        label="希望を聞いた人と方法", max_length=200, help_text="例：本人から電話で。経過に残ります。"
    )


def kind_named(code: str) -> Kind | None:
    """The kind that may be made for one person, if there is such a one."""
    kind = KINDS.get(code)
    return kind if kind and kind.single else None
