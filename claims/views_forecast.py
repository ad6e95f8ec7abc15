"""見通し: the page, and the same as CSV, workbook and PDF."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from claims.closing import papers as council
from claims.forecast import papers
from claims.forecast.kept import counted
from claims.forecast.pages import context_of
from claims.views_closing import XLSX, csv_file, file_answer
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require


@require(Permission.BOARD_VIEW)
def forecast(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="forecast")
    return render(request, "claims/forecast.html", _shown())


@require(Permission.BOARD_VIEW)
def forecast_csv(request: HttpRequest) -> HttpResponse:
    """The years that were tested: what is foretold without them would be worth nothing."""
    audit.log_view(request, action="forecast.csv")
    shown = _shown()
    return csv_file(papers.sheets(shown)[1], f"mitooshi-{shown['year']}.csv")


@require(Permission.BOARD_VIEW)
def forecast_xlsx(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="forecast.xlsx")
    shown = _shown()
    return file_answer(council.workbook(papers.sheets(shown)), XLSX, f"mitooshi-{shown['year']}.xlsx")


@require(Permission.BOARD_VIEW)
def forecast_pdf(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="forecast.pdf")
    shown = _shown()
    return inline(council.pdf("documents/forecast.html", shown, source=papers.SOURCE), f"mitooshi-{shown['year']}.pdf")


def _shown() -> dict[str, Any]:
    return context_of(counted(on=business_date()))
