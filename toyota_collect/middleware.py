"""Middleware of our own: text that can be kept, whom the proxy saw, how long a log-in holds, the second factor, and the
headers of every answer.
"""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from toyota_collect import sessions

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


def address_behind_proxy(get_response: Handler) -> Handler:
    """Who asks is whom our proxy saw, the last it names; otherwise all of the city would be one address to the access log
    and to the limit of failed log-ins. What anybody else names is not looked at.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        named = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if settings.BEHIND_PROXY and named:
            with suppress(ValueError):
                request.META["REMOTE_ADDR"] = str(ip_address(named.rpartition(",")[2].strip()))
        return get_response(request)

    return middleware


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


# What this product never uses (names a browser does not know would fill its console), and passkeys, for our pages only.
NEVER = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "gamepad", "geolocation",
    "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
OWN = ("clipboard-write", "fullscreen", "publickey-credentials-create", "publickey-credentials-get")
HEADERS = {
    "Permissions-Policy": ", ".join([f"{name}=()" for name in NEVER] + [f"{name}=(self)" for name in OWN]),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # personal data must not stay in a shared computer's cache
}


def on_every_answer(get_response: Handler) -> Handler:
    """Headers of pages, files and errors alike, so outermost; static files have said by now how long they last."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware
