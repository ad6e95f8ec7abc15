"""日締め: one day of the city's account, from the bank to the entries."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from claims.forms_money import BankTotalForm
from claims.models import DayClose, Payment, Receipt
from claims.services import day_close as services
from claims.services.posting import OWN_SOURCE
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

DAYS = 31


@require(Permission.MONEY_VIEW)
def days(request: HttpRequest) -> HttpResponse:
    """The last month's days that had money or were closed, the latest first."""
    today = business_date()
    since = today - timedelta(days=DAYS)
    moved = set(
        Receipt.objects.filter(source__code=OWN_SOURCE, booked_on__gt=since).values_list("booked_on", flat=True)
    )
    moved |= set(Payment.objects.filter(value_on__gt=since, section_yen__gt=0).values_list("value_on", flat=True))
    known = {row.day: row for row in DayClose.objects.filter(day__gt=since).select_related("closed_by")}
    found = {day: services.figures(day) for day in sorted({today, *moved, *known}, reverse=True)}
    rows = [
        {"figures": row, "close": known.get(day), "moved": services.moved_since(known.get(day), row)}
        for day, row in found.items()
    ]
    return render(request, "claims/money/days.html", {"rows": rows})


@require(Permission.MONEY_VIEW)
def day(request: HttpRequest, day: date) -> HttpResponse:
    found = services.figures(day)
    close = DayClose.objects.filter(day=day).select_related("closed_by").first()
    initial = {"yen": close.bank_yen, "source": close.bank_source} if close else {}
    rows = services.journal(day)
    receipts = Receipt.objects.filter(source__code=OWN_SOURCE, booked_on=day).select_related(
        "payment__case", "cancellation"
    )
    context = {
        "day": day,
        "figures": found,
        "close": close,
        "moved_since": services.moved_since(close, found),
        "form": BankTotalForm(initial=initial),
        "journal": _labelled(rows),
        "moved": _labelled(services.moved(day)),
        "journal_yen": sum(row["yen"] for row in rows),
        "receipts": receipts.order_by("pk")[:200],
        "waiting": Receipt.objects.filter(source__code=OWN_SOURCE, booked_on=day, left_yen__gt=0).select_related(
            "payment__case"
        ),
    }
    audit.log_view(request, action="day")
    return render(request, "claims/money/day.html", context)


@require(Permission.MONEY_WORK)
@require_POST
def enter_bank_total(request: HttpRequest, day: date) -> HttpResponse:
    form = BankTotalForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.warning(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("claims:day", day=day)
    file = form.cleaned_data["statement"]
    try:
        if file:
            services.take_bank_statement(
                day=day, content=file.read(), name=file.name, by=request.user, as_of=business_date()
            )
        else:
            services.enter_bank_total(
                day=day, yen=form.cleaned_data["yen"], source=form.cleaned_data["source"], by=request.user
            )
    except services.CloseRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "入金合計を記録しました。")
    return redirect("claims:day", day=day)


@require(Permission.MONEY_WORK)
@require_POST
def close(request: HttpRequest, day: date) -> HttpResponse:
    try:
        services.close_day(day=day, by=request.user)
    except services.CloseRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "この日を締めました。")
    return redirect("claims:day", day=day)


@require(Permission.MONEY_VIEW)
def journal(request: HttpRequest, day: date) -> HttpResponse:
    """The day's journal for the finance system, UTF-8 with BOM."""
    audit.log_view(request, action="day.journal")
    headers = {"Content-Disposition": f'attachment; filename="shiwake-{day:%Y%m%d}.csv"'}
    return HttpResponse("\ufeff" + services.journal_csv(day), content_type="text/csv; charset=utf-8", headers=headers)


def _labelled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"component_label": services.COMPONENTS[row["component"]]} for row in rows]
