"""Accounts, the policy table, and who looked at whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from toyota_collect.models import User
from toyota_collect.permissions import Permission, require


@require(Permission.USER_ADMIN)
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "users/index.html", {"users": User.objects.all()})


@require(Permission.USER_ADMIN)
def create(request: HttpRequest) -> HttpResponse:
    return render(request, "users/edit.html")


@require(Permission.USER_ADMIN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "users/edit.html", {"account": get_object_or_404(User, pk=pk)})


@require(Permission.USER_ADMIN)
def policy(request: HttpRequest) -> HttpResponse:
    return render(request, "users/policy.html")


@require(Permission.ACCESS_LOG_VIEW)
def access_log(request: HttpRequest) -> HttpResponse:
    return render(request, "users/access_log.html")
