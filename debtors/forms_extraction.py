"""Forms of saved extractions: text in, domain types out; nothing is saved here."""

from typing import Any

from django import forms

from debtors.models import Extraction, ExtractionExport

MASKED = [("yes", "マスキングする"), ("no", "マスキングしない")]


class ExtractionForm(forms.Form):
    """Under which name, and for whom; conditions and columns are read by ``extraction_page``."""

    name = forms.CharField(label="名前", max_length=60, help_text="例：10万円以上で3か月納付のない人")
    share = forms.ChoiceField(
        label="使える人",
        choices=Extraction.Share.choices,
        help_text="ほかの人は、使う・写しを作ることができます。直せるのは作った人だけです",
    )


class ExportForm(forms.Form):
    form = forms.ChoiceField(
        label="形式",
        choices=ExtractionExport.Form.choices,
        help_text="Shift_JIS（CP932）は、書けない文字が1つでもあると作りません",
    )
    masked = forms.ChoiceField(label="個人情報", choices=MASKED, widget=forms.RadioSelect, initial="yes")
    purpose = forms.CharField(
        label="目的",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="マスキングしないときは必ず書きます。だれに渡し、何に使うか",
    )

    def clean_masked(self) -> bool:
        return bool(self.cleaned_data["masked"] == "yes")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("masked") is False and not cleaned.get("purpose", "").strip():
            self.add_error("purpose", "マスキングしないときは、何に使うかを書いてください。")
        return cleaned
