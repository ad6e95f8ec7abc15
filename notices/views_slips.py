"""納付書: a person's slips, making new ones at the counter, the paper, taking one out of use. Every look is logged."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.models import Plan, Slip
from claims.services import slips
from debtors.models import Person
from debtors.panels import person_panel, visit_mark
from debtors.presence import nothing_of
from notices import forms, slip_page
from notices.models import SlipPaper
from notices.services import plan_slips
from notices.services.desk_slips import make_slips, paper_bytes
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost
from toyota_collect.permissions import Permission, require

SHOWN = 10
MOST_MONTHS = 24  # slips of a plan at once
TONES = {
    Slip.State.VALID: "act",
    Slip.State.PAID: "good",
    Slip.State.ANNOUNCED: "good",
    Slip.State.VOID: "hold",
    Slip.State.EXPIRED: "",
}


@person_panel(Permission.SLIP_MAKE)
def panel_slips(request: HttpRequest, person: Person) -> HttpResponse:
    found = [] if nothing_of(Slip, [person.pk]) else list(_slips().filter(person=person))
    shown = found if request.GET.get("all") else found[:SHOWN]
    context = {"person": person, "rows": list(map(_row, shown)), "more": len(found) - len(shown)}
    return render(request, "notices/slips/_person_panel.html", context)


@require(Permission.SLIP_MAKE)
def new_slip(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    audit.log_view(request, action="slip.new", person_key=number)
    today = business_date()
    context = slip_page.context_of(person, request.user, request.POST if request.method == "POST" else None, on=today)
    form = context["form"]
    if "make" in request.POST and form.is_valid():
        asked = dict(form.cleaned_data)
        claim_ids = [int(pk) for pk in asked.pop("claims")]
        try:
            made = make_slips(person_id=person.pk, claim_ids=claim_ids, issued_on=today, by=request.user, **asked)
        except slips.SlipRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"納付書を{len(made)}枚作りました。PDFを開いて印刷し、本人に渡してください。")
            return redirect("notices:slip", pk=made[0].pk)
    context |= {"tried": "make" in request.POST, "visit": visit_mark(request.user, number)}
    return render(request, "notices/slips/new.html", context)


@person_panel(Permission.SLIP_MAKE)
def slip_sum(request: HttpRequest, person: Person) -> HttpResponse:
    """The sum of what is ticked, fetched with each change; ``?claims`` with the table, for a new day."""
    context = slip_page.context_of(person, request.user, request.POST, on=business_date())
    return render(request, "notices/slips/_answer.html", context | {"with_claims": "claims" in request.GET})


@require(Permission.SLIP_MAKE)
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    found = _slip(request, pk)
    audit.log_view(request, action="slip", person_key=found.person.number)
    lines = found.lines.select_related("claim__kind").order_by("claim__kind__position", "claim__due_on", "pk")
    paper = SlipPaper.objects.filter(slip=found).select_related("document").first()
    beside = _slips().filter(paper__document=paper.document_id).exclude(pk=pk).order_by("pk") if paper else ()
    context = {"lines": lines, "sums": _sums(lines), "paper": paper, "beside": list(map(_row, beside))}
    return render(request, "notices/slips/slip.html", _row(found) | context | {"form": forms.Void()})


@require(Permission.SLIP_MAKE)
def slip_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    found = _slip(request, pk)
    audit.log_view(request, action="slip.pdf", person_key=found.person.number)
    try:
        content = paper_bytes(slip_id=pk, today=business_date())
    except SlipPaper.DoesNotExist as error:
        raise Http404("この納付書は催告書に付いています。催告書のPDFを開いてください。") from error
    except slips.SlipRefused as error:
        messages.warning(request, str(error))
        return redirect("notices:slip", pk=pk)
    except DocumentLost as error:
        raise PermissionDenied(str(error)) from error
    return inline(content, f"noufusho-{found.reference}.pdf")


@require(Permission.SLIP_MAKE)
@require_POST
def void_slip(request: HttpRequest, pk: int) -> HttpResponse:
    found = _slip(request, pk)
    try:
        slips.void_slip(slip_id=found.pk, on=business_date(), reason=request.POST.get("reason", ""), by=request.user)
    except slips.SlipRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"納付書 {found.reference} を無効にしました。渡した紙があれば、回収してください。")
    return redirect("notices:slip", pk=pk)


def _slips() -> Any:
    return Slip.objects.with_money().select_related("person", "replaced_by", "by")


def _slip(request: HttpRequest, pk: int) -> Slip:
    found: Slip = get_object_or_404(_slips(), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    return found


def _row(found: Slip) -> dict[str, Any]:
    state = found.state(on=business_date())
    return {"slip": found, "state": state, "tone": TONES[state]}


def _sums(lines: Any) -> dict[str, int]:
    """Totals of the slip's lines; costs stand with the late charge, as on the paper."""
    names = ("principal_yen", "fee_yen", "late_with_costs_yen")
    return {name: sum(getattr(line, name) for line in lines) for name in names}


@require(Permission.SLIP_MAKE)
@require_POST
def make_plan_slips(request: HttpRequest, pk: int) -> HttpResponse:
    """The slips of the next months of a plan, as one PDF that the plan's page offers."""
    found = get_object_or_404(
        Plan.objects.filter(person__in=Person.objects.visible_to(request.user)).select_related("person"), pk=pk
    )
    today = business_date()
    count = request.POST.get("months", "")
    months = int(count) if count.isdecimal() else 0
    try:
        numbers = plan_slips.next_numbers(found, count=min(months, MOST_MONTHS), on=today)
        made = plan_slips.make_plan_slips(plan_id=pk, numbers=numbers, issued_on=today, by=request.user)
    except slips.SlipRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request,
            f"納付書を{len(numbers)}回分作りました。文書の一覧から開いて印刷してください（{made.pages}ページ）。",
        )
    return redirect("claims:plan", pk=pk)
