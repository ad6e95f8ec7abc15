"""Which year, unit and component the council's tables show."""

from datetime import date
from typing import Any

from django import forms

from claims.closing.flows import Flows
from claims.closing.pages import UNITS, YEN, last_closed
from claims.closing.tables import PARTS
from toyota_collect.wareki import fiscal_year_text

YEARS_BEFORE = 6


class ClosingForm(forms.Form):
    """A wrong address shows the latest closed year, in yen, principal only."""

    year = forms.TypedChoiceField(label="会計年度", coerce=int, required=False)
    unit = forms.ChoiceField(label="単位", choices=list(UNITS.items()), required=False)
    part = forms.ChoiceField(label="区分", choices=list(PARTS.items()), required=False)

    def __init__(self, data: Any, *, flows: Flows) -> None:
        closed = last_closed(flows.on)
        super().__init__(_filled(data, {"year": closed, "unit": YEN, "part": "principal"}))
        years = sorted({*flows.years, closed}, reverse=True)
        _choices(self, "year", years)
        self.chosen = _chosen(self, {"year": closed, "unit": YEN, "part": "principal"})


class ProgrammeForm(forms.Form):
    """From the end of one year to the end of a later one: the six closed years, unless said otherwise."""

    since = forms.TypedChoiceField(label="この年度末から", coerce=int, required=False)
    until = forms.TypedChoiceField(label="この年度末まで", coerce=int, required=False)

    def __init__(self, data: Any, *, flows: Flows) -> None:
        closed = last_closed(flows.on)
        defaults = {"since": closed - YEARS_BEFORE, "until": closed}
        super().__init__(_filled(data, defaults))
        years = range(min([*flows.years, defaults["since"] + 1]) - 1, max(flows.years) + 1)
        _choices(self, "since", sorted(years, reverse=True)[1:])
        _choices(self, "until", sorted(years, reverse=True)[:-1], running=flows.on)
        self.chosen = _chosen(self, defaults)
        if self.chosen["since"] >= self.chosen["until"]:
            self.add_error("since", "終わりの年度より前の年度を選んでください。")
            self.chosen["since"] = self.chosen["until"] - 1


def _choices(form: forms.Form, name: str, years: list[int], *, running: date | None = None) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    closed = last_closed(running) if running else max(years)
    field.choices = [
        (year, fiscal_year_text(year) + ("（本日まで）" if running and year > closed else "")) for year in years
    ]


def _filled(data: Any, defaults: dict[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) or value for name, value in defaults.items()}


def _chosen(form: forms.Form, defaults: dict[str, Any]) -> dict[str, Any]:
    form.is_valid()
    return {name: form.cleaned_data.get(name) or value for name, value in defaults.items()}
