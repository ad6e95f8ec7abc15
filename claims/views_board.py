"""The supervisor's board."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from toyota_collect.permissions import Permission, require


@require(Permission.BOARD_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    return render(request, "claims/board.html")
