"""Log-in: accounts are made by administrators, never by signing up, and end with their last day."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from toyota_collect.business_date import business_date
from toyota_collect.demo_accounts import is_demo_account
from toyota_collect.models import User
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


class CitySignOn(DefaultSocialAccountAdapter):
    """職員の共通ログイン (OpenID Connect): opens an account that an administrator has made, and never makes one.

    Who somebody is comes from the city's directory; what they may do, until when, and the second factor stay ours.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        user = sociallogin.user if sociallogin.is_existing else self._known(sociallogin)
        reason = "この利用者は登録されていません。管理者に登録を頼んでください。" if user is None else refusal(user)
        if reason:
            messages.warning(request, reason)
            raise ImmediateHttpResponse(redirect("account_login"))
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)

    def _known(self, sociallogin: SocialLogin) -> Any:
        facts = sociallogin.account.extra_data
        name = (facts.get("id_token") or facts.get("userinfo") or facts).get(settings.OIDC_USERNAME_CLAIM, "")
        return User.objects.filter(username=str(name), is_active=True).first() if name else None

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        messages.warning(
            request, "共通ログインで本人を確かめられませんでした。もう一度試すか、利用者名で入ってください。"
        )
        raise ImmediateHttpResponse(redirect("account_login"))
