"""What the pages of the signals show: the queue, one flag with its reasons for and against, and how payments went.

A reason is shown only to those who may see every ground its facts were learned on; to others that there is one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from claims.models import Claim
from debtors.models import Person
from debtors.protection import hidden_people
from toyota_collect.business_date import business_date
from toyota_collect.calendar import first_of_month
from toyota_collect.dated import value_on
from toyota_collect.permissions import visible_grounds
from toyota_collect.wareki import short_text
from welfare.facts import GRACE_DAYS
from welfare.finder import FINDER, explain
from welfare.models import FlagAssessment, HardshipFlag
from welfare.rules.signals import Sign
from welfare.signal_services import assessable, newest_flag

QUEUE = 15
STRIP_MONTHS = 24
ANSWERED = ("confirmed", "rejected")
VIEWS = {"waiting": "見立て待ち", "silent": "連絡のない人", "answered": "見立て済み", "gone": "サインが消えた"}
MASKED = "この役割では見られない情報によるサイン"
WORST = {"open": 3, "part": 2, "late": 1, "paid": 0}


def nav_waiting(user: Any) -> tuple[QuerySet[HardshipFlag], ...]:
    on = business_date()
    return (assessable(user, on=on).to_assess(on=on),)


def desk(user: Any, *, on: date, view: str, chosen: int | None) -> dict[str, Any]:
    """The queue of a view, and one flag of it: the chosen one, else the first.

    Raises:
        HardshipFlag.DoesNotExist: the chosen flag is none that the user may know of.
    """
    mine = assessable(user, on=on)
    lists = {
        "waiting": mine.to_assess(on=on),
        "silent": mine.to_assess(on=on).filter(silent=True),
        "answered": mine.filter(state__in=ANSWERED).order_by("-ended_on", "-pk"),
        "gone": mine.filter(state="gone").order_by("-ended_on", "-pk"),
    }
    view = view if view in lists else "waiting"
    queue = list(lists[view].select_related("person")[:QUEUE])
    flag = mine.select_related("person").get(pk=chosen) if chosen else (queue[0] if queue else None)
    bar = [
        {"label": label, "url": f"?list={code}", "count": lists[code].count(), "current": code == view}
        for code, label in VIEWS.items()
    ]
    context: dict[str, Any] = {"filters": bar, "view": view, "queue": queue, "waiting": lists["waiting"].count()}
    return context | {"flag": flag} | (_one(flag, user, on) if flag else {})


def _one(flag: HardshipFlag, user: Any, on: date) -> dict[str, Any]:
    limits = value_on(FINDER, on)
    return {
        "person": flag.person,
        "can_answer": flag.state in HardshipFlag.WAITING,
        "reasons": FlagAssessment.Reason.choices,
        "later_on": on + timedelta(days=limits["later_days"]),
        "assessments": [(one, one.reason_for(user)) for one in flag.assessments.select_related("by")],
        **weighed(flag.signs, flag.counters, user),
        **strip(flag.person, user, on=on),
    }


def of_person(person: Person, user: Any, *, on: date) -> dict[str, Any]:
    """Why, and why not, as the facts stand today: nothing is kept."""
    told = explain(person.pk, on=on)
    if told is None:
        return {"person": person, "finding": None}
    finding, near = told
    shown = weighed([_as_dict(one) for one in finding.signs], [_as_dict(one) for one in finding.counters], user)
    return {"person": person, "finding": finding, "near": near, **shown, **strip(person, user, on=on)}


def _as_dict(sign: Sign) -> dict[str, Any]:
    return {name: getattr(sign, name) for name in Sign.__slots__}


def weighed(signs: Sequence[Mapping[str, Any]], counters: Sequence[Mapping[str, Any]], user: Any) -> dict[str, Any]:
    """Rows for and against, each with the length of its bar (of the heaviest, in per cent)."""
    heaviest = max((abs(one["weight"]) for one in (*signs, *counters)), default=1)
    return {
        "for_rows": [_row(one, heaviest, user) for one in signs],
        "against_rows": [_row(one, heaviest, user) for one in counters],
        "for_sum": sum(one["weight"] for one in signs),
        "against_sum": sum(one["weight"] for one in counters),
    }


def _row(sign: Mapping[str, Any], heaviest: int, user: Any) -> dict[str, Any]:
    row = {"weight": abs(sign["weight"]), "whole": heaviest}
    if not set(sign["grounds"]) <= visible_grounds(user):
        return row | {"label": MASKED, "text": "", "law": ""}
    return row | {"label": sign["label"], "text": sign["text"], "law": sign["law"]}


def strip(person: Person, user: Any, *, on: date) -> dict[str, Any]:
    """How what fell due in each of the last months was paid, a row a kind: the worst instalment of the month."""
    first = first_of_month(on, 1 - STRIP_MONTHS)
    months = [first_of_month(on, -back) for back in range(STRIP_MONTHS - 1, -1, -1)]
    claims = Claim.objects.visible_to(user).filter(
        Q(levied_yen__gt=0), identity__person=person, due_on__gte=first, due_on__lt=on
    )
    paid = _last_paid(claims)
    rows: dict[str, dict[date, str]] = defaultdict(dict)
    for claim in claims.select_related("kind").order_by("kind__position", "due_on"):
        month, state = claim.due_on.replace(day=1), _state(claim, paid.get(claim.pk))
        former = rows[claim.kind.short_name].get(month, "paid")
        rows[claim.kind.short_name][month] = max(state, former, key=WORST.__getitem__)
    return {
        "months": [(month, _year_head(month, months[0])) for month in months],
        "strip": [
            {"kind": kind, "cells": [(month, states.get(month, "")) for month in months]}
            for kind, states in rows.items()
        ],
        "hidden": person.pk in hidden_people([person.pk], on=on),
    }


def _year_head(month: date, first: date) -> str:
    """``R8`` above the first month and each January."""
    return short_text(month).split(".")[0] if month == first or month.month == 1 else ""


def _last_paid(claims: Any) -> dict[int, date]:
    rows = claims.filter(entries__kind="receipt", entries__reversed_by=None).order_by("pk", "-entries__on")
    return dict(rows.distinct("pk").values_list("pk", "entries__on"))


def _state(claim: Claim, last: date | None) -> str:
    if claim.principal_yen:
        return "part" if last else "open"
    return "paid" if last and (last - claim.due_on).days <= GRACE_DAYS else "late"


def panel(person: Person, user: Any, people: Iterable[int]) -> dict[str, Any]:
    """The latest flag of the person, for the person's page."""
    flag = newest_flag(user, frozenset(people), business_date())
    return {"person": person, "flag": flag, **(weighed(flag.signs, flag.counters, user) if flag else {})}
