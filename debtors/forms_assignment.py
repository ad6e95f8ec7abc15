"""Forms of the assignment: text in, domain types out; nothing is saved here."""

from typing import Any

from django import forms

from debtors.forms import day_field
from debtors.rules.normalise import kana_key
from debtors.services.assigning import VOICED, officers
from toyota_collect.models import User
from toyota_collect.registry import registry

ANY = ("", "問わない")


class OfficerField(forms.ModelChoiceField):
    def __init__(self, label: str) -> None:
        super().__init__(label=label, queryset=User.objects.none(), empty_label="選んでください")


class OfficersForm(forms.Form):
    """A form whose officer fields offer those who can have people."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, OfficerField):
                field.queryset = officers()


class RuleForm(OfficersForm):
    """A rule of the assignment; what is left empty asks for nothing."""

    position = forms.IntegerField(
        label="順", min_value=1, max_value=9999, help_text="小さい順に見て、はじめに合ったものに決まります"
    )
    officer = OfficerField("担当")
    claim_group = forms.ChoiceField(label="債権群", required=False, help_text="いちばん多い債権の群")
    legal_class = forms.ChoiceField(label="区分", required=False, help_text="いちばん多い債権の区分")
    district = forms.CharField(
        label="町", max_length=40, required=False, help_text="例：小坂本町。支援措置の人には使いません"
    )
    kana_from = forms.CharField(label="カナの初め", max_length=2, required=False, help_text="例：ア")
    kana_to = forms.CharField(label="カナの終わり", max_length=2, required=False, help_text="例：ソ（この字を含む）")
    least_yen = forms.IntegerField(label="滞納額（円以上）", min_value=0, required=False)
    most_yen = forms.IntegerField(label="滞納額（円以下）", min_value=0, required=False)
    starts_on = day_field("開始日")
    ends_on = day_field("終了日", required=False, help_text="この日の前日まで。空は続く")
    note = forms.CharField(label="内容", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owed = registry.owed
        for name, choices in (("claim_group", owed and owed.groups), ("legal_class", owed and owed.classes)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [ANY, *(choices or [])]

    def clean_kana_from(self) -> str:
        return _first_kana(self.cleaned_data["kana_from"])

    def clean_kana_to(self) -> str:
        return _first_kana(self.cleaned_data["kana_to"])


class AbsenceForm(OfficersForm):
    """Who is away, and who sees to the people meanwhile."""

    officer = OfficerField("不在の担当")
    stand_in = OfficerField("代わりの担当")
    starts_on = day_field("開始日")
    ends_on = day_field("終わりの日（この日まで）")
    reason = forms.CharField(label="理由", max_length=200, help_text="休暇・出張など")


class ByHandForm(OfficersForm):
    """Another officer for one person."""

    officer = OfficerField("新しい担当")
    reason = forms.CharField(label="理由", max_length=200)


def _first_kana(text: str) -> str:
    key = kana_key(text)
    if key and (key in VOICED or not "ア" <= key <= "ン"):
        raise forms.ValidationError("濁点のないカナ1字で入れてください。")
    return key
