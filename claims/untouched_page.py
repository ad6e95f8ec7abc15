"""What the list of 未折衝 shows: whom nobody works on, the largest sum first, and whose they are."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q

from claims.models import UntouchedPerson
from claims.services.untouched import MOST
from debtors.assignment_page import NOBODY
from debtors.models import WorkItem
from debtors.protection import hidden_people
from debtors.services.assigning import officers
from toyota_collect.registry import registry

ORDERS = {
    "yen": ("滞納の多い順", ("-yen", "person")),
    "clock": ("時効の近い順", ("prescribes_on", "-yen", "person")),
    "old": ("納期限の古い順", ("oldest_due_on", "-yen", "person")),
}


def rows_now() -> Any:
    """Of the last count, those for whom no step was opened since."""
    steps = WorkItem.objects.filter(person=OuterRef("person"), closed_at=None)
    return UntouchedPerson.objects.filter(~Exists(steps), person__withdrawn_at=None)


def context_of(*, officer: str, order: str, page: str | None, on: date) -> dict[str, Any]:
    """``officer``: an id as text, ``none`` for people nobody looks after, anything else for all."""
    rows = rows_now()
    chosen = _of_officer(officer)
    order = order if order in ORDERS else "yen"
    shown = rows.filter(chosen).select_related("person__assignment__officer").order_by(*ORDERS[order][1])
    paged = Paginator(shown, MOST).get_page(page)
    people = [row.person_id for row in paged]
    return {
        "page": paged,
        "filters": _filters(rows, officer, order),
        "orders": [
            {"label": label, "url": f"?officer={officer}&order={code}", "current": code == order}
            for code, (label, _) in ORDERS.items()
        ],
        "officer": officer,
        "order": order,
        "protected": hidden_people(people, on=on),
        "cared_for": {person for asked in registry.cared_for for person in asked(people, on)},
    }


def _of_officer(officer: str) -> Q:
    if officer == NOBODY:
        return Q(person__assignment=None)
    return Q(person__assignment__officer=int(officer)) if officer.isdecimal() else Q()


def _filters(rows: Any, officer: str, order: str) -> list[dict[str, Any]]:
    """Every officer who can have people and nobody, with their numbers; those of others only where they have some."""
    counted = rows.order_by().values_list("person__assignment__officer").annotate(people=Count("pk"))
    people: dict[int | None, int] = dict(counted)
    found = [{"label": "すべて", "code": "", "count": sum(people.values())}]
    found.append({"label": "担当なし", "code": NOBODY, "count": people.get(None, 0)})
    found += [
        {"label": str(one), "code": str(one.pk), "count": people[one.pk]} for one in officers() if one.pk in people
    ]
    return [one | {"url": f"?officer={one['code']}&order={order}", "current": one["code"] == officer} for one in found]
