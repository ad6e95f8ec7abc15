"""The start page and the health check."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from toyota_collect.celery import app as celery
from toyota_collect.permissions import Permission, allows, require
from toyota_collect.tracing import trace

log = logging.getLogger(__name__)

# The first page of a role: the first of these the user may open.
FIRST_PAGES = [
    (Permission.BOARD_VIEW, "claims:board"),
    (Permission.DAY_VIEW, "debtors:day"),
    (Permission.RUN_PREPARE, "notices:runs"),
    (Permission.IMPORT_RUN, "claims:imports"),
    (Permission.PERSON_SEARCH, "debtors:search"),
    (Permission.WELFARE_ROOM, "welfare:room"),
    (Permission.LAWYER_ROOM, "lawyers:room"),
    (Permission.ACCESS_LOG_VIEW, "users:access-log"),
    (Permission.USER_ADMIN, "users:index"),
]


@require(Permission.HOME)
def home(request: HttpRequest) -> HttpResponse:
    for permission, url_name in FIRST_PAGES:
        if allows(request.user, permission):
            return redirect(reverse(url_name))
    return render(request, "home.html")


@require(Permission.HOME)
@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Somebody sits there: the log-in goes on (``toyota_collect.sessions`` has noted it)."""
    return HttpResponse(status=204)


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Say whether the database, Redis and a worker answer: 200 if all do, otherwise 503."""
    answers = {"database": _answers(_database), "redis": _answers(_redis), "worker": _answers(_worker)}
    return JsonResponse(answers | {"ok": all(answers.values())}, status=200 if all(answers.values()) else 503)


def _answers(probe) -> bool:  # type: ignore[no-untyped-def]
    try:
        return bool(probe())
    except Exception:  # whatever is broken, the answer is "no", and the log says why
        log.warning("health probe %s failed", probe.__name__, exc_info=True)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _redis() -> bool:
    with celery.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        return True


def _worker() -> bool:
    return bool(celery.control.ping(timeout=1.0, limit=1))


def failed(request: HttpRequest) -> HttpResponse:
    """The page of an error nobody foresaw. It asks nothing of the database; its number finds the line of the log."""
    return HttpResponse(render_to_string("500.html", {"request_id": trace().request}), status=500)


healthz.permission = "public"  # type: ignore[attr-defined]  # no personal data; asked by supervisors and load balancers
