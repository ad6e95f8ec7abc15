"""Forms of 猶予・停止 and of the end of claims: what they ask follows from the table's row. Nothing is saved here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from claims.models import Claim, LateReduction, Measure, MeasureCheck
from claims.rules.holds import WRITES_GRACE, Clock, Row
from debtors.forms import day_field
from toyota_collect.calendar import ONE_DAY
from toyota_collect.registry import Finding

AGREED = [("", "選んでください"), ("none", "付ける（進む）"), ("full", "付けない")]


class MeasureForm(forms.Form):
    """One form for every measure: days, application, agreement and security as the row asks for them."""

    claims = forms.TypedMultipleChoiceField(
        label="対象の期別", coerce=int, error_messages={"required": "対象の期別を1つ以上選んでください。"}
    )
    starts_on = day_field("開始日")
    last_on = day_field("最後の日", required=False)
    applied_on = day_field("申請を受け付けた日", help_text="この日に、対象の期別の時効が更新されます")
    new_due_on = day_field("新しい納期限", help_text="分割のときは最初の期限。時効はこの翌日から進みます")
    agreed_late = forms.ChoiceField(label="延期の間の延滞金・遅延損害金", choices=AGREED)
    review_on = day_field("見直し日", help_text="この日を過ぎると、係長・課長の次の一手に出ます")
    security = forms.CharField(label="担保", max_length=300, required=False)
    why = forms.CharField(label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    denies = forms.BooleanField(
        label="不許可とする", required=False, help_text="理由は不許可通知書に載ります。申請による時効の更新は残ります"
    )

    def __init__(
        self,
        *args: Any,
        row: Row,
        claims: Iterable[Claim],
        checklist: Sequence[dict[str, Any]],
        on: date,
        former: Measure | None = None,
        known: Mapping[str, Finding] | None = None,
        **kwargs: Any,
    ) -> None:
        starts_on = former.ends_on if former else on
        initial = {"starts_on": starts_on, "applied_on": on} | kwargs.pop("initial", {})
        for code, finding in (known or {}).items():
            initial |= dict(zip(_names(code), (finding.on, finding.text), strict=True))
        super().__init__(*args, initial=initial, **kwargs)
        self.row, self.checklist, self.on = row, checklist, on
        field = self.fields["claims"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(claim.pk, str(claim.pk)) for claim in claims]
        self._ask_what_the_row_needs()
        for item in checklist:
            day, result = _names(item["code"])
            needed = "必ず調べます" if item["needed"] else "あれば"
            age = f"{item['months']}か月以内" if item["months"] else "日付は問いません"
            self.fields[day] = day_field(f"{item['label']}　調べた日", required=False, help_text=f"{needed}（{age}）")
            self.fields[result] = forms.CharField(
                label=f"{item['label']}　結果", max_length=300, required=False, help_text="分かったことを短く"
            )

    def _ask_what_the_row_needs(self) -> None:
        row = self.row
        asked = {
            "last_on": row.clock is not Clock.STOP,
            "applied_on": row.clock is Clock.APPLIED,
            "new_due_on": row.clock is Clock.AGREED,
            "agreed_late": row.late_charge == "agreed",
            "review_on": not row.longest_months and row.clock is not Clock.STOP,
            "security": row.needs_security,
            "denies": row.clock is Clock.APPLIED,
        }
        for name, needed in asked.items():
            if not needed:
                del self.fields[name]
        if row.clock is Clock.STOP:
            self.fields["starts_on"].help_text = "決裁の日より前にはなりません"
        if row.clock in WRITES_GRACE - {Clock.AGREED}:
            self.fields["last_on"].required = True
            self.fields[
                "last_on"
            ].help_text = f"最長{row.longest_months}か月（延長は1回、{row.extension_months}か月まで）"

    def evidence(self) -> list[dict[str, Any]]:
        """The checklist with its fields, for the page."""
        return [
            item | {"day": self[_names(item["code"])[0]], "result": self[_names(item["code"])[1]]}
            for item in self.checklist
        ]

    def terms(self) -> dict[str, Any]:
        """What ``measures.draft`` takes, besides the person, the measure's name and who drafts it."""
        cleaned = self.cleaned_data
        last_on: date | None = cleaned.get("last_on")
        names = ("starts_on", "why", "applied_on", "new_due_on", "review_on", "agreed_late", "security", "denies")
        return {name: cleaned[name] for name in names if name in cleaned} | {
            "claim_ids": cleaned["claims"],
            "ends_on": last_on + ONE_DAY if last_on else None,
            "findings": [
                {"code": item["code"], "on": day.isoformat() if (day := cleaned.get(_names(item["code"])[0])) else ""}
                | {"result": cleaned.get(_names(item["code"])[1], "")}
                for item in self.checklist
            ],
        }


def _names(code: str) -> tuple[str, str]:
    return f"on_{code}", f"result_{code}"


class CheckForm(forms.Form):
    """The yearly look at an execution stop."""

    done_on = day_field("調べた日")
    outcome = forms.ChoiceField(label="結果", choices=MeasureCheck.Outcome.choices, widget=forms.RadioSelect)
    text = forms.CharField(label="調べたこと", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ReviewForm(forms.Form):
    review_on = day_field("次の見直し日")
    text = forms.CharField(label="見直した結果", max_length=500)


class WhyForm(forms.Form):
    why = forms.CharField(label="取り消す理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class EndForm(forms.Form):
    """Many claims of one ground for one decision; only the candidates can be chosen."""

    claims = forms.TypedMultipleChoiceField(
        label="対象の期別", coerce=int, error_messages={"required": "期別を1つ以上選んでください。"}
    )
    received_on = day_field("申出書を受け付けた日", help_text="この日に時効が援用されたものとして扱います")
    reason = forms.CharField(label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, claims: Iterable[Claim], asks_receipt: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["claims"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(claim.pk, str(claim.pk)) for claim in claims]
        if not asks_receipt:
            del self.fields["received_on"]


class ReductionForm(forms.Form):
    """An application for a reduction of the late charge of one claim."""

    claim_id = forms.TypedChoiceField(label="期別", coerce=int)
    applied_on = day_field("申請を受け付けた日")
    reason = forms.ChoiceField(label="事由")
    kind = forms.ChoiceField(label="減免のしかた", choices=LateReduction.Kind.choices, widget=forms.RadioSelect)
    yen = forms.IntegerField(label="額（円）", required=False, min_value=1, help_text="「一部の額」のとき")
    from_on = day_field("期間の初日", required=False, help_text="「期間に対応する額」のとき")
    to_on = day_field("期間の最後の日", required=False, help_text="「期間に対応する額」のとき")
    evidence = forms.CharField(label="確かめた書類・事実", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, claims: Sequence[tuple[int, str]], reasons: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {"claim_id": claims, "reason": [(reason, reason) for reason in reasons]}
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "選んでください"), *choices]
