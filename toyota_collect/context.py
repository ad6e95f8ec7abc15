"""What every page shows around its content."""

from contextlib import suppress
from datetime import date
from functools import lru_cache
from itertools import groupby
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from toyota_collect import manual
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import NavItem, registry

KEEP_SECONDS = 300  # a dated setting that is changed shows in the navigation that much later


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the base template the navigation the user may use, the way to help, the business date and the demo mark."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    screen = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "city_name": settings.CITY_NAME,
        "demo": settings.DEMO,
        "business_date": business_date(),
        "city_sign_on": "city" if settings.OIDC_SERVER else "",
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
        # Fragments have no navigation: its counts are asked for only where it is shown.
        "nav": SimpleLazyObject(lambda: _nav(request) if signed_in else []),
        "help_url": manual.help_for(screen, getattr(user, "role", "")) if signed_in else "",
    }


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    items = [item for item in registry.nav if allows(request.user, Permission(item.permission))]
    items.sort(key=lambda item: item.order)
    counts = _counts(request.user)
    urls = [reverse(item.url_name) for item in items]
    # The longest address is the nearest: /people/work/ is not also /people/.
    here = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return [
        {"title": title, "items": [_entry(item, counts, here) for item in members]}
        for title, members in groupby(items, key=lambda item: item.section)
    ]


def _entry(item: NavItem, counts: dict[str, int], here: str) -> dict[str, Any]:
    url = reverse(item.url_name)
    return {"label": item.label, "url": url, "count": counts.get(item.url_name), "current": url == here}


def _counts(user: Any) -> dict[str, int]:
    """How much waits in each line that says so, by URL name: one question for all of them."""
    known = user.role, user.section_id, business_date(), int(monotonic() // KEEP_SECONDS)
    found, names, sql, values = _question(user, *known)
    found = dict(found)
    if sql:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            for name, count in zip(names, cursor.fetchone(), strict=True):
                found[name] += count
    return found


@lru_cache(maxsize=512)
def _question(
    user: Any, role: str, section: int | None, on: date, since: int
) -> tuple[dict[str, int], list[str], str, list[Any]]:
    """The question of a user (two of one account are equal), as ``role`` and ``section`` make it, for a day and some minutes
    from ``since`` on: making it costs more than answering it."""
    found: dict[str, int] = {}
    names: list[str] = []
    parts: list[str] = []
    values: list[Any] = []
    for item in registry.nav:
        if item.waiting is None or not allows(user, Permission(item.permission)):
            continue
        for rows in item.waiting(user):
            found[item.url_name] = 0
            with suppress(EmptyResultSet):
                sql, params = rows.order_by().values("pk").query.sql_with_params()
                names.append(item.url_name)
                parts.append(f"(SELECT count(*) FROM ({sql}) waiting)")  # noqa: S608  Django's SQL
                values += params
    return found, names, f"SELECT {', '.join(parts)}" if parts else "", values
