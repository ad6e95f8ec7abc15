"""決裁: what waits for a second person with the rank for it, the evidence in the same place; 代決 and 取下げ."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from toyota_collect import approvals
from toyota_collect.business_date import business_date
from toyota_collect.forms import DecisionForm, DeputyForm
from toyota_collect.models import Approval, Deputy
from toyota_collect.money import comma
from toyota_collect.permissions import Permission, require
from toyota_collect.registry import registry
from toyota_collect.templatetags.tc import date_long_text

PAGE = 50


@require(Permission.APPROVE)
def waiting(request: HttpRequest) -> HttpResponse:
    """The list and, beside it, the evidence of the chosen one; the first is chosen, where nothing else is."""
    shown, kind = request.GET.get("show", "mine"), request.GET.get("kind", "")
    lists = _lists(request.user)
    label, rows = lists.get(shown, lists["mine"])
    kinds = sorted({(one, _kind_label(one)) for one in rows.order_by().values_list("subject_type", flat=True)})
    chosen = rows.filter(subject_type=kind) if kind else rows
    page = Paginator(chosen.select_related("requested_by", "decided_by", "acted_for"), PAGE).get_page(
        request.GET.get("page")
    )
    pk = request.GET.get("pk", "")
    one = next((row for row in page if str(row.pk) == pk), page[0] if len(page) else None)
    filters = [
        {"label": name, "url": f"?show={key}", "count": found.count(), "current": key == shown}
        for key, (name, found) in lists.items()
    ]
    context = {"page": page, "filters": filters, "kinds": kinds, "kind": kind, "shown": shown, "label": label}
    return render(request, "approvals/waiting.html", context | _pane(one, request.user))


@require(Permission.APPROVE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Approval.objects.select_related("requested_by", "decided_by", "acted_for"), pk=pk)
    return render(request, "approvals/detail.html", _pane(one, request.user))


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
    acted = f"（{decided.acted_for}に代わって）" if decided.acted_for else ""
    messages.success(request, f"「{decided.title}」を{acted}{decided.get_decision_display()}としました。")
    return redirect("approvals:waiting")


@require(Permission.APPROVE)
def many(request: HttpRequest) -> HttpResponse:
    """Up to fifty at once, each with its evidence open; nothing is chosen beforehand."""
    kind = request.POST.get("kind", request.GET.get("kind", ""))
    if request.method == "POST":
        ids = [int(pk) for pk in request.POST.getlist("approval") if pk.isdecimal()]
        try:
            outcomes = approvals.decide_many(
                approval_ids=ids, by=request.user, reason=request.POST.get("reason", "")[:2000]
            )
        except approvals.ApprovalRefused as error:
            messages.warning(request, str(error))
        else:
            done = [outcome for outcome in outcomes if not outcome.problem]
            if done:
                messages.success(request, f"{len(done)}件を承認しました。")
            for approval, problem in outcomes:
                if problem:
                    messages.warning(request, f"「{approval.title}」は承認していません：{problem}")
            return redirect("approvals:waiting")
    rows = Approval.objects.decidable_by(request.user, on=business_date()).exclude(subject_type__in=registry.one_by_one)
    rows = rows.filter(subject_type=kind) if kind else rows
    shown = rows.select_related("requested_by").order_by("pk")[: approvals.MANY]
    cards = [{"one": one, "kind": _kind_label(one.subject_type), "evidence": _rows_of(one.evidence)} for one in shown]
    context = {"cards": cards, "kind": kind, "most": approvals.MANY, "more": max(0, rows.count() - len(cards))}
    return render(request, "approvals/many.html", context)


@require(Permission.APPROVE)
@require_POST
def mark_seen(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Approval, pk=pk)
    try:
        seen = approvals.mark_seen(approval_id=pk, by=request.user)
    except approvals.ApprovalRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"「{seen.title}」を後閲済みにしました。")
    return redirect("approvals:waiting")


@require(Permission.APPROVE)
def deputies(request: HttpRequest) -> HttpResponse:
    form = DeputyForm(request.POST or None, initial={"principal": request.user.pk, "starts_on": business_date()})
    if form.is_valid():
        try:
            approvals.name_deputy(by=request.user, **form.cleaned_data)
        except approvals.ApprovalRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "代決を指定しました。期間中、代決する人の決裁の一覧に並びます。")
            return redirect("approvals:deputies")
    rows = Deputy.objects.select_related("principal", "deputy", "named_by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "approvals/deputies.html", {"form": form, "page": page})


@require(Permission.APPROVE)
@require_POST
def end_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Deputy, pk=pk)
    try:
        approvals.end_deputy(deputy_id=pk, by=request.user)
    except approvals.ApprovalRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "代決の指定を終わらせました。")
    return redirect("approvals:deputies")


@require(Permission.ASK)
def own(request: HttpRequest) -> HttpResponse:
    """What the user has asked for, and what became of it."""
    rows = Approval.objects.filter(requested_by=request.user).select_related("decided_by", "acted_for").order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "approvals/own.html", {"page": page})


@require(Permission.ASK)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Approval, pk=pk, requested_by=request.user)
    try:
        taken = approvals.withdraw(approval_id=pk, by=request.user, reason=request.POST.get("reason", "")[:2000])
    except approvals.ApprovalRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"「{taken.title}」を取り下げました。直して、もう一度起案できます。")
    return redirect("approvals:own")


def _lists(user: Any) -> dict[str, tuple[str, Any]]:
    """The lists of the page by key: label and rows."""
    mine = Approval.objects.decidable_by(user, on=business_date())
    return {
        "mine": ("自分が決める", mine.order_by("pk")),
        "others": ("ほかの人が決める", Approval.objects.waiting().exclude(pk__in=mine.values("pk")).order_by("pk")),
        "unseen": ("後閲", Approval.objects.filter(acted_for=user, seen_at=None).order_by("-decided_at")),
        "decided": ("決定済み", Approval.objects.filter(~Q(decision="")).order_by("-decided_at")),
    }


def _pane(one: Approval | None, user: Any) -> dict[str, Any]:
    """What the pane of one approval shows, and why the user may not decide it, where that is so."""
    if one is None:
        return {"approval": None}
    decidable = one.is_open and Approval.objects.decidable_by(user, on=business_date()).filter(pk=one.pk).exists()
    return {
        "approval": one,
        "kind_label": _kind_label(one.subject_type),
        "evidence": _rows_of(one.evidence),
        "own": one.requested_by_id == user.pk,
        "decidable": decidable,
        "acts": decidable and not approvals.reaches(user.decision_rank, one.needs_rank),
        "to_see": one.acted_for_id == user.pk and one.seen_at is None,
    }


def _kind_label(subject_type: str) -> str:
    return registry.subject_labels.get(subject_type, "そのほか")


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
