"""Panels of the person page: each is a view of its own, checks its own permission, and knows whether it is part of
a visit that was logged already. The page fetches all of them in one request."""

import logging
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import resolve, reverse

from debtors.models import Person
from toyota_collect import audit
from toyota_collect.held import once
from toyota_collect.permissions import Permission, allows, require
from toyota_collect.registry import Panel, registry

logger = logging.getLogger(__name__)
PANEL_COLUMNS = ("first", "second", "third", "main", "side")
VISIT_SECONDS = 600
_signer = signing.TimestampSigner(salt="debtors.visit")


def visit_mark(user: Any, number: str) -> str:
    """A mark for panel addresses: this user's view of this person has just been logged."""
    subject = f"{user.pk}:{number}"
    return _signer.sign(subject).removeprefix(f"{subject}:")


def person_panel(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Make a view of ``(request, person)`` from the URL's person number.

    404 for people the user may not know of. A panel opened by itself is logged like a page; one that belongs to a
    page opened in the last ten minutes is part of that view.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require(permission)
        @wraps(view)
        def guarded(request: HttpRequest, number: str) -> HttpResponse:
            person = seen_person(request.user, number)
            if not _is_part_of_a_visit(request, number):
                audit.log_view(request, action=view.__name__, person_key=number)
            return view(request, person)

        return guarded

    return decorate


def _is_part_of_a_visit(request: HttpRequest, number: str) -> bool:
    try:
        _signer.unsign(f"{request.user.pk}:{number}:{request.GET.get('visit', '')}", max_age=VISIT_SECONDS)
    except signing.BadSignature:
        return False
    return True


@once
def seen_person(user: Any, number: str) -> Person:
    """The person of the number; 404 for those whom the user may not know of."""
    return get_object_or_404(Person.objects.visible_to(user), number=number)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one panel answered; ``html`` is none where it failed, and empty where there is nothing for this user."""

    panel: Panel
    url: str
    html: str | None


def panels_for(user: Any) -> list[Panel]:
    """The panels the user may open, in order."""
    allowed = (panel for panel in registry.panels.values() if allows(user, Permission(panel.permission)))
    return sorted(allowed, key=lambda panel: panel.order)


def panel_url(panel: Panel, number: str, mark: str) -> str:
    return f"{reverse(panel.url_name, args=[number])}?visit={quote(mark, safe=':')}"


def answers_of(panels: Iterable[Panel], request: HttpRequest, number: str) -> list[Answer]:
    """Ask each panel's own view, as if its address had been opened; one that fails hurts no other."""
    return [_answer_of(panel, request, number) for panel in panels]


def _answer_of(panel: Panel, request: HttpRequest, number: str) -> Answer:
    url = panel_url(panel, number, request.GET.get("visit", ""))
    part = copy(request)
    part.path = part.path_info = reverse(panel.url_name, args=[number])
    part.resolver_match = match = resolve(part.path)
    try:
        response = match.func(part, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return Answer(panel, url, "")
    except Exception:  # whatever it is, the other panels are there
        logger.exception("a panel of the person page failed: %s", panel.code)
        return Answer(panel, url, None)
    return Answer(panel, url, response.content.decode() if response.status_code == 200 else None)
