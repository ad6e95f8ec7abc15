"""Holds that nobody has looked at: each review day, end and yearly check that passes becomes a task for a supervisor."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from claims.models import Hold, MeasureCheck
from debtors.models import WorkItem
from debtors.querysets import in_force
from debtors.services_work import open_work_item
from toyota_collect.calendar import ONE_DAY
from toyota_collect.dated import value_or
from toyota_collect.permissions import Permission, allows
from toyota_collect.wareki import long_text

LEAD_DAYS = "hold.recheck_lead_days"


class Task(NamedTuple):
    """A task for a supervisor; ``key`` is the same for the same day that passed."""

    person_id: int
    key: str
    reason: str
    next_step: str
    due_on: date
    url: str
    owner: Any


def unreviewed(*, on: date) -> QuerySet[Hold]:
    """Holds in force whose review day has come and gone, the oldest first."""
    return Hold.objects.filter(in_force(on), review_on__lt=on).order_by("review_on", "pk")


def ending(*, on: date, within: timedelta) -> QuerySet[Hold]:
    """Holds in force whose last day lies within so many days, the nearest first."""
    return Hold.objects.filter(in_force(on), ends_on__lte=on + within).order_by("ends_on", "pk")


def ran_out(*, on: date) -> QuerySet[Hold]:
    """Holds that came to their end by themselves and were not extended, nor followed by one like it without a gap."""
    following = Hold.objects.filter(
        person=OuterRef("person"), reason=OuterRef("reason"), starts_on=OuterRef("ends_on"), kind=None, claim=None
    )
    found = Hold.objects.filter(ends_on__lte=on, ended_by=None).order_by("ends_on", "pk")
    found = found.exclude(Q(kind=None, claim=None) & Exists(following))
    return found.exclude(measure__extended_by__decided_on__isnull=False, measure__extended_by__denies=False)


def checks_due(*, on: date) -> QuerySet[MeasureCheck]:
    """Yearly checks of stops in force that are due within the lead time, the nearest first."""
    lead = timedelta(days=int(value_or(LEAD_DAYS, on, 30)))
    living = Hold.objects.filter(in_force(on)).values("measure")
    return MeasureCheck.objects.filter(done_on=None, due_on__lte=on + lead, measure__in=living).order_by("due_on", "pk")


def raise_tasks(*, on: date, by: Any) -> int:
    """Open a task for each day that passed and has none yet; return how many. Safe to run again."""
    found = {task.key: task for task in _tasks(on)}
    known = set(WorkItem.objects.filter(subject_key__in=found).values_list("subject_key", flat=True))
    opened = [task for key, task in found.items() if key not in known]
    for task in opened:
        open_work_item(
            person_id=task.person_id,
            reason=task.reason,
            next_step=task.next_step,
            due_on=task.due_on,
            owner=task.owner,
            by=by,
            subject_key=task.key,
            subject_url=task.url,
        )
    return len(opened)


def _tasks(on: date) -> Iterator[Task]:
    for hold in unreviewed(on=on).select_related("measure", "decision__decided_by", "placed_by"):
        if hold.clock_effect == "stop" and hold.measure_id:
            continue  # its yearly check is the review
        text = f"{hold.title}の見直し日（{long_text(hold.review_on)}）を過ぎました"
        step = "係長・課長が、続けるか終えるかを見直す"
        yield _task(hold, f"review:{hold.review_on}", text, step, on)
    for hold in ran_out(on=on).select_related("measure", "decision__decided_by", "placed_by"):
        text = f"{hold.title}が{long_text(hold.ends_on - ONE_DAY)}で終わりました"
        yield _task(hold, f"end:{hold.ends_on}", text, "納付の状況を確かめ、次の対応を決める", on)
    for check in checks_due(on=on).select_related("measure__approval__decided_by"):
        measure = check.measure
        yield Task(
            measure.person_id,
            f"measure:{measure.pk}:check:{check.due_on}",
            f"{measure.label}の年に一度の再調査（{long_text(check.due_on)}まで）"[:200],
            "財産と生活の状況を調べ、停止を続けるか取り消すかを記録する",
            check.due_on,
            reverse("claims:measure", args=[measure.pk]),
            measure.approval.decided_by if measure.approval else None,
        )


def _task(hold: Hold, day: str, text: str, step: str, on: date) -> Task:
    """The holds of one measure are one task."""
    key = f"measure:{hold.measure_id}:{day}" if hold.measure_id else f"hold:{hold.pk}:{day}"
    url = reverse("claims:measure", args=[hold.measure_id]) if hold.measure_id else reverse("claims:holds")
    return Task(hold.person_id, key, text[:200], step, on, url, _supervisor(hold))


def _supervisor(hold: Hold) -> Any:
    """Who decided on the hold, or placed it with that right; nobody else is named, and the list of all shows it."""
    decider = hold.decision.decided_by if hold.decision else None
    return next((one for one in (decider, hold.placed_by) if one and allows(one, Permission.APPROVE)), None)
