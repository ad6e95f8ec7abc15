"""Events of life (異動) of people who owe become tasks: what to do, until when, by whom (debtors.life_steps)."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from claims.models import Claim
from debtors.life_steps import Consequence, consequences
from debtors.models import LifeEvent, WorkItem
from debtors.protection import hidden_people
from debtors.services_work import CASE, open_work_item
from toyota_collect.wareki import long_text

PAGE = 500
KIND = LifeEvent.Kind
ALWAYS = (KIND.PROTECTED, KIND.UNPROTECTED)  # whoever has a page here, whether they owe or not
HIDDEN_REASON = "住所・世帯の異動（支援措置のため内容は表示しません）"
HIDDEN_STEP = "係長・課長が、住民記録の担当に内容を確かめる"


def raise_tasks(*, on: date, by: Any) -> int:
    """Open a task for each event that has none and whose person owes; return how many. Safe to run again."""
    opened = last = 0
    while page := list(_without_task().filter(pk__gt=last).order_by("pk").select_related("identity__person")[:PAGE]):
        with transaction.atomic():
            _open(page, on=on, by=by)
        opened, last = opened + len(page), page[-1].pk
    return opened


def _without_task() -> Any:
    owed = Claim.objects.outstanding().filter(identity__person=OuterRef("identity__person"))
    stopped = LifeEvent.objects.filter(identity=OuterRef("identity"), kind=KIND.WELFARE_STOP, on__gte=OuterRef("on"))
    return (
        LifeEvent.objects.of_people()
        .filter(Exists(owed) | Q(kind__in=ALWAYS), handled_on=None, work_item=None)
        .exclude(Exists(stopped), kind=KIND.WELFARE_START)
        .exclude(kind__in=LifeEvent.NO_TASK)
    )


def _open(events: list[LifeEvent], *, on: date, by: Any) -> None:
    people = {event.identity.person_id for event in events}
    hidden = hidden_people(people, on=on)
    cases = WorkItem.objects.filter(person__in=people, subject_key=CASE, closed_at=None).select_related("owner")
    owners = {item.person_id: item.owner for item in cases}
    steps = consequences()
    for event in events:
        step, person = steps[event.kind], event.identity.person_id
        secret = person in hidden and event.kind in LifeEvent.WHEREABOUTS
        event.work_item = open_work_item(
            person_id=person,
            reason=HIDDEN_REASON if secret else f"{event.get_kind_display()}（{long_text(event.on)}）",
            next_step=HIDDEN_STEP if secret else step.next_step,
            due_on=on + timedelta(days=step.days),
            owner=None if secret or step.who == "head" else owners.get(person),
            by=by,
            subject_key=f"life:{event.pk}",
            subject_url="" if secret else _page(event, step),
        )
        event.save(update_fields=["work_item"])
    _hide_former([event.identity.person_id for event in events if event.kind == KIND.PROTECTED])


def _hide_former(people: list[int]) -> None:
    """Open steps about the whereabouts of people who have come under protection say no more what happened."""
    former = WorkItem.objects.filter(person__in=people, closed_at=None, life_event__kind__in=LifeEvent.WHEREABOUTS)
    former.update(reason=HIDDEN_REASON, next_step=HIDDEN_STEP, owner=None)


def _page(event: LifeEvent, step: Consequence) -> str:
    """Where the step is done: the heirs of the dead, or the hold that is proposed."""
    number = event.identity.person.number
    if event.kind == KIND.DIED:
        return reverse("claims:heirs", args=[number])
    return f"{reverse('claims:new-hold', args=[number])}?reason={step.hold_reason}" if step.hold_reason else ""
