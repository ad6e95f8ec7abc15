"""What every page shows around its content."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import registry


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the base template the navigation the user may use, the business date and the demo mark."""
    user = getattr(request, "user", None)
    nav: list[dict[str, Any]] = []
    if user is not None and user.is_authenticated:
        items = [item for item in registry.nav if allows(user, Permission(item.permission))]
        items.sort(key=lambda item: item.order)
        for title, members in groupby(items, key=lambda item: item.section):
            nav.append({"title": title, "items": [_entry(item, request) for item in members]})
    return {
        "city_name": settings.CITY_NAME,
        "demo": settings.DEMO,
        "business_date": business_date(),
        "nav": nav,
    }


def _entry(item: Any, request: HttpRequest) -> dict[str, Any]:
    url = reverse(item.url_name)
    current = request.path == url or (url != "/" and request.path.startswith(url))
    return {
        "label": item.label,
        "url": url,
        "count": item.count(request.user) if item.count else None,
        "current": current,
    }
