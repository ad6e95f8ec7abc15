"""Welfare's side: the inbox, one case, the questions before lawyers. A case whose basis has ended is not there (404)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require
from welfare import case_pages as pages
from welfare.forms import AttemptForm, CaseWithdrawForm, NoteForm, QuestionForm, ResultForm
from welfare.models import LawyerQuestion, Referral, SupportCase
from welfare.services import cases, questions
from welfare.services.referrals import basis_of

PAGE = 50
ANSWERS_SHOWN = timedelta(days=60)  # so long a worker may look back at what was answered
CASE = Permission.SUPPORT_CASE


@require(Permission.WELFARE_ROOM)
def room(request: HttpRequest) -> HttpResponse:
    """Only people whose consent, or the decision of the 支援会議, is in force; urgent ones first."""
    on, shown = business_date(), request.GET.get("show", "")
    found = Referral.objects.open_to_workers(on=on).select_related("person", "case__worker").first_urgent()
    counts = {key: found.filter(state__in=states).count() for key, (_, states) in pages.LISTS.items()}
    if shown not in pages.LISTS:
        shown = next((key for key in pages.LISTS if counts[key]), "new")
    page = Paginator(found.filter(state__in=pages.LISTS[shown][1]), PAGE).get_page(request.GET.get("page"))
    rows = [pages.room_row(one, on=on) for one in page]
    bases = {row["referral"].person.number: row["basis"] for row in rows}
    audit.log_view(request, action="welfare_room")
    audit.log_views(request, action="welfare_room", person_keys=bases, bases=bases)
    context = {
        "filters": [
            {"label": label, "url": f"?show={key}", "count": counts[key], "current": key == shown}
            for key, (label, _) in pages.LISTS.items()
        ],
        "label": pages.LISTS[shown][0],
        "shown": shown,
        "page": page,
        "rows": rows,
        "ended": [one.case_number for one in Referral.objects.closed_to_workers(on=on)[:PAGE]],
        "on": on,
    }
    return render(request, "welfare/room.html", context)


@require(CASE)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _referral(pk))


@require(CASE)
@require_POST
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    referral = _referral(pk)
    return _act(request, referral, "受け付けました。", lambda: cases.receive(referral_id=pk, by=request.user, on=_on()))


@require(CASE)
@require_POST
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    return _write(request, pk, AttemptForm(request.POST), "attempt_form", cases.attempt, "連絡を記録しました。")


@require(CASE)
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    said = "支援の記録を書きました。徴収の担当には見えません。"
    return _write(request, pk, NoteForm(request.POST), "note_form", cases.note, said)


@require(CASE)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    said = "回答しました。徴収の担当に見えるのは、結果の区分と待ってほしい日だけです。"
    return _write(request, pk, ResultForm(request.POST, on=_on()), "result_form", cases.answer, said)


@require(CASE)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    referral = _referral(pk)
    made = _case(referral)
    return _act(request, referral, "件を終えました。", lambda: cases.close(case_id=made.pk, by=request.user, on=_on()))


@require(CASE)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The person takes it back and says so to welfare; the case is gone with the answer."""
    referral, form = _referral(pk), CaseWithdrawForm(request.POST)
    if form.is_valid():
        try:
            cases.withdraw(referral_id=pk, how=form.cleaned_data["how"], by=request.user, on=_on())
        except cases.CaseClosed as closed:
            messages.warning(request, str(closed))
            return redirect("welfare:room")
        except cases.CaseRefused as refused:
            form.add_error(None, str(refused))
        else:
            said = f"{referral.case_number}の取り消しを登録しました。この件はもう開けません。本人への連絡をやめてください。"
            messages.success(request, said)
            return redirect("welfare:room")
    return _show(request, referral, withdraw_form=form)


@require(CASE)
def question_list(request: HttpRequest) -> HttpResponse:
    """What the collection head asks before claims go to lawyers: a name and a day, nothing that is owed."""
    lately = Q(answered_on=None) | Q(answered_on__gt=_on() - ANSWERS_SHOWN)
    found = LawyerQuestion.objects.filter(lately).select_related("person", "asked_by")
    found = found.order_by("answer", "asked_on", "pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    bases = {one.person.number: one.ground for one in page}
    audit.log_view(request, action="support.questions")
    audit.log_views(request, action="support.questions", person_keys=bases, bases=bases)
    return render(request, "welfare/questions.html", {"page": page, "form": QuestionForm(), "on": _on()})


@require(CASE)
@require_POST
def answer_question(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(LawyerQuestion, pk=pk)
    form = QuestionForm(request.POST)
    try:
        if not form.is_valid():
            raise questions.QuestionRefused("回答を選んでください。")
        questions.answer(question_id=pk, by=request.user, on=_on(), **form.cleaned_data)
    except questions.QuestionRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "照会に回答しました。")
    return redirect("welfare:questions")


def _on() -> Any:
    return business_date()


def _referral(pk: int) -> Referral:
    open_ones = Referral.objects.open_to_workers(on=_on()).select_related("person", "case__worker", "handed_by")
    return get_object_or_404(open_ones, pk=pk)


def _case(referral: Referral) -> SupportCase:
    made = SupportCase.objects.filter(referral=referral).first()
    if made is None:
        raise Http404
    return made


def _write(
    request: HttpRequest, pk: int, form: forms.Form, name: str, service: Callable[..., Any], said: str
) -> HttpResponse:
    """Write one thing of the case; what is not right is said on the page."""
    referral = _referral(pk)
    made = _case(referral)
    if form.is_valid():
        try:
            service(case_id=made.pk, by=request.user, on=_on(), **form.cleaned_data)
        except cases.CaseRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, said)
            return redirect("welfare:case", pk=pk)
    return _show(request, referral, **{name: form})


def _act(request: HttpRequest, referral: Referral, said: str, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except cases.CaseClosed as closed:
        messages.warning(request, str(closed))
        return redirect("welfare:room")
    except cases.CaseRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("welfare:case", pk=referral.pk)


def _show(request: HttpRequest, referral: Referral, **given: forms.Form) -> HttpResponse:
    on = _on()
    basis = basis_of(referral)
    audit.log_view(
        request, action="support.case", person_key=referral.person.number, basis=basis.text() if basis else ""
    )
    own = {
        "attempt_form": AttemptForm(initial={"day": on}),
        "note_form": NoteForm(initial={"day": on}),
        "result_form": ResultForm(on=on),
        "withdraw_form": CaseWithdrawForm(),
    }
    return render(request, "welfare/case.html", pages.case_context(referral, request.user, on=on) | own | given)
