"""Forms of the lawyers' pages: text in, domain types out; nothing is saved here."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms

from claims.forms_handover import ACCEPTED, picked
from claims.models import ClaimGroup
from debtors.forms import day_field
from lawyers.models import CaseEntry, Firm, Proceeding, Proposal
from lawyers.rules.proceedings import ProceedingEvent
from toyota_collect.days import DayField

LINES = {"rows": 3}


class OwnIds(forms.Form):
    """Several forms stand on one page: each names its fields' ids after itself, and ``beside`` what it stands beside."""

    def __init__(self, *args: Any, beside: object = "", **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": f"{type(self).__name__.lower()}{beside}_%s"} | kwargs))


class TokenForm(OwnIds):
    """Sent twice, written once."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class PickForm(forms.Form):
    """Ticked people, the firm they go to, and which of their claims."""

    people = picked("人", "委任する人を選んでください。")
    firm = forms.ModelChoiceField(label="法律事務所", queryset=Firm.objects.filter(is_active=True), empty_label=None)
    group = forms.ChoiceField(label="債権群", choices=[one for one in ClaimGroup.choices if one[0] != ClaimGroup.TAX])


class ReasonForm(OwnIds):
    reason = forms.CharField(
        label="理由",
        max_length=500,
        widget=forms.Textarea(attrs=LINES),
        error_messages={"required": "理由を書いてください。"},
    )


class HandOverForm(forms.Form):
    looked = forms.BooleanField(label="証拠を目で確かめた", required=False)


class ReplyForm(forms.Form):
    """The city's answer to a proposal; ``council``: day and number of the vote or 専決."""

    reply = forms.CharField(label="理由・回答", max_length=1000, widget=forms.Textarea(attrs=LINES))
    council = forms.CharField(
        label="議決・専決の日と番号",
        max_length=200,
        required=False,
        help_text="訴えの提起と和解に要ります（支払督促と強制執行には要りません）",
    )


class TextForm(TokenForm):
    text = forms.CharField(label="質問", max_length=1000, widget=forms.Textarea(attrs=LINES))


class AnswerForm(forms.Form):
    text = forms.CharField(label="回答", max_length=2000, widget=forms.Textarea(attrs=LINES))


class AcceptForm(OwnIds):
    conflict_check = forms.CharField(
        label="利益相反の確認",
        max_length=300,
        help_text="どの名簿・記録で確かめたか。例：事務所の事件簿で本人と保証人を検索し、該当なし",
    )


class EntryForm(TokenForm):
    day = day_field("日")
    kind = forms.ChoiceField(label="種類", choices=CaseEntry.Kind.choices)
    text = forms.CharField(label="内容", max_length=2000, widget=forms.Textarea(attrs=LINES))
    promised_on = day_field("約束の日", required=False)
    promised_yen = forms.IntegerField(label="約束の額（円）", required=False, min_value=1)


class FileForm(OwnIds):
    title = forms.CharField(label="書類の名前", max_length=100)
    file = forms.FileField(label="ファイル", widget=forms.FileInput(attrs={"accept": ACCEPTED}))


class ProposalForm(TokenForm):
    """A proposal; the plan of a settlement a line an instalment (``2026-12-25 30000``)."""

    kind = forms.ChoiceField(label="提案", choices=Proposal.Kind.choices)
    text = forms.CharField(label="理由と見込み", max_length=2000, widget=forms.Textarea(attrs=LINES))
    total_yen = forms.IntegerField(label="支払う額（円）", required=False, min_value=1, help_text="和解・分納のとき")
    plan = forms.CharField(
        label="支払の予定",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "2026-12-25 30000"}),
        help_text="1行に1回。日（2026-12-25の形）と額を、空白で区切る",
    )
    forfeits_after = forms.IntegerField(label="何回遅れると一括になるか", required=False, min_value=1, max_value=12)
    clauses = forms.CharField(label="条項", required=False, max_length=4000, widget=forms.Textarea(attrs=LINES))

    def clean_plan(self) -> list[dict[str, Any]]:
        return instalments(self.cleaned_data["plan"])

    def terms(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "text": cleaned["clauses"],
            "total_yen": cleaned["total_yen"] or 0,
            "instalments": cleaned["plan"],
            "forfeits_after": cleaned["forfeits_after"] or 2,
        }


class ProceedingForm(OwnIds):
    """``case_lines``: the claims of the case that the paper may ask for; none ticked means all."""

    court = forms.CharField(label="裁判所", max_length=60)
    court_number = forms.CharField(label="事件番号", max_length=60, required=False)
    against = forms.ChoiceField(label="相手方", choices=Proceeding.Against.choices)
    lines = forms.TypedMultipleChoiceField(
        label="請求する債権",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="印がなければ、件の債権のすべて。印のある債権だけ、時効が動きます",
    )

    def __init__(self, *args: Any, case_lines: Sequence[tuple[int, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lines"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(case_lines)


class CouncilForm(forms.Form):
    council = forms.CharField(label="議決・専決の日と番号", max_length=200)


class SignForm(forms.Form):
    """The deed that the debtor has signed."""

    signed_on = day_field("署名の日")
    file = forms.FileField(label="署名のある和解書", widget=forms.FileInput(attrs={"accept": ACCEPTED}))


class StepForm(OwnIds):
    kind = forms.ChoiceField(label="できごと", choices=[(one.value, one.label) for one in ProceedingEvent])
    day = day_field("日")
    note = forms.CharField(label="内容", max_length=300, required=False)


class OrderForm(OwnIds):
    """What a court's settlement or judgment orders to be paid."""

    kind = forms.ChoiceField(label="種類", choices=[("in_court", "訴訟上の和解"), ("judgment", "判決等")])
    agreed_on = day_field("成立・確定の日")
    total_yen = forms.IntegerField(label="支払う額（円）", min_value=1)
    plan = forms.CharField(
        label="支払の予定", max_length=5000, widget=forms.Textarea(attrs={"rows": 3, "placeholder": "2026-12-25 30000"})
    )
    forfeits_after = forms.IntegerField(label="何回遅れると一括になるか", initial=2, min_value=1, max_value=12)
    text = forms.CharField(label="条項・主文", max_length=4000, widget=forms.Textarea(attrs=LINES))

    def clean_plan(self) -> list[dict[str, Any]]:
        return instalments(self.cleaned_data["plan"])


class ReportForm(OwnIds):
    month = forms.CharField(label="月", widget=forms.TextInput(attrs={"type": "month"}))
    text = forms.CharField(label="報告", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_month(self) -> Any:
        try:
            return DayField(input_formats=["%Y-%m"]).clean(self.cleaned_data["month"])
        except forms.ValidationError as error:
            raise forms.ValidationError("月を選んでください。") from error


def instalments(text: str) -> list[dict[str, Any]]:
    """Lines of a day and a sum; raises a ``ValidationError`` that names the line."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.replace(",", "").replace("円", "").split()
        if not parts:
            continue
        try:
            day, yen = parts
            found.append({"on": DayField(input_formats=["%Y-%m-%d"]).clean(day), "yen": int(yen)})
        except (ValueError, forms.ValidationError) as error:
            raise forms.ValidationError(
                f"支払の予定の{number}行目を読めません。「2026-12-25 30000」のように書いてください。"
            ) from error
    return found
