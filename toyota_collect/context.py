"""What every page shows around its content."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import NavItem, registry


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the base template the navigation the user may use, the business date and the demo mark."""
    return {
        "city_name": settings.CITY_NAME,
        "demo": settings.DEMO,
        "business_date": business_date(),
        # Fragments have no navigation: its counts are asked for only where it is shown.
        "nav": SimpleLazyObject(lambda: _nav(request)),
    }


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    nav: list[dict[str, Any]] = []
    if user is not None and user.is_authenticated:
        items = [item for item in registry.nav if allows(user, Permission(item.permission))]
        items.sort(key=lambda item: item.order)
        urls = [reverse(item.url_name) for item in items]
        # The longest address is the nearest: /people/work/ is not also /people/.
        here = max((url for url in urls if request.path.startswith(url)), key=len, default="")
        for title, members in groupby(items, key=lambda item: item.section):
            nav.append({"title": title, "items": [_entry(item, request, here) for item in members]})
    return nav


def _entry(item: NavItem, request: HttpRequest, here: str) -> dict[str, Any]:
    url = reverse(item.url_name)
    return {
        "label": item.label,
        "url": url,
        "count": item.count(request.user) if item.count else None,
        "current": url == here,
    }
