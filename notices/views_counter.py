"""窓口: receiving a visitor, one screen from what is owed to the written log, and going on where one was interrupted."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from claims.models import Acknowledgement
from claims.services import acknowledgements
from claims.services.slips import SlipRefused
from debtors.joined import went_to
from debtors.models import CounterVisit, Person
from debtors.search import LIMIT, find_people
from debtors.services import visits
from debtors.services_work import NextStepMissing
from notices import counter_page
from notices.forms_counter import SignedForm, VisitForm
from notices.services import counter
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@require(Permission.CONTACT_WRITE)
def desk(request: HttpRequest) -> HttpResponse:
    """Who is here, and the search for who has just come."""
    text, on = request.GET.get("q", "").strip()[:100], business_date()
    audit.log_view(request, action="counter")
    found = find_people(text, user=request.user, on=on) if text else None
    context = {"found": found, "limit": LIMIT, "rows": counter_page.open_visits(on=on)}
    return render(request, "notices/counter/desk.html", context)


@require(Permission.CONTACT_WRITE)
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Receive the person of a number or barcode; where that is nobody or several, they are listed."""
    on = business_date()
    if number := request.POST.get("number", ""):
        return _received(request, went_to(number) or number)
    text = request.POST.get("q", "").strip()[:100]
    found = find_people(text, user=request.user, on=on)
    if found.how == "number" and found.count == 1:
        return _received(request, found.rows[0]["shown"].number)
    return redirect(f"{reverse('notices:counter')}?{urlencode({'q': text})}")


def _received(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    made = visits.open_visit(person_id=person.pk, on=business_date(), by=request.user)
    return redirect("notices:counter-visit", pk=made.pk)


@require(Permission.CONTACT_WRITE)
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The one screen of a visit; each button keeps what is on it and does one thing."""
    found = _visit(request, pk)
    if found.closed_at:
        messages.success(request, "この受付は終わっています。")
        return redirect("debtors:person", number=found.person.number)
    if request.method == "POST":
        try:
            _keep(request, found)
            return _do(request, found)
        except (
            visits.VisitRefused, NextStepMissing, SlipRefused, acknowledgements.AcknowledgementRefused
        ) as refused:  # fmt: skip
            messages.warning(request, str(refused))
            return redirect("notices:counter-visit", pk=pk)
    audit.log_view(request, action="counter.visit", person_key=found.person.number)
    context = counter_page.visit_of(found, request.user, on=business_date())
    return render(request, "notices/counter/visit.html", context)


@require(Permission.CONTACT_WRITE)
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was ticked or typed, fetched with each change; the answer is the new sum and what may be told."""
    found = _visit(request, pk)
    try:
        _keep(request, found)
    except visits.VisitRefused as refused:
        return HttpResponse(str(refused), status=409)
    on = business_date()
    context = counter_page.sums_of(found, request.user, request.POST, on=on)
    context |= counter_page.told_of(found, context, on=on) | {"with_claims": "claims" in request.GET}
    return render(request, "notices/counter/_kept.html", context)


@require(Permission.HOLD_WRITE)
@require_POST
def take_signed(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """A signed 債務承認書 is handed back over the counter, or given up."""
    found = _visit(request, pk)
    wanted = get_object_or_404(Acknowledgement, pk=paper, person=found.person_id)
    on, form = business_date(), SignedForm(request.POST)
    try:
        if "drop" in request.POST:
            acknowledgements.drop(paper_id=wanted.pk, on=on, by=request.user)
            messages.success(request, "債務承認書を取りやめました。")
        elif form.is_valid():
            acknowledgements.take_signed(paper_id=wanted.pk, today=on, by=request.user, **form.cleaned_data)
            messages.success(request, "署名を受けました。載せた期別だけに債務の承認を記録しました。")
        else:
            messages.warning(request, "署名を受けた日、署名した人、立場を入れてください。")
    except acknowledgements.AcknowledgementRefused as refused:
        messages.warning(request, str(refused))
    return redirect("notices:counter-visit", pk=pk)


def _visit(request: HttpRequest, pk: int) -> CounterVisit:
    found = get_object_or_404(CounterVisit.objects.select_related("person", "opened_by"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    return found


def _keep(request: HttpRequest, found: CounterVisit) -> None:
    """Write down what the screen holds: ticks, identity check, notes, offers."""
    on = business_date()
    offers = [(one["code"], one["label"]) for one in counter_page.offers_on(on)]
    form = VisitForm(request.POST, offers=offers)
    form.is_valid()
    facts = form.cleaned_data
    sums = counter_page.sums_of(found, request.user, request.POST, on=on)
    visits.keep_visit(
        visit_id=found.pk,
        picked=counter_page.picked_of(sums),
        checked=facts.get("checked"),
        note=facts.get("note"),
        offered=facts.get("offered"),
    )
    found.refresh_from_db()


def _do(request: HttpRequest, found: CounterVisit) -> HttpResponse:
    acts: dict[str, Callable[[HttpRequest, CounterVisit], HttpResponse]] = {
        "pay": _pay,
        "paper": _paper,
        "plan": _plan,
        "end": _end,
        "away": _away,
        "give_up": _give_up,
    }
    act = acts.get(request.POST.get("do", ""))
    return act(request, found) if act else redirect("notices:counter-visit", pk=found.pk)


def _pay(request: HttpRequest, found: CounterVisit) -> HttpResponse:
    on = business_date()
    form = counter_page.sums_of(found, request.user, request.POST, on=on)["form"]
    if not form.is_valid():
        raise SlipRefused(" ".join(error for errors in form.errors.values() for error in errors))
    asked: dict[str, Any] = dict(form.cleaned_data)
    claims = [int(pk) for pk in asked.pop("claims")]
    made = counter.make_visit_slips(visit_id=found.pk, claim_ids=claims, on=on, by=request.user, **asked)
    rest = counter_page.rest_of(found, request.user, on=on, without=claims)
    visits.keep_visit(visit_id=found.pk, picked=rest)  # what is not paid now is spoken of next
    messages.success(request, f"納付書を{len(made)}枚作りました。印刷して渡してください。")
    return redirect("notices:counter-visit", pk=found.pk)


def _paper(request: HttpRequest, found: CounterVisit) -> HttpResponse:
    paper = counter.make_visit_paper(
        visit_id=found.pk, claim_ids=found.picked or [], on=business_date(), by=request.user
    )
    messages.success(
        request, f"債務承認書 {paper.document.number} を作りました。印刷して、説明のうえ署名を受けてください。"
    )
    return redirect("notices:counter-visit", pk=found.pk)


def _plan(request: HttpRequest, found: CounterVisit) -> HttpResponse:
    query = urlencode({"claims": found.picked or []}, doseq=True)
    return redirect(f"{reverse('claims:plan-build', args=[found.person.number])}?{query}")


def _end(request: HttpRequest, found: CounterVisit) -> HttpResponse:
    on = business_date()
    form = counter_page.end_form_of(found, request.user, on=on, data=request.POST)
    if not form.is_valid():
        context = counter_page.visit_of(found, request.user, on=on, end_form=form)
        return render(request, "notices/counter/visit.html", context)
    counter.end(visit_id=found.pk, on=on, by=request.user, **form.cleaned_data)
    messages.success(request, f"{found.person.name}さんの来庁の経過を記録しました。")
    return redirect("notices:counter")


def _away(request: HttpRequest, found: CounterVisit) -> HttpResponse:
    messages.success(request, f"{found.person.name}さんの受付を、途中のまま残しました。「窓口」から続けられます。")
    return redirect("notices:counter")


def _give_up(request: HttpRequest, found: CounterVisit) -> HttpResponse:
    visits.give_up_visit(visit_id=found.pk, by=request.user)
    messages.success(request, f"{found.person.name}さんの受付を、経過を書かずに取りやめました。")
    return redirect("notices:counter")
