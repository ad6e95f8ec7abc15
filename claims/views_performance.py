"""実績: the page, and the same as CSV, workbook and PDF."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from claims.closing import papers as council
from claims.forms_performance import PerformanceForm
from claims.performance import papers
from claims.performance.kept import counted
from claims.performance.pages import context_of
from claims.views_closing import XLSX, csv_file, file_answer
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require


@require(Permission.BOARD_VIEW)
def performance(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="performance")
    return render(request, "claims/performance.html", _shown(request))


@require(Permission.BOARD_VIEW)
def performance_csv(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="performance.csv")
    shown = _shown(request)
    return csv_file(papers.sheets(shown)[0], f"jisseki-{shown['year']}.csv")


@require(Permission.BOARD_VIEW)
def performance_xlsx(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="performance.xlsx")
    shown = _shown(request)
    return file_answer(council.workbook(papers.sheets(shown)), XLSX, f"jisseki-{shown['year']}.xlsx")


@require(Permission.BOARD_VIEW)
def performance_pdf(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="performance.pdf")
    shown = _shown(request)
    content = council.pdf("documents/performance.html", shown, source=papers.SOURCE)
    return inline(content, f"jisseki-{shown['year']}.pdf")


def _shown(request: HttpRequest) -> dict[str, Any]:
    found = counted(on=business_date())
    form = PerformanceForm(request.GET, found=found.value)
    return context_of(found, **form.chosen) | {"form": form}
