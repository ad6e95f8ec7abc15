"""分納の見守り: each morning the plans that were not kept are found. What follows is for a person to decide."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse

from claims.models import Plan, PlanBreach, PlanInstalment
from claims.rules.plan_standing import Mark, State
from claims.services.plan_standing import PlanState, state_of, states_of
from claims.services.plans import end_holds, subject_key
from debtors.models import WorkItem
from debtors.services_work import WorkItemRefused, close_work_item, open_work_item
from toyota_collect import audit
from toyota_collect.dated import value_or
from toyota_collect.money import comma

DEFAULTS_BEFORE_CANCEL = "plan.defaults_before_cancel"
BROKEN_ENDS_HOLD = "plan.broken_ends_hold"


def watch(*, today: date, by: Any) -> dict[str, int]:
    """Look at every signed plan: find what is broken, close the step of one that caught up, end the holds of one that is
    done. Running again on the same day changes nothing. Returns how many of each.
    """
    counts = {"broken": 0, "caught_up": 0, "done": 0}
    running = Plan.objects.filter(signed_on__isnull=False, closed_on=None).order_by("pk")
    for pk, state in states_of(running, on=today).items():
        if state.code == State.BROKEN:
            counts["broken"] += _find(pk, today=today, by=by)
        elif state.code in (State.KEPT, State.DONE):
            counts["caught_up"] += _catch_up(pk, today=today, by=by)
            counts["done"] += state.code == State.DONE and _done(pk, today=today, by=by)
    return counts


def may_be_cancelled(state: PlanState, *, on: date) -> bool:
    """Whether so many instalments are missed that cancelling is proposed (dated setting)."""
    missed = state.standing.missed if state.standing else 0
    return missed >= int(value_or(DEFAULTS_BEFORE_CANCEL, on, 2))


@transaction.atomic
def _find(plan_id: int, *, today: date, by: Any) -> bool:
    """Write down instalments newly missed, and give the collector the next step; whether there were any."""
    plan = Plan.objects.select_for_update(of=("self",)).select_related("person", "by").get(pk=plan_id)
    state = state_of(plan, on=today)
    if plan.closed_on or state.standing is None or state.standing.state is not State.BROKEN:
        return False
    new = _breaches(plan, state, today=today)
    if not new:
        return False
    PlanBreach.objects.bulk_create(new)
    _next_step(plan, state, today=today, by=by)
    if value_or(BROKEN_ENDS_HOLD, today, False):
        end_holds(plan, on=today, by=by)
    detail = {"person": plan.person.number, "missed": state.standing.missed, "yen": state.standing.short_yen}
    audit.record(event="plan.broken", by=by, target=plan, detail=detail)
    return True


def _breaches(plan: Plan, state: PlanState, *, today: date) -> list[PlanBreach]:
    assert state.standing is not None
    known = set(PlanBreach.objects.filter(instalment__plan=plan).values_list("instalment", flat=True))
    instalments: Sequence[PlanInstalment] = list(plan.instalments.order_by("number"))
    found, missed = [], 0
    for one, (mark, got) in zip(instalments, state.standing.marks, strict=True):
        if mark is not Mark.BROKEN:
            continue
        missed += 1
        if one.pk not in known:
            found.append(PlanBreach(instalment=one, found_on=today, missed=missed, short_yen=one.amount_yen - got))
    return found


def _next_step(plan: Plan, state: PlanState, *, today: date, by: Any) -> None:
    assert state.standing is not None
    cancel = may_be_cancelled(state, on=today)
    _close_items(plan, outcome="さらに納付がなく、次の一手を改めた", by=by, today=today)
    with suppress(WorkItemRefused):  # somebody opened one for the plan just now: theirs stands
        open_work_item(
            person_id=plan.person_id,
            reason=f"分納の不履行（{state.standing.missed}回分 {comma(state.standing.short_yen)}円）",
            next_step="分納の取消しか組み直しを決める" if cancel else "連絡して納付の予定を聞く。不履行通知を作る",
            due_on=today,
            by=by,
            owner=plan.by,
            subject_key=subject_key(plan),
            subject_url=reverse("claims:plan", args=[plan.pk]),
        )


@transaction.atomic
def _catch_up(plan_id: int, *, today: date, by: Any) -> bool:
    plan = Plan.objects.select_related("person").get(pk=plan_id)
    return _close_items(plan, outcome="納付を確かめた。分納は守られている", by=by, today=today)


@transaction.atomic
def _done(plan_id: int, *, today: date, by: Any) -> bool:
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if not plan.claims.filter(hold__isnull=False, hold__ends_on=None).exists():
        return False
    end_holds(plan, on=today, by=by)
    audit.record(event="plan.done", by=by, target=plan)
    return True


def _close_items(plan: Plan, *, outcome: str, by: Any, today: date) -> bool:
    items = WorkItem.objects.filter(person=plan.person_id, subject_key=subject_key(plan), closed_at=None)
    closed = 0
    for item in items:
        close_work_item(item_id=item.pk, outcome=outcome, by=by, on=today)
        closed += 1
    return closed > 0
