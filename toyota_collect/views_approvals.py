"""決裁: what waits for a second person, with its evidence in the same place."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from toyota_collect import approvals
from toyota_collect.forms import DecisionForm
from toyota_collect.models import Approval
from toyota_collect.money import comma
from toyota_collect.permissions import Permission, require
from toyota_collect.templatetags.tc import date_long_text

PAGE = 50


@require(Permission.APPROVE)
def waiting(request: HttpRequest) -> HttpResponse:
    shown = request.GET.get("show", "waiting")
    rows = {
        "waiting": Approval.objects.filter(decision="").order_by("pk"),
        "decided": Approval.objects.exclude(decision="").order_by("-decided_at"),
    }
    chosen = rows.get(shown, rows["waiting"]).select_related("requested_by", "decided_by")
    labels = {"waiting": "決裁待ち", "decided": "決定済み"}
    filters = [
        {"label": labels[key], "url": f"?show={key}", "count": found.count(), "current": key == shown}
        for key, found in rows.items()
    ]
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    return render(request, "approvals/waiting.html", {"page": page, "filters": filters})


@require(Permission.APPROVE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Approval.objects.select_related("requested_by", "decided_by"), pk=pk)
    context = {"approval": found, "evidence": _rows_of(found.evidence), "own": found.requested_by_id == request.user.pk}
    return render(request, "approvals/detail.html", context)


@require(Permission.APPROVE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Approval, pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "承認するか差し戻すかを選んでください。")
        return redirect("approvals:detail", pk=pk)
    try:
        decided = approvals.decide(approval_id=pk, by=request.user, **form.cleaned_data)
    except approvals.ApprovalRefused as error:
        messages.warning(request, str(error))
        return redirect("approvals:detail", pk=pk)
    messages.success(request, f"「{decided.title}」を{decided.get_decision_display()}としました。")
    return redirect("approvals:waiting")


def _rows_of(evidence: Any, name: str = "") -> list[tuple[str, str]]:
    """Flatten evidence to pairs of a name and a value; the names are written by who asked, in Japanese."""
    if isinstance(evidence, dict):
        return [row for key, value in evidence.items() for row in _rows_of(value, f"{name}　{key}".strip())]
    if isinstance(evidence, list):
        return [row for value in evidence for row in _rows_of(value, name)]
    return [(name, _text(evidence))]


def _text(value: Any) -> str:
    """A figure with commas, a date in the Japanese calendar, anything else as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return comma(value)
    try:
        return date_long_text(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
