"""収納: the files that tell of money, and the payments nobody may book alone."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import money_pages as pages
from claims.forms_money import CaseForm, FilesForm
from claims.models import Payment, PaymentCase, ReceiptFile
from claims.services import cases as services
from claims.services import payments
from claims.tasks import take_in_receipts
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.money import yen_text
from toyota_collect.permissions import Permission, require

PER_PAGE = 50
AT_ONCE_BYTES = 40_000  # some 300 payments; more would keep the browser waiting


@require(Permission.MONEY_VIEW)
def money(request: HttpRequest) -> HttpResponse:
    page = Paginator(ReceiptFile.objects.select_related("by"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": FilesForm(), "facts": pages.money_facts(on=business_date())}
    return render(request, "claims/money/list.html", context)


@require(Permission.MONEY_WORK)
@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    form = FilesForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.warning(request, " ".join(form.errors.get("files", ["ファイルを選んでください。"])))
        return redirect("claims:money")
    for one in form.cleaned_data["files"]:
        taken = _take_in(one.read(), name=one.name, by=request.user)
        if taken.problem:
            messages.warning(request, f"「{taken.name}」は取り込めませんでした。{taken.problem}")
        elif taken.is_waiting:
            messages.success(
                request, f"「{taken.name}」{taken.records:,}件の取込を始めました。画面を閉じても続きます。"
            )
        else:
            messages.success(
                request, f"「{taken.name}」{taken.records:,}件を取り込みました（新しいもの{taken.new_records:,}件）。"
            )
    return redirect("claims:money")


def _take_in(content: bytes, *, name: str, by: Any) -> ReceiptFile:
    """A small file at once, a large one by a worker."""
    if len(content) <= AT_ONCE_BYTES:
        return payments.take_in(content=content, name=name, by=by, as_of=business_date())
    with transaction.atomic():
        kept = payments.keep_for_worker(content=content, name=name, by=by, as_of=business_date())
        if kept.is_waiting:
            transaction.on_commit(lambda: take_in_receipts.delay(file_id=kept.pk), robust=True)
    return kept


@require(Permission.MONEY_VIEW)
def file_progress(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ReceiptFile, pk=pk)
    return render(request, "claims/money/_file_progress.html", _progress(found))


def _progress(file: ReceiptFile) -> dict[str, Any]:
    return {"file": file, "done": payments.progress_of(file) if file.is_waiting else file.records}


@require(Permission.MONEY_VIEW)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ReceiptFile.objects.select_related("by"), pk=pk)
    lines = found.lines.select_related("payment__case", "payment__receipt", "payment__person").order_by("line")
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    sums = found.lines.values("status").annotate(count=Count("pk"), yen=Sum("amount_yen")).order_by("status")
    audit.log_view(request, action="money.file")
    labels = dict(Payment.State.choices)
    context = _progress(found) | {
        "page": page,
        "sums": [row | {"label": labels[row["status"]], "note": yen_text(row["yen"])} for row in sums],
    }
    return render(request, "claims/money/file.html", context)


@require(Permission.MONEY_VIEW)
def cases(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("kind", "")
    open_cases = PaymentCase.objects.filter(closed_at=None)
    counts = dict(open_cases.values_list("kind").annotate(count=Count("pk")))
    rows = open_cases.filter(kind=chosen) if chosen in PaymentCase.Kind.values else open_cases
    rows = rows.select_related("payment__person", "payment__slip", "approval").order_by("opened_on", "pk")
    filters = [{"label": "すべて", "url": "?", "count": sum(counts.values()), "current": chosen not in counts}]
    filters += [
        {"label": label, "url": f"?kind={kind}", "count": counts[kind], "current": kind == chosen}
        for kind, label in PaymentCase.Kind.choices
        if kind in counts
    ]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    closed = PaymentCase.objects.exclude(closed_at=None).count()
    audit.log_view(request, action="money.cases")
    return render(request, "claims/money/cases.html", {"page": page, "filters": filters, "closed": closed})


@require(Permission.MONEY_VIEW)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    found = _case(pk)
    context = pages.case_page(found, request.GET, on=business_date())
    person = context["person"]
    audit.log_view(request, action="money.case", person_key=person.number if person else "")
    return render(request, "claims/money/case.html", context)


@require(Permission.MONEY_WORK)
@require_POST
def ask_case(request: HttpRequest, pk: int) -> HttpResponse:
    found = _case(pk)
    form = CaseForm(request.POST, claims=pages.offered_claims(found, request.POST.get("person", "")))
    if not form.is_valid():
        messages.warning(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("claims:payment-case", pk=pk)
    try:
        services.ask(case_id=pk, by=request.user, **pages.answer_of(found, form.cleaned_data))
    except services.CaseRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "決裁に出しました。別の人が承認すると、台帳に記帳されます。")
    return redirect("claims:payment-case", pk=pk)


def _case(pk: int) -> PaymentCase:
    rows: Any = PaymentCase.objects.select_related(
        "payment__receipt", "payment__person", "payment__slip__replaced_by", "approval__requested_by"
    )
    found: PaymentCase = get_object_or_404(rows, pk=pk)
    return found
