from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from toyota_collect.permissions import Permission, require


@require(Permission.LAWYER_ROOM)
def room(request: HttpRequest) -> HttpResponse:
    return render(request, "lawyers/room.html")
