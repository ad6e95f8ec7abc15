"""決算の表 and 縮減の内訳: pages, and the same as CSV, workbook and PDF. All from what was counted once for everybody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from claims.closing import papers
from claims.closing.kept import counted
from claims.closing.pages import closing_context, programme_context
from claims.forms_closing import ClosingForm, ProgrammeForm
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require(Permission.MONEY_VIEW)
def closing(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="closing")
    return render(request, "claims/closing/closing.html", _closing(request))


@require(Permission.MONEY_VIEW)
def closing_csv(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="closing.csv")
    shown = _closing(request)
    return csv_file(papers.closing_sheets(shown)[0], f"kessan-{shown['year']}.csv")


@require(Permission.MONEY_VIEW)
def closing_xlsx(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="closing.xlsx")
    shown = _closing(request)
    return file_answer(papers.workbook(papers.closing_sheets(shown)), XLSX, f"kessan-{shown['year']}.xlsx")


@require(Permission.MONEY_VIEW)
def closing_pdf(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="closing.pdf")
    shown = _closing(request)
    return inline(papers.pdf("documents/closing.html", shown), f"kessan-{shown['year']}.pdf")


@require(Permission.BOARD_VIEW)
def programme(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="programme")
    return render(request, "claims/closing/programme.html", _programme(request))


@require(Permission.BOARD_VIEW)
def programme_csv(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="programme.csv")
    shown = _programme(request)
    return csv_file(papers.programme_sheets(shown)[0], f"shukugen-{shown['since']}-{shown['until']}.csv")


@require(Permission.BOARD_VIEW)
def programme_xlsx(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="programme.xlsx")
    shown = _programme(request)
    content = papers.workbook(papers.programme_sheets(shown))
    return file_answer(content, XLSX, f"shukugen-{shown['since']}-{shown['until']}.xlsx")


@require(Permission.BOARD_VIEW)
def programme_pdf(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="programme.pdf")
    shown = _programme(request)
    return inline(papers.pdf("documents/programme.html", shown), f"shukugen-{shown['since']}-{shown['until']}.pdf")


def _closing(request: HttpRequest) -> dict[str, Any]:
    found = counted(on=business_date())
    form = ClosingForm(request.GET, flows=found.value.flows)
    return closing_context(found, **form.chosen) | {"form": form}


def _programme(request: HttpRequest) -> dict[str, Any]:
    found = counted(on=business_date())
    form = ProgrammeForm(request.GET, flows=found.value.flows)
    return programme_context(found, **form.chosen) | {"form": form}


def csv_file(sheet: papers.Sheet, name: str) -> HttpResponse:
    return file_answer(("\ufeff" + papers.csv_text(sheet)).encode(), "text/csv; charset=utf-8", name)


def file_answer(content: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
