"""時効ボード: one person's clocks, and what an act would do to them."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from claims.clocks_page import Asked, context_of
from claims.forms_clocks import WhatIfForm
from claims.services.what_if import Act
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@require(Permission.CLAIM_VIEW)
def clocks(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    today = business_date()
    form = WhatIfForm(request.GET or None, earliest=today)
    context = context_of(person, request.user, today=today, asked=_asked(form, today))
    audit.log_view(request, action="clocks", person_key=number)
    return render(request, "claims/clocks/person.html", context | {"person": person, "form": form})


def _asked(form: WhatIfForm, today: date) -> Asked:
    if not form.is_valid():
        return Asked(Act.NOTHING, today)
    cleaned = form.cleaned_data
    act = Act(cleaned["act"] or Act.NOTHING)
    return Asked(act, cleaned["on"] or today, cleaned["claim"], cleaned["scope"] == "one")
