"""世帯と関係者: a person's household and who acts for whom."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import households
from debtors.forms_relations import CorrectForm, OutsideForm, RelationForm
from debtors.models import Person, PersonRelation
from debtors.panels import person_panel
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from debtors.services import outside, relations
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@person_panel(Permission.CONTACT_VIEW)
def panel_relations(request: HttpRequest, person: Person) -> HttpResponse:
    on = business_date()
    members = households.household_of(person, request.user, on=on)
    lasting = Q(ends_on=None) | Q(ends_on__gt=on)
    acting: list[PersonRelation] = []
    acted_for: list[PersonRelation] = []
    if not nothing_of(PersonRelation, [person.pk]):
        acting += person.relations.filter(lasting).select_related("actor")
    if not nothing_of(PersonRelation, [person.pk], by="actor"):
        acted_for += person.acts_for.filter(lasting).select_related("person")
    hidden = hidden_people({person.pk, *(one.actor_id for one in acting if one.actor_id)}, on=on)
    context = {
        "person": person,
        "members": members,
        "hidden": members is None,
        "acting": [{"relation": one, "hidden": person.pk in hidden or one.actor_id in hidden} for one in acting],
        "outside": _outside({one.actor_id for one in acting if one.actor_id}),
        "acted_for": acted_for,
        "on": on,
    }
    return render(request, "debtors/panel_relations.html", context)


def _outside(people: set[int]) -> set[int]:
    return set(Person.objects.outside().filter(pk__in=people).values_list("pk", flat=True)) if people else set()


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


@require(Permission.CONTACT_WRITE)
def correct_relation(request: HttpRequest, pk: int) -> HttpResponse:
    """Address, phone, letters, origin and note; a protected address is neither shown nor written here."""
    relation = get_object_or_404(PersonRelation.objects.select_related("person", "actor"), pk=pk)
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=relation.person_id)
    concerned = {person.pk, relation.actor_id or person.pk}
    hidden = bool(hidden_people(concerned, on=business_date()))
    form = CorrectForm(request.POST or None, relation=relation, hidden=hidden)
    if form.is_valid():
        try:
            relations.correct_relation(relation_id=pk, by=request.user, **form.cleaned_data)
        except relations.RelationRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "関係者の登録を直しました。前の内容は履歴に残ります。")
            return redirect("debtors:person", number=person.number)
    audit.log_view(request, action="relation.correct", person_key=person.number)
    context = {"person": person, "relation": relation, "form": form, "protected": hidden}
    return render(request, "debtors/relation_correct.html", context)


@require(Permission.CONTACT_WRITE)
def new_outside(request: HttpRequest, number: str) -> HttpResponse:
    """Enter somebody outside the register, for the person whose heir or representative they are."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    form = OutsideForm(request.POST or None)
    if form.is_valid():
        try:
            made = outside.enter_outside(by=request.user, on=business_date(), **form.cleaned_data)
        except outside.OutsideRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                f"{made.name}を、住基外の人として登録しました。整理番号 {made.number} を相続人・関係者に入れます。",
            )
            return redirect("claims:heirs" if person.died_on else "debtors:new-relation", number=number)
    audit.log_view(request, action="outside", person_key=number)
    return render(request, "debtors/outside_new.html", {"person": person, "form": form})
