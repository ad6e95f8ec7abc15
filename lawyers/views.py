"""The lawyers' room: a firm's own cases and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lawyers.models import Firm
from toyota_collect.permissions import Permission, require


@require(Permission.LAWYER_ROOM)
def room(request: HttpRequest) -> HttpResponse:
    firms = Firm.objects.filter(members=request.user, is_active=True).prefetch_related("members")
    return render(request, "lawyers/room.html", {"firms": firms})
