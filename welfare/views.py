"""The welfare workers' room: only what was handed over with the person's consent."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from toyota_collect import audit
from toyota_collect.permissions import Permission, require
from welfare.models import Referral

PAGE = 50


@require(Permission.WELFARE_ROOM)
def room(request: HttpRequest) -> HttpResponse:
    referrals = Referral.objects.handed_over().select_related("person")
    page = Paginator(referrals, PAGE).get_page(request.GET.get("page"))
    audit.log_view(request, action="welfare_room")
    return render(request, "welfare/room.html", {"page": page})
