"""Middleware of our own: the second factor, and pages that no browser or proxy may keep."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Handler = Callable[[HttpRequest], HttpResponse]


def second_factor_required(get_response: Handler) -> Handler:
    """Send people without a second factor to its set-up page; only the demo city may go without."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        free = settings.DEMO or not user.is_authenticated or request.path.startswith(("/accounts/", "/static/"))
        if free or is_mfa_enabled(user):
            return get_response(request)
        return redirect("mfa_activate_totp")

    return middleware


def no_store(get_response: Handler) -> Handler:
    """Personal data must not stay in a shared computer's cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
