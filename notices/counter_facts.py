"""What has happened for a visitor since they were received, wherever on the screens it was done."""

from datetime import date
from typing import Any

from django.db.models import Q

from claims.models import Acknowledgement, Hold, Measure, Plan, Slip
from debtors.models import CounterVisit
from notices.rules.counter import Done, PaperMade, PlanMade, SlipMade
from toyota_collect.dated import value_or

OFFERS = "counter.offers"


def offers_on(on: date) -> list[dict[str, Any]]:
    """What may be offered at the counter: code, label, and whether it is help to live (dated setting)."""
    return list(value_or(OFFERS, on, []))


def slips_of(visit: CounterVisit) -> list[Slip]:
    """Slips handed over since the visit began, with the paper each stands on."""
    found = Slip.objects.filter(person=visit.person_id, made_at__gte=visit.opened_at, voided_on=None)
    return list(found.exclude(origin=Slip.Origin.LETTER).select_related("paper__document").order_by("pk"))


def plans_of(visit: CounterVisit) -> list[Plan]:
    """Plans drafted during the visit, or signed on its day."""
    during = Q(made_at__gte=visit.opened_at) | Q(signed_on=visit.on)
    found = Plan.objects.filter(during, person=visit.person_id, closed_on=None)
    return list(found.select_related("deed").prefetch_related("instalments").order_by("pk"))


def papers_of(visit: CounterVisit) -> list[Acknowledgement]:
    """債務承認書 that wait for a signature, and those signed since the visit began."""
    during = Q(signed_on=None) | Q(taken_at__gte=visit.opened_at)
    found = Acknowledgement.objects.filter(during, person=visit.person_id, dropped_on=None)
    return list(found.select_related("document").order_by("pk"))


def done_at(visit: CounterVisit, *, on: date) -> Done:
    """All of it as facts; a constant number of queries."""
    offers = {offer["code"]: offer for offer in offers_on(on)}
    chosen = [offers[code] for code in visit.offered if code in offers]
    return Done(
        slips=tuple(SlipMade(one.reference, one.amount_yen, one.due_on) for one in slips_of(visit)),
        plans=tuple(_plan(plan) for plan in plans_of(visit)),
        papers=tuple(
            PaperMade(paper.document.number, paper.signed_on is not None)
            for paper in papers_of(visit)
            if paper.made_at >= visit.opened_at or paper.signed_on
        ),
        others=tuple(_others(visit)),
        offers=tuple(offer["label"] for offer in chosen),
        softens=any(offer.get("softens") for offer in chosen),
    )


def _plan(plan: Plan) -> PlanMade:
    first = min(one.due_on for one in plan.instalments.all())
    return PlanMade(plan.history_number, plan.amount_yen, first, plan.signed_on is not None)


def _others(visit: CounterVisit) -> list[str]:
    """Holds placed and reliefs applied for, in words."""
    holds = Hold.objects.filter(person=visit.person_id, placed_at__gte=visit.opened_at, measure=None)
    said = [f"保留「{hold.title}」を登録した。" for hold in holds.exclude(reason=Hold.Reason.PLAN)]
    measures = Measure.objects.filter(person=visit.person_id, made_at__gte=visit.opened_at)
    return list(dict.fromkeys(said)) + [f"「{one.label}」を起案した。" for one in measures]
