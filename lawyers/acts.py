"""Cases handed to firms, for the 実績."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from lawyers.models import LegalCase
from toyota_collect.registry import Act, Registry


def register(registry: Registry) -> None:
    registry.acts.append(Act("lawyers", "弁護士への引渡し", "hand", _handed))


def _handed(first: date, last: date) -> QuerySet[LegalCase, Any]:
    handed = LegalCase.objects.filter(handed_on__range=(first, last))
    return handed.order_by().values("person_id", day=F("handed_on"), team=F("mandate__by__team"))
