"""People for the signals: who paid for long and stopped, who pays on, and their flags."""

from datetime import date, timedelta
from typing import Any

from debtors.models import Person
from tests.factories.claims import claim, pay
from tests.factories.debtors import person
from welfare.models import HardshipFlag

DAY = date(2026, 11, 20)


def month_end(back: int) -> date:
    """The 20th of the month so many months before the day's."""
    place = DAY.year * 12 + DAY.month - 1 - back
    return date(place // 12, place % 12 + 1, 20)


def payer(*, paid: int, unpaid: int, kinds: tuple[str, ...] = ("resident_tax",), **facts: Any) -> Person:
    """Somebody with a claim a month up to last month: the first ``paid`` on time, the last ``unpaid`` not at all."""
    someone = person(**facts)
    for kind in kinds:
        source = {"resident_tax": "zei", "water_charge": "suido"}[kind]
        for place in range(paid + unpaid):
            due = month_end(paid + unpaid - place)
            owed = claim(someone, kind=kind, source=source, due_on=due, nominal_due_on=due)
            if place < paid:
                pay(owed, owed.principal_yen, on=due - timedelta(days=3))
    return someone


def stopped(**facts: Any) -> Person:
    """Somebody whom the rules flag: two kinds, ten kept months, then eight without any payment."""
    return payer(paid=10, unpaid=8, kinds=("resident_tax", "water_charge"), **facts)


def flag(of: Person | None = None, **facts: Any) -> HardshipFlag:
    """A flag that waits, with one sign for and one against."""
    signs = [
        {
            "code": "stopped",
            "label": "長く納めたあと途切れた",
            "weight": 4,
            "text": "8期が未納です",
            "law": "目的内",
            "grounds": ["tax"],
        }
    ]
    counters = [
        {
            "code": "paying",
            "label": "いまも納めている",
            "weight": -2,
            "text": "2か月",
            "law": "目的内",
            "grounds": ["contract"],
        }
    ]
    defaults = {"found_on": DAY, "seen_on": DAY, "score": 2, "threshold": 2, "signs": signs, "counters": counters}
    return HardshipFlag.objects.create(**({"person": of or person()} | defaults | facts))
