"""What is typed on the page of the signals."""

from django import forms

from toyota_collect.days import DayField
from welfare.models import FlagAssessment


class AssessForm(forms.Form):
    """An answer; the reason of a rejection; the day to come back to it."""

    answer = forms.ChoiceField(choices=FlagAssessment.Answer.choices)
    reason = forms.ChoiceField(choices=[("", ""), *FlagAssessment.Reason.choices], required=False)
    until = DayField(required=False)

    def clean(self) -> dict[str, object]:
        """Reason and day stand in one form for all answers: only that of the answer counts."""
        given = super().clean() or {}
        if given.get("answer") != FlagAssessment.Answer.REJECTED:
            given["reason"] = ""
        if given.get("answer") != FlagAssessment.Answer.LATER:
            given["until"] = None
        return given
