"""過誤納: what the city owes back, the decision on it, its notice, and the transfers to the bank."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import overpaid_page as pages
from claims.forms_money import AccountForm, TransferForm
from claims.models import Overpayment, Refund, TransferFile
from claims.services import overpayments as services
from claims.services import transfers as transfer_services
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require

PER_PAGE = 50


@require(Permission.MONEY_VIEW)
def overpayments(request: HttpRequest) -> HttpResponse:
    shown = request.GET.get("show", "open")
    rows = Overpayment.objects.select_related("person", "approval").order_by("claimable_until", "pk")
    parts = {"open": rows.filter(left_yen__gt=0), "done": rows.filter(left_yen=0).order_by("-pk")}
    labels = {"open": "返していないもの", "done": "済んだもの"}
    filters = [
        {"label": labels[key], "url": f"?show={key}", "count": found.count(), "current": key == shown}
        for key, found in parts.items()
    ]
    page = Paginator(parts.get(shown, parts["open"]), PER_PAGE).get_page(request.GET.get("page"))
    audit.log_view(request, action="overpayments")
    context: dict[str, Any] = {
        "page": page,
        "filters": filters,
        "waiting": transfer_services.waiting(),
        "files": TransferFile.objects.select_related("by")[:10],
        "form": TransferForm(initial={"transfer_on": business_date()}),
        "refunds": Refund.objects.exclude(transfer_file=None)
        .filter(returned_on=None)
        .select_related("overpayment__person", "transfer_file")[:20],
    }
    return render(request, "claims/money/overpayments.html", context)


@require(Permission.MONEY_VIEW)
def overpayment(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    audit.log_view(request, action="overpayment", person_key=found.person.number if found.person else "")
    context = pages.context_of(found, on=business_date())
    return render(request, "claims/money/overpayment.html", context | {"account_form": AccountForm()})


@require(Permission.MONEY_WORK)
@require_POST
def name_account(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    form = AccountForm(request.POST)
    if found.person is None:
        messages.warning(request, "納付した人が分からない間は、還付口座を登録できません。")
    elif form.is_valid():
        services.name_account(person_id=found.person.pk, by=request.user, **form.cleaned_data)
        messages.success(request, "還付口座を登録しました。")
    else:
        context = pages.context_of(found, on=business_date())
        return render(request, "claims/money/overpayment.html", context | {"account_form": form})
    return redirect("claims:overpayment", pk=pk)


@require(Permission.MONEY_WORK)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    found, on = _found(pk), business_date()
    plan, _ = services.propose(found, on=on)
    lines = [share.as_json() for share in plan.shares if str(share.claim.pk) in request.POST.getlist("claims")]
    try:
        services.ask(
            overpayment_id=pk, answer=lines, by=request.user, on=on, reason=request.POST.get("reason", "")[:1000]
        )
    except services.PlanRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "決裁に出しました。承認されると、充当と還付を記帳します。")
    return redirect("claims:overpayment", pk=pk)


@require(Permission.MONEY_WORK)
@require_POST
def ask_payer(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that money of an unknown payer be given to the person whose number was typed."""
    found = _found(pk)
    number = request.POST.get("number", "").strip()
    person = Person.objects.filter(number=number).first()
    if person is None:
        messages.warning(request, f"整理番号「{number}」の人はいません。番号を確かめてください。")
        return redirect("claims:overpayment", pk=pk)
    try:
        services.ask_payer(
            overpayment_id=found.pk, person_id=person.pk, by=request.user, reason=request.POST.get("reason", "")[:1000]
        )
    except services.PlanRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "決裁に出しました。承認されると、この人の過誤納金になります。")
    return redirect("claims:overpayment", pk=pk)


@require(Permission.MONEY_VIEW)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    audit.log_view(request, action="overpayment.notice", person_key=found.person.number if found.person else "")
    try:
        content = document_bytes(pages.notice_document(found, by=request.user, on=business_date()))
    except (pages.NoNotice, DocumentLost) as refused:
        messages.warning(request, str(refused))
        return redirect("claims:overpayment", pk=pk)
    return inline(content, f"kanpu-juto-{found.pk}.pdf")


@require(Permission.MONEY_WORK)
@require_POST
def make_transfers(request: HttpRequest) -> HttpResponse:
    form = TransferForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "振込指定日を入れてください。")
        return redirect("claims:overpayments")
    try:
        file = transfer_services.make_transfer_file(transfer_on=form.cleaned_data["transfer_on"], by=request.user)
    except (transfer_services.TransferRefused, SettingMissing) as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(
            request, f"総合振込データ {file.number} を作りました（{file.count:,}件、{file.total_yen:,}円）。"
        )
    return redirect("claims:overpayments")


@require(Permission.MONEY_WORK)
def transfers(request: HttpRequest, pk: int) -> HttpResponse:
    """The file for the bank, as it was made."""
    file = get_object_or_404(TransferFile, pk=pk)
    audit.log_view(request, action="transfers.download")
    headers = {"Content-Disposition": f'attachment; filename="sogo-furikomi-{file.number}.txt"'}
    return HttpResponse(bytes(file.content), content_type="application/octet-stream", headers=headers)


@require(Permission.MONEY_WORK)
@require_POST
def return_refund(request: HttpRequest, pk: int) -> HttpResponse:
    refund = get_object_or_404(Refund, pk=pk)
    today = business_date()
    try:
        transfer_services.return_refund(refund_id=pk, on=today, by=request.user, today=today)
    except transfer_services.TransferRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "振込不能として戻しました。口座を確かめて、もう一度決裁に出してください。")
    return redirect("claims:overpayment", pk=refund.overpayment_id)


def _found(pk: int) -> Overpayment:
    rows = Overpayment.objects.select_related("person", "approval__requested_by", "notice")
    found: Overpayment = get_object_or_404(rows, pk=pk)
    return found
