"""Forms of the clock pages: text in, domain types out; nothing is saved here."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from claims.countdown import BAND_LABELS
from claims.models import ClaimEvent, ClaimGroup, ClaimKindTerms
from claims.services.clock_acts import ADVERSE, AT_ONCE
from claims.services.what_if import Act
from debtors.forms import day_field
from toyota_collect.calendar import ONE_DAY, fiscal_year

ORIGIN_LENGTH = 60  # ClaimEvent.origin


class WhatIfForm(forms.Form):
    """An act that somebody thinks of; empty fields mean: none, today, all claims."""

    act = forms.ChoiceField(choices=[(act.value, act.value) for act in Act], required=False)
    on = day_field("行う日", required=False)
    claim = forms.IntegerField(required=False)
    scope = forms.ChoiceField(choices=[("all", "すべての期別"), ("one", "選んだ期別だけ")], required=False)

    def __init__(self, *args: Any, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = earliest

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and on < self.earliest:
            raise forms.ValidationError("基準日より前の日は試算できません。")
        return on


class ActForm(forms.Form):
    """An act or a fact for some claims of one person. Adverse ones go to a decision, the others are written."""

    kind = forms.ChoiceField(
        label="記録すること",
        choices=[
            ("決裁に出す", [(kind.value, kind.label) for kind in ClaimEvent.Kind if kind in ADVERSE]),
            ("起きたことを記録する", [(kind.value, kind.label) for kind in ClaimEvent.Kind if kind in AT_ONCE]),
        ],
    )
    on = day_field("日付", help_text="差押などは行う日、催告・援用は届いた日、承認は書面の日、判決は確定した日")
    claims = forms.TypedMultipleChoiceField(label="期別", coerce=int, widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(
        label="理由・出どころ",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="差押などは必要な理由と財産の調査の結果。記録だけのときは書類の名前と番号（60字まで）",
    )
    reviewed = forms.BooleanField(label="満了した私債権の承認について、個別の審査を終えている", required=False)

    def __init__(self, *args: Any, claims: Sequence[tuple[int, str]], may_review: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_review:
            del self.fields["reviewed"]
        field = self.fields["claims"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = claims

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") in AT_ONCE and len(cleaned.get("text", "")) > ORIGIN_LENGTH:
            self.add_error("text", f"出どころは{ORIGIN_LENGTH}字までです。書類の名前と番号だけにしてください。")
        return cleaned


class EndForm(forms.Form):
    until = day_field("終わった日")
    cancelled = forms.BooleanField(label="取消し・取下げで終わった", required=False)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label="取り消す理由", max_length=200)


class CountdownForm(forms.Form):
    """Filters of the countdown; what is empty or unreadable filters nothing."""

    months = forms.TypedChoiceField(
        choices=[(months, label) for months, label in BAND_LABELS.items()], coerce=int, empty_value=0, required=False
    )
    group = forms.ChoiceField(label="債権群", choices=[("", "すべて"), *ClaimGroup.choices], required=False)
    legal_class = forms.ChoiceField(
        label="区分", choices=[("", "すべて"), *ClaimKindTerms.LegalClass.choices], required=False
    )
    kind = forms.TypedChoiceField(label="種目", coerce=int, empty_value=0, required=False)

    def __init__(self, *args: Any, kinds: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "すべて"), *kinds]

    def terms(self) -> dict[str, Any]:
        """What the selection takes."""
        return {name: self._value(name) for name in ("kind", "group", "legal_class")}

    def band(self) -> int:
        return int(self._value("months") or 0)

    def _value(self, name: str) -> Any:
        self.is_valid()
        return getattr(self, "cleaned_data", {}).get(name)


class LapseForm(forms.Form):
    """The period of the report: from 1 April of the fiscal year to yesterday, unless said otherwise."""

    since_on = day_field("この日から", required=False)
    until_on = day_field("この日まで", required=False)
    group = forms.ChoiceField(label="債権群", choices=[("", "すべて"), *ClaimGroup.choices], required=False)
    legal_class = forms.ChoiceField(
        label="区分", choices=[("", "すべて"), *ClaimKindTerms.LegalClass.choices], required=False
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        self.on = on
        first = date(fiscal_year(on - ONE_DAY), 4, 1)
        super().__init__(*args, initial={"since_on": first, "until_on": on - ONE_DAY}, **kwargs)

    def clean_until_on(self) -> date | None:
        until: date | None = self.cleaned_data["until_on"]
        if until and until >= self.on:
            raise forms.ValidationError("まだ消滅していない日は選べません。基準日の前日までにしてください。")
        return until

    @property
    def since(self) -> date:
        return self._value("since_on") or self.initial["since_on"]

    @property
    def until(self) -> date:
        return self._value("until_on") or self.initial["until_on"]

    def terms(self) -> dict[str, Any]:
        return {name: self._value(name) for name in ("group", "legal_class")}

    def _value(self, name: str) -> Any:
        self.is_valid()
        return getattr(self, "cleaned_data", {}).get(name)
