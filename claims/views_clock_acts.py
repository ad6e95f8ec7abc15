"""Taking down what moves clocks: asking for an adverse act, writing facts, ending and taking back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from claims.clocks_page import name_of
from claims.forms_clocks import ActForm, EndForm, WithdrawForm
from claims.models import Acknowledgement, Claim, ClaimEvent
from claims.services import clock_acts, events
from debtors.models import Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.money import yen_text
from toyota_collect.permissions import Permission, allows, require
from toyota_collect.wareki import short_text


@require(Permission.HOLD_WRITE)
def new_act(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    claims = Claim.objects.visible_to(request.user).filter(identity__person=person).outstanding()
    choices = [(claim.pk, _label(claim)) for claim in claims.select_related("kind").order_by("prescribes_on", "pk")]
    may_review = allows(request.user, Permission.APPROVE)
    form = ActForm(request.POST or None, claims=choices, may_review=may_review, initial=_given(request))
    if form.is_valid():
        try:
            text = _take_down(request, person, form.cleaned_data)
        except clock_acts.ActRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, text)
            return redirect("claims:clocks", number=number)
    audit.log_view(request, action="clock-act", person_key=number)
    return render(request, "claims/clocks/act.html", {"person": person, "form": form})


def _label(claim: Claim) -> str:
    end = f"{short_text(claim.prescribes_on)}まで" if claim.prescribes_on else "手続中"
    return f"{name_of(claim)}　{yen_text(claim.outstanding_yen)}　{end}"


def _take_down(request: HttpRequest, person: Person, given: dict[str, Any]) -> str:
    what = {"person_id": person.pk, "claim_ids": given["claims"], "kind": given["kind"], "on": given["on"]}
    what |= {"today": business_date(), "by": request.user}
    if given["kind"] in clock_acts.ADVERSE:
        url = reverse("claims:clocks", args=[person.number])
        clock_acts.ask_for_act(reason=given["text"], subject_url=url, **what)
        return "決裁に出しました。承認されると、時計に記録されます。"
    clock_acts.record_fact(origin=given["text"], reviewed=given.get("reviewed", False), **what)
    return "記録しました。時計を計算し直しました。"


@require(Permission.HOLD_WRITE)
def acknowledgement_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The exact paper that was made for signature."""
    paper = get_object_or_404(Acknowledgement.objects.select_related("person", "document"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=paper.person_id)
    audit.log_view(request, action="acknowledgement.print", person_key=paper.person.number)
    try:
        content = document_bytes(paper.document)
    except DocumentLost as lost:
        raise PermissionDenied(str(lost)) from lost
    return inline(content, f"saimu-shonin-{paper.pk}.pdf")


@require(Permission.HOLD_WRITE)
@require_POST
def end_event(request: HttpRequest, pk: int) -> HttpResponse:
    event, form = _event(request, pk), EndForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "終わった日を入れてください。")
    elif form.cleaned_data["until"] > business_date():
        messages.warning(request, "まだ来ていない日です。終わった日を入れてください。")
    else:
        try:
            events.end_event(event_id=pk, by=request.user, **form.cleaned_data)
        except events.EventRefused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, "手続の終わりを記録しました。時計を計算し直しました。")
    return _back(event)


@require(Permission.HOLD_WRITE)
@require_POST
def withdraw_event(request: HttpRequest, pk: int) -> HttpResponse:
    event, form = _event(request, pk), WithdrawForm(request.POST)
    if event.kind in clock_acts.OF_OTHERS:
        messages.warning(request, "一部納付は領収の取消で、猶予・執行停止は保留の画面で直してください。")
    elif not form.is_valid():
        messages.warning(request, "取り消す理由を書いてください。")
    else:
        try:
            events.withdraw_event(event_id=pk, by=request.user, reason=form.cleaned_data["reason"])
        except events.EventRefused as refused:
            messages.warning(request, str(refused))
        else:
            messages.success(request, "できごとを取り消しました。記録は残り、時計は数え直しました。")
    return _back(event)


def _event(request: HttpRequest, pk: int) -> ClaimEvent:
    """An event of a claim that the user may know of and that belongs to a person."""
    claims = Claim.objects.visible_to(request.user).exclude(identity__person=None)
    return get_object_or_404(ClaimEvent.objects.select_related("claim__identity__person"), pk=pk, claim__in=claims)


def _back(event: ClaimEvent) -> HttpResponse:
    person = event.claim.identity.person
    assert person is not None  # _event() selects by it
    return redirect(f"{reverse('claims:clocks', args=[person.number])}?{urlencode({'claim': event.claim_id})}")


def _given(request: HttpRequest) -> dict[str, Any]:
    claim, kind = request.GET.get("claim", ""), request.GET.get("kind", "")
    return {"on": business_date(), "kind": kind, "claims": [int(claim)] if claim.isdigit() else []}
