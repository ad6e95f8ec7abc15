"""People: the search and the shell of the person page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from toyota_collect import audit
from toyota_collect.permissions import Permission, require

from debtors.models import Person


@require(Permission.PERSON_SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "debtors/search.html")


@require(Permission.PERSON_VIEW)
def person(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(Person, number=number)
    audit.log_view(request, action="person", person_key=found.number)
    return render(request, "debtors/person.html", {"person": found})
