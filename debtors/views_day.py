"""My day: whom to help next, why, with which one step."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode

from debtors import day_page
from debtors.models import Assignment, Person
from debtors.panels import person_panel
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.held import held
from toyota_collect.models import User
from toyota_collect.permissions import Permission, allows, require
from toyota_collect.registry import registry

PAGE = 30  # as many as somebody can do in a day, and quick to show


@require(Permission.DAY_VIEW)
@held()
def day(request: HttpRequest) -> HttpResponse:
    """One's own day; who assigns may look at anybody's."""
    on, officer = business_date(), _officer(request)
    found, reason = day_page.day_of(officer, on=on), request.GET.get("reason", "")
    audit.log_view(request, action="day")
    page = Paginator(found.with_reason(reason), PAGE).get_page(request.GET.get("page"))
    context = {
        "officer": officer,
        "own": officer.pk == request.user.pk,
        "found": found,
        "page": page,
        "rows": day_page.rows_of(page, request.user, first=page.start_index(), on=on),
        "filters": _filters(request, found, reason),
        "done": (done := day_page.done_today(officer, on=on)),
        "of_today": done["people"] + len(found.entries),
        "team": day_page.team() if allows(request.user, Permission.ASSIGN) else [],
        "may_write": allows(request.user, Permission.CONTACT_WRITE),
        "back": urlencode({"back": request.GET.urlencode()}),
        "as_of": timezone.now(),
        "fresh": [fresh for source in registry.freshness if (fresh := source())],
    }
    return render(request, "debtors/day.html", context)


@person_panel(Permission.CONTACT_VIEW)
def panel_advice(request: HttpRequest, person: Person) -> HttpResponse:
    on = business_date()
    context = {
        "person": person,
        "assignment": Assignment.objects.filter(person=person).select_related("officer", "rule").first(),
        **day_page.advice_context(day_page.advice_for(person, request.user, on=on), person),
    }
    return render(request, "debtors/panel_advice.html", context)


def _officer(request: HttpRequest) -> Any:
    asked = request.GET.get("officer", "")
    if asked.isdecimal() and allows(request.user, Permission.ASSIGN):
        return get_object_or_404(User, pk=asked, is_active=True)
    return request.user


def _filters(request: HttpRequest, found: day_page.Day, current: str) -> list[dict[str, Any]]:
    counts = [("", len(found.entries)), *found.counts()]
    kept = {"officer": request.GET["officer"]} if request.GET.get("officer") else {}
    return [
        {
            "label": label or "すべて",
            "url": "?" + urlencode(kept | ({"reason": label} if label else {})),
            "count": count,
            "current": label == current,
        }
        for label, count in counts
    ]
