"""抽出: the saved conditions, their form with a trial, and the result on screen."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import extraction_page as page
from debtors.extraction_query import Spec, open_list, spec_of
from debtors.forms_extraction import ExportForm, ExtractionForm
from debtors.models import Extraction, ExtractionExport, ExtractionVersion
from debtors.rules.extraction import ConditionWrong
from debtors.services import extractions as services
from debtors.services.extraction_exports import LIMITS
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import value_or
from toyota_collect.permissions import Permission, require

PER_PAGE = 50
EXPORTS = 20


@require(Permission.EXTRACT)
def extractions(request: HttpRequest) -> HttpResponse:
    """The user's own and those shared with them, and the exports the user has asked for."""
    found = Extraction.objects.kept().visible_to(request.user)
    shown = "shared" if request.GET.get("show") == "shared" else "own"
    parts = {"own": found.filter(owner=request.user), "shared": found.exclude(owner=request.user)}
    labels = {"own": "自分の抽出条件", "shared": "ほかの人の抽出条件"}
    filters = [
        {"label": labels[key], "url": f"?show={key}", "count": rows.count(), "current": key == shown}
        for key, rows in parts.items()
    ]
    rows = parts[shown].select_related("owner").annotate(number=Max("versions__number")).order_by("name", "pk")
    exports = ExtractionExport.objects.filter(by=request.user).select_related("version__extraction", "approval")
    context = {
        "filters": filters,
        "label": labels[shown],
        "shown": shown,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "lists": page.open_lists(request.user),
        "exports": exports[:EXPORTS],
    }
    return render(request, "debtors/extractions/list.html", context)


@require(Permission.EXTRACT)
def new(request: HttpRequest, code: str) -> HttpResponse:
    try:
        source = open_list(code, request.user)
    except ConditionWrong as wrong:
        messages.warning(request, str(wrong))
        return redirect("debtors:extractions")
    draft = page.posted(source, request.user, request.POST) if request.POST else page.blank(source, request.user)
    return _form(request, draft, None, initial={"share": Extraction.Share.PRIVATE})


@require(Permission.EXTRACT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Extraction.objects.kept().visible_to(request.user).filter(owner=request.user), pk=pk)
    source, user = open_list(found.list_code, request.user), request.user
    draft = (
        page.posted(source, user, request.POST) if request.POST else page.stored(services.newest(found), source, user)
    )
    return _form(request, draft, found, initial={"name": found.name, "share": found.share})


@require(Permission.EXTRACT)
def extraction(request: HttpRequest, pk: int) -> HttpResponse:
    """The result of the newest version, or of another (``?version=``), page by page."""
    found = get_object_or_404(Extraction.objects.visible_to(request.user).select_related("owner"), pk=pk)
    versions = list(found.versions.select_related("made_by"))
    asked = request.GET.get("version", "")
    version = next((one for one in versions if str(one.number) == asked), versions[0])
    context = {"extraction": found, "version": version, "versions": versions, "newest": versions[0]}
    return render(
        request, "debtors/extractions/run.html", context | result_of(request, version) | export_panel(version)
    )


@require(Permission.EXTRACT)
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Extraction.objects.kept().visible_to(request.user), pk=pk)
    version = services.copy(extraction_id=pk, by=request.user)
    messages.success(request, f"「{version.extraction}」を作りました。自分のものとして直せます。")
    return redirect("debtors:extraction-edit", pk=version.extraction_id)


@require(Permission.EXTRACT)
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Extraction.objects.kept().visible_to(request.user), pk=pk)
    try:
        retired = services.retire(extraction_id=pk, by=request.user)
    except services.ExtractionRefused as refused:
        messages.warning(request, str(refused))
        return redirect("debtors:extraction", pk=pk)
    messages.success(request, f"「{retired}」を一覧から外しました。書き出しの記録は残ります。")
    return redirect("debtors:extractions")


def result_of(request: HttpRequest, version: ExtractionVersion) -> dict[str, Any]:
    """The rows of a version, or why it cannot be run."""
    try:
        spec = spec_of(version, user=request.user)
        shown = page.result(spec, user=request.user, on=business_date(), page=request.GET.get("page"))
    except ConditionWrong as wrong:
        return {"wrong": str(wrong)}
    except page.TooSlow as slow:
        shown = {"slow": str(slow), "seen": []}
    audit.log_views(request, action="extraction.run", person_keys=shown["seen"] or [""])
    return shown


def export_panel(version: ExtractionVersion, form: ExportForm | None = None) -> dict[str, Any]:
    """The form of an export, and how many people may leave unmasked without a decision."""
    return {"export_form": form or ExportForm(), "limits": value_or(LIMITS, business_date(), None)}


def _form(
    request: HttpRequest, draft: page.Draft, found: Extraction | None, *, initial: dict[str, Any]
) -> HttpResponse:
    """The form again after adding, dropping or trying; saved, the result."""
    saving = "save" in request.POST
    form = ExtractionForm(request.POST if saving else None, initial=initial | _kept(request))
    context: dict[str, Any] = {"form": form, "draft": draft, "extraction": found}
    if saving or "try" in request.POST:
        spec = draft.spec()
        if spec is not None and saving and form.is_valid():
            try:
                version = _save(found, spec, form.cleaned_data, by=request.user)
            except services.ExtractionRefused as refused:
                form.add_error("name", str(refused))
            else:
                messages.success(request, f"「{version}」を保存しました。")
                return redirect("debtors:extraction", pk=version.extraction_id)
        elif spec is not None and not saving:
            context["tried"] = _tried(request, draft, spec)
    return render(request, "debtors/extractions/edit.html", context)


def _tried(request: HttpRequest, draft: page.Draft, spec: Spec) -> dict[str, Any] | None:
    try:
        tried = page.tried(spec, user=request.user, on=business_date())
    except page.TooSlow as slow:
        draft.problems.append(str(slow))
        return None
    audit.log_views(request, action="extraction.try", person_keys=tried["seen"] or [""])
    return tried


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What was typed as a name stays while conditions are added and tried."""
    return {name: request.POST[name] for name in ("name", "share") if name in request.POST}


def _save(found: Extraction | None, spec: Spec, facts: dict[str, Any], *, by: Any) -> ExtractionVersion:
    if found is None:
        return services.save_new(spec=spec, by=by, **facts)
    return services.change(extraction_id=found.pk, spec=spec, by=by, **facts)
