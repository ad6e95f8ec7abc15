"""弁護士のお金, the city's side: what has arrived and is to be booked, invoices to compare, differences to settle."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from lawyers import money_pages as pages
from lawyers.forms_money import ConfirmForm, CorrectForm, GiveBackForm, ReasonForm, SettleForm, TellForm
from lawyers.models import CaseCost, Firm, Invoice, MoneyDifference, Remittance
from lawyers.responses import act_and_go, file_or
from lawyers.services import differences, invoices, remittances
from lawyers.services.money import MoneyRefused
from lawyers.views_room_money import ids_of, with_missing
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

MONEY = Permission.LAWYER_MONEY


@require(MONEY)
def money(request: HttpRequest) -> HttpResponse:
    return _board(request)


@require(MONEY)
def remittance(request: HttpRequest, pk: int) -> HttpResponse:
    return _remittance(request, pk)


@require(MONEY)
@require_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """What a firm whose contract ended sent, told by the city."""
    get_object_or_404(Firm, pk=pk)
    form, ticked = TellForm(request.POST, auto_id=_ids_of(pk)), request.POST.getlist("trust")
    if form.is_valid():
        facts: dict[str, Any] = dict(form.cleaned_data) | {"by": request.user, "on": business_date(), "for_city": True}
        try:
            told = with_missing(lambda: remittances.tell(firm_id=pk, trust_ids=ids_of(ticked), **facts))
        except MoneyRefused as refused:
            form.add_error(None, str(refused))
            messages.warning(request, str(refused))  # the form may no longer be on the page
        else:
            messages.success(request, "送金を登録しました。着金を確かめ、登録した人とは別の人が記帳します。")
            return redirect("lawyers:remittance", pk=told.pk)
    return _board(request, told_for=pk, form=form, ticked=ticked)


@require(MONEY)
@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """What the city told for a firm whose contract ended, or the firm before that, put right."""
    get_object_or_404(Remittance, pk=pk)
    form, ticked = CorrectForm(request.POST, auto_id="id_fix_%s"), request.POST.getlist("trust")
    if form.is_valid():
        facts: dict[str, Any] = dict(form.cleaned_data) | {"by": request.user, "on": business_date(), "for_city": True}
        try:
            with_missing(lambda: remittances.correct(remittance_id=pk, trust_ids=ids_of(ticked), **facts))
        except MoneyRefused as refused:
            form.add_error(None, str(refused))
            messages.warning(request, str(refused))  # the form may no longer be on the page
        else:
            messages.success(request, "送金を直しました。直した人とは別の人が記帳します。")
            return redirect("lawyers:remittance", pk=pk)
    return _remittance(request, pk, ticked, fix_form=form)


@require(MONEY)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was told for a firm whose contract ended."""
    get_object_or_404(Remittance, pk=pk)
    reason = request.POST.get("reason", "")
    return act_and_go(
        request,
        lambda: remittances.withdraw(remittance_id=pk, reason=reason, by=request.user, for_city=True),
        "送金を取り消しました。預り金は、まだ送っていないものに戻りました。",
        "lawyers:remittance",
        pk=pk,
    )


@require(MONEY)
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Remittance, pk=pk)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        try:
            found = remittances.confirm(remittance_id=pk, by=request.user, on=business_date(), **form.cleaned_data)
        except MoneyRefused as refused:
            messages.warning(request, str(refused))  # the form may no longer be on the page
        else:
            if found.bank_yen == found.yen:
                messages.success(request, "着金を確かめました。別の人が記帳します。")
            else:
                messages.warning(request, "送金額と着金額が違うため、差異に入れました。片付くまで記帳できません。")
            return redirect("lawyers:remittance", pk=pk)
    return _remittance(request, pk, confirm_form=form)


@require(MONEY)
@require_POST
def book(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Remittance, pk=pk)
    return act_and_go(
        request,
        lambda: remittances.book(remittance_id=pk, by=request.user, on=business_date()),
        "記帳しました。預り金1件ごとに、件の債権へ充当しています。",
        "lawyers:remittance",
        pk=pk,
    )


@require(MONEY)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(MoneyDifference, pk=pk)
    how = request.POST.get("how", "")[:300]
    return act_and_go(
        request,
        lambda: differences.settle_difference(difference_id=pk, how=how, by=request.user, on=business_date()),
        "差異を片付けました。",
        "lawyers:money",
    )


@require(MONEY)
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    return _invoice(request, pk)


@require(MONEY)
def cost_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a cost."""
    rows = CaseCost.objects.filter(file__isnull=False).select_related("file__case__person")
    found = get_object_or_404(rows, pk=pk)
    assert found.file
    return file_or(request, found.file, "lawyers:money")


@require(MONEY)
@require_POST
def check_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Invoice, pk=pk)
    return act_and_go(
        request,
        lambda: invoices.check(invoice_id=pk, by=request.user, on=business_date()),
        "照合しました。結果は下のとおりです。",
        "lawyers:invoice",
        pk=pk,
    )


@require(MONEY)
@require_POST
def give_back_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Invoice, pk=pk)
    form = GiveBackForm(request.POST)
    if form.is_valid():
        try:
            invoices.give_back(invoice_id=pk, by=request.user, on=business_date(), **form.cleaned_data)
        except MoneyRefused as refused:
            messages.warning(request, str(refused))  # the form may no longer be on the page
        else:
            messages.success(request, "請求書を事務所に返しました。")
            return redirect("lawyers:invoice", pk=pk)
    return _invoice(request, pk, back_form=form)


@require(MONEY)
@require_POST
def ask_payment(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Invoice, pk=pk)
    return act_and_go(
        request,
        lambda: invoices.ask_payment(invoice_id=pk, by=request.user, on=business_date()),
        "支払の決裁に出しました。",
        "lawyers:invoice",
        pk=pk,
    )


def _board(
    request: HttpRequest, *, told_for: int = 0, form: TellForm | None = None, ticked: list[str] | None = None
) -> HttpResponse:
    audit.log_view(request, action="lawyers.money")
    left = pages.left_firms()
    for row in left:
        pk = row["firm"].pk
        start = {"sent_on": business_date(), "yen": row["yen"]}
        row["form"] = form if pk == told_for else TellForm(initial=start, auto_id=_ids_of(pk))
        row["ticked"] = ids_of(ticked or []) if pk == told_for else [one.pk for one in row["held"]]
    context = pages.board(on=business_date()) | {"settle_form": SettleForm(), "left": left}
    return render(request, "lawyers/money/board.html", context)


def _ids_of(firm_id: int) -> str:
    return f"id_{firm_id}_%s"


def _remittance(request: HttpRequest, pk: int, ticked: list[str] | None = None, **given: forms.Form) -> HttpResponse:
    rows = Remittance.objects.select_related("firm", "told_by", "confirmed_by", "booked_by")
    found = get_object_or_404(rows, pk=pk)
    context = pages.remittance_page(found, user=request.user, ticked=ticked)
    people = {one.case.person.number for one in context["taken"]}
    audit.log_view(request, action="lawyers.remittance")
    audit.log_views(request, action="lawyers.remittance", person_keys=sorted(people))
    start = {"arrived_on": found.arrived_on, "bank_yen": found.bank_yen, "bank_source": found.bank_source}
    own = {"confirm_form": ConfirmForm(initial=start), "settle_form": SettleForm(), "reason_form": ReasonForm()}
    own["fix_form"] = CorrectForm(initial={"sent_on": found.sent_on, "yen": found.yen}, auto_id="id_fix_%s")
    return render(request, "lawyers/money/remittance.html", context | own | given)


def _invoice(request: HttpRequest, pk: int, **given: forms.Form) -> HttpResponse:
    rows = Invoice.objects.select_related("firm", "sent_by", "checked_by", "approval")
    found = get_object_or_404(rows, pk=pk)
    audit.log_view(request, action="lawyers.invoice")
    return render(
        request, "lawyers/money/invoice.html", pages.invoice_page(found) | {"back_form": GiveBackForm()} | given
    )
