"""Forms of 生活再建猶予 and 使える制度: text in, days and choices out; nothing is saved here."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from debtors.forms import day_field
from welfare.models import RespiteReview

AREA = forms.Textarea(attrs={"rows": 3})
ANSWERS = [("yes", "はい"), ("no", "いいえ"), ("", "聞いていない")]


class RespiteForm(forms.Form):
    """The switch. ``clock_plan`` is asked for where a clock would end by the proposed last day."""

    last_on = day_field("最後の日")
    review_on = day_field("見直しの日", help_text="この日までに、係長・課長が続けるか終えるかを見ます")
    why = forms.CharField(label="理由", max_length=500, widget=AREA, help_text="事実を短く。お知らせには載りません")
    consulted = forms.CharField(
        label="福祉部局との相談", max_length=300, help_text="いつ、だれと。例：11月18日 よりそい支援課 架空主査"
    )
    clock_plan = forms.CharField(
        label="時効が終わる期別をどうするか",
        max_length=500,
        widget=AREA,
        required=False,
        help_text="承認を受ける、消滅させるなど。別の決裁者が、始める前にこれを見て決めます",
    )

    def __init__(self, *args: Any, clocks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not clocks:
            del self.fields["clock_plan"]

    def terms(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ReviewForm(forms.Form):
    """What was found, and what follows. ``over``: the days are over, so that only its end can be seen to."""

    outcome = forms.ChoiceField(label="結果", widget=forms.RadioSelect)
    review_on = day_field("次の見直しの日", required=False, help_text="続けるときに入れます")
    text = forms.CharField(label="分かったことと、次にすること", max_length=1000, widget=AREA)

    def __init__(self, *args: Any, over: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [RespiteReview.Outcome.SETTLED] if over else [RespiteReview.Outcome.CONTINUE, RespiteReview.Outcome.END]
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code.value, code.label) for code in codes]
        if over:
            field.initial = codes[0].value
            del self.fields["review_on"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == RespiteReview.Outcome.CONTINUE and not cleaned.get("review_on"):
            self.add_error("review_on", "続けるときは、次の見直しの日を入れてください。")
        return cleaned


class AnswersForm(forms.Form):
    """What was asked: a field a fact, in the words in which it is asked. ``known``: what the records say already."""

    def __init__(self, *args: Any, questions: Sequence[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, text, help_text in questions:
            self.fields[code] = forms.ChoiceField(
                label=text, choices=ANSWERS, widget=forms.RadioSelect, required=False, help_text=help_text
            )

    def answers(self) -> dict[str, bool | None]:
        """By fact: so, not so, or not asked."""
        said = {"yes": True, "no": False}
        return {code: said.get(self.cleaned_data.get(code, "")) for code in self.fields}


def proposed(*, last_on: date, review_on: date) -> dict[str, date]:
    """What the form of the switch begins with."""
    return {"last_on": last_on, "review_on": min(review_on, last_on)}
