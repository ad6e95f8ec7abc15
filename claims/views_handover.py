"""移管: a section's candidates, baskets and board; the collection office's inbox and decisions.

A section's views take every basket and line through ``_own``: what belongs to another section is not there (404).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims import handover_pages as pages
from claims.forms_handover import DecideForm, NoticeForm, PickForm, ReasonForm
from claims.models import Handover, HandoverLine
from claims.services import handover_decisions, handovers
from claims.services.handovers import HandoverRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.calendar import next_business_day
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.models import Document, Holiday
from toyota_collect.permissions import Permission, require


@require(Permission.HANDOVER_PREPARE)
def candidates(request: HttpRequest) -> HttpResponse:
    on, section = business_date(), request.user.section_id
    everybody = request.GET.get("show") == "all"
    people = pages.people_with_reasons(section, on=on, only_met=not everybody)
    page = Paginator(people, pages.PEOPLE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "groups": pages.candidate_groups(list(page), section, on=on),
        "baskets": pages.baskets(section),
        "form": PickForm(),
        "filters": [
            {
                "label": "基準に当たる人",
                "url": "?",
                "count": None if everybody else len(people),
                "current": not everybody,
            },
            {
                "label": "未納のある人すべて",
                "url": "?show=all",
                "count": len(people) if everybody else None,
                "current": everybody,
            },
        ],
        "limits": pages.limits(on=on),
    }
    audit.log_view(request, action="handover.candidates")
    return render(request, "claims/handovers/candidates.html", context)


@require(Permission.HANDOVER_PREPARE)
@require_POST
def pick(request: HttpRequest) -> HttpResponse:
    form = PickForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(text for texts in form.errors.values() for text in texts))
        return redirect("claims:handovers")
    if request.user.section_id is None:
        messages.warning(request, "所管課の登録がないため、移管に出せません。管理者に連絡してください。")
        return redirect("claims:handovers")
    cleaned, on, section = dict(form.cleaned_data), business_date(), request.user.section_id
    person, claims = cleaned.pop("person"), cleaned.pop("claims")
    if person:
        claims = handovers.proposed(section, person_id=person, on=on, refuses=cleaned["refuses"])
    try:
        made = handovers.pick(section_id=section, claim_ids=claims, by=request.user, on=on, **cleaned)
    except HandoverRefused as refused:
        messages.warning(request, str(refused))
        return redirect("claims:handovers")
    messages.success(request, "箱に入れました。そろったら、予告書を作ります。")
    return redirect("claims:handover", pk=made.pk)


@require(Permission.HANDOVER_PREPARE)
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    on = business_date()
    found = get_object_or_404(_own(request).select_related("section", "by", "asked_by"), pk=pk)
    days = handovers.notice_days(on=on)
    usual = on + timedelta(days=int(days["usual"]))
    holidays = set(
        Holiday.objects.filter(on__gte=usual, on__lt=usual + timedelta(days=31)).values_list("on", flat=True)
    )
    rows = pages.lines_of(found, on=on)
    inside = [row for row in rows if row["line"].state == HandoverLine.State.PICKED]
    context = {
        "handover": found,
        "state": found.state,
        "rows": rows,
        "total_yen": sum(row["due"].total_yen for row in inside),
        "count": len(inside),
        "people": len({row["claim"].identity.person_id for row in inside}),
        "gaps": sum(bool(row["lamp"].missing) for row in inside),
        "form": NoticeForm(initial={"deadline_on": next_business_day(usual, holidays)}),
        "least": days["least"],
        "may_hand_in": found.may_be_handed_in(on=on),
        "changeable": found.stage in ("draft", "noticed"),
    }
    audit.log_view(request, action="handover")
    return render(request, "claims/handovers/handover.html", context)


@require(Permission.HANDOVER_PREPARE)
@require_POST
def announce(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_own(request), pk=pk)
    form = NoticeForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "予告の期限の日付を入れてください。")
        return redirect("claims:handover", pk=pk)
    return _act(
        request,
        lambda: handovers.announce(handover_id=found.pk, by=request.user, on=business_date(), **form.cleaned_data),
        "予告書を作りました。印刷して送り、期限を待ちます。",
        "claims:handover",
        pk,
    )


@require(Permission.HANDOVER_PREPARE)
@require_POST
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_own(request), pk=pk)
    return _act(
        request,
        lambda: handovers.hand_in(handover_id=found.pk, by=request.user, on=business_date()),
        "債権管理課に出しました。納付されたものなどは、理由を付けて箱から外しています。",
        "claims:handover",
        pk,
    )


@require(Permission.HANDOVER_PREPARE)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_own(request), pk=pk)
    return _act(
        request,
        lambda: handovers.discard(handover_id=found.pk, reason=_reason(request), by=request.user, on=business_date()),
        "箱を取りやめました。期別は課に残ります。",
        "claims:handover",
        pk,
    )


@require(Permission.HANDOVER_PREPARE)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(HandoverLine.objects.filter(handover__in=_own(request)), pk=pk)
    return _act(
        request,
        lambda: handovers.drop(line_id=line.pk, reason=_reason(request), by=request.user, on=business_date()),
        "箱から外しました。",
        "claims:handover",
        line.handover_id,
    )


@require(Permission.HANDOVER_PREPARE)
def paper(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """予告書 or 決定通知書 of a basket of the own section."""
    lines = HandoverLine.objects.filter(handover__in=_own(request), handover=pk)
    return _paper(request, lines, document, back="claims:handover")


@require(Permission.HANDOVER_PREPARE)
def board(request: HttpRequest) -> HttpResponse:
    lines = pages.board(request.user.section_id)
    page = Paginator(lines, 50).get_page(request.GET.get("page"))
    audit.log_view(request, action="handover.board")
    return render(request, "claims/handovers/board.html", {"page": page, "sums": pages.board_sums(lines)})


@require(Permission.HANDOVER_PREPARE)
def board_csv(request: HttpRequest) -> HttpResponse:
    """The board, UTF-8 with BOM."""
    audit.log_view(request, action="handover.csv")
    text = pages.board_csv(pages.board(request.user.section_id))
    headers = {"Content-Disposition": 'attachment; filename="ikan.csv"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)


@require(Permission.HANDOVER_OFFICE)
def inbox(request: HttpRequest) -> HttpResponse:
    closed = Handover.objects.filter(asked_on__isnull=False, closed_on__isnull=False).select_related("section")
    context = {
        "baskets": pages.inbox(),
        "sections": pages.by_section(),
        "closed": closed.prefetch_related("lines")[:20],
    }
    audit.log_view(request, action="handover.inbox")
    return render(request, "claims/handovers/inbox.html", context)


@require(Permission.HANDOVER_OFFICE)
def office(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_handed_in(), pk=pk)
    return _office(request, found, DecideForm())


@require(Permission.HANDOVER_DECIDE)
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    found, form, on = get_object_or_404(_handed_in(), pk=pk), DecideForm(request.POST), business_date()
    if "pick" in request.POST:
        return _office(request, found, DecideForm(initial=request.POST.dict()), ticks_all=True)
    if not form.is_valid():
        return _office(request, found, form)
    chosen: dict[str, Any] = {
        "handover_id": found.pk,
        "line_ids": form.cleaned_data["lines"],
        "reason": form.cleaned_data["reason"],
        "by": request.user,
        "on": on,
    }
    acts: dict[str, tuple[Callable[..., Any], str]] = {
        "accept": (
            handover_decisions.ask_acceptance,
            "受入れの決裁に出しました。承認されると、移管決定通知書を作ります。",
        ),
        "return": (handover_decisions.send_back, "所管課に差し戻しました。"),
        "stop": (handover_decisions.propose_stop, "停止の検討を、次の一手に入れました。"),
    }
    act, done = acts[form.cleaned_data["action"]]
    try:
        act(**chosen)
    except HandoverRefused as refused:
        form.add_error(None, str(refused))
        return _office(request, found, form)
    messages.success(request, done)
    return redirect("claims:handover-office", pk=pk)


@require(Permission.HANDOVER_DECIDE)
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    line = get_object_or_404(HandoverLine, pk=pk)
    return _act(
        request,
        lambda: handover_decisions.give_back(line_id=pk, reason=_reason(request), by=request.user, on=business_date()),
        "所管課に返しました。",
        "claims:handover-office",
        line.handover_id,
    )


@require(Permission.HANDOVER_OFFICE)
def office_paper(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    return _paper(
        request,
        HandoverLine.objects.filter(handover__in=_handed_in(), handover=pk),
        document,
        back="claims:handover-office",
    )


def _own(request: HttpRequest) -> QuerySet[Handover]:
    return Handover.objects.filter(section__isnull=False, section=request.user.section_id)


def _handed_in() -> QuerySet[Handover]:
    """What the office may know of: baskets that were handed in; before that they are the section's own affair."""
    return Handover.objects.filter(asked_on__isnull=False).select_related("section", "asked_by", "by")


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""


def _act(request: HttpRequest, act: Callable[[], Any], done: str, back: str, pk: int) -> HttpResponse:
    try:
        act()
    except HandoverRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, done)
    return redirect(back, pk=pk)


def _paper(request: HttpRequest, lines: QuerySet[HandoverLine], document: int, *, back: str) -> HttpResponse:
    line = lines.filter(notice=document).first() or lines.filter(decision=document).first()
    if line is None:
        raise Http404
    person = line.claim.identity.person
    audit.log_view(request, action="handover.paper", person_key=person.number if person else "")
    try:
        content = document_bytes(Document.objects.get(pk=document))
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect(back, pk=line.handover_id)
    return inline(content, f"ikan-{document}.pdf")


def _office(request: HttpRequest, found: Handover, form: DecideForm, *, ticks_all: bool = False) -> HttpResponse:
    on = business_date()
    ticked = set(request.POST.getlist("lines")) if form.is_bound else set()
    rows = pages.with_holds(pages.lines_of(found, on=on), on=on)
    rows = [
        row | {"ticked": ticks_all or str(row["line"].pk) in ticked}
        for row in rows
        if row["line"].state != HandoverLine.State.DROPPED
    ]
    waiting = [row for row in rows if row["line"].state == HandoverLine.State.PICKED]
    approval = next((row["line"].approval for row in waiting if row["line"].is_being_decided), None)
    context = {
        "handover": found,
        "state": found.state,
        "rows": rows,
        "form": form,
        "waiting": len(waiting),
        "total_yen": sum(row["due"].total_yen for row in rows),
        "approval": approval,
    }
    audit.log_view(request, action="handover.office")
    return render(request, "claims/handovers/office.html", context)
