"""確かめる: what an import of the inbox would do, seen before it is done."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import preview_pages as pages
from claims.intake import preview as intake
from claims.intake import run
from claims.models import ImportPreview, PreviewFile
from claims.tasks import import_folder, preview_folder
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@require(Permission.IMPORT_RUN)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    try:
        with transaction.atomic():
            found = intake.start(by=request.user, as_of=business_date())
            transaction.on_commit(lambda: preview_folder.delay(preview_id=found.pk), robust=True)
    except run.FolderRefused as refused:
        messages.error(request, str(refused))
        return redirect("claims:imports")
    return redirect("claims:import-preview", pk=found.pk)


@require(Permission.IMPORT_VIEW)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ImportPreview.objects.select_related("by", "batch"), pk=pk)
    return render(request, "claims/imports/preview.html", pages.preview_page(found))


@require(Permission.IMPORT_VIEW)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ImportPreview, pk=pk)
    return render(request, "claims/imports/_preview_progress.html", pages.preview_page(found))


@require(Permission.IMPORT_VIEW)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(PreviewFile.objects.select_related("preview", "source"), pk=pk)
    context = pages.file_page(found, user=request.user)
    if context["may_open"]:
        audit.log_view(request, action="import.preview")
    return render(request, "claims/imports/preview_file.html", context)


@require(Permission.IMPORT_RUN)
@require_POST
def take_in(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ImportPreview, pk=pk)
    try:
        with transaction.atomic():
            today = business_date()
            batch, made = intake.start_import(preview_id=pk, folder=settings.INTAKE_DIR, by=request.user, as_of=today)
            if made:
                transaction.on_commit(lambda: import_folder.delay(batch_id=batch.pk), robust=True)
    except (intake.PreviewRefused, run.FolderRefused) as refused:
        messages.error(request, str(refused))
        return redirect("claims:import-preview", pk=pk)
    return redirect("claims:import-batch", pk=batch.pk)
