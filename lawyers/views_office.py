"""The city's side: candidates, mandates, cases. What reaches a firm goes through the services alone."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.services.evidence import read_upload
from debtors.models import Person
from debtors.protection import hidden_people
from lawyers import office_pages as pages
from lawyers import pipeline
from lawyers.figures import all_figures
from lawyers.forms import (
    AnswerForm,
    CouncilForm,
    FileForm,
    HandOverForm,
    PickForm,
    ReasonForm,
    ReplyForm,
    StepForm,
    TextForm,
)
from lawyers.models import (
    CaseFile,
    CaseQuestion,
    LegalCase,
    Mandate,
    Packet,
    Proceeding,
    ProceedingStep,
    Proposal,
)
from lawyers.responses import act_and_go, file_or
from lawyers.services import cases, court, mandates, packets, proposals, room
from lawyers.services.bundles import bundles
from lawyers.services.candidates import candidates as candidates_of
from lawyers.services.candidates import limits
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

OFFICE, PREPARE = Permission.LAWYER_OFFICE, Permission.LAWYER_PREPARE


@require(OFFICE)
def office(request: HttpRequest) -> HttpResponse:
    audit.log_view(request, action="lawyers.office")
    return render(request, "lawyers/office.html", pages.office(on=business_date()))


@require(OFFICE)
def figures(request: HttpRequest) -> HttpResponse:
    """What the cases brought, cost and took; numbers only."""
    return render(request, "lawyers/figures.html", all_figures())


@require(OFFICE)
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases by the stage they stand at."""
    on, asked = business_date(), request.GET
    audit.log_view(request, action="lawyers.cases")
    context = pipeline.page(on=on, code=asked.get("stage", ""), page_number=asked.get("page"))
    protected = hidden_people([case.person_id for case in context["page"]], on=on)
    return render(request, "lawyers/cases.html", context | {"protected": protected})


@require(OFFICE)
def candidates(request: HttpRequest) -> HttpResponse:
    on, group, near = business_date(), request.GET.get("group", ""), request.GET.get("near") == "1"
    found = pages.candidate_list(on=on, group=group, near=near, page=request.GET.get("page"))
    audit.log_view(request, action="lawyers.candidates")
    audit.log_views(request, action="lawyers.candidates", person_keys=[row["person"].number for row in found["rows"]])
    context = found | {
        "form": PickForm(initial={"group": group or "home"}),
        "filters": [
            {"label": label, "url": f"?group={code}", "current": code == group}
            for code, label in [("", "すべて"), *pages.groups()]
        ],
        "group": group,
        "near": near,
        "limits": limits(on=on),
    }
    return render(request, "lawyers/candidates.html", context)


@require(PREPARE)
@require_POST
def pick(request: HttpRequest) -> HttpResponse:
    form = PickForm(request.POST)
    if not form.is_valid():
        return _back(request, form, "lawyers:candidates")
    cleaned = form.cleaned_data
    try:
        made = mandates.pick(
            firm_id=cleaned["firm"].pk,
            group=cleaned["group"],
            person_ids=cleaned["people"],
            by=request.user,
            on=business_date(),
        )
    except mandates.MandateRefused as refused:
        messages.warning(request, str(refused))
        return redirect("lawyers:candidates")
    messages.success(request, "束に入れました。そろったら、決裁に出します。")
    return redirect("lawyers:mandate", pk=made.pk)


@require(OFFICE)
def bundle(request: HttpRequest, number: str) -> HttpResponse:
    """The readiness meter of one person's claims."""
    on = business_date()
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    one = candidates_of([person.pk], on=on)[0]
    found = bundles([one], on=on)
    audit.log_view(request, action="lawyers.bundle", person_key=number)
    context = {"person": person, "row": pages.candidate_row(one, found[0] if found else None)}
    return render(request, "lawyers/bundle.html", context | (pages.meter_context(found[0]) if found else {}))


@require(OFFICE)
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    on = business_date()
    found = get_object_or_404(Mandate.objects.select_related("firm", "by", "approval", "handed_by"), pk=pk)
    rows = pages.bundle_rows(found, on=on)
    packet = found.packets.select_related("by").first()
    audit.log_view(request, action="lawyers.mandate")
    audit.log_views(request, action="lawyers.mandate", person_keys=[row["case"].person.number for row in rows])
    context = {
        "mandate": found,
        "rows": rows,
        "total_yen": sum(row["yen"] for row in rows if row["case"].state != "dropped"),
        "people": sum(row["case"].state != "dropped" for row in rows),
        "stoppers": sum(bool(row["against"]) for row in rows),
        "packet": packet,
        "faults": pages.grouped_faults(packet),
        "unread": pages.unread_papers(packet),
        "packet_fresh": bool(packet and packet.as_of == on),
        "packet_short": bool(found.handed_on and packet and packet.of != sum(row["case"].is_open for row in rows)),
        "steps": pages.steps_of_mandate(found, packet),
        "reason_form": ReasonForm(),
        "hand_form": HandOverForm(),
    }
    return render(request, "lawyers/mandate.html", context)


@require(PREPARE)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(LegalCase, pk=pk)
    return _with_reason(request, mandates.drop, "束から外しました。", "lawyers:mandate", case.mandate_id, case_id=pk)


@require(PREPARE)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Mandate, pk=pk)
    return _with_reason(request, mandates.ask, "決裁に出しました。", "lawyers:mandate", pk, mandate_id=pk)


@require(PREPARE)
@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Mandate, pk=pk)
    said = "束を取りやめました。入っていた人は、候補に戻ります。"
    return _with_reason(request, mandates.give_up, said, "lawyers:mandate", pk, mandate_id=pk)


@require(PREPARE)
@require_POST
def make_packet(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Mandate, pk=pk)
    return act_and_go(
        request,
        lambda: packets.ask_packet(mandate_id=pk, by=request.user, on=business_date()),
        "書類の束を作り始めました。進みはこの画面に出ます。",
        "lawyers:mandate",
        pk=pk,
    )


@require(OFFICE)
def packet_progress(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Packet, pk=pk)
    return render(request, "lawyers/_packet_progress.html", {"packet": found})


@require(PREPARE)
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Mandate, pk=pk)
    looked = bool(request.POST.get("looked"))
    return act_and_go(
        request,
        lambda: mandates.hand_over(mandate_id=pk, by=request.user, on=business_date(), looked=looked),
        "引き渡しました。事務所が受任するまで、件は「受任待ち」です。市からの催告と電話は、いまから止まります。",
        "lawyers:mandate",
        pk=pk,
    )


@require(OFFICE)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _case(pk))


@require(PREPARE)
@require_POST
def recall(request: HttpRequest, pk: int) -> HttpResponse:
    _case(pk)
    said = "取り戻しました。事務所からは、いま見えなくなりました。"
    return _with_reason(request, cases.recall, said, "lawyers:case", pk, case_id=pk)


@require(PREPARE)
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    _case(pk)
    return _with_reason(request, cases.finish, "件を終えました。", "lawyers:case", pk, case_id=pk)


@require(PREPARE)
@require_POST
def ask_firm(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _case(pk), TextForm(request.POST)
    if not form.is_valid():
        return _back(request, form, "lawyers:case", pk)
    return act_and_go(
        request,
        lambda: room.ask(case=found, by_firm=False, by=request.user, on=business_date(), **form.cleaned_data),
        "事務所に質問しました。",
        "lawyers:case",
        pk=pk,
    )


@require(PREPARE)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(CaseQuestion, pk=pk, by_firm=True)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _back(request, form, "lawyers:case", question.case_id)
    return act_and_go(
        request,
        lambda: room.answer(question_id=pk, by_firm=False, by=request.user, on=business_date(), **form.cleaned_data),
        "回答しました。",
        "lawyers:case",
        pk=question.case_id,
    )


@require(PREPARE)
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow a proposal, put it before a decider, or not follow it."""
    proposal = get_object_or_404(Proposal, pk=pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _back(request, form, "lawyers:case", proposal.case_id)
    text, on = form.cleaned_data["reply"], business_date()
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "accept": (
            lambda: proposals.accept(proposal_id=pk, reply=text, by=request.user, on=on),
            "回答しました。",
        ),
        "refuse": (
            lambda: proposals.refuse(proposal_id=pk, reply=text, by=request.user, on=on),
            "見送りを事務所に伝えました。",
        ),
        "decide": (
            lambda: proposals.ask_decision(
                proposal_id=pk, reason=text, council=form.cleaned_data["council"], by=request.user, on=on
            ),
            "決裁に出しました。",
        ),
    }
    act, said = acts.get(request.POST.get("act", ""), acts["decide"])
    return act_and_go(request, act, said, "lawyers:case", pk=proposal.case_id)


@require(PREPARE)
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    """The city writes a step itself: from the court's own letter, and after a case was taken back."""
    proceeding, form = get_object_or_404(Proceeding, pk=pk), StepForm(request.POST)
    if not form.is_valid():
        return _back(request, form, "lawyers:case", proceeding.case_id)
    return act_and_go(
        request,
        lambda: court.add_step(proceeding_id=pk, by=request.user, on=business_date(), **form.cleaned_data),
        "書きました。期限と時効を計算し直しました。",
        "lawyers:case",
        pk=proceeding.case_id,
    )


@require(PREPARE)
@require_POST
def withdraw_step(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ProceedingStep.objects.select_related("proceeding"), pk=pk)
    said = "取り消しました。期限と時効を計算し直しました。"
    return _with_reason(request, court.withdraw_step, said, "lawyers:case", found.proceeding.case_id, step_id=pk)


@require(PREPARE)
@require_POST
def council(request: HttpRequest, pk: int) -> HttpResponse:
    """Day and number of the vote under which a 支払督促 goes on as a suit."""
    proceeding, form = get_object_or_404(Proceeding, pk=pk), CouncilForm(request.POST)
    if not form.is_valid():
        return _back(request, form, "lawyers:case", proceeding.case_id)
    return act_and_go(
        request,
        lambda: court.set_council(proceeding_id=pk, by=request.user, **form.cleaned_data),
        "議決・専決を登録しました。",
        "lawyers:case",
        pk=proceeding.case_id,
    )


@require(PREPARE)
@require_POST
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper for the firm. What program cannot read it, the person who sends it has to have read."""
    found, form, on = _case(pk), FileForm(request.POST, request.FILES), business_date()
    if not form.is_valid():
        return _back(request, form, "lawyers:case", pk)
    file, title = form.cleaned_data["file"], form.cleaned_data["title"]
    content = read_upload(file, on=on)
    return act_and_go(
        request,
        lambda: room.send_file(case=found, title=title, name=file.name, content=content, by=request.user, on=on),
        "事務所に書類を渡しました。",
        "lawyers:case",
        pk=pk,
    )


@require(PREPARE)
@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has looked at what no program can read, of a packet made anew after the hand-over."""
    found = get_object_or_404(Packet, pk=pk)
    return act_and_go(
        request,
        lambda: packets.look_at(packet_id=pk, by=request.user),
        "確かめたことを記録しました。事務所が受け取れます。",
        "lawyers:mandate",
        pk=found.mandate_id,
    )


@require(OFFICE)
def case_file(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CaseFile.objects.select_related("case__person"), pk=pk)
    return file_or(request, found, "lawyers:case", pk=found.case_id)


def _show(request: HttpRequest, found: LegalCase) -> HttpResponse:
    audit.log_view(request, action="lawyers.case", person_key=found.person.number)
    context = pages.case_context(found, on=business_date())
    context |= {
        "reason_form": ReasonForm(),
        "text_form": TextForm(),
        "answer_form": AnswerForm(),
        "reply_form": ReplyForm(),
        "step_form": StepForm(),
        "file_form": FileForm(),
    }
    return render(request, "lawyers/case.html", context)


def _case(pk: int) -> LegalCase:
    found: LegalCase = get_object_or_404(
        LegalCase.objects.select_related("person", "mandate__firm", "mandate__approval", "accepted_by", "ended_by"),
        pk=pk,
    )
    return found


def _with_reason(
    request: HttpRequest, act: Callable[..., Any], said: str, back: str, pk: int, **facts: Any
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _back(request, form, back, pk)
    return act_and_go(
        request,
        lambda: act(reason=form.cleaned_data["reason"], by=request.user, on=business_date(), **facts),
        said,
        back,
        pk=pk,
    )


def _back(request: HttpRequest, form: django_forms.Form, back: str, pk: int | None = None) -> HttpResponse:
    texts = [text for errors in form.errors.values() for text in errors]
    messages.warning(request, " ".join(dict.fromkeys(texts)) or "入れたものを確かめてください。")
    return redirect(back, pk=pk) if pk else redirect(back)
