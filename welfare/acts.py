"""Hand-overs to help, for the 実績. Nothing of a case: that somebody was handed over, and when."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from toyota_collect.registry import Act, Registry
from welfare.models import Referral, Respite


def register(registry: Registry) -> None:
    registry.acts += [
        Act("respite", "生活再建猶予", "hold", _respites),
        Act("referral", "福祉へのつなぎ", "hand", _referrals),
    ]


def _respites(first: date, last: date) -> QuerySet[Respite, Any]:
    begun = Respite.objects.filter(hold__isnull=False, starts_on__range=(first, last))
    return begun.order_by().values("person_id", day=F("starts_on"), team=F("by__team"))


def _referrals(first: date, last: date) -> QuerySet[Referral, Any]:
    handed = Referral.objects.filter(handed_on__range=(first, last))
    return handed.order_by().values("person_id", day=F("handed_on"), team=F("handed_by__team"))
