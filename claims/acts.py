"""What is agreed, waited for, enforced and ended, for the 実績."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Value

from claims.models import ClaimEndLine, ClaimEvent, Hold, Plan, PlanBreach
from toyota_collect.registry import Act, ActRows, Registry

NOBODY = Value("")
Reason, Kind = Hold.Reason, ClaimEvent.Kind
GRACES = (Reason.TAX_GRACE, Reason.CONVERSION_GRACE, Reason.DEFERRED_PERFORMANCE)
STOPS = (Reason.EXECUTION_STOP, Reason.COLLECTION_STOP)


def register(registry: Registry) -> None:
    registry.acts += [
        Act("plan", "分納の誓約", "plan", _plans),
        Act("breach", "分納の不履行", "plan", _breaches),
        Act("grace", "猶予・履行延期", "hold", _holds(*GRACES)),
        Act("stop", "執行停止・徴収停止", "hold", _holds(*STOPS)),
        Act("seizure", "差押", "force", _events(Kind.SEIZURE)),
        Act("delivery_claim", "交付要求", "force", _events(Kind.DELIVERY_CLAIM)),
        Act("suit", "訴え・支払督促", "force", _events(Kind.SUIT)),
        Act("write_off", "不納欠損（人）", "end", _write_offs),
    ]


def _plans(first: date, last: date) -> QuerySet[Plan, Any]:
    return Plan.objects.filter(signed_on__range=(first, last)).order_by().values(
        "person_id", day=F("signed_on"), team=F("by__team")
    )  # fmt: skip


def _breaches(first: date, last: date) -> QuerySet[PlanBreach, Any]:
    found = PlanBreach.objects.filter(found_on__range=(first, last))
    return found.order_by().values(person_id=F("instalment__plan__person"), day=F("found_on"), team=NOBODY)


def _holds(*reasons: str) -> ActRows:
    """By the day they begin, one for a person and day however many claims they are about."""

    def rows(first: date, last: date) -> QuerySet[Hold, Any]:
        placed = Hold.objects.filter(reason__in=reasons, starts_on__range=(first, last))
        return placed.order_by().values("person_id", day=F("starts_on"), team=F("placed_by__team")).distinct()

    return rows


def _events(kind: str) -> Callable[[date, date], QuerySet[ClaimEvent, Any]]:
    """One for a person and day, however many claims it is about; what was withdrawn never happened."""

    def rows(first: date, last: date) -> QuerySet[ClaimEvent, Any]:
        found = ClaimEvent.objects.filter(kind=kind, withdrawn_at=None, on__range=(first, last))
        found = found.filter(claim__identity__person__isnull=False, claim__taken_back_at=None)
        return (
            found.order_by().values(person_id=F("claim__identity__person"), day=F("on"), team=F("by__team")).distinct()
        )

    return rows


def _write_offs(first: date, last: date) -> QuerySet[ClaimEndLine, Any]:
    """People of whose claims one or more were written off that day."""
    booked = ClaimEndLine.objects.filter(end__booked_on__range=(first, last), claim__identity__person__isnull=False)
    return booked.order_by().values(
        person_id=F("claim__identity__person"), day=F("end__booked_on"), team=F("end__by__team")
    ).distinct()  # fmt: skip
