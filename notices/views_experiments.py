"""文面の比較試験: all of them, one with its figures, registering it with a run, and the figures as a file."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from notices.experiment_page import csv_text, experiment_page
from notices.forms_experiments import ExperimentForm
from notices.models import Experiment, PrintRun
from notices.services import experiments as services
from notices.services.assignments import experiment_of
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

EXPERIMENTS = Experiment.objects.select_related("run__approval__decided_by", "registered_by").prefetch_related(
    "arms__text"
)


@require(Permission.RUN_VIEW)
def experiments(request: HttpRequest) -> HttpResponse:
    page = Paginator(EXPERIMENTS.all(), 25).get_page(request.GET.get("page"))
    return render(request, "notices/experiments/list.html", {"page": page})


@require(Permission.RUN_VIEW)
def experiment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(EXPERIMENTS, run=pk)
    return render(request, "notices/experiments/experiment.html", experiment_page(found, today=business_date()))


@require(Permission.RUN_PREPARE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(PrintRun, pk=pk)
    texts, former = services.texts_for(run), experiment_of(run)
    form = ExperimentForm(request.POST or None, texts=texts, experiment=former)
    if form.is_valid():
        question = form.cleaned_data["question"]
        try:
            services.register(run_id=pk, question=question, shares=form.shares(), by=request.user)
        except RunRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "比較試験を登録しました。決裁者は、実行の決裁で文面の違いとものさしを読みます。")
            return redirect("notices:experiment", pk=pk)
    return render(request, "notices/experiments/edit.html", {"run": run, "form": form, "former": former})


@require(Permission.RUN_PREPARE)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(PrintRun, pk=pk)
    try:
        services.give_up(run_id=pk, by=request.user)
    except RunRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "比較試験をやめました。全員に、いまの文面を送ります。")
    return redirect("notices:run", pk=pk)


@require(Permission.RUN_VIEW)
def figures_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures of each text, UTF-8 with BOM; no person is in them."""
    found = get_object_or_404(EXPERIMENTS, run=pk)
    audit.log_view(request, action="experiment.csv")
    headers = {"Content-Disposition": f'attachment; filename="hikaku-{pk}.csv"'}
    text = csv_text(found, today=business_date())
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)
