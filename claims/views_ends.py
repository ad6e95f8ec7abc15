"""不納欠損: candidates by ground, one decision for many, the sums of a year; and the fiscal years with what they carry over."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import end_pages as pages
from claims.forms_holds import EndForm
from claims.models import ClaimEnd, EndGround, FrozenYear
from claims.services import claim_ends
from claims.services import years as year_services
from claims.services.claim_end_papers import enyo_form as form_pdf
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.calendar import fiscal_year
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.models import Approval
from toyota_collect.permissions import Permission, require

YEARS = 6


@require(Permission.HOLD_WRITE)
def ends(request: HttpRequest) -> HttpResponse:
    on = business_date()
    year = fiscal_year(on)
    context = {
        "grounds": pages.counts(on=on),
        "ends": ClaimEnd.objects.select_related("approval", "by").prefetch_related("lines")[:50],
        "sums": pages.sums(),
        "tie": pages.tie(year),
        "year": year,
    }
    audit.log_view(request, action="claim_ends")
    return render(request, "claims/ends/list.html", context)


@require(Permission.HOLD_WRITE)
def new_end(request: HttpRequest, ground: str) -> HttpResponse:
    if ground not in EndGround.values:
        raise Http404
    on = business_date()
    found = claim_ends.candidates(ground, on=on)
    form = EndForm(request.POST or None, claims=found, asks_receipt=ground == EndGround.ENYO)
    if form.is_valid():
        cleaned = dict(form.cleaned_data)
        try:
            made = claim_ends.draft(ground=ground, claim_ids=cleaned.pop("claims"), by=request.user, on=on, **cleaned)
        except claim_ends.EndRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "決裁に出しました。承認されると、不納欠損を記帳します。")
            return redirect("claims:end", pk=made.pk)
    picked = set(request.POST.getlist("claims"))
    rows = pages.candidate_rows(found, on=on)
    context: dict[str, Any] = {
        "ground": ground,
        "label": EndGround(ground).label,
        "law": claim_ends.law_of(ground, on=on),
        "rows": [row | {"chosen": str(row["claim"].pk) in picked} for row in rows],
        "more": len(found) - len(rows),
        "form": form,
        "most": claim_ends.MOST,
    }
    audit.log_view(request, action="claim_ends.candidates")
    return render(request, "claims/ends/new.html", context)


@require(Permission.HOLD_WRITE)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ClaimEnd.objects.select_related("approval__decided_by", "by", "document"), pk=pk)
    lines = list(found.lines.select_related("claim__kind", "claim__identity__person"))
    context = {
        "end": found,
        "state": found.state,
        "lines": lines,
        "total_yen": sum(line.total_yen if line.booked_yen is None else line.booked_yen for line in lines),
    }
    audit.log_view(request, action="claim_end")
    return render(request, "claims/ends/end.html", context)


@require(Permission.HOLD_WRITE)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ClaimEnd.objects.select_related("document"), pk=pk)
    if found.document is None:
        raise Http404
    audit.log_view(request, action="claim_end.paper")
    try:
        content = document_bytes(found.document)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("claims:end", pk=pk)
    return inline(content, f"funo-kesson-{pk}.pdf")


@require(Permission.HOLD_WRITE)
def sums_csv(request: HttpRequest) -> HttpResponse:
    """The sums by year, ground and kind, UTF-8 with BOM."""
    audit.log_view(request, action="claim_ends.csv")
    headers = {"Content-Disposition": 'attachment; filename="funo-kesson.csv"'}
    return HttpResponse("\ufeff" + pages.csv_text(), content_type="text/csv; charset=utf-8", headers=headers)


@require(Permission.HOLD_WRITE)
def enyo_form(request: HttpRequest, number: str) -> HttpResponse:
    """時効援用申出書 for the person's private claims whose period has run out."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    claims = claim_ends.candidates(EndGround.ENYO, on=on, person_id=person.pk)
    audit.log_view(request, action="enyo_form", person_key=number)
    if not claims:
        messages.warning(request, "時効期間の満了した私債権がないため、申出書は作れません。")
        return redirect("debtors:person", number=number)
    return inline(form_pdf(person, claims, on=on), f"jiko-enyo-{number}.pdf")


@require(Permission.MONEY_VIEW)
def years(request: HttpRequest) -> HttpResponse:
    this_year = fiscal_year(business_date())
    frozen = {row.year: row for row in FrozenYear.objects.select_related("by")}
    asked = Approval.objects.filter(subject_type=year_services.SUBJECT, decision="")
    waiting = {int(approval.subject_key): approval for approval in asked}
    rows = [_year_row(year, frozen.get(year), waiting.get(year)) for year in range(this_year, this_year - YEARS, -1)]
    audit.log_view(request, action="years")
    return render(request, "claims/ends/years.html", {"rows": rows, "on": business_date()})


@require(Permission.MONEY_WORK)
@require_POST
def freeze(request: HttpRequest, year: int) -> HttpResponse:
    try:
        year_services.freeze_year(year=year, on=business_date(), by=request.user)
    except year_services.YearRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "年度を締めました。この年度にはもう記帳できません。")
    return redirect("claims:years")


@require(Permission.MONEY_WORK)
@require_POST
def reopen(request: HttpRequest, year: int) -> HttpResponse:
    try:
        year_services.ask_to_reopen(year=year, reason=request.POST.get("reason", "")[:1000], by=request.user)
    except year_services.YearRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "決裁に出しました。承認されると、年度が開きます。")
    return redirect("claims:years")


def _year_row(year: int, frozen: FrozenYear | None, approval: Approval | None) -> dict[str, Any]:
    closes = year_services.closes_on(year)
    stored = frozen is not None and frozen.carried_yen is not None
    carried = (frozen.carried_count, frozen.carried_yen) if frozen and stored else year_services.carried_over(year)
    return {
        "year": year,
        "frozen": frozen,
        "closes_on": closes,
        "may_freeze": frozen is None and business_date() > closes,
        "claims": carried[0],
        "yen": carried[1],
        "tie": pages.tie(year),
        "approval": approval,
    }
