"""What is entered for a closed pile and for the handing over of its letters."""

from datetime import date, timedelta
from typing import Any

from django import forms

from notices.forms import Day, _offer_policies
from notices.models import PrintRun
from notices.services.closed_piles import offered
from notices.services.single_data import Wish
from toyota_collect.dated import value_or


class PileForm(forms.Form):
    kind = forms.ChoiceField(label="種類", choices=offered)
    deadline_on = Day(label="期限（この日まで）")
    slip_policy = forms.ChoiceField(label="納付書", choices=PrintRun.SlipPolicy.choices)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        days = int(value_or("demand.deadline_days", today, 24))
        first = {"deadline_on": today + timedelta(days=days), "slip_policy": PrintRun.SlipPolicy.KIND}
        super().__init__(*args, initial=first, **kwargs)
        self.today = today
        _offer_policies(self.fields["slip_policy"], today)

    def clean_deadline_on(self) -> date:
        day: date = self.cleaned_data["deadline_on"]
        if day <= self.today:
            raise forms.ValidationError("明日か、それより先の日にしてください。")
        return day

    def wish(self) -> Wish:
        return Wish(self.cleaned_data["kind"], self.cleaned_data["deadline_on"], self.cleaned_data["slip_policy"])


class HandOverForm(forms.Form):
    """To whom a letter was given, and how it was made sure."""

    to = forms.CharField(label="渡した相手", max_length=100, help_text="例：本人、○○課の担当、郵便局の窓口（書留）")
    checked = forms.CharField(
        label="確かめた方法", max_length=200, help_text="例：本人確認書類、所管課の受領印、書留の引受番号"
    )
    on = Day(label="渡した日")
