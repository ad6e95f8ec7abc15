"""引抜・封緘・引渡し・発送: the pages of a run from the checked letters to the post."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from notices import forms_mailing as forms
from notices.files import handed_out
from notices.job_page import job_progress
from notices.mailing_page import pull_desk, seal_page
from notices.models import Pack, PrintRun, RunJob, Seal, SealedFile
from notices.services import jobs, mailings, pulls, seals
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require

RUNS = PrintRun.objects.select_related("approval__decided_by", "made_by", "pulled_by")


@require(Permission.LETTER_VIEW)
def pull_list(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(RUNS, pk=pk)
    audit.log_view(request, action="run.pulls")
    context = pull_desk(run, reason=request.GET.get("reason", ""), page=request.GET.get("page"))
    return render(request, "notices/mailing/pulls.html", context | {"form": forms.Scan()})


@require(Permission.RUN_PREPARE)
@require_POST
def find(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(RUNS, pk=pk)
    return _ask(request, pk, RunJob.Kind.PULL, pulls.may_find, to="notices:pulls")


@require(Permission.RUN_PREPARE)
@require_POST
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm the letter whose mark was read, and say so at once; the field is then ready for the next."""
    run, text = get_object_or_404(RUNS, pk=pk), request.POST.get("mark", "")
    try:
        read = pulls.confirm_pull(run_id=pk, text=text, by=request.user, now=timezone.now(), today=business_date())
    except RunRefused as error:
        tone, said = "care", str(error)
    else:
        tone, said = "good", _said(read)
    if not request.headers.get("HX-Request"):
        (messages.success if tone == "good" else messages.warning)(request, said)
        return redirect("notices:pulls", pk=pk)
    return render(request, "notices/mailing/_scanned.html", pull_desk(run) | {"tone": tone, "said": said})


@require(Permission.RUN_PREPARE)
@require_POST
def not_printed(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(RUNS, pk=pk)
    chosen = [int(one) for one in request.POST.getlist("pull") if one.isdecimal()]
    now, today = timezone.now(), business_date()
    work = partial(pulls.mark_not_printed, run_id=pk, pull_ids=chosen, by=request.user, now=now, today=today)
    return _step(request, pk, work, "印刷していない催告書として確認しました。", to="notices:pulls")


@require(Permission.RUN_VIEW)
def seal(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(RUNS, pk=pk, is_sample=False, state__in=PrintRun.MADE)
    context = seal_page(run, user=request.user, now=timezone.now(), today=business_date())
    return render(request, "notices/mailing/seal.html", context)


@require(Permission.APPROVE)
@require_POST
def do_seal(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(RUNS, pk=pk)
    vouched = request.POST.getlist("vouched")
    others = [int(one) for one in request.POST.getlist("others") if one.isdecimal()]
    check = partial(seals.may_seal, by=request.user, now=timezone.now(), today=business_date(), vouched=vouched)
    return _ask(request, pk, RunJob.Kind.SEAL, check, vouched=vouched, others=others)


@require(Permission.RUN_VIEW)
@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it looked up what came since the seal."""
    get_object_or_404(RUNS, pk=pk, state__in=[PrintRun.State.SEALED, PrintRun.State.HANDED])
    return _ask(request, pk, RunJob.Kind.LOOK)


@require(Permission.RUN_VIEW)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RUNS, pk=pk)
    return render(request, "notices/mailing/_job.html", {"run": found, "job": job_progress(found)})


@require(Permission.APPROVE)
@require_POST
def break_seal(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(RUNS, pk=pk)
    reason = request.POST.get("reason", "")
    work = partial(seals.break_seal, run_id=pk, reason=reason, by=request.user, now=timezone.now())
    return _step(request, pk, work, "封緘を解きました。引抜を調べて、封緘し直してください。")


@require(Permission.RUN_PREPARE)
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(RUNS, pk=pk)
    pack = Pack.objects.filter(seal__run=pk, ended_as="").exists()
    form = forms.HandOver(request.POST, today=business_date(), pack=pack)
    if not form.is_valid():
        return _incomplete(request, pk, form)
    now, today = timezone.now(), business_date()
    work = partial(mailings.hand_over, run_id=pk, by=request.user, now=now, today=today, **form.cleaned_data)
    return _step(request, pk, work, "引渡しを登録しました。発送したら、その日を登録してください。")


@require(Permission.RUN_PREPARE)
@require_POST
def post(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(RUNS, pk=pk)
    form = forms.Post(request.POST, today=business_date())
    if not form.is_valid():
        return _incomplete(request, pk, form)
    on = form.cleaned_data["on"]
    check = partial(mailings.may_post, on=on, today=business_date())
    return _ask(request, pk, RunJob.Kind.POST, check, on=on.isoformat())


@require(Permission.RUN_PREPARE)
def sealed_file(request: HttpRequest, pk: int, sequence: int) -> HttpResponse:
    """A print file of a seal: the pages of exactly the letters that go."""
    found = get_object_or_404(SealedFile, seal=pk, sequence=sequence)
    audit.log_view(request, action="seal.file")
    return handed_out(found.path, "application/pdf", sha256=found.sha256)


@require(Permission.RUN_PREPARE)
def sheet_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Every sheet of every envelope, by print file: what an inserter reads."""
    found = get_object_or_404(Seal.objects.exclude(sheet_list=""), pk=pk)
    audit.log_view(request, action="seal.sheets")
    return handed_out(found.sheet_list, "text/csv; charset=utf-8", sha256=found.sheet_list_sha256)


@require(Permission.RUN_VIEW)
def counts_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """区分票: how many envelopes each bundle of the post holds."""
    found = get_object_or_404(Seal.objects.exclude(counts_sheet=None).select_related("counts_sheet"), pk=pk)
    audit.log_view(request, action="seal.counts")
    try:
        return inline(document_bytes(found.counts_sheet), f"kubun-{found.run_id}-{found.pk}.pdf")
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("notices:seal", pk=found.run_id)


@require(Permission.RUN_VIEW)
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate of a seal, also of one that was broken."""
    found = get_object_or_404(Seal.objects.select_related("certificate"), pk=pk)
    audit.log_view(request, action="seal.certificate")
    try:
        return inline(document_bytes(found.certificate), f"fukan-{found.run_id}-{found.pk}.pdf")
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("notices:seal", pk=found.run_id)


@require(Permission.RUN_VIEW)
def hash_list(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Seal.objects.select_related("hash_list"), pk=pk)
    audit.log_view(request, action="seal.hashes")
    try:
        content = document_bytes(found.hash_list)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("notices:seal", pk=found.run_id)
    name = f'attachment; filename="fukan-{found.run_id}-{found.pk}.csv"'
    headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _said(read: pulls.Reading) -> str:
    letter = read.pull.letter
    if read.left:
        return f"{letter.number}　{letter.name}：あと{read.left}通の封筒があります。続けて読んでください。"
    return f"{letter.number}　{letter.name}：{'確認済みです（2度目）' if read.again else '抜き取りを確認しました'}。"


def _ask(
    request: HttpRequest,
    pk: int,
    kind: str,
    check: Callable[..., Any] = lambda run_id: None,
    *,
    to: str = "notices:seal",
    **arguments: Any,
) -> HttpResponse:
    """Have a worker do a step, if it is not refused already; its page says how far it has come."""
    try:
        check(run_id=pk)
        jobs.ask(run_id=pk, kind=kind, by=request.user, now=timezone.now(), **arguments)
    except RunRefused as error:
        messages.warning(request, str(error))
    return redirect(to, pk=pk)


def _incomplete(request: HttpRequest, pk: int, form: Form) -> HttpResponse:
    for name, errors in form.errors.items():
        messages.warning(request, f"{form.fields[name].label}：{' '.join(errors)}")
    return redirect("notices:seal", pk=pk)


def _step(
    request: HttpRequest, pk: int, work: Callable[[], Any], done: str, *, to: str = "notices:seal"
) -> HttpResponse:
    """Take one step and go back to its page, which says what became of it."""
    try:
        work()
    except RunRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, done)
    return redirect(to, pk=pk)
