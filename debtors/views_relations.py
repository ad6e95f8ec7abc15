"""世帯と関係者: a person's household and who acts for whom."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import households
from debtors.forms_relations import RelationForm
from debtors.models import Person, PersonRelation
from debtors.panels import person_panel
from debtors.protection import hidden_people
from debtors.services import relations
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@person_panel(Permission.CONTACT_VIEW)
def panel_relations(request: HttpRequest, person: Person) -> HttpResponse:
    on = business_date()
    members = households.household_of(person, request.user, on=on)
    lasting = Q(ends_on=None) | Q(ends_on__gt=on)
    acting = list(person.relations.filter(lasting).select_related("actor"))
    acted_for = list(person.acts_for.filter(lasting).select_related("person"))
    hidden = hidden_people({person.pk, *(one.actor_id for one in acting if one.actor_id)}, on=on)
    context = {
        "person": person,
        "members": members,
        "hidden": members is None,
        "acting": [{"relation": one, "hidden": person.pk in hidden or one.actor_id in hidden} for one in acting],
        "acted_for": acted_for,
        "on": on,
    }
    return render(request, "debtors/panel_relations.html", context)


@require(Permission.CONTACT_WRITE)
def new_relation(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    form = RelationForm(request.POST or None, on=business_date())
    if form.is_valid():
        facts = {key: value for key, value in form.cleaned_data.items() if key != "number"}
        try:
            with transaction.atomic():
                actor = form.cleaned_data["number"]
                found = relations.person_by_number(actor, by=request.user) if actor else None
                relations.add_relation(
                    person_id=person.pk, actor_id=found.pk if found else None, by=request.user, **facts
                )
        except relations.RelationRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "関係を登録しました。")
            return redirect("debtors:person", number=number)
    audit.log_view(request, action="relation", person_key=number)
    hidden = bool(hidden_people([person.pk], on=business_date()))
    return render(request, "debtors/relation_new.html", {"person": person, "form": form, "protected": hidden})


@require(Permission.CONTACT_WRITE)
@require_POST
def end_relation(request: HttpRequest, pk: int) -> HttpResponse:
    relation = get_object_or_404(PersonRelation.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=relation.person_id)
    try:
        relations.end_relation(relation_id=pk, ends_on=business_date(), by=request.user)
    except relations.RelationRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "関係を本日で終わらせました。")
    return redirect("debtors:person", number=relation.person.number)
