"""委託先に渡すデータ: made, handed out to the print operator alone, and followed until it is destroyed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from notices import forms_mailing as forms
from notices.models import Pack, PrintRun, RunJob
from notices.pack_page import pack_file, pack_list
from notices.services import jobs
from notices.services import packs as services
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

ROWS = Pack.objects.select_related("seal__run", "seal__certificate", "made_by", "handed_by", "ended_by")


@require(Permission.RUN_VIEW)
def packs(request: HttpRequest) -> HttpResponse:
    chosen, today = request.GET.get("show", "open"), business_date()
    rows, filters = pack_list(chosen, today=today)
    page = Paginator(rows.select_related("seal__run", "handed_by"), 25).get_page(request.GET.get("page"))
    return render(request, "notices/mailing/packs.html", {"page": page, "filters": filters, "today": today})


@require(Permission.RUN_VIEW)
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ROWS, pk=pk)
    return _page(request, found)


@require(Permission.RUN_PREPARE)
@require_POST
def make(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(PrintRun, pk=pk)
    try:
        services.may_make(run_id=pk, today=business_date())
        jobs.ask(run_id=pk, kind=RunJob.Kind.PACK, by=request.user, now=timezone.now())
    except RunRefused as error:
        messages.warning(request, str(error))
    return redirect("notices:seal", pk=pk)


@require(Permission.RUN_PREPARE)
def download(request: HttpRequest, pk: int) -> FileResponse | HttpResponse:
    found = get_object_or_404(ROWS.filter(ended_as=""), pk=pk)
    try:
        services.may_take_out(found, today=business_date())
    except RunRefused as error:
        messages.warning(request, str(error))
        return redirect("notices:pack", pk=pk)
    path = pack_file(found)
    if path is None:
        raise Http404("データが見つからないか、作ったときと違います。渡さずに、管理者に連絡してください。")
    audit.log_view(request, action="pack.file")
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"itaku-{found.seal.run_id}-{found.pk}.zip")


@require(Permission.RUN_PREPARE)
@require_POST
@never_cache
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the password once more, to be told on another way than the data. Every look is logged, the word itself never."""
    found = get_object_or_404(ROWS, pk=pk)
    audit.log_view(request, action="pack.password")
    try:
        services.may_take_out(found, today=business_date())
        word = services.password_of(found)
    except RunRefused as error:
        messages.warning(request, str(error))
        return redirect("notices:pack", pk=pk)
    return _page(request, found, password=word)


@require(Permission.RUN_PREPARE)
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    found, today = get_object_or_404(ROWS, pk=pk), business_date()
    form = forms.EndPack(request.POST, today=today)
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        services.record_end(pack_id=pk, by=request.user, now=timezone.now(), today=today, **form.cleaned_data)
    except RunRefused as error:
        form.add_error(None, str(error))
        return _page(request, found, form=form)
    messages.success(request, "返却・廃棄を記録しました。市に残るデータとパスワードも消しました。")
    return redirect("notices:pack", pk=pk)


def _page(request: HttpRequest, found: Pack, *, form: forms.EndPack | None = None, password: str = "") -> HttpResponse:
    today = business_date()
    context = {"pack": found, "form": form or forms.EndPack(today=today), "password": password, "today": today}
    return render(request, "notices/mailing/pack.html", context)
