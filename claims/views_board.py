"""The supervisor's board: the page, and the same as CSV, workbook and PDF."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from claims import board_page, board_papers
from claims.closing import papers
from claims.views_closing import XLSX, csv_file, file_answer
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require


@require(Permission.BOARD_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    return render(request, "claims/board.html", board_page.context_of(request.user, on=business_date()))


@require(Permission.BOARD_VIEW)
def board_csv(request: HttpRequest) -> HttpResponse:
    shown, name = _taken_along(request, "csv")
    return csv_file(board_papers.one_sheet(shown), name)


@require(Permission.BOARD_VIEW)
def board_xlsx(request: HttpRequest) -> HttpResponse:
    shown, name = _taken_along(request, "xlsx")
    return file_answer(papers.workbook(board_papers.sheets(shown)), XLSX, name)


@require(Permission.BOARD_VIEW)
def board_pdf(request: HttpRequest) -> HttpResponse:
    shown, name = _taken_along(request, "pdf")
    shown |= {"printed": [shown["standing_table"], *shown["tables"]]}
    return inline(papers.pdf("documents/board.html", shown, source=board_papers.SOURCE), name)


def _taken_along(request: HttpRequest, form: str) -> tuple[dict[str, Any], str]:
    on = business_date()
    audit.log_view(request, action=f"board.{form}")
    return board_page.context_of(request.user, on=on), f"shinkou-{on:%Y%m%d}.{form}"
