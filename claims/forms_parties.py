"""Forms of 関係者: text in, domain types out; nothing is saved here."""

from datetime import date
from fractions import Fraction
from typing import Any

from django import forms

from claims.models import ClaimParty
from debtors.forms import day_field

HEIRS = 8


class HeirsForm(forms.Form):
    """All heirs with their shares in one form; the first bears the rest of a yen."""

    starts_on = day_field("承継した日", help_text="死亡日。相続人が後で変わったときは、変わった日")
    origin = forms.CharField(label="何で知ったか", max_length=60, help_text="例：戸籍全部事項証明書、遺産分割協議書")
    speaker = forms.TypedChoiceField(
        label="代表者（地方税法9条の2）",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "決まっていない"), *((str(place), f"{place + 1}人目") for place in range(HEIRS))],
    )
    note = forms.CharField(label="内容", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, died_on: date | None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts_on": died_on}, **kwargs)
        for place in range(HEIRS):
            label = f"{place + 1}人目"
            self.fields[f"number_{place}"] = forms.CharField(
                label=f"{label}　整理番号・宛名番号", max_length=20, required=False
            )
            self.fields[f"share_{place}"] = forms.RegexField(
                r"^\s*[1-9]\d{0,5}(\s*/\s*[1-9]\d{0,5})?\s*$",
                label=f"{label}　持分",
                required=False,
                widget=forms.TextInput(attrs={"placeholder": "1/2"}),
                error_messages={"invalid": "持分は「1/2」のように入れてください。"},
            )

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"number_{place}"], self[f"share_{place}"]) for place in range(HEIRS)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for place in range(HEIRS):
            if bool(cleaned.get(f"number_{place}")) != bool(cleaned.get(f"share_{place}")) and not self.errors:
                self.add_error(f"share_{place}", "番号と持分は、両方とも入れるか、両方とも空にしてください。")
        return cleaned

    def lines(self) -> list[tuple[str, Fraction, bool]]:
        """Number, share and whether the heir speaks for all, of each line that is filled in."""
        cleaned = self.cleaned_data
        return [
            (
                cleaned[f"number_{place}"],
                Fraction(cleaned[f"share_{place}"].replace(" ", "")),
                cleaned.get("speaker") == place,
            )
            for place in range(HEIRS)
            if cleaned[f"number_{place}"]
        ]


class PartyForm(forms.Form):
    """A joint debtor or a guarantor of one claim."""

    role = forms.ChoiceField(
        label="立場",
        choices=[
            ("", "選んでください"),
            *(choice for choice in ClaimParty.Role.choices if choice[0] != ClaimParty.Role.HEIR),
        ],
    )
    number = forms.CharField(label="整理番号・宛名番号", max_length=20)
    starts_on = day_field("開始日")
    limit_yen = forms.IntegerField(
        label="極度額（円）", required=False, min_value=1, help_text="連帯保証人のとき（民法465条の2）"
    )
    origin = forms.CharField(label="何で知ったか", max_length=60, help_text="例：賃貸借契約書")
    note = forms.CharField(label="内容", max_length=300, required=False)


class CorrectPartyForm(forms.Form):
    """What may be corrected of a party; another person or role is another entry."""

    limit_yen = PartyForm.base_fields["limit_yen"]
    origin = PartyForm.base_fields["origin"]
    note = PartyForm.base_fields["note"]

    def __init__(self, *args: Any, party: ClaimParty, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(party, name) for name in self.base_fields}, **kwargs)
        if party.role != ClaimParty.Role.GUARANTOR:
            del self.fields["limit_yen"]

    def clean(self) -> dict[str, Any]:
        return {"limit_yen": None} | super().clean()
