"""What is done with people nobody works on: to whom they go, with which next step."""

from datetime import date, timedelta
from typing import Any

from django import forms

from debtors.forms import day_field
from debtors.forms_assignment import OfficerField, OfficersForm

WEEK = timedelta(days=7)


class HandOutForm(OfficersForm):
    """The people are ticked in the list; everything else stands here."""

    officer = OfficerField("担当")
    next_step = forms.CharField(label="次の一手", max_length=200, initial="電話する")
    due_on = day_field("期限（この日まで）")
    reason = forms.CharField(label="理由", max_length=200, initial="未折衝のため")

    def __init__(self, data: Any = None, *, on: date) -> None:
        super().__init__(data, initial={"due_on": on + WEEK})
