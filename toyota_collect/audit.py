"""Writing what was done and what was looked at."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from django.db.models import Model
from django.http import HttpRequest

from toyota_collect.models.audit import AccessLog, AuditEvent
from toyota_collect.permissions import PURPOSE_OF, Purpose


def record(
    *, event: str, by: Any, target: Model | None = None, key: str = "", detail: dict[str, Any] | None = None
) -> None:
    """Write an audit row; call it inside the transaction of the act it records."""
    AuditEvent.objects.create(
        event=event,
        by=by,
        subject_type=target._meta.label_lower if target is not None else "",
        subject_key=key or (str(target.pk) if target is not None else ""),
        detail=detail or {},
    )


def log_view(request: HttpRequest, *, action: str, person_key: str = "", basis: str = "") -> None:
    """Write who looked at whom, with the purpose the role's work gives, and the basis that opened the case, if one did."""
    AccessLog.objects.create(person_key=person_key, basis=basis[:200], **_look(request, action))


def log_views(
    request: HttpRequest, *, action: str, person_keys: Iterable[str], bases: Mapping[str, str] | None = None
) -> None:
    """Write who looked at many at once: a row for each of them, with the basis that opened it, if one did."""
    look, bases = _look(request, action), bases or {}
    AccessLog.objects.bulk_create(
        [AccessLog(person_key=key, basis=bases.get(key, "")[:200], **look) for key in person_keys]
    )


def _look(request: HttpRequest, action: str) -> dict[str, Any]:
    return {
        "by": request.user,  # views are behind LoginRequiredMiddleware
        "action": action,
        "purpose": PURPOSE_OF.get(getattr(request.user, "role", ""), Purpose.COLLECTION),
        "path": unquote(request.get_full_path())[:300],  # what was searched for is part of what was done
        "address": request.META.get("REMOTE_ADDR") or None,
    }
