"""電話の順番: the list, the next person, one call from the identity check to the written contact. Every look is logged."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from claims import call_page
from claims.services import call_queue
from debtors import log_form
from debtors.forms import CallForm
from debtors.models import CallTurn, Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing
from toyota_collect.permissions import Permission, require

OWN_FIRST = "calls.own_first"  # in the session: it belongs to the desk somebody sits at


@require(Permission.CONTACT_WRITE)
def calls(request: HttpRequest) -> HttpResponse:
    if "own" in request.GET:
        request.session[OWN_FIRST] = request.GET["own"] == "1"
    audit.log_view(request, action="calls")
    own_first = request.session.get(OWN_FIRST, True)
    context = call_page.list_of(request.user, on=business_date(), now=timezone.now(), own_first=own_first)
    return render(request, "claims/calls/list.html", context)


@require(Permission.CONTACT_WRITE)
@require_POST
def build(request: HttpRequest) -> HttpResponse:
    try:
        written = call_queue.build_list(on=business_date(), by=request.user)
    except SettingMissing as missing:
        messages.warning(request, str(missing))
    else:
        messages.success(request, f"今日の順番を作りました（新しい人・変わった人 {written}人）。")
    return redirect("claims:calls")


@require(Permission.CONTACT_WRITE)
@require_POST
def next_person(request: HttpRequest) -> HttpResponse:
    try:
        turn = call_queue.take_next(
            on=business_date(),
            now=timezone.now(),
            by=request.user,
            own_first=request.session.get(OWN_FIRST, True),
        )
    except (call_queue.CallRefused, SettingMissing) as refused:
        messages.warning(request, str(refused))
        return redirect("claims:calls")
    if turn is None:
        messages.success(request, "いま電話をかける人は残っていません。かけ直しの時刻になると、また出ます。")
        return redirect("claims:calls")
    return redirect("claims:call", pk=turn.pk)


@require(Permission.CONTACT_WRITE)
def call(request: HttpRequest, pk: int) -> HttpResponse:
    turn = _turn(request, pk)
    if turn.state != CallTurn.State.TAKEN or turn.taken_by_id != request.user.pk:
        messages.warning(request, "この人の受持ちは終わっています。次の人に進んでください。")
        return redirect("claims:calls")
    on = business_date()
    # Not of what is sent: a call that was made is written down.
    if request.method == "GET" and (why := call_queue.closed_since(turn_id=pk, on=on, by=request.user)):
        messages.warning(
            request,
            f"{turn.person.name}さんには、いま電話をかけません（{why}）。順番から外しました。次の人に進んでください。",
        )
        return redirect("claims:calls")
    form = log_form.contact_form(turn.person, request, kind=CallForm)
    if form.is_bound and form.is_valid():
        try:
            call_queue.finish(turn_id=turn.pk, on=on, now=timezone.now(), by=request.user, **form.cleaned_data)
        except call_queue.CallRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{turn.person.name}さんの経過を記録しました。")
            return redirect("claims:calls")
    audit.log_view(request, action="call", person_key=turn.person.number)
    context = log_form.context_of(turn.person, request.user, form) | call_page.call_of(turn, request.user, on=on)
    return render(request, "claims/calls/call.html", context)


@require(Permission.CONTACT_WRITE)
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    turn = _turn(request, pk)
    try:
        call_queue.confirm_identity(
            turn_id=turn.pk, facts=request.POST.getlist("facts"), by=request.user, now=timezone.now()
        )
    except call_queue.CallRefused as refused:
        messages.warning(request, str(refused))
    return redirect("claims:call", pk=pk)


@require(Permission.CONTACT_WRITE)
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    turn = _turn(request, pk)
    if turn.taken_by_id in (None, request.user.pk):
        call_queue.release(turn_id=turn.pk, by=request.user)
        messages.success(request, f"{turn.person.name}さんを順番に戻しました。")
    return redirect("claims:calls")


def _turn(request: HttpRequest, pk: int) -> CallTurn:
    turn = get_object_or_404(CallTurn.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=turn.person_id)
    return turn
