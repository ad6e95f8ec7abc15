"""支援措置の束: letters by confirmed routes, from their making to the record of each hand-over. No page shows an address."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from debtors.models import SafeRoute
from debtors.querysets import in_force
from notices.forms_closed import HandOverForm, PileForm
from notices.models import ClosedPile, Notice
from notices.services import closed_piles
from notices.services.single_standing import changed_since
from notices.services.singles import SingleRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require

PILES = ClosedPile.objects.select_related("approval", "made_by").prefetch_related("notices")


@require(Permission.SAFE_ROUTE)
def piles(request: HttpRequest) -> HttpResponse:
    today = business_date()
    form = PileForm(request.POST or None, today=today)
    if form.is_valid():
        try:
            made = closed_piles.make_pile(wish=form.wish(), by=request.user, today=today)
        except SingleRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "作りました。印刷の前に、別の人の決裁を求めてください。")
            return redirect("notices:closed-pile", pk=made.pk)
    audit.log_view(request, action="closed_piles")
    page = Paginator(PILES, 25).get_page(request.GET.get("page"))
    confirmed = SafeRoute.objects.filter(state=SafeRoute.State.CONFIRMED)
    context = {"page": page, "form": form, "usable": confirmed.filter(in_force(today)).count()}
    context["over"] = confirmed.filter(ends_on__lte=today).select_related("person").defer("secret")
    return render(request, "notices/closed/list.html", context)


@require(Permission.SAFE_ROUTE)
def pile(request: HttpRequest, pk: int) -> HttpResponse:
    found, today = get_object_or_404(PILES, pk=pk), business_date()
    notices = list(found.notices.select_related("person", "route__section", "handed__by").defer("route__secret"))
    for one in notices:
        audit.log_view(request, action="closed_pile", person_key=one.person.number)
    rows = [
        {"notice": one, "since": changed_since(one, today=today) if one.state == Notice.State.MADE else ""}
        for one in notices
    ]
    waits = found.approval is not None and found.approval.is_open
    context = {"pile": found, "rows": rows, "waits": waits, "form": HandOverForm(initial={"on": today})}
    context["left"] = sum(one.state == Notice.State.MADE for one in notices)
    return render(request, "notices/closed/pile.html", context)


@require(Permission.SAFE_ROUTE)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ClosedPile, pk=pk)
    try:
        closed_piles.ask_printing(pile_id=pk, by=request.user)
    except SingleRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "印刷の決裁を求めました。")
    return redirect("notices:closed-pile", pk=pk)


@require(Permission.SAFE_ROUTE)
@require_POST
def print_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The letters themselves; the browser keeps nothing of them."""
    found = get_object_or_404(ClosedPile, pk=pk)
    try:
        content = closed_piles.print_pile(pile_id=pk, by=request.user, today=business_date())
    except SingleRefused as refused:
        messages.warning(request, str(refused))
        return redirect("notices:closed-pile", pk=pk)
    for number in found.notices.values_list("person__number", flat=True):
        audit.log_view(request, action="closed_pile.print", person_key=number)
    response = inline(content, f"shien-{pk}.pdf")
    response["Cache-Control"] = "no-store"
    return response


@require(Permission.SAFE_ROUTE)
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.exclude(pile=None), pk=pk)
    form = HandOverForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "渡した相手、確かめた方法、渡した日を入れてください。")
        return redirect("notices:closed-pile", pk=notice.pile_id)
    try:
        closed_piles.hand_over(
            notice_id=pk, by=request.user, now=timezone.now(), today=business_date(), **form.cleaned_data
        )
    except SingleRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "手渡しを記録しました。")
    return redirect("notices:closed-pile", pk=notice.pile_id)
