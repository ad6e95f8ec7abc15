"""住所調査 and 公示送達: the steps from a return to a document that counts as served, one view a step."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from debtors.protection import hidden_people
from notices.forms_public_notices import DownForm, EnquiryForm, PostForm, PrepareForm, WithdrawForm
from notices.models import PublicNotice, ReturnedLetter
from notices.rules.public_notice import Route
from notices.services import enquiries
from notices.services import public_notices as service
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import value_or
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require

PER_PAGE = 50
ROWS = PublicNotice.objects.select_related(
    "approval",
    "document",
    "posted_by",
    "posted_proof",
    "down_by",
    "down_proof",
    "made_by",
    "returned__letter__run",
    "returned__letter__person",
    "returned__dunning__run",
    "returned__dunning__person",
    "returned__notice__person",
).defer("returned__letter__snapshot")


@require(Permission.MAIL_RETURN)
def public_notices(request: HttpRequest) -> HttpResponse:
    """Those under way first, by the day of their effect; a step that is due is marked."""
    today, chosen = business_date(), request.GET.get("state", "open")
    audit.log_view(request, action="public_notices")
    found = ROWS.all() if chosen == "all" else ROWS.filter(state__in=_states(chosen))
    page = Paginator(found.order_by("served_on", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    counts = dict(PublicNotice.objects.order_by().values_list("state").annotate(Count("pk")))
    filters = [
        {
            "label": label,
            "url": f"?state={code}",
            "count": sum(counts.get(state, 0) for state in _states(code)),
            "current": code == chosen,
        }
        for code, label in FILTERS
    ]
    context = {"page": page, "filters": filters, "today": today, "hidden": _hidden(page)}
    return render(request, "notices/public_notices/list.html", context)


@require(Permission.MAIL_RETURN)
def public_notice(request: HttpRequest, pk: int) -> HttpResponse:
    today, notice = business_date(), get_object_or_404(ROWS, pk=pk)
    audit.log_view(request, action="public_notice", person_key=notice.returned.person.number)
    court = notice.route == Route.COURT
    online = value_or(service.ONLINE, today, {"needed": False, "where": ""})
    context = {
        "notice": notice,
        "law": Route(notice.route).law,
        "court": court,
        "online": online,
        "hidden": _hidden([notice]),
        "claims": notice.claims.select_related("claim__kind").order_by("claim__due_on", "pk"),
        "post_form": PostForm(today=today, court=court, online=bool(online["needed"])),
        "down_form": DownForm(today=today),
        "withdraw_form": WithdrawForm(auto_id="withdraw-%s"),
        "due": notice.state == PublicNotice.State.POSTED and notice.served_on is not None and notice.served_on <= today,
        "open": notice.state in PublicNotice.OPEN,
        "found": notice.state in PublicNotice.OPEN and enquiries.is_found(notice.returned, today=today),
    }
    return render(request, "notices/public_notices/detail.html", context)


@require(Permission.MAIL_RETURN)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(ROWS, pk=pk, document__isnull=False)
    audit.log_view(request, action="public_notice.paper", person_key=notice.returned.person.number)
    try:
        content = document_bytes(notice.document)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("notices:public-notice", pk=pk)
    return HttpResponse(content, content_type="application/pdf")


@require(Permission.CONTACT_WRITE)
@require_POST
def enquire(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ReturnedLetter, pk=pk)
    today = business_date()

    def act(facts: dict[str, Any]) -> str:
        enquiries.record_enquiry(return_id=pk, by=request.user, today=today, **facts)
        return "住所調査を記録しました。"

    return _done(request, EnquiryForm(request.POST, request.FILES, today=today), act, ("notices:returned", pk))


@require(Permission.HOLD_WRITE)
@require_POST
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ReturnedLetter, pk=pk)

    def act(facts: dict[str, Any]) -> str:
        made = service.prepare(return_id=pk, by=request.user, now=timezone.now(), today=business_date(), **facts)
        return f"公示送達を{len(made)}件起案しました。内容を確かめて、決裁を受けてください。"

    return _done(request, PrepareForm(request.POST), act, ("notices:returned", pk))


@require(Permission.HOLD_WRITE)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    def act(facts: dict[str, Any]) -> str:
        service.ask_approval(notice_id=pk, by=request.user)
        return "決裁を依頼しました。"

    return _step(request, pk, forms.Form(request.POST), act)


@require(Permission.HOLD_WRITE)
@require_POST
def post(request: HttpRequest, pk: int) -> HttpResponse:
    notice, today = get_object_or_404(PublicNotice, pk=pk), business_date()

    def act(facts: dict[str, Any]) -> str:
        service.post(notice_id=pk, by=request.user, today=today, **facts)
        return "掲示を登録しました。"

    form = PostForm(request.POST, request.FILES, today=today, court=notice.route == Route.COURT, online=False)
    return _step(request, pk, form, act)


@require(Permission.HOLD_WRITE)
@require_POST
def serve(request: HttpRequest, pk: int) -> HttpResponse:
    def act(facts: dict[str, Any]) -> str:
        service.serve(notice_id=pk, by=request.user, today=business_date())
        return "送達の効力を登録しました。時効の計算に入ります。"

    return _step(request, pk, forms.Form(request.POST), act)


@require(Permission.HOLD_WRITE)
@require_POST
def take_down(request: HttpRequest, pk: int) -> HttpResponse:
    today = business_date()

    def act(facts: dict[str, Any]) -> str:
        service.take_down(notice_id=pk, by=request.user, today=today, **facts)
        return "掲示の終わりを登録しました。"

    return _step(request, pk, DownForm(request.POST, request.FILES, today=today), act)


@require(Permission.HOLD_WRITE)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    def act(facts: dict[str, Any]) -> str:
        service.withdraw(notice_id=pk, by=request.user, today=business_date(), **facts)
        return "公示送達を取りやめました。掲示しているときは、すぐに外してください。"

    return _step(request, pk, WithdrawForm(request.POST), act)


def _step(request: HttpRequest, pk: int, form: forms.Form, act: Callable[[dict[str, Any]], str]) -> HttpResponse:
    get_object_or_404(PublicNotice, pk=pk)
    return _done(request, form, act, ("notices:public-notice", pk))


def _done(
    request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], str], back: tuple[str, int]
) -> HttpResponse:
    """Do it, or say what is wrong, and go back to the page."""
    if not form.is_valid():
        first = next(iter(form.errors))
        messages.warning(request, f"{form.fields[first].label}：{form.errors[first][0]}")
    else:
        try:
            messages.success(request, act(form.cleaned_data))
        except RunRefused as refused:
            messages.warning(request, str(refused))
    return redirect(back[0], pk=back[1])


State = PublicNotice.State
FILTERS = [("open", "手続中")] + [(str(code), str(label)) for code, label in State.choices] + [("all", "すべて")]


def _states(chosen: str) -> list[str]:
    if chosen == "open":
        return [*PublicNotice.OPEN, State.SERVED]
    return [chosen] if chosen in State.values else list(State.values)


def _hidden(rows: Any) -> set[int]:
    return hidden_people([row.returned.person.pk for row in rows], on=business_date())
