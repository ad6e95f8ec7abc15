"""充当: a trial for a person's claims, booking at the counter, the receipt with its statement, and its taking back."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import receipt_page
from claims.forms_money import AllocationForm, PeriodForm, ReasonForm
from claims.models import Claim, Receipt
from claims.money_pages import statement_lines
from claims.services import cancellations, receipts
from claims.services.allocation import plan_allocation
from claims.services.charges import amounts_due
from claims.services.posting import BookingRefused
from claims.services.settling import own_kinds
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require


@require(Permission.CLAIM_VIEW)
def allocation(request: HttpRequest, number: str) -> HttpResponse:
    """What a sum would pay; nothing is booked by looking."""
    person, claims = _claims(request, number)
    on = business_date()
    form = AllocationForm(request.GET if "yen" in request.GET else None, claims=claims, initial={"paid_on": on})
    plan = None
    chosen = {
        claim.pk for claim in claims if claim.due_on < on and not (claim.prescribes_on and claim.prescribes_on < on)
    }
    if form.is_bound and form.is_valid():
        chosen = set(form.cleaned_data["claims"])
        picked = [claim for claim in claims if claim.pk in chosen]
        plan = plan_allocation(picked, yen=form.cleaned_data["yen"], on=form.cleaned_data["paid_on"])
    dues = amounts_due(claims, as_of=plan.on if plan else on)
    own = own_kinds(on=on)
    shares = {share.claim.pk: share for share in plan.shares} if plan else {}
    rows = [
        {
            "claim": claim,
            "due": dues[claim.pk],
            "chosen": claim.pk in chosen,
            "share": shares.get(claim.pk),
            "own": claim.kind_id in own,
        }
        for claim in claims
    ]
    audit.log_view(request, action="allocation", person_key=number)
    bookable = plan is not None and all(share.claim.kind_id in own for share in plan.shares) and bool(plan.shares)
    context = {"person": person, "form": form, "plan": plan, "rows": rows, "bookable": bookable}
    return render(request, "claims/money/allocation.html", context)


@require(Permission.MONEY_WORK)
@require_POST
def book(request: HttpRequest, number: str) -> HttpResponse:
    person, claims = _claims(request, number)
    form = AllocationForm(request.POST, claims=claims)
    if not form.is_valid():
        messages.warning(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("claims:allocation", number=number)
    try:
        made = receipts.receive_at_counter(
            person_id=person.pk,
            claim_ids=form.cleaned_data["claims"],
            yen=form.cleaned_data["yen"],
            paid_on=form.cleaned_data["paid_on"],
            by=request.user,
            today=business_date(),
        )
    except BookingRefused as refused:
        messages.warning(request, str(refused))
        return redirect("claims:allocation", number=number)
    messages.success(request, f"領収 {made.receipt_number} を記帳しました。充当明細を印刷して渡してください。")
    return redirect("claims:receipt", pk=made.pk)


@require(Permission.CLAIM_VIEW)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    found = _receipt(request, pk)
    context = receipt_page.context_of(found)
    person = context["person"]
    audit.log_view(request, action="receipt", person_key=person.number if person else "")
    return render(request, "claims/money/receipt.html", context)


@require(Permission.CLAIM_VIEW)
def receipt_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    found = _receipt(request, pk)
    person = receipt_page.person_of(found)
    audit.log_view(request, action="receipt.print", person_key=person.number if person else "")
    try:
        document = receipt_page.statement_document(found, by=request.user, on=business_date())
        content = document_bytes(document)
    except (receipt_page.NothingToPrint, DocumentLost) as refused:
        messages.warning(request, str(refused))
        return redirect("claims:receipt", pk=pk)
    return inline(content, f"juto-{found.receipt_number}.pdf")


@require(Permission.MONEY_WORK)
@require_POST
def ask_to_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Receipt, pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        cancellations.ask_to_cancel(receipt_id=pk, reason=reason, by=request.user)
    except BookingRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "取消の決裁に出しました。別の人が承認すると、充当を打ち消します。")
    return redirect("claims:receipt", pk=pk)


@require(Permission.CLAIM_VIEW)
def statement(request: HttpRequest, number: str) -> HttpResponse:
    """What was owed, what came in and what was left, claim by claim, for a period."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    initial = {"from_on": date(on.year if on.month >= 4 else on.year - 1, 4, 1), "to_on": on}
    form = PeriodForm(request.GET if "from_on" in request.GET else None, initial=initial)
    period = form.cleaned_data if form.is_bound and form.is_valid() else initial
    claims = Claim.objects.visible_to(request.user).filter(identity__person=person).select_related("kind")
    lines = statement_lines(
        claims.order_by("kind__position", "levy_year", "instalment", "pk"),
        from_on=period["from_on"],
        to_on=period["to_on"],
    )
    names = ("opening_yen", "raised_yen", "paid_yen", "closing_yen")
    totals = {name: sum(getattr(line, name) for line in lines) for name in names}
    audit.log_view(request, action="statement", person_key=number)
    context: dict[str, Any] = {"person": person, "form": form, "period": period, "lines": lines, "totals": totals}
    return render(request, "claims/money/statement.html", context)


def _claims(request: HttpRequest, number: str) -> tuple[Person, list[Claim]]:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    claims = Claim.objects.visible_to(request.user).filter(identity__person=person).outstanding()
    return person, list(claims.select_related("kind").order_by("due_on", "pk"))


def _receipt(request: HttpRequest, pk: int) -> Receipt:
    """A receipt the user may know of: one that paid a claim they may see, or any for those who work with money."""
    rows = Receipt.objects.select_related("source", "payment__slip", "cancellation__by")
    found: Receipt = get_object_or_404(rows, pk=pk)
    seen = Claim.objects.visible_to(request.user).filter(entries__receipt=found)
    all_seen = found.entries.exclude(claim=None).exclude(claim__in=Claim.objects.visible_to(request.user))
    if all_seen.exists() or not (seen.exists() or receipt_page.sees_all_money(request.user)):
        return get_object_or_404(Receipt.objects.none(), pk=pk)
    return found
