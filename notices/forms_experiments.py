"""The form of a comparison of texts: the question, and how many of a hundred get each version."""

from collections.abc import Sequence
from typing import Any

from django import forms

from notices.models import Experiment
from toyota_collect.models import NoticeText
from toyota_collect.wareki import long_text

PREFIX = "share-"


class ExperimentForm(forms.Form):
    """A box for each version that may be compared; empty: not compared. The first is the text in force."""

    question = forms.CharField(
        label="確かめたいこと",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="始める前に決めて、あとから変えません。例：表題で相談できると先に伝えると、3週間以内の反応が増えるか",
    )

    def __init__(self, data: Any, *, texts: Sequence[NoticeText], experiment: Experiment | None) -> None:
        super().__init__(data, initial={"question": experiment.question if experiment else ""})
        former = {arm.text_id: arm.percent for arm in experiment.arms.all()} if experiment else {}
        for place, text in enumerate(texts):
            self.fields[f"{PREFIX}{text.pk}"] = forms.IntegerField(
                label=f"第{text.version}版{'（いまの文面）' if place == 0 else ''}の割合（％）",
                min_value=0,
                max_value=100,
                required=False,
                initial=former.get(text.pk, 50 if place == 0 and not former else None),
                help_text=f"{long_text(text.starts_on)}から　{text.note or '—'}",
            )

    def shares(self) -> dict[int, int]:
        """Percent by the version's id, of those that were chosen."""
        given = {name: value for name, value in self.cleaned_data.items() if name.startswith(PREFIX) and value}
        return {int(name.removeprefix(PREFIX)): value for name, value in given.items()}

    def boxes(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(PREFIX)]
