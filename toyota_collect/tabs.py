"""A page that shows one of several lists, each with how many are in it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet


def tabs(lists: Mapping[str, tuple[str, QuerySet[Any]]], asked: str, *, else_: str) -> tuple[str, list[dict[str, Any]]]:
    """Which list is shown and the links to all: the one ``asked`` for, or the first that is not empty, or ``else_``.

    ``lists``: label and rows by key, in the order of the links.
    """
    counts = {key: rows.count() for key, (_, rows) in lists.items()}
    shown = asked if asked in lists else next((key for key in lists if counts[key]), else_)
    links = [
        {"label": label, "url": f"?show={key}", "count": counts[key], "current": key == shown}
        for key, (label, _) in lists.items()
    ]
    return shown, links
