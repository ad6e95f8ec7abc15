"""The assignment: load of each officer, the rules, what applying them would move, who stands in for whom."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import assignment_page
from debtors.forms_assignment import AbsenceForm, ByHandForm, RuleForm
from debtors.models import Absence, Assignment, AssignmentRule, Person
from debtors.services import assigning, assignment_rules
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@require(Permission.ASSIGN)
def assignment(request: HttpRequest) -> HttpResponse:
    with_by_hand = request.GET.get("by_hand") == "1"
    audit.log_view(request, action="assignment")
    return render(request, "debtors/assignment/page.html", assignment_page.context_of(with_by_hand, on=business_date()))


@require(Permission.ASSIGN)
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    with_by_hand = request.POST.get("by_hand") == "1"
    digest = request.POST.get("digest", "")
    try:
        moved = assigning.apply(on=business_date(), digest=digest, by=request.user, with_by_hand=with_by_hand)
    except assigning.AssignmentRefused as error:
        messages.warning(request, str(error))
    else:
        text = (
            f"{moved:,}人の担当を変えました。未了の次の一手も移りました。"
            if moved
            else "移る人はいません。すでに反映されています。"
        )
        messages.success(request, text)
    return redirect("debtors:assignment")


@require(Permission.ASSIGN)
def rule(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new rule, or one to change."""
    found = get_object_or_404(AssignmentRule, pk=pk) if pk else None
    form = RuleForm(request.POST or None, initial=assignment_page.initial_of(found, on=business_date()))
    if form.is_valid():
        try:
            assignment_rules.save_rule(rule_id=pk, by=request.user, **form.cleaned_data)
        except assigning.AssignmentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "担当の決まりを保存しました。結果を見て、反映してください。")
            return redirect("debtors:assignment")
    return render(request, "debtors/assignment/rule.html", {"form": form, "rule": found})


@require(Permission.ASSIGN)
def absences(request: HttpRequest) -> HttpResponse:
    form = AbsenceForm(request.POST or None, initial={"starts_on": business_date()})
    if form.is_valid():
        try:
            assignment_rules.name_stand_in(by=request.user, **form.cleaned_data)
        except assigning.AssignmentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "不在の代わりを決めました。期間中、代わりの担当の本日の業務に並びます。")
            return redirect("debtors:absences")
    rows = Absence.objects.select_related("officer", "stand_in", "named_by")[:100]
    return render(request, "debtors/assignment/absences.html", {"form": form, "rows": rows})


@require(Permission.ASSIGN)
@require_POST
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Absence, pk=pk)
    assignment_rules.end_absence(absence_id=pk, by=request.user)
    messages.success(request, "不在の代わりを終わらせました。")
    return redirect("debtors:absences")


@require(Permission.ASSIGN)
def by_hand(request: HttpRequest, number: str) -> HttpResponse:
    """Another officer for one person, whatever the rules say."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    form = ByHandForm(request.POST or None)
    if form.is_valid():
        facts: dict[str, Any] = form.cleaned_data
        try:
            assigning.assign_by_hand(person_id=person.pk, on=business_date(), by=request.user, **facts)
        except assigning.AssignmentRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"担当を{facts['officer']}に変えました。")
            return redirect("debtors:person", number=number)
    audit.log_view(request, action="assign_by_hand", person_key=number)
    now = Assignment.objects.filter(person=person).select_related("officer").first()
    return render(request, "debtors/assignment/by_hand.html", {"person": person, "form": form, "now": now})
