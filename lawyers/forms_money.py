"""Forms of the lawyers' money: text in, domain types out; nothing is saved here."""

from typing import Any
from uuid import uuid4

from django import forms

from claims.forms_handover import ACCEPTED
from debtors.forms import day_field
from lawyers.models import CaseCost
from lawyers.rules.fees import Route
from toyota_collect.days import DayField

BLANK = [("", "選んでください")]
ROUTES = [("", "なし"), *((one.value, one.label) for one in Route)]


def yen_field(label: str, *, least: int = 1, **facts: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"})
    return forms.IntegerField(label=label, min_value=least, max_value=10**11, widget=widget, **facts)


class OnceForm(forms.Form):
    """A form that is kept once however often it is sent."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class TakeForm(OnceForm):
    received_on = day_field("受け取った日")
    yen = yen_field("受け取った額（円）")
    note = forms.CharField(label="内容", max_length=200, required=False, help_text="現金・振込の別、領収書の番号など")


class TellForm(OnceForm):
    sent_on = day_field("送金の日")
    yen = yen_field("送金額（円）", help_text="実際に送った額。合計と違うと差異になり、片付くまで記帳されません")


class CorrectForm(forms.Form):
    sent_on = day_field("送金の日")
    yen = yen_field("送金額（円）")
    note = forms.CharField(label="直す理由", max_length=300)


class CostForm(OnceForm):
    day = day_field("支出の日")
    kind = forms.ChoiceField(label="種類", choices=[*BLANK, *CaseCost.Kind.choices])
    yen = yen_field("金額（円）")
    note = forms.CharField(label="内容", max_length=200, required=False)
    paper = forms.FileField(
        label="領収書",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="PDF・JPEG・PNG・TIFF。件の書類にも入り、市が請求の照合で見ます",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)


class ConfirmForm(forms.Form):
    arrived_on = day_field("着金の日")
    bank_yen = yen_field("着金額（円）", help_text="通帳・入出金明細のとおりに")
    bank_source = forms.CharField(label="確かめた書類", max_length=200, help_text="例：指定金融機関の入出金明細")


class SettleForm(forms.Form):
    how = forms.CharField(label="どう片付いたか", max_length=300)


class GiveBackForm(forms.Form):
    note = forms.CharField(label="返す理由（どこが違うか）", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class InvoiceForm(forms.Form):
    month = DayField(widget=forms.HiddenInput)
    number = forms.CharField(label="請求書番号", max_length=40)


class LineForm(forms.Form):
    """One line of an invoice; a line left empty is none."""

    case_number = forms.CharField(
        label="件の番号", max_length=30, required=False, widget=forms.TextInput(attrs={"size": 14})
    )
    route = forms.ChoiceField(label="手段", choices=ROUTES, required=False)
    recovered_yen = yen_field("回収額（円）", least=0, required=False)
    fee_yen = yen_field("報酬（円）", least=0, required=False)
    tax_yen = yen_field("消費税（円）", least=0, required=False)
    cost_yen = yen_field("実費（円）", least=0, required=False)


LineFormSet = forms.formset_factory(LineForm, extra=3, max_num=1_000, absolute_max=1_000)
