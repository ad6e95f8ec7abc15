"""The form that asks to take an import back."""

from django import forms


class TakingBackForm(forms.Form):
    reason = forms.CharField(
        label="取り消す理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="何が誤りで、だれに確かめたか。決裁する人が読み、記録に残ります",
        error_messages={"required": "取り消す理由を書いてください。"},
    )
