"""Middleware of our own: how long a log-in holds, the second factor, and pages that no browser or proxy may keep."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from toyota_collect import sessions

Handler = Callable[[HttpRequest], HttpResponse]


def session_limits(get_response: Handler) -> Handler:
    """End a log-in that was idle or open for too long, and the older of two of one person; say why on the log-in page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        if reason := sessions.over(request):
            logout(request)
            messages.warning(request, reason)
            if request.headers.get("HX-Request"):  # a fragment cannot be the log-in page: the whole page goes there
                return HttpResponse(status=204, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
            return redirect(settings.LOGIN_URL)
        return get_response(request)

    return middleware


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
