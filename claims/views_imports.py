"""取込: what came in, what became of it, and which rows a section must mend."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import import_pages as pages
from claims.intake import run
from claims.models import ImportBatch, ImportFile
from claims.tasks import import_folder
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@require(Permission.IMPORT_VIEW)
def imports(request: HttpRequest) -> HttpResponse:
    return render(request, "claims/imports/list.html", pages.batches(request.GET.get("page")))


@require(Permission.IMPORT_RUN)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    try:
        with transaction.atomic():
            batch = run.start(by=request.user, as_of=business_date())
            transaction.on_commit(lambda: import_folder.delay(batch_id=batch.pk), robust=True)
    except run.FolderRefused as refused:
        messages.error(request, str(refused))
        return redirect("claims:imports")
    return redirect("claims:import-batch", pk=batch.pk)


@require(Permission.IMPORT_VIEW)
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ImportBatch.objects.select_related("by"), pk=pk)
    return render(request, "claims/imports/batch.html", pages.batch_page(found))


@require(Permission.IMPORT_VIEW)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "claims/imports/_progress.html", pages.batch_page(get_object_or_404(ImportBatch, pk=pk)))


@require(Permission.IMPORT_VIEW)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ImportFile.objects.select_related("source", "batch__by"), pk=pk)
    code, page = request.GET.get("code", ""), request.GET.get("page")
    context = pages.file_page(found, code=code, page=page, user=request.user)
    if context["may_open"] and context["rejected_rows"]:
        audit.log_view(request, action="import.rejected_rows")
    return render(request, "claims/imports/file.html", context)


@require(Permission.CLAIM_VIEW)
def paid_totals(request: HttpRequest) -> HttpResponse:
    page = Paginator(pages.paid_differences(request.user), 50).get_page(request.GET.get("page"))
    audit.log_view(request, action="import.paid_totals")
    return render(request, "claims/imports/paid_totals.html", {"page": page})
