"""取込の取り消し: what it would do, and asking for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import taking_back_page as pages
from claims.forms_taking_back import TakingBackForm
from claims.models import ImportBatch, ImportFile
from claims.services import taking_back
from toyota_collect import audit
from toyota_collect.permissions import Permission, require


@require(Permission.IMPORT_VIEW)
def of_batch(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(ImportBatch.objects.select_related("by"), pk=pk), None)


@require(Permission.IMPORT_VIEW)
def of_file(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ImportFile.objects.select_related("source", "batch__by"), pk=pk)
    return _page(request, found.batch, found)


@require(Permission.IMPORT_RUN)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the import's decision, or with ``file`` for that of one file of it."""
    batch = get_object_or_404(ImportBatch, pk=pk)
    key = request.POST.get("file", "")
    file = get_object_or_404(batch.files.select_related("source", "batch"), pk=key) if key.isdecimal() else None
    form = TakingBackForm(request.POST)
    if form.is_valid():
        try:
            taking_back.ask(
                batch_id=batch.pk,
                file_id=file.pk if file else None,
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except taking_back.TakeBackRefused as refused:
            form.add_error("reason", str(refused))
        else:
            messages.success(request, "取り消しの決裁を求めました。承認されると、自動で取り消します。")
            return redirect("claims:import-file-back", pk=file.pk) if file else redirect("claims:import-back", pk=pk)
    return _page(request, batch, file, form)


def _page(
    request: HttpRequest, batch: ImportBatch, file: ImportFile | None, form: TakingBackForm | None = None
) -> HttpResponse:
    context = pages.page(batch, file, user=request.user, form=form)
    audit.log_view(request, action="import.taking_back")
    return render(request, "claims/imports/back.html", context)
