"""Contacts and next steps."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import forms, log_form, services_work
from debtors.assignment_page import NOBODY
from debtors.joined import together
from debtors.models import Contact, Person, WorkItem
from debtors.panels import person_panel, visit_mark
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.models import User
from toyota_collect.permissions import Permission, require

PAGE = 50


@require(Permission.CONTACT_WRITE)
def new_contact(request: HttpRequest, number: str) -> HttpResponse:
    """The form, in place on the person's page (htmx) or as a page of its own."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    form = log_form.contact_form(person, request)
    in_place = bool(request.headers.get("HX-Request"))
    if form.is_bound and form.is_valid():
        services_work.record_contact(person_id=person.pk, by=request.user, **form.cleaned_data)
        if in_place:
            context = {"person": person, "visit": visit_mark(request.user, number)}
            return render(request, "debtors/_logged.html", context)
        messages.success(request, "経過を記録しました。")
        return redirect("debtors:person", number=number)
    audit.log_view(request, action="contact", person_key=number)
    context = log_form.context_of(person, request.user, form) | {"in_place": in_place}
    return render(request, "debtors/_log_form.html" if in_place else "debtors/contact_new.html", context)


@require(Permission.CONTACT_WRITE)
def correct_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of the course, said anew in a line of its own."""
    contact = get_object_or_404(Contact.objects.select_related("person", "by", "corrected_by"), pk=pk)
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=contact.person_id)
    form = log_form.correction_form(contact, request)
    if form.is_bound and form.is_valid():
        try:
            services_work.correct_contact(contact_id=pk, by=request.user, **form.cleaned_data)
        except services_work.CorrectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "訂正を新しい行で記録しました。前の行も残ります。")
            return redirect("debtors:person", number=person.number)
    audit.log_view(request, action="contact.correct", person_key=person.number)
    context = log_form.context_of(person, request.user, form) | {"contact": contact}
    return render(request, "debtors/contact_correct.html", context)


@person_panel(Permission.CONTACT_VIEW)
def panel_next(request: HttpRequest, person: Person) -> HttpResponse:
    context = {
        "person": person,
        "items": []
        if nothing_of(WorkItem, [person.pk])
        else person.work_items.filter(closed_at=None).select_related("owner"),
        "owes": services_work.owes(person, by=request.user, on=business_date()),
        "case": services_work.CASE,
    }
    return render(request, "debtors/panel_next.html", context)


@person_panel(Permission.CONTACT_VIEW)
def panel_contact(request: HttpRequest, person: Person) -> HttpResponse:
    contacts = Contact.objects.in_force().filter(person__in=together(person.pk)).exclude(outcome=Contact.Outcome.SENT)
    contact = contacts.select_related("by").first()  # a letter that was sent is no contact yet
    return render(request, "debtors/panel_contact.html", {"contact": contact})


@require(Permission.CONTACT_VIEW)
def work(request: HttpRequest) -> HttpResponse:
    on, whose, owner = business_date(), request.GET.get("whose", "mine"), request.GET.get("owner", "")
    items = WorkItem.objects.filter(closed_at=None).select_related("person", "owner")
    audit.log_view(request, action="work")
    of_owner = User.objects.filter(pk=owner).first() if owner.isdecimal() else None
    if of_owner or owner == NOBODY:
        items = items.filter(owner=of_owner)
    chosen = {"mine": items.filter(owner=request.user), "overdue": items.filter(due_on__lt=on), "all": items}
    page = Paginator(chosen.get(whose, items), PAGE).get_page(request.GET.get("page"))
    protected = hidden_people([item.person_id for item in page], on=on)
    context = {
        "page": page,
        "filters": _filters(chosen, whose, owner),
        "protected": protected,
        "of_owner": of_owner or ("担当のない件" if owner == NOBODY else ""),
    }
    return render(request, "debtors/work.html", context)


@require(Permission.CONTACT_WRITE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(WorkItem.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=item.person_id)
    form = forms.CloseForm(request.POST)
    try:
        outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
        services_work.close_work_item(item_id=pk, outcome=outcome, by=request.user, on=business_date())
    except services_work.WorkItemRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "次の一手を済みにしました。")
    return redirect("debtors:person", number=item.person.number)


def _filters(chosen: dict[str, Any], current: str, owner: str) -> list[dict[str, Any]]:
    """``owner``: whose steps alone are shown, an id as text or ``none``; own ones are then no list beside them."""
    labels = (
        {"overdue": "期限超過", "all": "すべて"}
        if owner
        else {"mine": "自分の担当", "overdue": "期限超過", "all": "すべて"}
    )
    beside = f"&owner={owner}" if owner else ""
    return [
        {"label": label, "url": f"?whose={key}{beside}", "count": chosen[key].count(), "current": key == current}
        for key, label in labels.items()
    ]
