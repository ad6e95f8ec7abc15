"""抽出の書き出し: asking for a file, seeing it being made, taking it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors.extraction_files import SUFFIXES
from debtors.extraction_query import spec_of, words_of
from debtors.forms_extraction import ExportForm
from debtors.models import Extraction, ExtractionExport
from debtors.rules.extraction import ConditionWrong
from debtors.services import extraction_exports as services
from debtors.tasks import make_extraction
from debtors.views_extractions import export_panel, result_of
from toyota_collect import audit
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing
from toyota_collect.permissions import Permission, allows, require


@require(Permission.EXTRACT)
@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a file of the version that was looked at."""
    found = get_object_or_404(Extraction.objects.kept().visible_to(request.user).select_related("owner"), pk=pk)
    versions = list(found.versions.select_related("made_by"))
    version = next((one for one in versions if str(one.number) == request.POST.get("version")), versions[0])
    form = ExportForm(request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                asked = services.ask(version_id=version.pk, by=request.user, on=business_date(), **form.cleaned_data)
                if asked.state == ExtractionExport.State.MAKING:
                    transaction.on_commit(lambda: make_extraction.delay(export_id=asked.pk), robust=True)
            return redirect("debtors:extraction-exported", pk=asked.pk)
        except (services.ExportRefused, ConditionWrong, ApprovalRefused, SettingMissing) as refused:
            form.add_error(None, str(refused))
    context = {"extraction": found, "version": version, "versions": versions, "newest": versions[0]}
    shown = result_of(request, version) | export_panel(version, form)
    return render(request, "debtors/extractions/run.html", context | shown)


@require(Permission.EXTRACT)
def exported(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "debtors/extractions/export.html", _context(request, pk))


@require(Permission.EXTRACT)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "debtors/extractions/_progress.html", _context(request, pk))


@require(Permission.EXTRACT)
@require_POST
def file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The file, to who asked for it; an unmasked one goes out once, so that nothing but a click fetches it."""
    get_object_or_404(ExtractionExport, pk=pk, by=request.user)
    try:
        found, content = services.take(export_id=pk, by=request.user, today=business_date())
    except services.ExportRefused as refused:
        messages.warning(request, str(refused))
        return redirect("debtors:extraction-exported", pk=pk)
    audit.log_view(request, action="extraction.file")
    name = f"抽出_{found.version.extraction.name}_第{found.version.number}版_{found.asked_on:%Y%m%d}"
    return FileResponse(content, as_attachment=True, filename=f"{name}.{SUFFIXES[found.form]}")


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    """An export is seen by who asked for it, and by those who decide."""
    mine = Q(by=request.user)
    if allows(request.user, Permission.APPROVE):
        mine |= Q(approval__isnull=False)
    exports = ExtractionExport.objects.filter(mine).select_related("version__extraction", "by", "approval__decided_by")
    found = get_object_or_404(exports, pk=pk)
    try:
        spec = spec_of(found.version, user=found.by)
        words, titles = words_of(spec), [one.title for one in spec.columns]
    except ConditionWrong:  # the list has changed since; the record still says the rest
        words, titles = [], []
    return {
        "export": found,
        "own": found.by_id == request.user.pk,
        "running": found.state == ExtractionExport.State.MAKING,
        "done": services.progress_of(found),
        "words": words,
        "titles": titles,
    }
