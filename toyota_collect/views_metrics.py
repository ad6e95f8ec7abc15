"""The door for the city's monitoring: a token of its own, or nothing."""

from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from toyota_collect.metrics import text

SHORTEST = 32  # characters of a token; a shorter one opens nothing


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for ``Authorization: Bearer TOKEN``; without a token in the settings there is no such page."""
    wanted, given = f"Bearer {settings.METRICS_TOKEN}", request.headers.get("Authorization", "")
    if len(settings.METRICS_TOKEN) < SHORTEST or not compare_digest(given.encode(), wanted.encode()):
        raise Http404
    return HttpResponse(text(), content_type=CONTENT_TYPE_LATEST)


metrics.permission = "public"  # type: ignore[attr-defined]  # counts of the house; asked by a machine with its token
