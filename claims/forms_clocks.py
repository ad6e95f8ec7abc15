"""Forms of the clock pages: text in, domain types out; nothing is saved here."""

from datetime import date
from typing import Any

from django import forms

from claims.services.what_if import Act
from debtors.forms import day_field


class WhatIfForm(forms.Form):
    """An act that somebody thinks of; empty fields mean: none, today, all claims."""

    act = forms.ChoiceField(choices=[(act.value, act.value) for act in Act], required=False)
    on = day_field("行う日", required=False)
    claim = forms.IntegerField(required=False)
    scope = forms.ChoiceField(choices=[("all", "すべての期別"), ("one", "選んだ期別だけ")], required=False)

    def __init__(self, *args: Any, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = earliest

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and on < self.earliest:
            raise forms.ValidationError("基準日より前の日は試算できません。")
        return on
