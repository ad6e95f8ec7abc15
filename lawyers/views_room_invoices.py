"""弁護士の部屋の請求: the computed proposal of a month, the invoice that the firm submits, and what became of it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lawyers import room_money_pages as pages
from lawyers.forms_money import InvoiceForm, LineFormSet
from lawyers.models import Firm, Invoice
from lawyers.rules.fees import InvoiceLine, Route
from lawyers.services import invoices
from lawyers.services.money import MoneyRefused, own_firms
from lawyers.views_room_money import with_missing
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.calendar import first_of_month
from toyota_collect.days import DayField
from toyota_collect.permissions import Permission, require

ROOM = Permission.LAWYER_ROOM
MONTHS = 12


@require(ROOM)
def invoice(request: HttpRequest) -> HttpResponse:
    firm = pages.firm_of(request.user, request.GET.get("firm", ""))
    audit.log_view(request, action="lawyers.room_invoice")
    if firm is None:
        if request.method == "POST":
            raise Http404
        return render(request, "lawyers/money/room_none.html")
    month = _month(request.POST.get("month") or request.GET.get("month", ""))
    form, lines = InvoiceForm(initial={"month": month.isoformat()}), None
    if request.method == "POST":
        form, lines = InvoiceForm(request.POST), LineFormSet(request.POST, prefix="lines")
        if form.is_valid() and lines.is_valid():
            try:
                sent = with_missing(lambda: _submit(request, firm, form.cleaned_data, lines.cleaned_data))
            except MoneyRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, "請求書を出しました。市が1円まで照合します。")
                return redirect("lawyers:room-invoice-sent", pk=sent.pk)
    return render(
        request, "lawyers/money/room_invoice.html", _page(firm, month, form, lines) | {"firms": own_firms(request.user)}
    )


@require(ROOM)
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """An invoice of the own firm: what it asked for and what the city found."""
    found = with_missing(lambda: Invoice.objects.filter(firm__in=own_firms(request.user)).get(pk=pk))
    audit.log_view(request, action="lawyers.room_invoice")
    lines = [line._asdict() | {"label": _route(line.route)} for line in invoices.lines_of(found)]
    context = {
        "invoice": found,
        "lines": lines,
        "texts": [one["text"] for one in found.differences],
        "tabs": pages.tabs(found.firm, "invoice"),
    }
    return render(request, "lawyers/money/room_invoice_sent.html", context)


def _submit(request: HttpRequest, firm: Firm, facts: dict[str, Any], rows: list[dict[str, Any]]) -> Invoice:
    lines = [
        InvoiceLine(row.get("case_number") or "", row.get("route") or "", *(row.get(name) or 0 for name in InvoiceLine._fields[2:]))
        for row in rows
    ]  # fmt: skip
    return invoices.submit(firm_id=firm.pk, lines=lines, by=request.user, on=business_date(), **facts)


def _page(firm: Firm, month: date, form: InvoiceForm, lines: Any) -> dict[str, Any]:
    problem, ours = "", None
    try:
        ours = invoices.computed(firm, month)
    except MoneyRefused as refused:
        problem = str(refused)
    start = [line._asdict() for line in ours.lines] if ours else []
    standing = Invoice.objects.filter(firm=firm, month=month).exclude(state=Invoice.State.RETURNED).first()
    return {
        "firm": firm,
        "month": month,
        "months": _months(firm, month),
        "form": form,
        "lines": lines or LineFormSet(initial=start, prefix="lines"),
        "ours": ours,
        "owed_back": [(number, route.label, yen) for number, route, yen in ours.owed_back] if ours else [],
        "problem": problem,
        "standing": standing,
        "invoices": pages.invoices_of(firm),
        "tabs": pages.tabs(firm, "invoice"),
    }


def _route(code: str) -> str:
    return Route(code).label if code else ""


def _month(text: str) -> date:
    """The chosen month, or the last that is over."""
    today = business_date()
    try:
        chosen = DayField().clean(text).replace(day=1)
    except ValidationError:
        chosen = today
    return chosen if chosen < first_of_month(today) and text else first_of_month(today, -1)


def _months(firm: Firm, chosen: date) -> list[dict[str, Any]]:
    found, today = [], business_date()
    for back in range(1, MONTHS + 1):
        month = first_of_month(today, -back)
        url = f"?firm={firm.pk}&month={month.isoformat()}"
        found.append({"month": month, "url": url, "current": month == chosen})
    return found
