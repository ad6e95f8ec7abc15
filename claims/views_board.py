"""The supervisor's board."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from claims import board as figures
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require
from toyota_collect.registry import registry


@require(Permission.BOARD_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    on = business_date()
    return render(
        request,
        "claims/board.html",
        figures.counted(on=on)
        | {
            "work_overdue": figures.work_overdue(on=on),
            "approvals_waiting": figures.approvals_waiting(),
            "files": figures.latest_files(),
            "lines": [line for lines in registry.board_lines for line in lines(request.user, on)],
        },
    )
