"""支援措置対象者の送付経路: entering one, and its page, where who confirms it may look at the address once more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors.forms_routes import RouteForm
from debtors.joined import together
from debtors.models import Person, SafeRoute
from debtors.services import safe_routes
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

ROUTES = SafeRoute.objects.select_related("person", "section", "approval__decided_by", "entered_by", "ended_by").defer(
    "secret"
)


@require(Permission.SAFE_ROUTE)
def routes(request: HttpRequest, number: str) -> HttpResponse:
    """The person's routes, without any address, and the form of a new one."""
    person, today = get_object_or_404(Person.objects.visible_to(request.user), number=number), business_date()
    audit.log_view(request, action="safe_routes", person_key=number)
    form = RouteForm(request.POST or None, today=today)
    if form.is_valid():
        try:
            made = safe_routes.ask_route(
                person_id=person.pk, starts_on=today, by=request.user, today=today, **form.facts()
            )
        except safe_routes.RouteRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "登録しました。別の人の確認を待っています。")
            return redirect("debtors:safe-route", pk=made.pk)
    found = list(ROUTES.filter(person__in=together(person.pk)))
    protected = Person.objects.protected(on=today).filter(pk=person.pk).exists()
    context = {"person": person, "routes": found, "form": form, "protected": protected, "today": today}
    context["open"] = [one for one in found if one.state != SafeRoute.State.ENDED]
    return render(request, "debtors/routes.html", context)


@require(Permission.SAFE_ROUTE)
def route(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ROUTES, pk=pk)
    audit.log_view(request, action="safe_route", person_key=found.person.number)
    return _page(request, found)


@require(Permission.APPROVE)
@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The address, once, on this answer alone; nobody keeps the page."""
    found = get_object_or_404(ROUTES, pk=pk)
    audit.log_view(request, action="safe_route.address", person_key=found.person.number)
    try:
        place = safe_routes.shown_to(route_id=pk, by=request.user)
    except safe_routes.RouteRefused as refused:
        messages.warning(request, str(refused))
        return redirect("debtors:safe-route", pk=pk)
    response = _page(request, found, place)
    response["Cache-Control"] = "no-store"
    return response


@require(Permission.SAFE_ROUTE)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ROUTES, pk=pk)
    try:
        safe_routes.end_route(route_id=pk, reason=request.POST.get("reason", ""), by=request.user)
    except safe_routes.RouteRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "送付経路を終わらせました。送付先は消しました。")
    return redirect("debtors:safe-route", pk=pk)


def _page(request: HttpRequest, found: SafeRoute, place: safe_routes.Place | None = None) -> HttpResponse:
    today, waiting = business_date(), found.state == SafeRoute.State.ASKED
    may_look = waiting and found.way == SafeRoute.Way.POST and found.entered_by_id != request.user.pk
    context = {"route": found, "place": place, "waiting": waiting, "may_look": may_look, "today": today}
    context["over"] = found.state == SafeRoute.State.CONFIRMED and found.ends_on <= today
    return render(request, "debtors/route.html", context)
