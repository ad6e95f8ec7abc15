"""Log-in: accounts are made by administrators, never by signing up, and end with their last day."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from toyota_collect.business_date import business_date
from toyota_collect.demo_accounts import is_demo_account
from toyota_collect.permissions import Role


def refusal(user: Any) -> str:
    """Why the account may not be used today, in Japanese; empty if it may."""
    if user.active_until and user.active_until < business_date():
        return "利用期限を過ぎています。続けて使うには、管理者に期限を延ばしてもらってください。"
    if user.role == Role.SYSTEM:
        return "ジョブの利用者では、ログインできません。"
    if is_demo_account(user) and not settings.DEMO:
        return "体験用の利用者は、本番では使えません。管理者に利用者を登録してもらってください。"
    return ""


class Backend(AuthenticationBackend):
    """Asks at every request, so that a session does not outlive its account."""

    def get_user(self, user_id: int) -> Any:
        user = super().get_user(user_id)
        return None if user is None or refusal(user) else user


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Turn away an account that may not be used."""
        if reason := refusal(user):
            messages.warning(request, reason)
            return redirect("account_login")
        return super().pre_login(request, user, **kwargs)
