"""分納: building a plan, its deed and signature, one plan, the list; and the wage-seizure sheet. Every look is logged."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import plan_documents, plan_page, wage_page
from claims.forms_plan import SignForm
from claims.models import Plan, PlanBreach
from claims.services import plans
from claims.services.charges import TermsMissing
from claims.services.clocks import ClockUnknown
from claims.services.plan_standing import states_of
from debtors.joined import together
from debtors.models import CounterVisit, Person
from debtors.panels import person_panel, visit_mark
from debtors.presence import nothing_of
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.models import Document
from toyota_collect.permissions import Permission, require

PER_PAGE = 50


@require(Permission.CONTACT_VIEW)
def plan_list(request: HttpRequest) -> HttpResponse:
    filters, states = plan_page.list_of(shown=request.GET.get("show", ""), on=business_date())
    audit.log_view(request, action="plans")
    page = Paginator(states, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "claims/plans/list.html", {"filters": filters, "page": page})


@require(Permission.HOLD_WRITE)
def build(request: HttpRequest, number: str) -> HttpResponse:
    """The builder; ``preview`` works out the plan without scripts, ``make`` drafts it."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on, data = business_date(), request.POST if request.method == "POST" else None
    audit.log_view(request, action="plan.build", person_key=number)
    try:
        context = plan_page.builder_of(
            person, request.user, data, on=on, replaces=_replaces(request, person), picked=request.GET.getlist("claims")
        )
    except (TermsMissing, ClockUnknown) as unknown:
        messages.warning(request, str(unknown))
        return redirect("debtors:person", number=number)
    form = context["form"]
    if "make" in request.POST and form.is_valid():
        try:
            plan = plans.draft(
                person_id=person.pk,
                claim_ids=form.cleaned_data["claims"],
                terms=form.terms(),
                on=on,
                by=request.user,
                affordability=form.affordability(),
                replaces_id=context["replaces"].pk if context["replaces"] else None,
                reason=form.cleaned_data["reason"],
            )
        except (plans.PlanRefused, ValueError) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "分納の案を作りました。誓約書を印刷し、説明して署名を受けてください。")
            return redirect("claims:plan", pk=plan.pk)
    context |= {"tried": "make" in request.POST, "visit": visit_mark(request.user, number), "here": _here(person)}
    return render(request, "claims/plans/build.html", context)


@person_panel(Permission.HOLD_WRITE)
def preview(request: HttpRequest, person: Person) -> HttpResponse:
    """The plan as the form stands, fetched with each change."""
    replaces = _replaces(request, person)
    data = request.POST if request.method == "POST" else None
    try:
        context = plan_page.builder_of(person, request.user, data, on=business_date(), replaces=replaces)
    except (TermsMissing, ClockUnknown) as unknown:
        return render(request, "claims/plans/_preview.html", {"refused": str(unknown)})
    return render(request, "claims/plans/_preview.html", context | {"live": True})


@require(Permission.CONTACT_VIEW)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    found = _plan(request, pk)
    audit.log_view(request, action="plan", person_key=found.person.number)
    on = business_date()
    context = plan_page.plan_of(found, on=on) | {
        "sign_form": SignForm(initial={"signed_on": on, "signer": found.person.name}),
        "here": _here(found.person),
    }
    return render(request, "claims/plans/plan.html", context)


@require(Permission.HOLD_WRITE)
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _plan(request, pk), SignForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "誓約書を受けた日、署名した人の氏名、立場を入れてください。")
        return redirect("claims:plan", pk=pk)
    try:
        plans.sign(plan_id=found.pk, by=request.user, today=business_date(), **form.cleaned_data)
    except plans.PlanRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "誓約書を受けました。対象の期別だけに債務の承認を記録し、催告と差押を止めました。")
        if here := _here(found.person):  # the visitor is still at the counter
            return redirect("notices:counter-visit", pk=here.pk)
    return redirect("claims:plan", pk=pk)


@require(Permission.HOLD_WRITE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    found = _plan(request, pk)
    try:
        done = plans.close(plan_id=found.pk, on=business_date(), reason=request.POST.get("reason", ""), by=request.user)
    except plans.PlanRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, f"分納を「{done.get_closed_as_display()}」として終わらせました。")
    return redirect("claims:plan", pk=pk)


@require(Permission.HOLD_WRITE)
@require_POST
def make_deed(request: HttpRequest, pk: int) -> HttpResponse:
    return _made(request, pk, lambda found: plan_documents.deed_document(found, by=request.user, on=business_date()))


@require(Permission.HOLD_WRITE)
@require_POST
def make_notice(request: HttpRequest, pk: int) -> HttpResponse:
    def newest(found: Plan) -> Document:
        breach = PlanBreach.objects.filter(instalment__plan=found).order_by("-pk").first()
        if breach is None:
            raise plans.PlanRefused("この分納に、見つかった不履行はありません。")
        return plan_documents.notice_document(breach, by=request.user, on=business_date())

    return _made(request, pk, newest)


@require(Permission.CONTACT_VIEW)
def document(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """The exact PDF that was kept."""
    found = _plan(request, pk)
    kept = get_object_or_404(Document, pk=document, subject_type=plan_documents.SUBJECT, subject_key=str(found.pk))
    audit.log_view(request, action="plan.print", person_key=found.person.number)
    try:
        content = document_bytes(kept)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("claims:plan", pk=pk)
    return inline(content, f"bunno-{kept.pk}.pdf")


@person_panel(Permission.CONTACT_VIEW)
def panel_plans(request: HttpRequest, person: Person) -> HttpResponse:
    people = together(person.pk)
    found: list[Plan] = []
    if not nothing_of(Plan, people):
        found = list(Plan.objects.filter(person__in=people).order_by("-history_number", "-pk"))
    states = states_of(found, on=business_date())
    return render(
        request, "claims/plans/_person_panel.html", {"person": person, "states": [states[one.pk] for one in found]}
    )


@require(Permission.CONTACT_VIEW)
def wage_seizure(request: HttpRequest) -> HttpResponse:
    """給与差押可能額: a sum, nothing more; it names nobody."""
    return render(request, "claims/plans/wage_seizure.html", wage_page.context_of(request.GET))


def _here(person: Person) -> CounterVisit | None:
    """The visit at the counter that goes on, to which the pages lead back."""
    return person.visits.filter(closed_at=None).first()


def _plan(request: HttpRequest, pk: int) -> Plan:
    found: Plan = get_object_or_404(
        Plan.objects.select_related("person", "replaces", "deed", "review", "by", "closed_by"), pk=pk
    )
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    return found


def _replaces(request: HttpRequest, person: Person) -> Plan | None:
    key = request.POST.get("replaces") or request.GET.get("replaces", "")
    if not key.isdigit():
        return None
    return person.plans.filter(pk=key, signed_on__isnull=False, closed_on=None).first()


def _made(request: HttpRequest, pk: int, make: Any) -> HttpResponse:
    found = _plan(request, pk)
    try:
        made = make(found)
    except (plans.PlanRefused, SettingMissing) as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, f"文書 {made.number} を作りました。開いて印刷してください。")
    return redirect("claims:plan", pk=pk)
