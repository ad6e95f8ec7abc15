"""Contacts and next steps."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import forms, services_work
from debtors.joined import together
from debtors.models import Contact, Person, WorkItem
from debtors.panels import person_panel
from debtors.protection import hidden_people
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

PAGE = 50


@require(Permission.CONTACT_WRITE)
def new_contact(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    owes = services_work.owes(person, by=request.user, on=on)
    form = forms.ContactForm(request.POST or None, on_latest=on, owes=owes)
    if form.is_valid():
        services_work.record_contact(person_id=person.pk, by=request.user, **form.cleaned_data)
        messages.success(request, "経過を記録しました。")
        return redirect("debtors:person", number=number)
    audit.log_view(request, action="contact", person_key=number)
    item = person.work_items.filter(subject_key=services_work.CASE, closed_at=None).first()
    protected = person.pk in hidden_people([person.pk], on=on)
    context = {"person": person, "form": form, "owes": owes, "item": item, "protected": protected}
    return render(request, "debtors/contact_new.html", context)


@person_panel(Permission.CONTACT_VIEW)
def panel_next(request: HttpRequest, person: Person) -> HttpResponse:
    context = {
        "person": person,
        "items": person.work_items.filter(closed_at=None).select_related("owner"),
        "owes": services_work.owes(person, by=request.user, on=business_date()),
        "case": services_work.CASE,
    }
    return render(request, "debtors/panel_next.html", context)


@person_panel(Permission.CONTACT_VIEW)
def panel_contact(request: HttpRequest, person: Person) -> HttpResponse:
    contacts = Contact.objects.filter(person__in=together(person.pk)).exclude(outcome=Contact.Outcome.SENT)
    contact = contacts.select_related("by").first()  # a letter that was sent is no contact yet
    return render(request, "debtors/panel_contact.html", {"contact": contact})


@require(Permission.CONTACT_VIEW)
def work(request: HttpRequest) -> HttpResponse:
    on, whose = business_date(), request.GET.get("whose", "mine")
    items = WorkItem.objects.filter(closed_at=None).select_related("person", "owner")
    audit.log_view(request, action="work")
    chosen = {"mine": items.filter(owner=request.user), "overdue": items.filter(due_on__lt=on), "all": items}
    page = Paginator(chosen.get(whose, items), PAGE).get_page(request.GET.get("page"))
    protected = hidden_people([item.person_id for item in page], on=on)
    context = {"page": page, "filters": _filters(chosen, whose), "protected": protected}
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


def _filters(chosen: dict[str, Any], current: str) -> list[dict[str, Any]]:
    labels = {"mine": "自分の担当", "overdue": "期限超過", "all": "すべて"}
    return [
        {"label": labels[key], "url": f"?whose={key}", "count": rows.count(), "current": key == current}
        for key, rows in chosen.items()
    ]
