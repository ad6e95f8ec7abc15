"""Forms of the plans' screens: text in, domain types out; nothing is saved here."""

from collections.abc import Iterable
from typing import Any

from django import forms

from claims.models import Plan
from claims.rules.allocation import FeeRank
from claims.rules.plan import Order, Terms
from claims.rules.wage_seizure import PayKind
from debtors.forms import day_field

ORDERS = [(Order.OLDEST, "納期限の古い順"), (Order.CLOCK, "時効の近い順"), (Order.COSTLY, "延滞金等の重い順")]
WAYS = [("amount", "月額"), ("count", "回数"), ("until", "終わりの日")]
MONTHS = [(month, f"{month}月") for month in range(1, 13)]
EXPENSES = {
    "rent": "住居費",
    "food": "食費",
    "utilities": "光熱・水道・通信",
    "medical": "医療・介護",
    "education": "教育・保育",
    "taxes": "今年度の税・保険料",
    "loans": "借入れの返済",
    "other": "そのほか",
}


def yen_field(label: str, *, required: bool = False, least: int = 0, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=required, min_value=least, max_value=10**9, **options)


class PlanForm(forms.Form):
    """What a plan is to pay and how; one of amount, number or end by ``way``."""

    claims = forms.TypedMultipleChoiceField(
        label="対象の期別", coerce=int, error_messages={"required": "期別を1つ以上選んでください。"}
    )
    way = forms.ChoiceField(label="決め方", choices=WAYS, widget=forms.RadioSelect)
    amount_yen = yen_field("月額（円）", least=1)
    count = forms.IntegerField(label="回数", required=False, min_value=1, max_value=600)
    until = day_field("終わりの日", required=False)
    starts_on = day_field("この日から始める", help_text="この日以降の、最初の納付日が1回目です")
    pay_day = forms.IntegerField(
        label="納付日（毎月）", min_value=1, max_value=31, help_text="31は月末。休日は次の開庁日"
    )
    order = forms.ChoiceField(label="どれから納めるか", choices=ORDERS)
    step_1_at = forms.IntegerField(label="何回目から", required=False, min_value=2, max_value=600)
    step_1_yen = yen_field("その回からの月額（円）", least=1)
    step_2_at = forms.IntegerField(label="さらに何回目から", required=False, min_value=2, max_value=600)
    step_2_yen = yen_field("その回からの月額（円）", least=1)
    bonus_months = forms.TypedMultipleChoiceField(
        label="賞与月", coerce=int, choices=MONTHS, required=False, widget=forms.CheckboxSelectMultiple
    )
    bonus_yen = yen_field("賞与月に足す額（円）", least=1)
    reason = forms.CharField(label="理由", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    income_yen = yen_field("世帯の手取り収入（月・円）")
    dependants = forms.IntegerField(label="生計を一にする親族（人）", required=False, min_value=0, max_value=30)

    def __init__(self, *args: Any, claims: Iterable[int], longest: int, fee_rank: FeeRank, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.longest, self.fee_rank = longest, fee_rank
        field = self.fields["claims"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(pk, str(pk)) for pk in claims]
        for name, label in EXPENSES.items():
            self.fields[f"spent_{name}"] = yen_field(label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        way = cleaned.get("way")
        wanted = {"amount": "amount_yen", "count": "count", "until": "until"}.get(way or "", "")
        if wanted and wanted not in self.errors and not cleaned.get(wanted):
            self.add_error(wanted, "決め方に選んだ欄を入れてください。")
        for at in (1, 2):
            if bool(cleaned.get(f"step_{at}_at")) != bool(cleaned.get(f"step_{at}_yen")):
                self.add_error(f"step_{at}_yen", "何回目からと月額は、両方とも入れるか、両方とも空にしてください。")
        if bool(cleaned.get("bonus_months")) != bool(cleaned.get("bonus_yen")):
            self.add_error("bonus_yen", "賞与月と足す額は、両方とも入れるか、両方とも空にしてください。")
        return cleaned

    def terms(self, **changed: Any) -> Terms:
        """Raises ``PlanRefused`` where the terms contradict each other."""
        data = self.cleaned_data
        steps = [(data[f"step_{at}_at"], data[f"step_{at}_yen"]) for at in (1, 2) if data[f"step_{at}_at"]]
        facts: dict[str, Any] = {
            "starts_on": data["starts_on"],
            "pay_day": data["pay_day"],
            "longest": self.longest,
            "amount_yen": data["amount_yen"] if data["way"] == "amount" else None,
            "count": data["count"] if data["way"] == "count" else None,
            "until": data["until"] if data["way"] == "until" else None,
            "steps": tuple(steps),
            "bonus": tuple((month, data["bonus_yen"]) for month in data["bonus_months"]),
            "order": Order(data["order"]),
            "fee_rank": self.fee_rank,
        }
        return Terms(**(facts | changed))

    def affordability(self) -> dict[str, Any]:
        """収支 as it is kept with the plan; empty where no income was told."""
        data = self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else {}
        if data.get("income_yen") is None:
            return {}
        expenses = {label: data.get(f"spent_{name}") or 0 for name, label in EXPENSES.items()}
        left = data["income_yen"] - sum(expenses.values())
        return {
            "income_yen": data["income_yen"],
            "dependants": data.get("dependants") or 0,
            "expenses": expenses,
            "spent_yen": sum(expenses.values()),
            "left_yen": left,
        }


class SignForm(forms.Form):
    signed_on = day_field("誓約書を受けた日")
    signer = forms.CharField(label="署名した人の氏名", max_length=120)
    signed_as = forms.ChoiceField(label="立場", choices=Plan.Signer.choices)


class WageForm(forms.Form):
    """A pay and what is taken off it."""

    kind = forms.ChoiceField(
        label="給与の種類",
        choices=[(PayKind.MONTHLY, "月給"), (PayKind.BONUS, "賞与"), (PayKind.RETIREMENT, "退職手当")],
    )
    gross_yen = yen_field("総支給額（円）", required=True, help_text="2か所以上から受けるときは合計（76条1項後段）")
    income_tax_yen = yen_field("所得税（円）")
    resident_tax_yen = yen_field("住民税・森林環境税の特別徴収（円）")
    social_insurance_yen = yen_field("社会保険料（円）")
    dependants = forms.IntegerField(
        label="生計を一にする親族（人）", required=False, min_value=0, max_value=30, help_text="内縁を含む。本人を除く"
    )
    years = forms.IntegerField(label="勤続年数（退職手当）", required=False, min_value=0, max_value=60)

    def amounts(self) -> dict[str, Any]:
        names = [name for name in self.fields if name != "kind"]
        return {name: self.cleaned_data[name] or 0 for name in names} | {"kind": PayKind(self.cleaned_data["kind"])}
