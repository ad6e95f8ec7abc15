"""A day as staff type it into a form."""

from datetime import date

from django import forms

FIRST, END = date(1868, 1, 25), date(2200, 1, 1)  # 明治元年; no claim, plan or life reaches the end


def in_our_years(day: date) -> None:
    """Raise a ``ValidationError`` for a day before FIRST or from END on: a slip of the year that no rule reckons with."""
    if not FIRST <= day < END:
        raise forms.ValidationError(f"年を確かめてください。明治元年から西暦{END.year - 1}年までの日付を入れます。")


class DayField(forms.DateField):
    default_validators = [in_our_years]
