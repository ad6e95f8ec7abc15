"""The form of a version of a kind's text: its day, its reason, and a box for each part."""

from typing import Any

from django import forms

from debtors.models import Person
from notices.forms import Day
from notices.rules.kinds import ABOUT, FORMS, Kind, Part, Writing
from toyota_collect.models import NoticeText

ROWS = {Writing.LINE: 1, Writing.TEXT: 4, Writing.RUBY: 4, Writing.FOREIGN: 6}
PREFIX = "part-"


class TextForm(forms.Form):
    """A box for each part of the kind; what is wrong with the words is told beside them, not refused here."""

    starts_on = Day(label="使い始める日", help_text="この日からの書面に使います。承認されるまでは使いません。")
    trial_only = forms.BooleanField(
        label="文面の比較試験だけに使う",
        required=False,
        help_text="承認されても、ふだんの書面には使いません。一斉催告などで、いまの文面とくらべるときに選べます。",
    )
    note = forms.CharField(label="変えた理由", max_length=300, required=False, help_text="承認する人が読みます。")

    def __init__(self, *args: Any, kind: Kind, text: NoticeText | None = None, **kwargs: Any) -> None:
        if text:
            first = {f"{PREFIX}{name}": words for name, words in text.parts.items()}
            kwargs["initial"] = first | {name: getattr(text, name) for name in ("starts_on", "note", "trial_only")}
        super().__init__(*args, **kwargs)
        self.kind = kind
        if not kind.batch:
            del self.fields["trial_only"]
        for part in kind.parts:
            self.fields[f"{PREFIX}{part.code}"] = _box(part)

    def boxes(self) -> list[tuple[Part, forms.BoundField]]:
        """The parts with their boxes, for the template."""
        return [(part, self[f"{PREFIX}{part.code}"]) for part in self.kind.parts]

    def parts(self) -> dict[str, str]:
        return {part.code: self.cleaned_data[f"{PREFIX}{part.code}"] for part in self.kind.parts}


def _box(part: Part) -> forms.CharField:
    places = "、".join(f"{{{name}}}＝{ABOUT[name]}" for name in part.places)
    offered = f"差し込み：{places}。" if places and len(part.places) < 4 else "差し込みは右の表から。" if places else ""
    widget: forms.Widget = forms.Textarea(attrs={"rows": ROWS[part.writing]})
    if part.writing is Writing.LINE:
        widget = forms.TextInput()
    if part.language:
        widget.attrs["lang"] = "zh-Hans" if part.language == "zh" else part.language
    return forms.CharField(
        label=part.label,
        required=False,
        max_length=4000,
        widget=widget,
        help_text=f"{part.longest}文字まで。{part.help}{offered}",
    )


class PreviewForm(forms.Form):
    """On whom, and in which form, a text is looked at."""

    number = forms.CharField(label="整理番号", max_length=12, required=False, help_text="空なら、架空の人で見ます。")
    form = forms.ChoiceField(label="書き方", choices=list(FORMS.items()), required=False)

    def person(self, user: Any) -> Person | None:
        """Whom the number names. Raises ``Person.DoesNotExist``."""
        number = self.cleaned_data.get("number", "").strip()
        return Person.objects.visible_to(user).get(number=number) if number else None
