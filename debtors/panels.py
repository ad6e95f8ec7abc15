"""Panels of the person page: each is a view of its own, checks its own permission, and knows whether it is part of
a visit that was logged already."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from debtors.models import Person
from toyota_collect import audit
from toyota_collect.permissions import Permission, require

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
            person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
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
