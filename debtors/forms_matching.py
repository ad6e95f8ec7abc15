"""Forms of 名寄せ: an answer with its reason."""

from django import forms

ANSWERS = [("same", "同じ人"), ("different", "別の人"), ("later", "あとで")]


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(choices=ANSWERS)
    reason = forms.CharField(max_length=300, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=300, required=False)
