"""The supervisor's board."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from claims import board as figures
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

KEEP_SECONDS = 300


@require(Permission.BOARD_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    on = business_date()
    return render(
        request,
        "claims/board.html",
        _counted(on)
        | {
            "work_overdue": figures.work_overdue(on=on),
            "approvals_waiting": figures.approvals_waiting(),
            "files": figures.latest_files(),
        },
    )


def _counted(on: Any) -> dict[str, Any]:
    """The heavy figures, counted at most once in five minutes for everybody; the page says when."""
    key = f"claims.board.{on.isoformat()}"
    if (found := cache.get(key)) is None:
        rows = figures.owed(on=on)
        found = {
            "counted_at": timezone.now(),
            "kinds": figures.by_kind(rows),
            "groups": figures.by_group(rows),
            "ages": figures.by_age(rows),
            "months": figures.collected_by_month(on=on),
            "clocks": figures.clocks(on=on),
            "people": figures.people_owing(on=on),
            "instalments": sum(row["instalments"] for row in rows),
            "yen": sum(row["yen"] for row in rows),
        }
        cache.set(key, found, KEEP_SECONDS)
    return found
