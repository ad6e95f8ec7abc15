"""生活再建猶予: switched on for a person, looked at, extended, ended; its letter and the applications it offers."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.rules.holds import NotAllowed
from claims.services.charges import TermsMissing
from debtors.models import Person
from debtors.panels import person_panel
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing
from toyota_collect.days import DayField
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require
from toyota_collect.tabs import tabs
from welfare import respite_pages as pages
from welfare.forms_respite import RespiteForm, ReviewForm
from welfare.loop import asked_to_wait
from welfare.models import Respite
from welfare.services import respite_papers, respites
from welfare.services.respite_effects import claims_of, offers_for

PER_PAGE = 50


@person_panel(Permission.CONTACT_VIEW)
def panel_respite(request: HttpRequest, person: Person) -> HttpResponse:
    return render(request, "welfare/respite/panel.html", pages.panel_context(person, on=business_date()))


@require(Permission.HOLD_WRITE)
def overview(request: HttpRequest) -> HttpResponse:
    on = business_date()
    found = pages.lists(on=on)
    shown, filters = tabs(found, request.GET.get("show", ""), else_="running")
    page = Paginator(found[shown][1], PER_PAGE).get_page(request.GET.get("page"))
    audit.log_view(request, action="respites")
    context = {"filters": filters, "page": page, "label": found[shown][0], "on": on}
    return render(request, "welfare/respite/list.html", context | {"rows": [pages.row_of(one, on=on) for one in page]})


@require(Permission.HOLD_WRITE)
def switch_on(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    if known := respites.running_on(person, on=on) or respites.waiting_for(person):
        return redirect("welfare:respite", pk=known.pk)
    return _ask(request, person, on=on, starts_on=on, former=None)


@require(Permission.HOLD_WRITE)
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    former = _found(request, pk)
    if former.hold is None or former.hold.ends_on is None:
        raise Http404
    return _ask(request, former.person, on=business_date(), starts_on=former.hold.ends_on, former=former)


@require(Permission.HOLD_WRITE)
def respite(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _found(request, pk))


@require(Permission.APPROVE)
@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    found, on = _found(request, pk), business_date()
    form = ReviewForm(request.POST, over=_is_over(found, on))
    if not form.is_valid():
        return _show(request, found, review_form=form)
    waiting = respites.waiting_for(found.person)
    try:
        respites.review(respite_id=pk, by=request.user, on=on, **form.cleaned_data)
    except respites.RespiteRefused as refused:
        form.add_error(None, str(refused))
        return _show(request, found, review_form=form)
    messages.success(request, "見直しを記録しました。")
    if waiting and Respite.objects.filter(pk=waiting.pk, state=Respite.State.DROPPED).exists():
        messages.warning(
            request, "決裁を待っていた延長は取りやめになりました。起案した人に伝え、決裁は差し戻してください。"
        )
    return redirect("welfare:respite", pk=pk)


@require(Permission.HOLD_WRITE)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(request, pk)
    try:
        respites.give_up(respite_id=pk, by=request.user)
    except respites.RespiteRefused as refused:
        messages.warning(request, str(refused))
        return redirect("welfare:respite", pk=pk)
    messages.success(request, "起案を取りやめました。")
    return redirect("debtors:person", number=found.person.number)


@require(Permission.HOLD_WRITE)
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it was made."""
    found = _found(request, pk)
    if found.letter is None:
        raise Http404
    audit.log_view(request, action="respite.letter", person_key=found.person.number)
    try:
        content = document_bytes(found.letter)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("welfare:respite", pk=pk)
    return inline(content, f"seikatsu-saiken-{found.letter.pk}.pdf")


@require(Permission.HOLD_WRITE)
def application(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The application of a relief with the person's claims on it, to be filled in and signed."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    fits = [fit for fit in offers_for(person, claims_of(person), on=on) if fit.offer.code == code and fit.claims]
    if not fits or fits[0].offer.form != fits[0].offer.Form.APPLICATION:
        raise Http404
    audit.log_view(request, action="relief.application", person_key=number)
    return inline(respite_papers.application(person, fits[0], on=on), f"shinsei-{code}-{number}.pdf")


def _ask(request: HttpRequest, person: Person, *, on: date, starts_on: date, former: Respite | None) -> HttpResponse:
    """The form of the switch with what it would do, for the days that are asked for."""
    wait = asked_to_wait(person, on=on)
    days = pages.proposed(on=on, starts_on=starts_on, wait=wait)
    asked = _day(request.POST.get("last_on") or request.GET.get("last_on")) or days["last_on"]
    try:
        context = pages.plan_context(person, on=on, starts_on=starts_on, last_on=max(asked, starts_on))
    except (NotAllowed, TermsMissing, SettingMissing) as missing:
        messages.warning(request, str(missing))
        return redirect("debtors:person", number=person.number)
    initial: dict[str, Any] = days | {"last_on": asked, "review_on": min(days["review_on"], asked)}
    initial |= {"consulted": wait.told} if wait else {}
    form = RespiteForm(request.POST or None, clocks=bool(context["inside"]), initial=initial)
    if form.is_valid():
        try:
            made = respites.switch_on(
                person_id=person.pk,
                by=request.user,
                on=on,
                extends_id=former.pk if former else None,
                **form.terms(),
            )
        except respites.RespiteRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _said(made))
            return redirect("welfare:respite", pk=made.pk)
    audit.log_view(request, action="respite.ask", person_key=person.number)
    context |= {"form": form, "former": former, "wait": wait, "on": on}
    return render(request, "welfare/respite/new.html", context)


def _said(made: Respite) -> str:
    if made.hold_id:
        return "止めました。手紙・電話・差押・弁護士への引渡しは、いまから行われません。お知らせを印刷して、本人に渡してください。"
    return "決裁に出しました。承認されると止まり、お知らせができます。"


def _show(request: HttpRequest, found: Respite, **forms: Any) -> HttpResponse:
    on = business_date()
    audit.log_view(request, action="respite", person_key=found.person.number)
    context = pages.respite_context(found, on=on)
    context |= {"review_form": ReviewForm(over=_is_over(found, on))} | forms
    return render(request, "welfare/respite/respite.html", context)


def _is_over(found: Respite, on: date) -> bool:
    return bool(found.hold and found.hold.ends_on and found.hold.ends_on <= on)


def _found(request: HttpRequest, pk: int) -> Respite:
    rows = Respite.objects.select_related("person", "hold", "letter", "approval__decided_by", "by", "extends")
    found: Respite = get_object_or_404(rows, pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    return found


def _day(text: str | None) -> date | None:
    try:
        day: date | None = DayField(required=False).clean(text)
    except ValidationError:  # the form says so
        return None
    return day
