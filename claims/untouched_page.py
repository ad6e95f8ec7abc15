"""What the list of 未折衝 shows: whom nobody works on, the largest sum first, and whose they are."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from claims.models import UntouchedPerson
from claims.paging import CountedPaginator
from claims.services.untouched import MOST
from claims.standing import UNTOUCHED, Standing
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


def context_of(standing: Standing, *, officer: str, order: str, page: str | None, on: date) -> dict[str, Any]:
    """``standing``: the last count, of which the numbers are. ``officer``: an id as text, ``none`` for people nobody looks
    after, anything else for all."""
    chosen, people = _of_officer(officer), _numbers(standing)
    order = order if order in ORDERS else "yen"
    shown = rows_now().filter(chosen).select_related("person__assignment__officer").order_by(*ORDERS[order][1])
    length = people.get(officer, 0) if chosen else sum(people.values())
    paged = CountedPaginator(shown, MOST, length=length).get_page(page)
    on_page = [row.person_id for row in paged]
    return {
        "page": paged,
        "filters": _filters(people, officer, order),
        "orders": [
            {"label": label, "url": f"?officer={officer}&order={code}", "current": code == order}
            for code, (label, _) in ORDERS.items()
        ],
        "officer": officer,
        "order": order,
        "protected": hidden_people(on_page, on=on),
        "cared_for": {person for asked in registry.cared_for for person in asked(on_page, on)},
    }


def _of_officer(officer: str) -> Q:
    if officer == NOBODY:
        return Q(person__assignment=None)
    return Q(person__assignment__officer=int(officer)) if officer.isdecimal() else Q()


def _numbers(standing: Standing) -> dict[str, int]:
    """People of the last count by officer, as the address names them."""
    return {
        str(pk) if pk else NOBODY: places[UNTOUCHED] for pk, places in standing.officers.items() if places[UNTOUCHED]
    }


def _filters(people: dict[str, int], officer: str, order: str) -> list[dict[str, Any]]:
    """All, nobody's, and those of every officer who can have people and has some."""
    found = [{"label": "すべて", "code": "", "count": sum(people.values())}]
    found.append({"label": "担当なし", "code": NOBODY, "count": people.get(NOBODY, 0)})
    found += [
        {"label": str(one), "code": str(one.pk), "count": people[str(one.pk)]}
        for one in officers()
        if str(one.pk) in people
    ]
    return [one | {"url": f"?officer={one['code']}&order={order}", "current": one["code"] == officer} for one in found]
