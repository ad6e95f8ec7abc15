"""標準の形: what files look like, checking a file without importing it, and exports."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.forms_standard import CheckForm, ExportForm
from claims.models import StandardExport
from claims.services import standard_exports as services
from claims.standard.check import Found, check_files
from claims.standard.lists import code_lists
from claims.standard.schema import families
from claims.tasks import make_standard_export
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing
from toyota_collect.permissions import Permission, allows, require

PER_PAGE = 10
SHOWN = 200  # problems a file


@require(Permission.STANDARD_CHECK)
def standard(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require(Permission.STANDARD_CHECK)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Check the posted files; nothing of them is kept."""
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, check_form=form)
    audit.log_view(request, action="standard.check")
    return _page(request, found=_checked(form.cleaned_data["files"]))


@require(Permission.STANDARD_EXPORT)
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    form = ExportForm(request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                asked = services.ask(**form.cleaned_data, today=business_date(), by=request.user)
                transaction.on_commit(lambda: make_standard_export.delay(export_id=asked.pk), robust=True)
            return redirect("claims:standard-made", pk=asked.pk)
        except (services.ExportRefused, SettingMissing) as refused:
            form.add_error("as_of", str(refused))
    return _page(request, export_form=form)


@require(Permission.STANDARD_EXPORT)
def made(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "claims/standard/made.html", _progress(pk))


@require(Permission.STANDARD_EXPORT)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "claims/standard/_progress.html", _progress(pk))


@require(Permission.STANDARD_EXPORT)
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The zip of an export; who is in it was logged when it was made, and each download is."""
    found = get_object_or_404(StandardExport.objects.exclude(path=""), pk=pk)
    path = Path(settings.MEDIA_ROOT) / found.path
    if not path.is_file():
        raise Http404
    audit.log_view(request, action="standard.download")
    source = f"{found.source.code}_" if found.source else ""
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"standard_{source}{found.as_of:%Y%m%d}.zip")


def _page(request: HttpRequest, **shown: Any) -> HttpResponse:
    context: dict[str, Any] = {
        "families": families().values(),
        "check_form": CheckForm(),
        "export_form": ExportForm(initial={"as_of": business_date()}),
    }
    if allows(request.user, Permission.STANDARD_EXPORT):
        exports = StandardExport.objects.select_related("by", "source")
        context["page"] = Paginator(exports, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "claims/standard/standard.html", context | shown)


def _checked(files: list[Any]) -> list[Found]:
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, one in enumerate(files):
            path = Path(folder) / str(number)
            with path.open("wb") as file:
                file.writelines(one.chunks())
            paths.append((one.name, path))
        return check_files(paths, lists=code_lists(), shown=SHOWN)


def _progress(pk: int) -> dict[str, Any]:
    found = get_object_or_404(StandardExport.objects.select_related("by", "source"), pk=pk)
    outgoing = [one for one in families().values() if "out" in one.ways]
    names = {one.code: one.name for one in outgoing}
    return {
        "export": found,
        "done": services.progress_of(found),
        "total": len(outgoing),
        "running": found.finished_at is None,
        "files": [one | {"name": names.get(one["family"], one["family"])} for one in found.files],
        "kept_days": services.KEPT_FOR.days,
    }
