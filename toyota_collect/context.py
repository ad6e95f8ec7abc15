"""What every page shows around its content."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from toyota_collect import manual
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import NavItem, registry


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the base template the navigation the user may use, the way to help, the business date and the demo mark."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    screen = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "city_name": settings.CITY_NAME,
        "demo": settings.DEMO,
        "business_date": business_date(),
        # Fragments have no navigation: its counts are asked for only where it is shown.
        "nav": SimpleLazyObject(lambda: _nav(request) if signed_in else []),
        "help_url": manual.help_for(screen, getattr(user, "role", "")) if signed_in else "",
    }


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    items = [item for item in registry.nav if allows(request.user, Permission(item.permission))]
    items.sort(key=lambda item: item.order)
    urls = [reverse(item.url_name) for item in items]
    # The longest address is the nearest: /people/work/ is not also /people/.
    here = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return [
        {"title": title, "items": [_entry(item, request, here) for item in members]}
        for title, members in groupby(items, key=lambda item: item.section)
    ]


def _entry(item: NavItem, request: HttpRequest, here: str) -> dict[str, Any]:
    url = reverse(item.url_name)
    return {
        "label": item.label,
        "url": url,
        "count": item.count(request.user) if item.count else None,
        "current": url == here,
    }
