"""後回し: a row of my day is put off, taken up again, and looked at by who assigns."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from debtors import postponing_page
from debtors.forms_postponing import PostponeForm
from debtors.models import Person, Postponement
from debtors.services import postponing
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require
from toyota_collect.wareki import long_text


@require(Permission.CONTACT_WRITE)
def postpone(request: HttpRequest, number: str) -> HttpResponse:
    """Why and until when; the limit stands beside it."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    row = postponing.row_of(person, request.user, on=on)
    form = PostponeForm(request.POST or None, row=row, on=on)
    if form.is_valid():
        try:
            made = postponing.postpone(person_id=person.pk, on=on, by=request.user, **form.cleaned_data)
        except postponing.PostponingRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{person.name}さんを{long_text(made.until)}まで後回しにしました。")
            return redirect(_day(request))
    audit.log_view(request, action="postpone", person_key=number)
    context: dict[str, Any] = {"person": person, "form": form, "row": row, "back": _day(request)}
    return render(request, "debtors/postpone.html", context)


@require(Permission.CONTACT_WRITE)
@require_POST
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Postponement, pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    postponing.take_up(postponement_id=pk, by=request.user)
    messages.success(request, f"{found.person.name}さんの後回しをやめました。本日行うことがあれば、並びます。")
    return redirect(_day(request))


@require(Permission.ASSIGN)
def postponements(request: HttpRequest) -> HttpResponse:
    """How often, for which reasons, by whom; and who waits now."""
    audit.log_view(request, action="postponements")
    return render(request, "debtors/postponements.html", postponing_page.context_of(request, on=business_date()))


def _day(request: HttpRequest) -> str:
    """My day as it was looked at: whose, for which reason, which page."""
    query = QueryDict(request.GET.get("back", "")).urlencode()
    return f"{reverse('debtors:day')}{f'?{query}' if query else ''}"
