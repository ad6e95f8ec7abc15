"""Middleware of our own: text that can be kept, the second factor, and pages that no browser or proxy may keep."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Handler = Callable[[HttpRequest], HttpResponse]


def text_that_can_be_kept(get_response: Handler) -> Handler:
    """Answer 400 to a NUL anywhere: no keyboard types one, PostgreSQL keeps none, and a query with one is a fault."""

    def middleware(request: HttpRequest) -> HttpResponse:
        texts = [request.path, *request.COOKIES.values()]
        for sent in (request.GET, request.POST):
            texts += [text for name, values in sent.lists() for text in (name, *values)]
        if any("\0" in text for text in texts):
            raise BadRequest("a NUL was sent")
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
