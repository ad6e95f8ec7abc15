"""People: the search, the shell of the person page, and a person's course."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from debtors.happenings import course_of, of_topic, topics_of
from debtors.joined import went_to
from debtors.models import Person
from debtors.panels import answers_of, panels_for, person_panel, seen_person
from debtors.person_page import context_of
from debtors.search import LIMIT, find_people
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.held import held
from toyota_collect.permissions import Permission, require

COURSE_LINES = 12
TYPED = 8  # people shown under the search field


@require(Permission.PERSON_SEARCH)
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    if not text:
        return render(request, "debtors/search.html", {"found": None})
    audit.log_view(request, action="search")
    found = find_people(text, user=request.user, on=business_date())
    if found.how == "number" and found.count == 1:
        return redirect("debtors:person", number=found.rows[0]["shown"].number)
    return render(request, "debtors/search.html", {"found": found, "limit": LIMIT})


@require(Permission.PERSON_SEARCH)
def search_as_typed(request: HttpRequest) -> HttpResponse:
    """The first people for what is in the search field so far; each look is logged as a search is."""
    text = request.GET.get("q", "").strip()[:100]
    if not text:
        return HttpResponse()
    audit.log_view(request, action="search")
    found = find_people(text, user=request.user, on=business_date(), limit=TYPED, with_facts=False)
    return render(request, "debtors/_typed.html", {"found": found})


@require(Permission.PERSON_VIEW)
@held()
def person(request: HttpRequest, number: str) -> HttpResponse:
    if current := went_to(number):
        return redirect("debtors:person", number=current)
    found = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    audit.log_view(request, action="person", person_key=found.number)
    return render(request, "debtors/person.html", context_of(found, request.user, on=business_date()))


@require(Permission.PERSON_VIEW)
@held()
def panels(request: HttpRequest, number: str) -> HttpResponse:
    """All panels of the page at once, each for its own place; what several of them ask is asked once."""
    seen_person(request.user, number)
    answers = answers_of(panels_for(request.user), request, number)
    return render(request, "debtors/panels.html", {"answers": answers})


@person_panel(Permission.CONTACT_VIEW)
def panel_course(request: HttpRequest, person: Person) -> HttpResponse:
    whole = course_of(person, request.user, on=business_date())
    topic = request.GET.get("topic", "")
    course = of_topic(whole, topic)
    shown = course if request.GET.get("all") else course[:COURSE_LINES]
    context = {"person": person, "course": shown, "more": len(course) - len(shown), "topic": topic}
    context |= {"topics": topics_of(whole, topic)}
    return render(request, "debtors/panel_course.html", context)
