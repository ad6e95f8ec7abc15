"""レイアウト: how a section's file is written – tried on a sample, and kept."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from claims import layout_pages as pages
from claims.forms_layouts import NEW_SOURCE, LayoutForm, SourceForm, table_of
from claims.intake import catalogue
from claims.intake.layout import LayoutError
from claims.services.layouts import CodeTaken, keep_layout
from toyota_collect import audit
from toyota_collect.permissions import Permission, require


@require(Permission.IMPORT_VIEW)
def layouts(request: HttpRequest) -> HttpResponse:
    return render(request, "claims/layouts/list.html", pages.layout_list())


@require(Permission.IMPORT_RUN)
def layout(request: HttpRequest, code: str = "") -> HttpResponse:
    """One layout; without a code a new one. Posting keeps it, or only tries it (``try``)."""
    known = pages.table_for(code) if code else dict(pages.FRESH)
    if known is None:
        raise Http404
    if request.method != "POST":
        return render(request, "claims/layouts/edit.html", pages.editor(known, editing=bool(code)))
    table, problems = table_of(request.POST)
    form, source_form = LayoutForm(request.POST, editing=bool(code)), SourceForm(request.POST)
    whole = form.is_valid() and (request.POST.get("source") != NEW_SOURCE or source_form.is_valid())
    if "keep" in request.POST and whole and not problems:
        try:
            _keep(request, table, code, source_form)
        except (LayoutError, CodeTaken) as error:
            problems.append(str(error))
        else:
            messages.success(request, f"レイアウト {table['code']} を保存しました。次の取込から使います。")
            return redirect("claims:layouts")
    trying = "keep" not in request.POST
    context = pages.editor(
        table,
        editing=bool(code),
        sample=_sample(request),
        form=LayoutForm(initial=request.POST.dict() | {"header": "header" in request.POST}, editing=bool(code)) if trying else form,
        source_form=SourceForm(initial=request.POST.dict()) if trying else source_form,
        problems=problems,
    )  # fmt: skip
    return render(request, "claims/layouts/edit.html", context)


@require(Permission.IMPORT_RUN)
@require_POST
def layout_trial(request: HttpRequest) -> HttpResponse:
    """What the posted layout makes of the posted sample."""
    table, problems = table_of(request.POST)
    sample = _sample(request)
    found = pages.trial(table, pages.head_of(sample), sample.name or "" if sample else "")
    return render(request, "claims/layouts/_tried.html", {**found, "problems": problems, "live": True})


@require(Permission.IMPORT_RUN)
@require_POST
def layout_guess(request: HttpRequest) -> HttpResponse:
    """The form as it should stand for the posted sample; with ``?keep`` only the places are drawn anew."""
    table, _ = table_of(request.POST)
    sample = _sample(request)
    if sample and "keep" not in request.GET:
        table = pages.guessed(table, sample)
    posted = request.POST.dict() | table
    editing = bool(request.POST.get("editing"))
    form, source_form = LayoutForm(initial=posted, editing=editing), SourceForm(initial=request.POST.dict())
    if request.POST.get("source") == NEW_SOURCE:
        form.initial["source"] = NEW_SOURCE
    context = pages.editor(table, editing=editing, sample=sample, form=form, source_form=source_form)
    return render(request, "claims/layouts/_body.html", context)


def _sample(request: HttpRequest) -> UploadedFile | None:
    sample = request.FILES.get("sample")
    if sample:
        audit.log_view(request, action="layout.sample")
    return sample


def _keep(request: HttpRequest, table: dict[str, Any], code: str, source_form: SourceForm) -> None:
    source = None
    if request.POST.get("source") == NEW_SOURCE:
        given = source_form.cleaned_data
        source = given["new_source_code"], given["new_source_name"], given["new_source_section"]
    known = {one.code for one in catalogue.layouts()}
    table = {**table, "code": code or table["code"]}
    keep_layout(table, by=request.user, new=not code, known=known, source=source)  # type: ignore[arg-type]
