"""督促状: the list of mailings, one mailing from the count to the post, one person's paper."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors.protection import hidden_people
from notices.forms import DunningForm, Reason
from notices.models import Dunning, DunningRun
from notices.services import dunning_paper, dunnings
from notices.services.dunning_selection import LeftOut
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require

RUNS = DunningRun.objects.select_related("approval__decided_by", "made_by", "posted_by", "bundle")
PAGE = 50


@require(Permission.RUN_VIEW)
def runs(request: HttpRequest) -> HttpResponse:
    page = Paginator(RUNS.all(), 25).get_page(request.GET.get("page"))
    return render(request, "notices/dunning/runs.html", {"page": page})


@require(Permission.RUN_PREPARE)
def new(request: HttpRequest) -> HttpResponse:
    today = business_date()
    form = DunningForm(request.POST or None, initial={"issued_on": today})
    if form.is_valid():
        try:
            made = dunnings.make_run(by=request.user, today=today, **form.cleaned_data)
        except dunnings.DunningRefused as error:
            form.add_error(None, str(error))
        else:
            return redirect("notices:dunning", pk=made.pk)
    return render(request, "notices/dunning/new.html", {"form": form})


@require(Permission.RUN_VIEW)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RUNS, pk=pk)
    audit.log_view(request, action="dunning.run")
    rows = found.dunnings.select_related("person", "claim__kind", "document").order_by("serial", "number")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"run": found, "page": page, "reason": Reason(), "left_out": _left_out(found)} | _progress(found)
    if found.state == DunningRun.State.MADE:
        context["pulls"] = _pulls(found)
    return render(request, "notices/dunning/run.html", context)


@require(Permission.RUN_VIEW)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RUNS, pk=pk)
    return render(request, "notices/dunning/_progress.html", {"run": found, "polled": True} | _progress(found))


@require(Permission.RUN_PREPARE)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:2000]
    return _step(
        request, pk, partial(dunnings.ask_approval, run_id=pk, by=request.user, reason=reason), "決裁を求めました。"
    )


@require(Permission.RUN_PREPARE)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        partial(dunnings.start, run_id=pk, by=request.user, today=business_date()),
        "督促状を作り始めました。",
    )


@require(Permission.RUN_PREPARE)
@require_POST
def post(request: HttpRequest, pk: int) -> HttpResponse:
    pulled = [int(one) for one in request.POST.getlist("pulled") if one.isdecimal()]
    return _step(
        request,
        pk,
        partial(dunnings.post_run, run_id=pk, on=business_date(), pulled=pulled, by=request.user),
        "発送を登録しました。督促の日が、時効の計算に入りました。",
    )


@require(Permission.RUN_PREPARE)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        partial(dunnings.discard, run_id=pk, on=business_date(), reason=reason, by=request.user),
        "取りやめました。",
    )


@require(Permission.RUN_VIEW)
def bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """The print file. It holds addresses: only as it was made, before somebody came under protection (see the page)."""
    found = get_object_or_404(RUNS.filter(bundle__isnull=False, state=DunningRun.State.MADE), pk=pk)
    audit.log_view(request, action="dunning.bundle")
    return _pdf(request, found.bundle, f"tokusoku-{found.pk}.pdf", to=("notices:dunning", pk))


@require(Permission.LETTER_VIEW)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The very paper that a person got."""
    row = get_object_or_404(Dunning.objects.select_related("document", "person").filter(document__isnull=False), pk=pk)
    if hidden_people([row.person_id], on=business_date()):
        messages.warning(request, "支援措置の登録がある人か、その人かもしれない人です。住所が載るため、開けません。")
        return redirect("notices:dunning", pk=row.run_id)
    audit.log_view(request, action="dunning.pdf", person_key=row.person.number)
    return _pdf(request, row.document, f"tokusoku-{row.pk}.pdf", to=("notices:dunning", row.run_id))


def _pdf(request: HttpRequest, document: Any, name: str, *, to: tuple[str, int]) -> HttpResponse:
    try:
        content = document_bytes(document)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect(to[0], pk=to[1])
    return inline(content, name)


def _step(request: HttpRequest, pk: int, work: Callable[[], Any], done: str) -> HttpResponse:
    get_object_or_404(DunningRun, pk=pk)
    try:
        work()
    except dunnings.DunningRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)
    return redirect("notices:dunning", pk=pk)


def _progress(found: DunningRun) -> dict[str, int]:
    total = found.dunnings.count()
    waiting = found.dunnings.filter(state=Dunning.State.WAITING).count()
    pulled = found.dunnings.filter(state=Dunning.State.PULLED).count()
    return {"total": total, "done": total - waiting, "waiting": waiting, "pulled": pulled}


def _left_out(found: DunningRun) -> list[dict[str, Any]]:
    yen = found.counts["left_out_yen"]
    return [
        {"label": reason.label, "count": found.counts["left_out"][reason], "yen": yen[reason]}
        for reason in LeftOut
        if reason in found.counts["left_out"]
    ]


def _pulls(found: DunningRun) -> list[dict[str, Any]]:
    """What has to come out of the pile now, with its place in it."""
    reasons = dunnings.to_pull(found, on=business_date())
    pages = dunning_paper.first_pages(found)
    rows = found.dunnings.filter(pk__in=reasons).select_related("person", "claim__kind").order_by("serial", "number")
    return [{"row": row, "because": reasons[row.pk], "page": pages.get(row.serial)} for row in rows]
