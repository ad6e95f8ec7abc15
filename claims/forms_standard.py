"""Forms of the standard shape: files to check, and what to export."""

from typing import Any

from django import forms

from claims.forms_money import Files
from debtors.forms import day_field
from debtors.models import SourceSystem

LARGEST_FILE = 100 * 2**20  # bytes through the browser; larger ones go by ``manage standard_check``


class CheckForm(forms.Form):
    files = Files(
        label="確かめるファイル",
        help_text="標準の形のCSV。書き出しに付いていた manifest.json も一緒に選ぶと、行数・合計・改変も確かめます",
    )

    def clean_files(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["files"]
        if not files:
            raise forms.ValidationError("ファイルを選んでください。")
        for one in files:
            if one.size > LARGEST_FILE:
                raise forms.ValidationError(
                    f"「{one.name}」は大きすぎます（{LARGEST_FILE // 2**20}MBまで）。"
                    "サーバーで manage standard_check を使ってください。"
                )
        return files


class ExportForm(forms.Form):
    as_of = day_field("基準日", help_text="この日までに記帳されたものを書き出します")
    source = forms.ModelChoiceField(
        label="業務システム",
        queryset=SourceSystem.objects.all(),
        required=False,
        empty_label="すべて",
        help_text="選ぶと、その業務の債権と宛名だけを書き出します。所管課に渡すときは必ず選んでください",
    )
