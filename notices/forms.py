"""What the operator chooses for a run; text becomes dates, yen and codes here, and nothing is saved."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from claims.models import ClaimGroup, ClaimKind
from notices.models import PrintRun
from notices.rules.kinds import BATCH, CONSOLIDATED, KINDS, name_of
from notices.rules.takers import LABELS, RANK, Role
from notices.services.runs import Conditions, person_slip_allowed
from toyota_collect.dated import value_on
from toyota_collect.days import DayField


class Day(DayField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DunningForm(forms.Form):
    """The day on which 督促状 will be posted, and for which kinds."""

    issued_on = Day(
        label="発付日（発送する日）", help_text="督促状に印字します。この日に発送し、この日が時効の計算に入ります。"
    )
    kinds = forms.MultipleChoiceField(
        label="債権種目",
        widget=forms.SelectMultiple(attrs={"size": 8}),
        required=False,
        help_text="選ばなければ、債権管理課が記帳するすべての種目です。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = list(ClaimKind.objects.values_list("code", "name"))  # type: ignore[attr-defined]


class RunForm(forms.Form):
    kind = forms.ChoiceField(
        label="種類",
        choices=[(code, name_of(code)) for code in BATCH],
        initial=CONSOLIDATED,
        required=False,
        help_text="差押予告は、自力執行権があり、督促状を発して10日を経過した債権だけが対象です。",
    )
    as_of = Day(label="基準日", help_text="この日までの延滞金等を計算し、この日に納期限を過ぎている債権を選びます。")
    issued_on = Day(label="発付日", help_text="催告書に書く日付です。")
    deadline_on = Day(label="納付・相談の期限", help_text="この日まで納付書が使えます。")
    minimum_yen = forms.IntegerField(
        label="最低金額（円）",
        min_value=1,
        max_value=100_000_000,
        help_text="1人の残額（計算中の延滞金等を除く）がこれに満たない人には送りません。",
    )
    groups = forms.MultipleChoiceField(
        label="債権群",
        choices=ClaimGroup.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="選ばなければ、すべての債権です。",
    )
    kinds = forms.MultipleChoiceField(
        label="債権種目（債権群のほかに加えるもの）", widget=forms.SelectMultiple(attrs={"size": 8}), required=False
    )
    takers = forms.MultipleChoiceField(
        label="本人のほかに送る人",
        choices=[(str(role), LABELS[role]) for role in RANK],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="1人1通にまとめ、その人が負う分だけを、立場とともに載せます。相続人は、持分がそろっているときだけです。"
        "連帯保証人は、督促のあと決められた日数を過ぎた債権だけです。",
    )
    slip_policy = forms.ChoiceField(label="納付書", choices=PrintRun.SlipPolicy.choices)
    limit = forms.IntegerField(
        label="上限（通）",
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text="郵便番号順に、この通数まで。空なら全員です。",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["kinds"].choices = list(ClaimKind.objects.values_list("code", "name"))  # type: ignore[attr-defined]
        _offer_policies(self.fields["slip_policy"], today)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        values["kind"] = values.get("kind") or CONSOLIDATED
        if KINDS[values["kind"]].seizes and values.get("takers"):
            self.add_error("takers", "差押予告は、督促を受けた本人だけに送ります。すべて外してください。")
        as_of, issued_on, deadline_on = (values.get(name) for name in ("as_of", "issued_on", "deadline_on"))
        if issued_on and issued_on < self.today:
            self.add_error("issued_on", "過ぎた日は選べません。今日から先の日にしてください。")
        if issued_on and deadline_on and deadline_on <= issued_on:
            self.add_error("deadline_on", "発付日より後の日にしてください。")
        if as_of and deadline_on and as_of > deadline_on:
            self.add_error("as_of", "期限より前の日にしてください。")
        if as_of and as_of < self.today - timedelta(days=60):
            self.add_error("as_of", "60日より前は選べません。入金の反映が足りなくなります。")
        return values

    def conditions(self) -> Conditions:
        return Conditions(**self.cleaned_data)


def first_conditions(today: date) -> dict[str, Any]:
    """What the form of a new run begins with."""
    return {
        "as_of": today,
        "issued_on": today,
        "deadline_on": today + timedelta(days=value_on("demand.deadline_days", today)),
        "minimum_yen": value_on("demand.minimum_yen", today),
        "slip_policy": PrintRun.SlipPolicy.KIND,
        "kind": CONSOLIDATED,
        "takers": [str(Role.JOINT), str(Role.HEIR)],
    }


def conditions_of(run: PrintRun) -> dict[str, Any]:
    """A run's conditions for its form."""
    return {name: getattr(run, name) for name in RunForm.base_fields}


class Reason(forms.Form):
    reason = forms.CharField(
        label="決裁者への説明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class Search(forms.Form):
    q = forms.CharField(label="氏名・文書番号・整理番号", max_length=60, required=False)


class SlipForm(forms.Form):
    """What a slip made at the counter is to ask for; the claims are offered from the person's own."""

    claims = forms.MultipleChoiceField(error_messages={"required": "期別を1つ以上選んでください。"})
    as_of = Day(label="基準日（支払う日）", help_text="この日に支払う場合の延滞金等を計算します。")
    due_on = Day(label="使用期限（この日まで）", help_text="この日を過ぎると、納付書は使えません。")
    policy = forms.ChoiceField(label="納付書の単位", choices=PrintRun.SlipPolicy.choices)

    def __init__(self, data: QueryDict | None, *, today: date, claims: Iterable[int] = ()) -> None:
        days = value_on("slip.deadline_days", today)
        first = {"as_of": today, "due_on": today + timedelta(days=days), "policy": PrintRun.SlipPolicy.KIND}
        super().__init__(data, initial=first)
        self.today = today
        self.fields["claims"].choices = [(str(pk), str(pk)) for pk in claims]  # type: ignore[attr-defined]
        _offer_policies(self.fields["policy"], today)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        as_of, due_on = values.get("as_of"), values.get("due_on")
        if as_of and as_of < self.today:
            self.add_error("as_of", "過ぎた日は選べません。今日から先の日にしてください。")
        if due_on and due_on < (as_of or self.today):
            self.add_error("due_on", "基準日より前です。基準日か、それより後の日にしてください。")
        return values


class Void(forms.Form):
    reason = forms.CharField(label="無効にする理由", max_length=200, help_text="例：金額が変わった、渡す前に書き損じた")


def _offer_policies(field: forms.Field, today: date) -> None:
    """One slip for everything only where the city allows it; why not, if not."""
    if not person_slip_allowed(today):
        allowed = [choice for choice in PrintRun.SlipPolicy.choices if choice[0] != PrintRun.SlipPolicy.PERSON]
        field.choices = allowed  # type: ignore[attr-defined]
        field.help_text = "全部で1枚は選べません：市の設定で認められていません。"
