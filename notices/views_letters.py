"""催告書: who was left out, the letters of a run, one person's letter, the print files. Every look is logged."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from debtors.joined import together
from debtors.models import Person
from debtors.panels import person_panel
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from notices import forms
from notices.files import handed_out
from notices.models import Letter, PrintChunk, PrintRun, Pull, Seal
from notices.services.charge_sheet import SheetWithheld, charge_sheet
from notices.services.documents import CopyWithheld, letter_document
from notices.services.letter_slips import out_of_use, slips_of
from notices.services.manifest import manifest_path
from notices.services.piles import sealed_manifest
from notices.services.runs import reasons_in_order
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents import store
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require

PER_PAGE = 50


@require(Permission.LETTER_VIEW)
def exclusions(request: HttpRequest, pk: int) -> HttpResponse:
    run, reason = get_object_or_404(PrintRun, pk=pk), request.GET.get("reason", "")
    audit.log_view(request, action="run.exclusions")
    people = run.exclusions.select_related("person").order_by("-outstanding_yen", "pk")
    page = Paginator(people.filter(reason=reason) if reason else people, PER_PAGE).get_page(request.GET.get("page"))
    counts = run.counts.get("excluded", {})
    filters = [_filter("すべて", "", sum(counts.values()), reason)]
    filters += [_filter(label, code, counts[code], reason) for code, label in reasons_in_order() if code in counts]
    return render(request, "notices/exclusions.html", {"run": run, "page": page, "filters": filters})


@require(Permission.LETTER_VIEW)
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    run, form = get_object_or_404(PrintRun, pk=pk), forms.Search(request.GET)
    audit.log_view(request, action="run.letters")
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = run.letters.select_related("person")
    if words:
        found = found.filter(
            Q(name__icontains=words)
            | Q(number__icontains=words)
            | Q(person__number=words)
            | Q(person__kana_key__startswith=words)
        )
    if request.GET.get("state") in Letter.State.values:
        found = found.filter(state=request.GET["state"])
    page = Paginator(found.defer("snapshot"), PER_PAGE).get_page(request.GET.get("page"))
    hidden = hidden_people([letter.person_id for letter in page], on=business_date())
    return render(request, "notices/letters.html", {"run": run, "page": page, "form": form, "hidden": hidden})


@require(Permission.LETTER_VIEW)
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Letter.objects.select_related("run", "person", "chunk", "document"), pk=pk)
    audit.log_view(request, action="letter", person_key=found.person.number)
    lines = found.claims.select_related("claim__kind").order_by("claim__kind__position", "claim__due_on", "pk")
    sums = {name: sum(getattr(line, name) for line in lines) for name in ("principal_yen", "fee_yen", "late_yen")}
    context = {"letter": found, "lines": lines, "sums": sums, "pull": Pull.objects.filter(letter=found).first()}
    context |= {"printed": found.state in Letter.PRINTED, "void": out_of_use(slips_of([found]))}
    return render(request, "notices/letter_page.html", context | {"returns": found.returns.order_by("pk")})


@require(Permission.LETTER_VIEW)
def letter_fault(request: HttpRequest, pk: int) -> HttpResponse:
    """Where on its page, or in its words, a letter that could not be made stopped."""
    found = get_object_or_404(Letter.objects.exclude(failure_picture="").select_related("person"), pk=pk)
    audit.log_view(request, action="letter.fault", person_key=found.person.number)
    if hidden_people([found.person_id], on=business_date()):
        raise PermissionDenied(
            "支援措置の登録がある人か、その人かもしれない人です。住所が写ることがあるため、開けません。"
        )
    return handed_out(found.failure_picture, "image/png", sha256=found.failure_picture_sha256, inline=True)


@require(Permission.LETTER_VIEW)
def letter_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Letter.objects.select_related("person"), pk=pk)
    audit.log_view(request, action="letter.pdf", person_key=found.person.number)
    try:
        document = letter_document(letter_id=pk, by=request.user, today=business_date())
        content = store.document_bytes(document)
    except (CopyWithheld, store.DocumentLost) as error:
        raise PermissionDenied(str(error)) from error
    return inline(content, f"saikoku-{found.run_id}-{found.serial:06d}.pdf")


@require(Permission.LETTER_VIEW)
def letter_charges(request: HttpRequest, pk: int) -> HttpResponse:
    """The late charge of every claim of the letter, step by step."""
    found = get_object_or_404(Letter.objects.select_related("person"), pk=pk)
    audit.log_view(request, action="letter.charges", person_key=found.person.number)
    try:
        content = store.document_bytes(charge_sheet(letter_id=pk, by=request.user, today=business_date()))
    except (SheetWithheld, store.DocumentLost) as error:
        raise PermissionDenied(str(error)) from error
    return inline(content, f"entaikin-{found.run_id}-{found.serial:06d}.pdf")


@require(Permission.RUN_PREPARE)
def bundle(request: HttpRequest, pk: int, sequence: int) -> HttpResponse:
    """A checked print file, until the seal: from then on the files hold only what goes."""
    found = get_object_or_404(PrintChunk.objects.exclude(path="").select_related("run"), run=pk, sequence=sequence)
    audit.log_view(request, action="run.bundle")
    if _current(found.run):
        raise Http404(
            "封緘しました。封緘と発送の画面の印刷ファイルを使ってください。引き抜いた催告書は入っていません。"
        )
    return handed_out(found.path, "application/pdf", sha256=found.sha256)


@require(Permission.RUN_PREPARE)
def manifest(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(PrintRun, pk=pk, state__in=PrintRun.MADE)
    audit.log_view(request, action="run.manifest")
    sealed = _current(run)
    return handed_out(sealed_manifest(sealed) if sealed else manifest_path(run), "text/csv; charset=utf-8")


@person_panel(Permission.LETTER_VIEW)
def person_panel_letters(request: HttpRequest, person: Person) -> HttpResponse:
    people = together(person.pk)
    recent: list[Letter] = []
    if not nothing_of(Letter, people):
        found = Letter.objects.filter(person__in=people, run__is_sample=False, state__in=Letter.PRINTED)
        recent = list(found.select_related("run").defer("snapshot").order_by("-run__issued_on", "-pk")[:10])
    return render(request, "notices/_person_panel.html", {"person": person, "letters": recent})


def _filter(label: str, code: str, count: int, chosen: str) -> dict[str, Any]:
    return {"label": label, "url": f"?reason={code}", "count": count, "current": code == chosen}


def _current(run: PrintRun) -> Seal | None:
    """The seal in force, if it has files of its own."""
    return run.seals.filter(broken_at=None).exclude(sheet_list="").first()
