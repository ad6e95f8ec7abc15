"""What the page of the assignment shows."""

from datetime import date
from typing import Any

from django.db.models import Max

from debtors.models import Absence, AssignmentRule
from debtors.services import assigning
from debtors.services.assignment_rules import CONDITIONS
from toyota_collect.money import yen_text
from toyota_collect.registry import registry

NOBODY = "none"  # whoever has no officer, where lists are narrowed by officer
EDITED = ("position", "officer", *CONDITIONS, "starts_on", "ends_on", "note")
NOT_YET = {"tone": "next", "state": "まだ反映していません", "state_tone": "act"}
AS_RULED = {"tone": "", "state": "決まりどおりです", "state_tone": "good"}
STEP = 10  # between positions, so that a rule can be put between two


def context_of(with_by_hand: bool, *, on: date) -> dict[str, Any]:
    """Load before and after, the moves, the rules with their words, and who is away."""
    seen = assigning.preview(on=on, with_by_hand=with_by_hand)
    return {
        "seen": seen,
        "loads": [_load_row(load) for load in seen.loads],
        "moves": NOT_YET if seen.moves else AS_RULED,
        "with_by_hand": with_by_hand,
        "rules": [_rule_row(rule, on) for rule in AssignmentRule.objects.select_related("officer")],
        "away": Absence.objects.on_day(on).select_related("officer", "stand_in"),
    }


def initial_of(rule: AssignmentRule | None, *, on: date) -> dict[str, Any]:
    """What the form begins with: the rule, or the next free place."""
    if rule is None:
        last = AssignmentRule.objects.aggregate(last=Max("position"))["last"] or 0
        return {"position": last + STEP, "starts_on": on}
    return {name: getattr(rule, name) for name in EDITED}


def in_words(rule: AssignmentRule) -> str:
    """The conditions as staff say them."""
    groups = dict(registry.owed.groups if registry.owed else [])
    classes = dict(registry.owed.classes if registry.owed else [])
    parts = [groups.get(rule.claim_group, ""), classes.get(rule.legal_class, ""), rule.district]
    if rule.kana_from:
        parts.append(f"カナ {rule.kana_from}〜{rule.kana_to}")
    if rule.least_yen is not None:
        parts.append(f"{yen_text(rule.least_yen)}以上")
    if rule.most_yen is not None:
        parts.append(f"{yen_text(rule.most_yen)}以下")
    return "、".join(part for part in parts if part) or "すべての人"


def _load_row(load: assigning.Load) -> dict[str, Any]:
    return {
        "load": load,
        "name": str(load.officer) if load.officer else "担当なし",
        "people_change": load.people_after - load.people,
        "yen_change": load.yen_after - load.yen,
    }


def _rule_row(rule: AssignmentRule, on: date) -> dict[str, Any]:
    if rule.starts_on > on:
        state = ("これから", "act")
    elif rule.ends_on and rule.ends_on <= on:
        state = ("終了", "")
    elif not rule.officer.is_active:
        state = ("担当が退職", "care")
    else:
        state = ("適用中", "good")
    return {"rule": rule, "words": in_words(rule), "state": state}
