"""Forms of 移管 and of evidence files: text in, domain types out; nothing is saved here."""

from collections.abc import Iterable
from typing import Any

from django import forms

from claims.models import Claim, EvidenceKind
from debtors.forms import day_field
from toyota_collect.uploads import ENDINGS

ACCEPTED = ",".join([*ENDINGS.values(), ".jpeg", ".tiff"])
REASON = {"rows": 2}


def picked(field: str, message: str) -> forms.TypedMultipleChoiceField:
    """Ids of rows that were ticked; which of them exist and may be used is the service's to say."""
    return _Ids(label=field, coerce=int, error_messages={"required": message})


class _Ids(forms.TypedMultipleChoiceField):
    def valid_value(self, value: str) -> bool:
        return value.isdigit() and len(value) < 19


class PickForm(forms.Form):
    """Ticked claims, or one whole person."""

    claims = picked("期別", "移管する期別を選んでください。")
    person = forms.IntegerField(required=False)
    refuses = forms.CharField(
        label="納付の意思がないと見る事情", max_length=500, required=False, widget=forms.Textarea(attrs=REASON)
    )
    no_means = forms.CharField(
        label="資力がないと見る事情",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs=REASON),
        help_text="書くと、債権管理課は受け入れる代わりに停止を検討します",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claims"].required = not self.data.get("person")


class NoticeForm(forms.Form):
    deadline_on = day_field("予告の期限（この日まで）")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=500, required=False)


class DecideForm(forms.Form):
    """What the office does with the ticked lines; the reason goes to the section, or to who decides."""

    ACTIONS = [("accept", "受け入れる（決裁に出す）"), ("return", "差し戻す"), ("stop", "停止の検討へ")]
    lines = picked("期別", "期別を1つ以上選んでください。")
    action = forms.ChoiceField(label="どうするか", choices=ACTIONS, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="差し戻す・停止の検討へ回すときは必ず書きます。所管課に伝わります",
    )


class EvidenceForm(forms.Form):
    """A file for a claim, and for others of the same person and kind if so chosen."""

    kind = forms.ChoiceField(label="書類の種類", choices=[("", "選んでください"), *EvidenceKind.choices])
    file = forms.FileField(
        label="ファイル",
        help_text="PDF・JPEG・PNG・TIFF",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        allow_empty_file=True,  # the service says what is wrong with it
    )
    also = forms.TypedMultipleChoiceField(
        label="同じ書類を付けるほかの期別", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    shared = forms.BooleanField(label="所管課にも見せる", required=False)

    def __init__(self, *args: Any, others: Iterable[tuple[Claim, str]], asks_sharing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["also"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(claim.pk, name) for claim, name in others]
        if not field.choices:
            del self.fields["also"]
        if not asks_sharing:
            del self.fields["shared"]
