"""Forms of people's relations: text in, domain types out; nothing is saved here."""

from datetime import date
from typing import Any

from django import forms

from debtors.forms import day_field
from debtors.models import PersonRelation

HIDDEN = ("postal_code", "address", "phone")


class RelationForm(forms.Form):
    """Who acts for a person: by number, or by name and address as notified."""

    kind = forms.ChoiceField(label="関係", choices=[("", "選んでください"), *PersonRelation.Kind.choices])
    number = forms.CharField(
        label="相手の整理番号・宛名番号",
        max_length=20,
        required=False,
        help_text="番号がない人は、氏名と住所を入れます",
    )
    name = forms.CharField(label="相手の氏名・名称", max_length=120, required=False)
    postal_code = forms.RegexField(
        r"^\d{3}-?\d{4}$",
        label="郵便番号",
        required=False,
        error_messages={"invalid": "郵便番号は7桁の数字で入れてください。"},
    )
    address = forms.CharField(label="住所", max_length=200, required=False)
    phone = forms.CharField(label="電話", max_length=20, required=False)
    takes_letters = forms.BooleanField(label="文書を送る先にする", required=False)
    starts_on = day_field("開始日")
    origin = forms.CharField(label="何で知ったか", max_length=60, help_text="例：納税管理人届、登記事項証明書")
    note = forms.CharField(label="内容", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"starts_on": on}, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["postal_code"] = cleaned.get("postal_code", "").replace("-", "")
        if bool(cleaned.get("number")) == bool(cleaned.get("name")):
            self.add_error("number", "番号か氏名の、どちらか一方を入れてください。")
        return cleaned


class CorrectForm(forms.Form):
    """What may be corrected of a relation: who, as what and since when is another relation."""

    postal_code = RelationForm.base_fields["postal_code"]
    address = RelationForm.base_fields["address"]
    phone = RelationForm.base_fields["phone"]
    takes_letters = RelationForm.base_fields["takes_letters"]
    origin = RelationForm.base_fields["origin"]
    note = RelationForm.base_fields["note"]

    def __init__(self, *args: Any, relation: PersonRelation, hidden: bool, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if not (hidden and name in HIDDEN)]
        super().__init__(*args, initial={name: getattr(relation, name) for name in names}, **kwargs)
        gone = HIDDEN if hidden or relation.actor_id else ()  # somebody with a number has the address recorded there
        for name in gone:
            del self.fields[name]

    def clean_postal_code(self) -> str:
        return str(self.cleaned_data["postal_code"]).replace("-", "")


class OutsideForm(forms.Form):
    """Somebody whom no register knows (住基外), with where we know them from."""

    name = forms.CharField(label="氏名", max_length=120)
    kana = forms.CharField(label="フリガナ", max_length=200)
    birth_on = day_field("生年月日", required=False, help_text="分かるとき")
    postal_code = RelationForm.base_fields["postal_code"]
    address = RelationForm.base_fields["address"]
    phone = RelationForm.base_fields["phone"]
    origin = forms.CharField(label="何で知ったか", max_length=60, help_text="例：戸籍全部事項証明書、相続関係説明図")
    note = RelationForm.base_fields["note"]
    another = forms.BooleanField(
        label="別の人であることを確かめた", required=False, help_text="同じ氏名の人がすでに登録されているとき"
    )

    def clean_postal_code(self) -> str:
        return str(self.cleaned_data["postal_code"]).replace("-", "")


class EndForm(forms.Form):
    ends_on = day_field("終わりの日（この日の前日まで）")
