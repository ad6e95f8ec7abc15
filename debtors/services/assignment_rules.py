"""The rules of the assignment, and who stands in for whom; each change with its audit row. Applying them: ``assigning``."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from debtors.models import Absence, AssignmentRule
from debtors.services.assigning import AssignmentRefused, check_officer
from toyota_collect import audit

CONDITIONS = ("claim_group", "legal_class", "district", "kana_from", "kana_to", "least_yen", "most_yen")


@transaction.atomic
def save_rule(*, by: Any, rule_id: int | None = None, **facts: Any) -> AssignmentRule:
    """Make a rule, or change one; people stay where they are until the rules are applied.

    Raises:
        AssignmentRule.DoesNotExist: no such rule.
        AssignmentRefused: the officer cannot have people, or a span is the wrong way round.
    """
    check_officer(facts["officer"])
    if bool(facts.get("kana_from")) != bool(facts.get("kana_to")):
        raise AssignmentRefused("カナの範囲は、初めと終わりの両方を入れてください。")
    if facts.get("kana_from") and facts["kana_from"] > facts["kana_to"]:
        raise AssignmentRefused("カナの範囲が逆です。五十音で先の字を初めに入れてください。")
    least, most = facts.get("least_yen"), facts.get("most_yen")
    if least is not None and most is not None and least > most:
        raise AssignmentRefused("滞納額の範囲が逆です。")
    if facts.get("ends_on") and facts["ends_on"] <= facts["starts_on"]:
        raise AssignmentRefused("終わりの日が開始日より前です。後の日付を入れてください。")
    if rule_id is None:
        rule = AssignmentRule(made_by=by)
    else:
        rule = AssignmentRule.objects.select_for_update().get(pk=rule_id)
    for name, value in facts.items():
        setattr(rule, name, value)
    rule.save()
    detail = {name: facts[name] for name in CONDITIONS if facts.get(name)}
    detail |= {"position": rule.position, "officer": rule.officer.username}
    audit.record(
        event="assignment_rule.changed" if rule_id else "assignment_rule.made", by=by, target=rule, detail=detail
    )
    return rule


@transaction.atomic
def name_stand_in(*, officer: Any, stand_in: Any, starts_on: date, ends_on: date, reason: str, by: Any) -> Absence:
    """Let ``stand_in`` see the people of ``officer`` from ``starts_on`` to ``ends_on``, both included.

    Raises:
        AssignmentRefused: the same person, one who cannot have people, the wrong way round, no reason, or the officer is
            covered on one of the days.
    """
    if officer.pk == stand_in.pk:
        raise AssignmentRefused("本人とは別の人を選んでください。")
    check_officer(stand_in)
    if ends_on < starts_on:
        raise AssignmentRefused("終わりの日が開始日より前です。後の日付を入れてください。")
    if not reason.strip():
        raise AssignmentRefused("不在の理由（休暇・出張など）を書いてください。")
    type(officer).objects.select_for_update().get(pk=officer.pk)  # one nomination after another
    other = Absence.objects.filter(
        officer=officer, ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on
    ).first()
    if other:
        raise AssignmentRefused(
            f"この期間には、すでに{other.stand_in}が代わりに決まっています。先にそれを終わらせてください。"
        )
    named = Absence.objects.create(
        officer=officer, stand_in=stand_in, starts_on=starts_on, ends_on=ends_on, reason=reason.strip(), named_by=by
    )
    detail = {"officer": officer.username, "stand_in": stand_in.username}
    detail |= {"from": starts_on.isoformat(), "to": ends_on.isoformat()}
    audit.record(event="absence.named", by=by, target=named, detail=detail)
    return named


@transaction.atomic
def end_absence(*, absence_id: int, by: Any) -> Absence:
    """The officer is back, or the nomination was a mistake. A second time changes nothing.

    Raises:
        Absence.DoesNotExist: no such nomination.
    """
    named = Absence.objects.select_for_update().get(pk=absence_id)
    if named.ended_at is None:
        named.ended_at = timezone.now()
        named.save()
        audit.record(event="absence.ended", by=by, target=named)
    return named
