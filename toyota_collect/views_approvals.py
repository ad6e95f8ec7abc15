"""決裁: what waits for a second person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from toyota_collect.models import Approval
from toyota_collect.permissions import Permission, require


@require(Permission.APPROVE)
def waiting(request: HttpRequest) -> HttpResponse:
    return render(request, "approvals/waiting.html", {"approvals": Approval.objects.filter(decision="")})


@require(Permission.APPROVE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "approvals/detail.html", {"approval": get_object_or_404(Approval, pk=pk)})


@require(Permission.APPROVE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect("approvals:detail", pk=pk)
