"""Which year and team the 実績 shows."""

from typing import Any

from django import forms

from claims.performance.flows import Performance
from claims.performance.pages import choices_of, year_now


class PerformanceForm(forms.Form):
    """A wrong address shows the running year of all teams."""

    year = forms.ChoiceField(label="期間", required=False)
    team = forms.ChoiceField(label="係", required=False)

    def __init__(self, data: Any, *, found: Performance) -> None:
        now = year_now(found)
        super().__init__({"year": data.get("year") or now, "team": data.get("team", "")})
        years, teams = choices_of(found)
        for name, choices in (("year", years), ("team", teams)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.is_valid()
        self.chosen = {"year": self.cleaned_data.get("year") or now, "team": self.cleaned_data.get("team", "")}
