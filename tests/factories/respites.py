"""生活再建猶予 for tests, switched on as the product does."""

from datetime import date
from typing import Any

from claims.models import Claim
from debtors.models import Person
from tests.factories.claims import claim
from welfare.models import Respite
from welfare.services import respites

DAY, LAST, REVIEW = date(2026, 11, 20), date(2027, 2, 19), date(2026, 12, 20)
TERMS: dict[str, Any] = {
    "last_on": LAST,
    "review_on": REVIEW,
    "why": "失業し、家計の立て直しを相談している（架空）",
    "consulted": "11月18日 よりそい支援課 架空主査",
    "on": DAY,
}


def switch_on(someone: Person, by: Any, **facts: Any) -> Respite:
    return respites.switch_on(person_id=someone.pk, by=by, **(TERMS | facts))


def ending(someone: Person, last_day: date, **facts: Any) -> Claim:
    """A claim whose clock ends on the day."""
    made = claim(someone, **facts)
    Claim.objects.filter(pk=made.pk).update(prescribes_on=last_day)
    made.refresh_from_db()
    return made


def reached(someone: Person, channel: str, on: date = DAY) -> int:
    """How many claims of somebody a channel may be used for."""
    return Claim.objects.filter(identity__person=someone).reachable_by(channel, on=on).count()
