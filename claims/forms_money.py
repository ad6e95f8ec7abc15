"""Forms of the money screens: text in, domain types out; nothing is saved here."""

from collections.abc import Iterable
from typing import Any

from django import forms

from claims.models import Claim, RefundAccount
from claims.services.cases import ACTIONS
from debtors.forms import day_field
from debtors.models import Person

LARGEST_FILE = 30 * 2**20  # bytes through the browser; larger ones go by ``manage take_in_receipts``


class Files(forms.FileField):
    """Several files at once; cleaned to a list."""

    widget = type("FilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(Files, self).clean(one, initial) for one in given]


class FilesForm(forms.Form):
    files = Files(
        label="収納データのファイル", help_text="口座振替結果、コンビニ、窓口、共通納税、差押取立、弁護士送金"
    )

    def clean_files(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["files"]
        for one in files:
            if one.size > LARGEST_FILE:
                raise forms.ValidationError(
                    f"「{one.name}」は大きすぎます（{LARGEST_FILE // 2**20}MBまで）。"
                    "サーバーで manage take_in_receipts を使ってください。"
                )
        return files


class AllocationForm(forms.Form):
    """A sum, a day and the claims it goes to, for a trial that books nothing."""

    yen = forms.IntegerField(label="納付する額（円）", min_value=1, max_value=10**11)
    paid_on = day_field("領収日")
    claims = forms.TypedMultipleChoiceField(
        label="充てる債権", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, claims: Iterable[Claim], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["claims"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(claim.pk, str(claim.pk)) for claim in claims]


class CaseForm(forms.Form):
    """The answer to a case as the clerk sees it: what to do, for whom, with which claims, why."""

    action = forms.ChoiceField(label="処理", choices=list(ACTIONS.items()), widget=forms.RadioSelect)
    person = forms.CharField(label="人（整理番号）", required=False, max_length=12)
    claims = forms.TypedMultipleChoiceField(label="充てる債権", coerce=int, required=False)
    reason = forms.CharField(label="理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, claims: Iterable[Claim], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["claims"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(claim.pk, str(claim.pk)) for claim in claims]

    def clean_person(self) -> Person | None:
        number = self.cleaned_data["person"].strip()
        if not number:
            return None
        found = Person.objects.filter(number=number).first()
        if found is None:
            raise forms.ValidationError(f"整理番号「{number}」の人はいません。番号を確かめてください。")
        return found


class AccountForm(forms.ModelForm):
    class Meta:
        model = RefundAccount
        fields = [
            "bank_code",
            "bank_kana",
            "branch_code",
            "branch_kana",
            "account_type",
            "account_number",
            "holder_kana",
        ]

    def _digits(self, name: str, length: int) -> str:
        value: str = self.cleaned_data[name]
        if not (value.isascii() and value.isdecimal() and len(value) == length):
            raise forms.ValidationError(f"{length}桁の数字で入れてください。")
        return value

    def clean_bank_code(self) -> str:
        return self._digits("bank_code", 4)

    def clean_branch_code(self) -> str:
        return self._digits("branch_code", 3)

    def clean_account_number(self) -> str:
        return self._digits("account_number", 7)


class BankTotalForm(forms.Form):
    """The bank's total of a day: typed with its source, or read from the bank's own statement file (入出金明細)."""

    yen = forms.IntegerField(label="銀行の入金合計（円）", min_value=0, max_value=10**13, required=False)
    source = forms.CharField(label="出どころ", max_length=200, required=False, help_text="例：通帳")
    statement = forms.FileField(label="または入出金明細のファイル", required=False)

    def clean_statement(self) -> Any:
        file = self.cleaned_data["statement"]
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError(
                f"「{file.name}」は大きすぎます（{LARGEST_FILE // 2**20}MBまで）。その日の分だけを書き出してください。"
            )
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("statement") and (cleaned.get("yen") is None or not cleaned.get("source")):
            raise forms.ValidationError("入金合計と出どころを入れるか、入出金明細のファイルを選んでください。")
        return cleaned


class TransferForm(forms.Form):
    transfer_on = day_field("振込指定日")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)


class PeriodForm(forms.Form):
    """A period, both days included."""

    from_on = day_field("から")
    to_on = day_field("まで")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("from_on") and cleaned.get("to_on") and cleaned["to_on"] < cleaned["from_on"]:
            self.add_error("to_on", "終わりの日が始まりの日より前です。")
        return cleaned
