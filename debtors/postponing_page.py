"""What who assigns sees of 後回し: how often, for which reasons, by whom, and who waits now."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from debtors.joined import together
from debtors.models import Person, Postponement
from debtors.presence import rows_of
from debtors.protection import hidden_people
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import BoardLine, Happening
from toyota_collect.wareki import short_text

LOOKED_BACK = timedelta(days=30)
OFTEN = 3  # in a row, without anything new
PAGE = 50


def context_of(request: HttpRequest, *, on: date) -> dict[str, Any]:
    """Counts of the last thirty days by reason and by who did it, and those who wait, most often first."""
    made = _made(on)
    waiting = Postponement.objects.waiting(on=on).select_related("person", "by").order_by("-times", "until", "pk")
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    return {
        "since": on - LOOKED_BACK,
        "by_reason": _by_reason(made),
        "by_officer": made.values_list("by__display_name").annotate(rows=Count("pk")).order_by("-rows", "by__username"),
        "count": made.count(),
        "often": OFTEN,
        "page": page,
        "protected": hidden_people([one.person_id for one in page], on=on),
    }


def lines(user: Any, on: date) -> Iterable[BoardLine]:
    """One line of the supervisor's board, once anybody has put anything off."""
    if not allows(user, Permission.ASSIGN):
        return
    made = _made(on)
    waiting = Counter(Postponement.objects.waiting(on=on).values_list("times", flat=True))
    often = sum(rows for times, rows in waiting.items() if times >= OFTEN)
    reasons = "、".join(f"{label}{rows:,}" for label, rows in _by_reason(made))
    if reasons or waiting:
        text = f"いま{waiting.total():,}人（続けて{OFTEN}回以上{often:,}人）。この30日に{made.count():,}件"
        yield BoardLine(
            "後回し",
            "care" if often else "",
            text + (f"：{reasons}" if reasons else ""),
            reverse("debtors:postponements"),
        )


def happenings(person: Person, user: Any, on: date) -> Iterable[Happening]:
    """That the person was put off, for who reads the course of the case; struck through where somebody took it up again."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    people = together(person.pk)
    rows = Postponement.objects.filter(person__in=people, on__lte=on).select_related("by")
    for one in rows_of(rows, people):
        text = f"{short_text(one.until)}まで本日の業務から外した（{_label(one.reason)}）。{one.text}"
        yield Happening(one.on, "後回し", text, str(one.by), struck=one.ended_at is not None)


def _made(on: date) -> Any:
    return Postponement.objects.filter(on__gt=on - LOOKED_BACK, on__lte=on).order_by()


def _by_reason(made: Any) -> list[tuple[str, int]]:
    rows = made.values_list("reason").annotate(rows=Count("pk")).order_by("-rows", "reason")
    return [(_label(reason), count) for reason, count in rows]


def _label(reason: str) -> str:
    return Postponement.Reason(reason).label.removesuffix("（内容を書く）")
