"""弁護士の部屋のお金: what a firm took, sent and laid out. What is not the own firm's is not there (404)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from claims.services.evidence import read_upload
from lawyers import room_money_pages as pages
from lawyers.forms_money import CorrectForm, CostForm, ReasonForm, TakeForm, TellForm
from lawyers.models import CaseCost, Firm, LegalCase, Remittance, TrustReceipt
from lawyers.services import costs as cost_services
from lawyers.services import remittances, trust
from lawyers.services.money import MoneyRefused, cases_once_of, own_firms
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

ROOM = Permission.LAWYER_ROOM


@require(ROOM)
def money(request: HttpRequest) -> HttpResponse:
    return _money(request, pages.firm_of(request.user, request.GET.get("firm", "")))


@require(ROOM)
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Note money taken from the debtor of one case."""
    case = _case(request, pk)
    on = business_date()
    form = TakeForm(request.POST or None, initial={"received_on": on})
    if request.method == "POST" and form.is_valid():
        try:
            with_missing(lambda: trust.take(case_id=pk, by=request.user, on=on, **form.cleaned_data))
        except MoneyRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "預り金を記録しました。早めに市へ送金し、送金を登録してください。")
            return _back("lawyers:room-money", case.firm)
    row = pages.case_page(request.user, case.firm, q=case.number, page=None, on=on)
    _log_case(request, "lawyers.room_take", case)
    context = {
        "case": case,
        "row": next((one for one in row["rows"] if one["case"].pk == pk), None),
        "form": form,
        "designation": row["designation"],
        "tabs": pages.tabs(case.firm, "money"),
    }
    return render(request, "lawyers/money/room_take.html", context)


@require(ROOM)
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    taken = _own(TrustReceipt.objects.filter(case__mandate__firm__in=own_firms(request.user)), pk)
    reason = request.POST.get("reason", "")
    _do(request, lambda: trust.cancel(trust_id=pk, reason=reason, by=request.user), "預り金の記録を取り消しました。")
    return _back("lawyers:room-money", taken.case.firm)


@require(ROOM)
@require_POST
def tell(request: HttpRequest) -> HttpResponse:
    firm = pages.firm_of(request.user, request.POST.get("firm", ""))
    if firm is None or str(firm.pk) != request.POST.get("firm", ""):
        raise Http404
    form, ids = TellForm(request.POST), ids_of(request.POST.getlist("trust"))
    if form.is_valid():
        facts: dict[str, Any] = dict(form.cleaned_data)
        try:
            told = with_missing(
                lambda: remittances.tell(firm_id=firm.pk, trust_ids=ids, by=request.user, on=business_date(), **facts)
            )
        except MoneyRefused as refused:
            form.add_error(None, str(refused))
        else:
            _say_told(request, told)
            return _back("lawyers:room-money", firm)
    return _money(request, firm, tell_form=form, ticked=request.POST.getlist("trust"))


@require(ROOM)
def remittance(request: HttpRequest, pk: int) -> HttpResponse:
    """One remittance of the own firm, to be put right."""
    told = _own(Remittance.objects.filter(firm__in=own_firms(request.user)).select_related("firm"), pk)
    start = {"sent_on": told.sent_on, "yen": told.yen}
    form = CorrectForm(request.POST or None, initial=start)
    ticked = request.POST.getlist("trust") if request.method == "POST" else None
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            told = with_missing(
                lambda: remittances.correct(
                    remittance_id=pk, trust_ids=ids_of(ticked or []), by=request.user, on=business_date(), **facts
                )
            )
        except MoneyRefused as refused:
            form.add_error(None, str(refused))
        else:
            _say_told(request, told)
            return _back("lawyers:room-money", told.firm)
    audit.log_view(request, action="lawyers.room_remittance")
    context = pages.correct_page(request.user, told, ticked) | {"form": form, "tabs": pages.tabs(told.firm, "money")}
    return render(request, "lawyers/money/room_remittance.html", context | {"reason_form": ReasonForm()})


@require(ROOM)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    told = _own(Remittance.objects.filter(firm__in=own_firms(request.user)), pk)
    reason = request.POST.get("reason", "")
    said = "送金を取り消しました。預り金は、まだ送っていないものに戻りました。"
    _do(request, lambda: remittances.withdraw(remittance_id=pk, reason=reason, by=request.user), said)
    return _back("lawyers:room-money", told.firm)


@require(ROOM)
def costs(request: HttpRequest) -> HttpResponse:
    firm = pages.firm_of(request.user, request.GET.get("firm", ""))
    audit.log_view(request, action="lawyers.room_costs")
    if firm is None:
        return render(request, "lawyers/money/room_none.html")
    context = pages.costs_of(firm) | _cases(request, firm) | {"tabs": pages.tabs(firm, "costs"), "firm": firm}
    context["firms"] = own_firms(request.user)
    return render(request, "lawyers/money/room_costs.html", context)


@require(ROOM)
def note_cost(request: HttpRequest, pk: int) -> HttpResponse:
    case = _case(request, pk)
    form = CostForm(request.POST or None, request.FILES or None, initial={"day": business_date()})
    if not case.is_open:
        del form.fields["paper"]  # its papers are no longer the firm's
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        if paper := facts.pop("paper", None):
            facts["paper"] = paper.name, read_upload(paper, on=business_date())
        try:
            with_missing(lambda: cost_services.note_cost(case_id=pk, by=request.user, on=business_date(), **facts))
        except MoneyRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "実費を記録しました。次の請求の計算に入ります。")
            return _back("lawyers:room-costs", case.firm)
    _log_case(request, "lawyers.room_cost", case)
    context = {"case": case, "form": form, "tabs": pages.tabs(case.firm, "costs")}
    return render(request, "lawyers/money/room_cost.html", context)


@require(ROOM)
@require_POST
def withdraw_cost(request: HttpRequest, pk: int) -> HttpResponse:
    noted = _own(CaseCost.objects.filter(case__mandate__firm__in=own_firms(request.user)), pk)
    _do(request, lambda: cost_services.withdraw_cost(cost_id=pk, by=request.user), "実費の記録を取り消しました。")
    return _back("lawyers:room-costs", noted.case.firm)


def with_missing(act: Callable[[], Any]) -> Any:
    """What does not exist to the firm is not there."""
    try:
        return act()
    except ObjectDoesNotExist:
        raise Http404 from None


def _money(
    request: HttpRequest, firm: Firm | None, *, tell_form: forms.Form | None = None, ticked: list[str] | None = None
) -> HttpResponse:
    audit.log_view(request, action="lawyers.room_money")
    if firm is None:
        return render(request, "lawyers/money/room_none.html")
    chosen = pages.held_of(request.user, firm, request.GET.getlist("trust") if ticked is None else ticked)
    names = {row["taken"].case.person.number: row["taken"].case.number for row in chosen["held"] if row["name"]}
    audit.log_views(request, action="lawyers.room_money", person_keys=names, bases=names)
    start = {"sent_on": business_date(), "yen": chosen["chosen_yen"] or None}
    context = chosen | _cases(request, firm) | {"firm": firm, "remittances": pages.remittances_of(firm)}
    context |= {"tabs": pages.tabs(firm, "money"), "late": pages.late_of(firm), "firms": own_firms(request.user)}
    context["tell_form"] = tell_form or TellForm(initial=start)
    return render(request, "lawyers/money/room_money.html", context)


def _cases(request: HttpRequest, firm: Firm) -> dict[str, Any]:
    q = request.GET.get("q", "").strip()
    found = pages.case_page(request.user, firm, q=q, page=request.GET.get("page"), on=business_date())
    bases = {row["case"].person.number: row["case"].number for row in found["rows"]}
    audit.log_views(request, action="lawyers.room_money", person_keys=bases, bases=bases)
    return found | {"ended": pages.ended_of(request.user, firm, q=q)}


def _case(request: HttpRequest, pk: int) -> LegalCase:
    cases: Any = cases_once_of(request.user).select_related("person", "mandate__firm")
    found: LegalCase = _own(cases, pk)
    return found


def _log_case(request: HttpRequest, action: str, case: LegalCase) -> None:
    """Of a case that ended nobody was looked at."""
    audit.log_view(request, action=action, person_key=case.person.number if case.is_open else "", basis=case.number)


def _own(rows: Any, pk: int) -> Any:
    return with_missing(lambda: rows.get(pk=pk))


def _do(request: HttpRequest, act: Callable[[], Any], said: str) -> None:
    try:
        with_missing(act)
    except MoneyRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)


def _say_told(request: HttpRequest, told: Remittance) -> None:
    if told.yen == sum(told.trust_receipts.values_list("yen", flat=True)):
        messages.success(request, "送金を登録しました。市が着金を確かめて記帳します。")
    else:
        messages.warning(
            request, "送金額が預り金の合計と違うため、差異になりました。送金を直すか、市に連絡してください。"
        )


def _back(to: str, firm: Firm) -> HttpResponse:
    return redirect(f"{reverse(to)}?firm={firm.pk}")


def ids_of(texts: list[str]) -> list[int]:
    """The ids among what a form sent."""
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]
