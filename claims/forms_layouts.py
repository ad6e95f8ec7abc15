"""The layout page's form: settings of the file, and where each field stands. Positions are counted from 1 on the page."""

import re
from typing import Any

from django import forms
from django.http import QueryDict

from claims.intake.fields import CONTENT, Canonical
from claims.intake.layout import FORMS
from debtors.models import SourceSystem
from toyota_collect.models import Section
from toyota_collect.permissions import Ground

CONTENTS = (
    ("claims", "滞納明細"),
    ("receipts", "収納明細"),
    ("register", "住民記録"),
    ("protected", "支援措置"),
    ("welfare", "支援の開始・廃止（生活保護・就学援助・児童扶養手当）"),
)
ENCODING_CHOICES = (("cp932", "Shift_JIS（CP932）"), ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8（BOMあり）"))
FORMAT_CHOICES = (("csv", "CSV（カンマ区切り）"), ("tsv", "タブ区切り"), ("fixed", "固定長"))
CONTROL_CHOICES = (("required", "必ず一緒に送る"), ("none", "送らない"))
LINE_END_CHOICES = (("required", "必ずある（ないと、途中で切れたとみる）"), ("optional", "ないこともある"))
NEW_SOURCE = "+"
AS_LABELS = {
    "era7": "5080731（元号1桁＋年月日）",
    "ymd": "20260731",
    "slash": "2026/7/31",
    "iso": "2026-07-31",
    "wareki": "R8.7.31・令和8年7月31日",
    "era_ymd": "R080731",
    "int": "数字（2026・01）",
    "era_year": "508（元号1桁＋年）",
    "yen": "金額",
}
PLACE_KEYS = ("column", "index", "start", "width", "value", "as", "sign", "map")
MAP_LINE = re.compile(r"\s*(?P<theirs>[^=＝]*?)\s*[=＝]\s*(?P<ours>\S.*?)\s*")


class SourceForm(forms.Form):
    """A business system that is not registered yet."""

    use_required_attribute = False

    new_source_code = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,19}$", label="新しい業務システムのコード", help_text="英小文字で始まる20字まで（例 gakudo）"
    )
    new_source_name = forms.CharField(label="新しい業務システムの名称", max_length=60)
    new_source_section = forms.ModelChoiceField(label="所管課", queryset=Section.objects.all())

    def clean_new_source_code(self) -> str:
        code: str = self.cleaned_data["new_source_code"]
        if SourceSystem.objects.filter(code=code).exists():
            raise forms.ValidationError("このコードの業務システムは登録されています。一覧から選んでください。")
        return code


class LayoutForm(forms.Form):
    """What the file is; where each of its fields stands is read by ``table_of``."""

    use_required_attribute = False

    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,39}$", label="レイアウトのコード", help_text="英小文字で始まる40字まで（例 gakudo_claims）"
    )
    name = forms.CharField(label="名称", max_length=60, help_text="例：学童クラブ管理システム 滞納明細")
    source = forms.ChoiceField(label="業務システム")
    content = forms.ChoiceField(label="内容", choices=CONTENTS)
    files = forms.CharField(label="ファイル名の形", max_length=100, help_text="* は何でもよい（例 gakudo_*.txt）")
    ground = forms.ChoiceField(label="知った根拠", choices=Ground.choices)
    encoding = forms.ChoiceField(label="文字コード", choices=ENCODING_CHOICES)
    format = forms.ChoiceField(label="形式", choices=FORMAT_CHOICES)
    header = forms.BooleanField(label="1行目が見出し", required=False)
    record_bytes = forms.IntegerField(
        label="1行の長さ（バイト）",
        min_value=1,
        max_value=100_000,
        required=False,
        help_text="固定長のときだけ。改行を除く",
    )
    control = forms.ChoiceField(label="照合合計", choices=CONTROL_CHOICES)
    last_line_end = forms.ChoiceField(label="最後の行の改行", choices=LINE_END_CHOICES)

    def __init__(self, *args: Any, editing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = [(one.code, one.name) for one in SourceSystem.objects.all()]
        source = self.fields["source"]
        assert isinstance(source, forms.ChoiceField)
        source.choices = [*sources, (NEW_SOURCE, "（新しい業務システムを登録する）")]
        self.fields["code"].widget.attrs["readonly"] = editing


def table_of(data: QueryDict) -> tuple[dict[str, Any], list[str]]:
    """The layout as a table from what was posted, and what could not be read, in Japanese."""
    problems: list[str] = []
    fixed = data.get("format") == "fixed"
    table: dict[str, Any] = {
        name: data.get(name, "").strip()
        for name in ("code", "source", "name", "content", "files", "encoding", "format", "ground", "control")
    }
    for name, choices in (("encoding", ENCODING_CHOICES), ("format", FORMAT_CHOICES)):
        if table[name] not in dict(choices):  # the form says so; a sample is looked at all the same
            table[name] = choices[0][0]
    if table["source"] == NEW_SOURCE:
        table["source"] = data.get("new_source_code", "").strip()
    table["last_line_end"] = data.get("last_line_end", "required")
    table["header"] = not fixed and bool(data.get("header"))
    if fixed:
        table["record_bytes"] = _number(data.get("record_bytes", ""), "1行の長さ", problems) or 0
    content = CONTENT.get(table["content"], ())
    read = {one.name: _field(data, one, table, problems) for one in content}
    table["fields"] = {name: spec for name, spec in read.items() if spec is not None}
    return table, problems


def _field(data: QueryDict, one: Canonical, table: dict[str, Any], problems: list[str]) -> dict[str, Any] | None:
    given = {key: data.get(f"{key}.{one.name}", "").strip() for key in PLACE_KEYS}
    spec: dict[str, Any] = {}
    if given["value"]:
        spec["value"] = given["value"]
    elif table["format"] == "fixed":
        if not given["start"] and not given["width"]:
            return None
        start = _number(given["start"], f"{one.label}の開始バイト", problems)
        width = _number(given["width"], f"{one.label}のバイト数", problems)
        spec = {"start": (start or 0) - 1, "width": width or 0}
    elif table["header"]:
        if not given["column"]:
            return None
        spec["column"] = given["column"]
    else:
        if not given["index"]:
            return None
        spec["index"] = (_number(given["index"], f"{one.label}の列", problems) or 0) - 1
    if one.type in FORMS:
        spec["as"] = given["as"] or FORMS[one.type][0]
    if given["sign"]:
        spec["sign"] = given["sign"]
    if mapping := _mapping(given["map"], one, problems):
        spec["map"] = mapping
    return spec


def _mapping(text: str, one: Canonical, problems: list[str]) -> dict[str, str]:
    mapping = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        if found := MAP_LINE.fullmatch(line):
            mapping[found["theirs"]] = found["ours"]
        else:
            problems.append(
                f"{one.label}の対応表「{line.strip()}」が読めません。1行に1つ、元の値=こちらの値 と書いてください。"
            )
    return mapping


def _number(text: str, what: str, problems: list[str]) -> int | None:
    if text.isdecimal() and 0 < int(text) <= 100_000:
        return int(text)
    problems.append(f"{what}「{text}」が数ではありません。1から数えた番号を入れてください。")
    return None


def place_rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """A row of the form for each field of the content, as the table has it; positions from 1."""
    rows = []
    for one in CONTENT.get(table.get("content", ""), ()):
        spec = table.get("fields", {}).get(one.name, {})
        forms_of = FORMS.get(one.type, ())
        rows.append({
            "name": one.name,
            "label": one.label,
            "required": one.required,
            "column": spec.get("column", ""),
            "index": spec["index"] + 1 if spec.get("index", -1) >= 0 else "",
            "start": spec["start"] + 1 if spec.get("start", -1) >= 0 else "",
            "width": spec.get("width") or "",
            "value": spec.get("value", ""),
            "as": spec.get("as", ""),
            "as_choices": [(form, AS_LABELS[form]) for form in forms_of] if len(forms_of) > 1 else [],
            "trailing": spec.get("sign") == "trailing",
            "may_trail": one.type == "yen",
            "map": "\n".join(f"{theirs}={ours}" for theirs, ours in spec.get("map", {}).items()),
            "lines": max(1, len(spec.get("map", {}))),
            "is_kind": one.type == "kind",
            "may_map": one.type in ("kind", "sex") or one.name in ("channel", "relation") or "map" in spec,
        })  # fmt: skip
    return rows
