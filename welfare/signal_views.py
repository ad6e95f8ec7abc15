"""困窮のサイン: the queue with its reasons, the assessment, why and why not for one person, and the figures."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors.joined import together
from debtors.models import Person
from debtors.panels import person_panel
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require
from welfare import figures_page, signal_page
from welfare.forms_signals import AssessForm
from welfare.models import HardshipFlag
from welfare.services.referrals import bases_of
from welfare.signal_services import AssessmentRefused, assess, assessable

SAID = {
    "confirmed": "困窮していると書きました。相談の案内を「次の一手」に入れました。",
    "rejected": "困窮ではないと書きました。",
    "later": "あとでもう一度出します。",
}


@require(Permission.SIGNAL_ASSESS)
def signals(request: HttpRequest) -> HttpResponse:
    """The queue and its first flag."""
    return _desk(request, None)


@require(Permission.SIGNAL_ASSESS)
def signal(request: HttpRequest, pk: int) -> HttpResponse:
    """One flag with its reasons."""
    return _desk(request, pk)


@require(Permission.SIGNAL_ASSESS)
@require_POST
def assess_signal(request: HttpRequest, pk: int) -> HttpResponse:
    on = business_date()
    get_object_or_404(assessable(request.user, on=on), pk=pk)
    form = AssessForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "見立てを書けませんでした。答えと日付を確かめてください。")
        return redirect("welfare:signal", pk=pk)
    try:
        done = assess(flag_id=pk, on=on, by=request.user, **form.cleaned_data)
    except AssessmentRefused as refused:
        messages.warning(request, str(refused))
        return redirect("welfare:signal", pk=pk)
    messages.success(request, SAID[done.answer])
    return redirect("welfare:signals")


@require(Permission.SIGNAL_VIEW)
def signal_person(request: HttpRequest, number: str) -> HttpResponse:
    """Why and why not, as the facts stand today."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    audit.log_view(request, action="signal_person", person_key=person.number)
    return render(
        request, "welfare/signals/person.html", signal_page.of_person(person, request.user, on=business_date())
    )


@person_panel(Permission.SIGNAL_VIEW)
def panel_signal(request: HttpRequest, person: Person) -> HttpResponse:
    context = signal_page.panel(person, request.user, together(person.pk))
    return render(request, "welfare/signals/panel.html", context)


@require(Permission.SIGNAL_FIGURES)
def figures(request: HttpRequest) -> HttpResponse:
    """How often the signs were right, quarter by quarter, and what became of those who were helped."""
    audit.log_view(request, action="signal_figures")
    context = figures_page.page(on=business_date(), quarter=request.GET.get("quarter", ""))
    return render(request, "welfare/signals/figures.html", context)


def _desk(request: HttpRequest, pk: int | None) -> HttpResponse:
    try:
        context = signal_page.desk(request.user, on=business_date(), view=request.GET.get("list", ""), chosen=pk)
    except HardshipFlag.DoesNotExist as missing:
        raise Http404 from missing
    seen = [one.person for one in [*context["queue"], *filter(None, [context["flag"]])]]
    bases = bases_of(request.user, on=business_date(), people={one.pk for one in seen})
    number = context["flag"].person.number if context["flag"] else ""
    audit.log_view(request, action="signals", person_key=number, basis=bases.get(number, ""))
    keys = [one.person.number for one in context["queue"]]
    audit.log_views(request, action="signals_list", person_keys=keys, bases=bases)
    return render(request, "welfare/signals/desk.html", context)
