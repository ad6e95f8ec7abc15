"""猶予・停止: what waits for somebody's look, drafting a measure for a person, its decision, notice and yearly check."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import hold_pages as pages
from claims.forms_holds import CheckForm, MeasureForm, ReductionForm, ReviewForm, WhyForm
from claims.models import Hold, LateReduction, Measure, MeasureCheck
from claims.services import holds, measures, reductions
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require
from toyota_collect.tabs import tabs

PER_PAGE = 50


@require(Permission.HOLD_WRITE)
def overview(request: HttpRequest) -> HttpResponse:
    on = business_date()
    found = pages.lists(on=on)
    shown, filters = tabs(found, request.GET.get("show", ""), else_="all")
    page = Paginator(found[shown][1], PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"filters": filters, "page": page, "shown": shown, "label": found[shown][0], "on": on}
    if shown in ("review", "ending", "all"):
        context["rows"] = pages.hold_rows(page, on=on)
    audit.log_view(request, action="holds")
    return render(request, "claims/holds/list.html", context)


@require(Permission.HOLD_WRITE)
def new_measure(request: HttpRequest, number: str) -> HttpResponse:
    """Without ``what``: which measures the claims allow. With it: the form of that measure."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    choices = pages.choices(person, request.user, on=on)
    chosen = next((one for one in choices if one.code == request.GET.get("what")), None)
    audit.log_view(request, action="measure", person_key=number)
    if chosen is None:
        return render(request, "claims/holds/choose.html", {"person": person, "choices": choices})
    row = chosen.row
    former = _former(request, person)
    rows = pages.claim_rows(person, request.user, row, on=on)
    form = MeasureForm(
        request.POST or None,
        row=row,
        claims=[one["claim"] for one in rows if not one["refused"]],
        checklist=pages.evidence_of(row, on=on),
        on=on,
        former=former,
        known=pages.known_of(person, request.user, on=on),
    )
    if form.is_valid():
        try:
            measure = measures.draft(
                person_id=person.pk,
                reason=row.reason,
                variant=row.variant,
                extends_id=former.pk if former else None,
                by=request.user,
                on=on,
                **form.terms(),
            )
        except measures.MeasureRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "決裁に出しました。承認されると、止める手段・延滞金・時効に反映されます。")
            return redirect("claims:measure", pk=measure.pk)
    picked = set(map(str, form["claims"].value() or [])) if form.is_bound else set()
    context = {
        "person": person,
        "choice": chosen,
        "row": row,
        "form": form,
        "rows": [one | {"chosen": str(one["claim"].pk) in picked} for one in rows],
        "former": former,
        "longest": pages.longest_last_day(row, starts_on=former.ends_on if former else on, extended=bool(former)),
        "on": on,
    }
    return render(request, "claims/holds/new.html", context)


@require(Permission.HOLD_WRITE)
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _found(request, pk))


@require(Permission.HOLD_WRITE)
def measure_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as it was made: of the decision, or with ``?cancel`` of its end."""
    found = _found(request, pk)
    document = found.cancel_notice if "cancel" in request.GET else found.notice
    if document is None:
        raise Http404
    audit.log_view(request, action="measure.notice", person_key=found.person.number)
    try:
        content = document_bytes(document)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("claims:measure", pk=pk)
    return inline(content, f"tsuchi-{document.pk}.pdf")


@require(Permission.HOLD_WRITE)
@require_POST
def record_check(request: HttpRequest, pk: int) -> HttpResponse:
    check = get_object_or_404(MeasureCheck.objects.select_related("measure"), pk=pk)
    found = _found(request, check.measure_id)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _show(request, found, check_form=form)
    try:
        done = measures.record_check(check_id=pk, by=request.user, on=business_date(), **form.cleaned_data)
    except measures.MeasureRefused as refused:
        messages.warning(request, str(refused))
    else:
        asked = done.outcome == MeasureCheck.Outcome.CANCEL
        messages.success(
            request, "再調査を記録し、取消しを決裁に出しました。" if asked else "再調査を記録しました。停止を続けます。"
        )
    return redirect("claims:measure", pk=found.pk)


@require(Permission.HOLD_WRITE)
@require_POST
def cancel_measure(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _found(request, pk), WhyForm(request.POST)
    if not form.is_valid():
        return _show(request, found, why_form=form)
    try:
        measures.ask_to_cancel(measure_id=pk, by=request.user, on=business_date(), **form.cleaned_data)
    except measures.MeasureRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "取消しを決裁に出しました。承認されるまで、今の措置が続きます。")
    return redirect("claims:measure", pk=pk)


@require(Permission.APPROVE)
@require_POST
def review_hold(request: HttpRequest, pk: int) -> HttpResponse:
    hold = get_object_or_404(Hold.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=hold.person_id)
    form = ReviewForm(request.POST)
    try:
        if not form.is_valid():
            raise holds.HoldRefused("次の見直し日と、見直した結果を入れてください。")
        holds.review_hold(hold_id=pk, by=request.user, on=business_date(), **form.cleaned_data)
    except holds.HoldRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "見直しを記録しました。")
    return redirect("claims:holds")


@require(Permission.HOLD_WRITE)
def new_reduction(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    form = ReductionForm(
        request.POST or None,
        claims=pages.late_choices(person, request.user, on=on),
        reasons=reductions.reasons(on=on),
        initial={"applied_on": on, "evidence": pages.known_words(person, request.user, on=on)},
    )
    if form.is_valid():
        try:
            reductions.ask(by=request.user, on=on, **form.cleaned_data)
        except reductions.ReductionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "決裁に出しました。承認されると、減免を記帳します。")
            return redirect("claims:reduction-new", number=number)
    former = LateReduction.objects.filter(claim__identity__person=person).select_related("claim__kind", "approval")
    audit.log_view(request, action="late_reduction", person_key=number)
    return render(request, "claims/holds/reduction.html", {"person": person, "form": form, "former": former})


def _show(request: HttpRequest, found: Measure, **forms: Any) -> HttpResponse:
    audit.log_view(request, action="measure", person_key=found.person.number)
    on = business_date()
    context = pages.measure_context(found, on=on)
    context |= {"check_form": CheckForm(initial={"done_on": on, "outcome": "continue"}), "why_form": WhyForm()} | forms
    return render(request, "claims/holds/measure.html", context)


def _found(request: HttpRequest, pk: int) -> Measure:
    rows = Measure.objects.select_related("person", "approval__requested_by", "approval__decided_by", "by", "extends")
    found: Measure = get_object_or_404(rows, pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    return found


def _former(request: HttpRequest, person: Person) -> Measure | None:
    key = request.GET.get("extends", "")
    return person.measures.filter(pk=key).exclude(ends_on=None).first() if key.isdecimal() else None
