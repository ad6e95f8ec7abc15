"""出口: what the list of the day tells a collector to do with a person, and files that tell where people are reached."""

from collections.abc import Collection
from datetime import date

from debtors.day_page import facts_of, rules_on
from debtors.protection import all_hidden_people, left_alone
from debtors.rules.next_action import STEP, Advice, Severity, advise_each
from debtors.services_work import CASE, HELD_BACK
from toyota_collect.models import User
from toyota_collect.permissions import Role
from toyota_collect.registry import Registry, WayOut


def register(registry: Registry) -> None:
    registry.way_out(
        WayOut("debtors.day", "本日の業務・すすめる一手の「電話する」など", ("call",), _told_to_reach),
        WayOut(
            "debtors.extraction",
            "抽出の書き出し（住所・電話）",
            ("notice", "call"),
            lambda people, on: set(people) - all_hidden_people([on]) - left_alone(people, on=on),
            modules=("debtors.views_extraction_exports",),
        ),
    )


def _told_to_reach(people: Collection[int], on: date) -> set[int]:
    """Those whom a collector would be told to press or to call: by a rule, or by the step that somebody has set."""
    rules, facts = rules_on(on), facts_of(sorted(people), User(role=Role.COLLECTOR), on=on)
    return {pk for pk, advice in advise_each(rules, facts, on=on) if _reaches_out(advice)}


def _reaches_out(advice: Advice) -> bool:
    lead = advice.recommended
    if lead is None:
        return False
    fact = lead.fact
    own = fact.code == STEP and fact.about == CASE and not fact.text.startswith(HELD_BACK)
    return own or lead.severity >= Severity.CONTACT
