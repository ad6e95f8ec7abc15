"""Accounts, and the policy table."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from toyota_collect import services_accounts
from toyota_collect.forms import AccountForm
from toyota_collect.models import User
from toyota_collect.permissions import (
    POLICY,
    PURPOSE_OF,
    SEES_GROUNDS,
    Ground,
    Permission,
    Purpose,
    Role,
    describe,
    require,
)

PAGE = 50


@require(Permission.USER_ADMIN)
def index(request: HttpRequest) -> HttpResponse:
    accounts = (
        User.objects.exclude(role=Role.SYSTEM).select_related("section").order_by("-is_active", "role", "username")
    )
    page = Paginator(accounts, PAGE).get_page(request.GET.get("page"))
    return render(request, "users/index.html", {"page": page})


@require(Permission.USER_ADMIN)
def create(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require(Permission.USER_ADMIN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(User.objects.exclude(role=Role.SYSTEM), pk=pk))


def _edit(request: HttpRequest, account: User | None) -> HttpResponse:
    form = AccountForm(request.POST or None, account=account)
    if form.is_valid():
        try:
            _, asked = services_accounts.save_account(
                by=request.user, account_id=account.pk if account else None, **form.cleaned_data
            )
        except services_accounts.AccountRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                "保存しました。権限は、決裁のあとに使えるようになります。" if asked else "利用者を保存しました。",
            )
            return redirect("users:index")
    waits = services_accounts.waiting(account) if account else None
    return render(request, "users/edit.html", {"form": form, "account": account, "waits": waits})


@require(Permission.POLICY_VIEW)
def policy(request: HttpRequest) -> HttpResponse:
    roles = [role for role in Role if role != Role.SYSTEM]
    rows = [
        {
            "name": describe(permission),
            "code": permission.value,
            "cells": [permission in POLICY[role] for role in roles],
        }
        for permission in Permission
    ]
    grounds = [
        {"name": ground.label, "cells": [ground in SEES_GROUNDS.get(role, frozenset()) for role in roles]}
        for ground in Ground
    ]
    purposes = [Purpose(PURPOSE_OF[role]).label if role in PURPOSE_OF else "" for role in roles]
    return render(
        request, "users/policy.html", {"roles": roles, "rows": rows, "grounds": grounds, "purposes": purposes}
    )
