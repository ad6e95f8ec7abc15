"""異動: what happened to people who owe, what is to be done about it, and what was found."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import life_page
from debtors.forms import CloseForm
from debtors.models import LifeEvent
from debtors.services.life_events import LifeEventRefused, handle_life_event
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

PAGE = 50


@require(Permission.CONTACT_WRITE)
def life_events(request: HttpRequest) -> HttpResponse:
    on, group = business_date(), request.GET.get("kind", "")
    audit.log_view(request, action="life_events")
    found = life_page.filters(group=group, done=request.GET.get("state") == "all")
    events = found["events"].select_related("identity__person", "work_item__owner", "handled_by")
    page = Paginator(events, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": life_page.rows_of(page, request.user, on=on), "filters": found["filters"]}
    return render(request, "debtors/life_events.html", context)


@require(Permission.CONTACT_WRITE)
@require_POST
def handle(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(LifeEvent.objects.of_people(), pk=pk)
    form = CloseForm(request.POST)
    outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
    try:
        handle_life_event(event_id=pk, outcome=outcome, by=request.user, on=business_date())
    except LifeEventRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "異動を済みにしました。")
    return redirect("debtors:life-events")
