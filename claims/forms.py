"""Forms of the claims' screens: text in, domain types out; nothing is saved here."""

from datetime import date, timedelta
from typing import Any

from django import forms

from claims.models import Hold
from claims.services.holds import reasons_with_decision
from claims.statement import Statement
from debtors.forms import day_field
from toyota_collect.registry import registry


class HoldForm(forms.Form):
    """A hold without a decision; the scope is offered from the person's own claims."""

    reason = forms.ChoiceField(
        label="理由",
        help_text="決裁が要るもの（徴収猶予・執行停止など）は「猶予・停止を起案する」から進めます。",
    )
    scope = forms.ChoiceField(label="範囲")
    channels = forms.MultipleChoiceField(
        label="止める手段",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばないときは、理由ごとに決められた手段を止めます",
    )
    starts_on = day_field("開始日")
    last_on = day_field("終わりの日（この日まで止める）", required=False)
    review_on = day_field("見直し日", required=False, help_text="終わりの日を決めないときは必ず入れます")
    note = forms.CharField(label="内容", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, statement: Statement, **kwargs: Any) -> None:
        channels = {code: channel.label for code, channel in registry.channels.items()}
        initial = {"starts_on": statement.on, "scope": "person"}
        decided = reasons_with_decision(on=statement.on)
        reasons = [choice for choice in Hold.Reason.choices if choice[0] not in decided]
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        choices = {
            "reason": [("", "選んでください"), *reasons],
            "scope": _scopes(statement),
            "channels": list(channels.items()),
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("last_on") and not cleaned.get("review_on"):
            self.add_error("review_on", "終わりの日か見直し日の、どちらかは必ず入れてください。")
        for name in ("last_on", "review_on"):
            if cleaned.get("starts_on") and cleaned.get(name) and cleaned[name] < cleaned["starts_on"]:
                self.add_error(name, "開始日より前です。後の日付を入れてください。")
        return cleaned

    def terms(self) -> dict[str, Any]:
        """What ``place_hold`` takes, besides the person and who places it."""
        level, _, key = self.cleaned_data["scope"].partition(":")
        last_on: date | None = self.cleaned_data["last_on"]
        return {
            "reason": self.cleaned_data["reason"],
            "channels": self.cleaned_data["channels"] or None,
            "starts_on": self.cleaned_data["starts_on"],
            "ends_on": last_on + timedelta(days=1) if last_on else None,
            "review_on": self.cleaned_data["review_on"],
            "note": self.cleaned_data["note"],
            "kind_id": int(key) if level == "kind" else None,
            "claim_id": int(key) if level == "claim" else None,
        }


def _scopes(statement: Statement) -> list[Any]:
    open_lines = [line for line in statement.lines if line.claim.outstanding_yen]
    kinds = {line.claim.kind_id: line.claim.kind.name for line in open_lines}
    return [
        ("person", "この人のすべての債権"),
        ("種目", [(f"kind:{pk}", name) for pk, name in kinds.items()]),
        ("期別", [(f"claim:{line.claim.pk}", line.name) for line in open_lines]),
    ]


class AsOfForm(forms.Form):
    """A day for balances; empty or unreadable means the business date."""

    as_of = day_field("基準日", required=False)
