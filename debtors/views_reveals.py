"""支援措置の人の住所の照会: asking, and the page of one enquiry, where the address is shown on one answer alone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from debtors.forms import RevealForm
from debtors.models import AddressReveal, Person
from debtors.services import reveals
from toyota_collect import audit
from toyota_collect.permissions import Permission, require

REVEALS = AddressReveal.objects.select_related("person", "asked_by", "granted_by", "approval")


@require(Permission.ADDRESS_REVEAL)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """The form, and what was asked about the person before."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    audit.log_view(request, action="reveals", person_key=number)
    form = RevealForm(request.POST or None)
    if form.is_valid():
        try:
            made = reveals.ask(person_id=person.pk, reason=form.cleaned_data["reason"], by=request.user)
        except reveals.RevealRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "照会を起案しました。決裁されると、ここから見られます。")
            return redirect("debtors:reveal", pk=made.pk)
    former = REVEALS.filter(person=person)[:50]
    return render(request, "debtors/reveals.html", {"person": person, "form": form, "former": former})


@require(Permission.ADDRESS_REVEAL)
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    audit.log_view(request, action="reveal", person_key=found.person.number)
    return _page(request, found)


@require(Permission.ADDRESS_REVEAL)
@require_POST
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The address, on this answer alone; nobody keeps the page."""
    found = _visible(request, pk)
    audit.log_view(
        request,
        action="reveal.address",
        person_key=found.person.number,
        basis=f"照会 {found.pk}・決裁 {found.approval_id}",
    )
    try:
        place = reveals.look(reveal_id=pk, by=request.user, now=timezone.now())
    except reveals.RevealRefused as refused:
        messages.warning(request, str(refused))
        return redirect("debtors:reveal", pk=pk)
    found.refresh_from_db()
    response = _page(request, found, place)
    response["Cache-Control"] = "no-store"
    return response


def _visible(request: HttpRequest, pk: int) -> AddressReveal:
    return get_object_or_404(REVEALS.filter(person__in=Person.objects.visible_to(request.user)), pk=pk)


def _page(request: HttpRequest, found: AddressReveal, place: reveals.Place | None = None) -> HttpResponse:
    running = found.until is not None and timezone.now() < found.until
    context = {"reveal": found, "person": found.person, "place": place, "running": running}
    context["own"] = found.asked_by_id == request.user.pk
    return render(request, "debtors/reveal.html", context)
