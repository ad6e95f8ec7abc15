"""Log-in: accounts are made by administrators, never by signing up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from toyota_collect.business_date import business_date


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Turn away an account after its last day (利用期限)."""
        if user.active_until and user.active_until < business_date():
            messages.warning(
                request, "利用期限を過ぎています。続けて使うには、管理者に期限を延ばしてもらってください。"
            )
            return redirect("account_login")
        return super().pre_login(request, user, **kwargs)
