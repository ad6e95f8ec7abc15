"""一斉催告: the list of runs, the page of one run, and the steps of its life."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from notices import forms
from notices.job_page import jobs_to_look_at
from notices.mailing_page import mailing_facts, next_step
from notices.models import PrintRun
from notices.services import progress as live
from notices.services import runs as services
from notices.services.assignments import experiment_of
from notices.services.packs import overdue
from notices.services.pages import accounting, run_page
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

RUNS = PrintRun.objects.select_related("approval__decided_by", "made_by", "pulled_by")


@require(Permission.RUN_VIEW)
def runs(request: HttpRequest) -> HttpResponse:
    page = Paginator(RUNS.all(), 25).get_page(request.GET.get("page"))
    return render(
        request,
        "notices/runs.html",
        {"page": page, "stuck": jobs_to_look_at(), "overdue": overdue(today=business_date()).count()},
    )


@require(Permission.RUN_VIEW)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RUNS, pk=pk)
    context = run_page(found) | {"reason": forms.Reason(), "mailing": next_step(found), "mailed": mailing_facts(found)}
    context["experiment"] = experiment_of(found)
    context["sealed"] = found.seals.filter(broken_at=None).exclude(sheet_list="").exists()
    return render(request, "notices/run.html", context)


@require(Permission.RUN_VIEW)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RUNS, pk=pk)
    if request.GET.get("counting"):
        return render(request, "notices/_counting.html", {"run": found})
    now = live.progress(found)
    context = {"run": found, "progress": now, "accounting": accounting(now), "steps": live.steps(found), "polled": True}
    return render(request, "notices/_progress.html", context)


@require(Permission.RUN_PREPARE)
def new(request: HttpRequest) -> HttpResponse:
    today = business_date()
    form = forms.RunForm(request.POST or None, initial=forms.first_conditions(today), today=today)
    if form.is_valid():
        try:
            made = services.make_run(conditions=form.conditions(), by=request.user)
            services.ask_count(run_id=made.pk, by=request.user)
        except services.RunRefused as error:
            form.add_error(None, str(error))
        else:
            return redirect("notices:run", pk=made.pk)
    return render(request, "notices/conditions.html", {"form": form, "run": None})


@require(Permission.RUN_PREPARE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found, today = get_object_or_404(RUNS, pk=pk), business_date()
    form = forms.RunForm(request.POST or None, initial=forms.conditions_of(found), today=today)
    if form.is_valid():
        try:
            services.change_conditions(run_id=pk, conditions=form.conditions(), by=request.user)
            services.ask_count(run_id=pk, by=request.user)
        except services.RunRefused as error:
            form.add_error(None, str(error))
        else:
            return redirect("notices:run", pk=pk)
    return render(request, "notices/conditions.html", {"form": form, "run": found})


@require(Permission.RUN_PREPARE)
@require_POST
def count(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, services.ask_count, "集計しています。")


@require(Permission.RUN_PREPARE)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    form = forms.Reason(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    done = "決裁を依頼しました。承認されると、この画面で開始できます。"
    return _step(request, pk, services.ask_approval, done, reason=reason)


@require(Permission.RUN_PREPARE)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, services.start, "開始しました。")


@require(Permission.RUN_PREPARE)
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, services.retry, "作り直しています。")


def _step(request: HttpRequest, pk: int, step: Callable[..., Any], done: str, **arguments: Any) -> HttpResponse:
    """Take one step of a run and go back to its page, which says what became of it."""
    get_object_or_404(PrintRun, pk=pk)
    try:
        step(run_id=pk, by=request.user, **arguments)
    except services.RunRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)
    return redirect("notices:run", pk=pk)
