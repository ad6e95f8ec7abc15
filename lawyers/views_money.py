"""弁護士のお金, the city's side: what has arrived and is to be booked, invoices to compare, differences to settle."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from lawyers import money_pages as pages
from lawyers.forms_money import ConfirmForm, GiveBackForm, SettleForm
from lawyers.models import Invoice, MoneyDifference, Remittance
from lawyers.services import differences, invoices, remittances
from lawyers.services.money import MoneyRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

MONEY = Permission.LAWYER_MONEY


@require(MONEY)
def money(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="lawyers.money")
    context = pages.board(on=business_date()) | {"settle_form": SettleForm()}
    return render(request, "lawyers/money/board.html", context)


@require(MONEY)
def remittance(request: HttpRequest, pk: int) -> HttpResponse:
    return _remittance(request, pk)


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
    return _act(
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
    return _act(
        request,
        lambda: differences.settle_difference(difference_id=pk, how=how, by=request.user, on=business_date()),
        "差異を片付けました。",
        "lawyers:money",
    )


@require(MONEY)
def invoice(request: HttpRequest, pk: int) -> HttpResponse:
    return _invoice(request, pk)


@require(MONEY)
@require_POST
def check_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Invoice, pk=pk)
    return _act(
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
    return _act(
        request,
        lambda: invoices.ask_payment(invoice_id=pk, by=request.user, on=business_date()),
        "支払の決裁に出しました。",
        "lawyers:invoice",
        pk=pk,
    )


def _remittance(request: HttpRequest, pk: int, **given: forms.Form) -> HttpResponse:
    rows = Remittance.objects.select_related("firm", "told_by", "confirmed_by", "booked_by")
    found = get_object_or_404(rows, pk=pk)
    context = pages.remittance_page(found, user=request.user)
    people = {one.case.person.number for one in context["taken"]}
    audit.log_view(request, action="lawyers.remittance")
    audit.log_views(request, action="lawyers.remittance", person_keys=sorted(people))
    start = {"arrived_on": found.arrived_on, "bank_yen": found.bank_yen, "bank_source": found.bank_source}
    own = {"confirm_form": ConfirmForm(initial=start), "settle_form": SettleForm()}
    return render(request, "lawyers/money/remittance.html", context | own | given)


def _invoice(request: HttpRequest, pk: int, **given: forms.Form) -> HttpResponse:
    rows = Invoice.objects.select_related("firm", "sent_by", "checked_by", "approval")
    found = get_object_or_404(rows, pk=pk)
    audit.log_view(request, action="lawyers.invoice")
    return render(
        request, "lawyers/money/invoice.html", pages.invoice_page(found) | {"back_form": GiveBackForm()} | given
    )


def _act(request: HttpRequest, act: Callable[[], Any], said: str, to: str, **kwargs: Any) -> HttpResponse:
    try:
        act()
    except MoneyRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect(to, **kwargs)
