"""Forms of routes to people under protection; nothing is saved here."""

from datetime import date, timedelta
from typing import Any

from django import forms

from debtors.forms import day_field
from debtors.models import MailingAddress, SafeRoute
from debtors.services.safe_routes import Place
from toyota_collect.models import Section
from toyota_collect.permissions import Ground


class RouteForm(forms.Form):
    """How letters reach the person, who confirmed it how, and until when."""

    way = forms.ChoiceField(label="送付経路", choices=SafeRoute.Way.choices, widget=forms.RadioSelect)
    postal_code = forms.RegexField(
        r"^\d{3}-?\d{4}$",
        label="郵便番号",
        required=False,
        error_messages={"invalid": "郵便番号は7桁の数字で入れてください。"},
        help_text="郵送のときだけ。登録すると、確認する人のほかには見えません。",
    )
    address = forms.CharField(label="送付先の住所", max_length=200, required=False)
    care_of = forms.CharField(label="方書・気付", max_length=40, required=False)
    section = forms.ModelChoiceField(
        Section.objects.all(), label="経由する課", required=False, help_text="所管課を経るときだけ。"
    )
    last_day = day_field("有効期限（この日まで）")
    reason = forms.CharField(label="この経路が安全だとした理由", max_length=200)
    origin = forms.CharField(
        label="だれに、どう確かめたか", max_length=100, help_text="例：本人から窓口で。支援措置の担当と協議"
    )
    ground = forms.ChoiceField(
        label="知った根拠",
        choices=[(code, Ground(code).label) for code in MailingAddress.GROUNDS],
        initial=Ground.CONSENT,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"last_day": today + timedelta(days=90)}, **kwargs)

    def facts(self) -> dict[str, Any]:
        """As ``ask_route`` takes them."""
        values = dict(self.cleaned_data)
        place = Place(values.pop("postal_code").replace("-", ""), values.pop("address"), values.pop("care_of"))
        section, last_day = values.pop("section"), values.pop("last_day")
        ends_on = last_day + timedelta(days=1)
        return values | {"place": place, "section_id": section.pk if section else None, "ends_on": ends_on}
