"""The firm's side. Each view takes a case through ``_own``: what is another firm's, or no more with this one, is not there (404)."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.services.evidence import read_upload
from lawyers import keys
from lawyers import room_pages as pages
from lawyers.forms import (
    AcceptForm,
    AnswerForm,
    EntryForm,
    FileForm,
    OrderForm,
    ProceedingForm,
    ProposalForm,
    ReasonForm,
    ReportForm,
    SignForm,
    StepForm,
    TextForm,
)
from lawyers.models import CaseFile, CaseQuestion, Firm, LegalCase, Packet, Proceeding, ProceedingStep, Proposal
from lawyers.responses import REFUSALS, act_and_go, file_or
from lawyers.services import cases, court, packets, proposals, room, settlements
from lawyers.services.money import own_firms
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.download import download
from toyota_collect.permissions import Permission, require

ROOM = Permission.LAWYER_ROOM


@require(ROOM)
def the_room(request: HttpRequest) -> HttpResponse:
    found = pages.room(request.user, on=business_date())
    audit.log_view(request, action="lawyers.room")
    audit.log_views(request, action="lawyers.room", person_keys=[row["case"].person.number for row in found["rows"]])
    return render(request, "lawyers/room.html", found | {"report_form": ReportForm()})


@require(ROOM)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _own(request, pk))


@require(ROOM)
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, pk, AcceptForm, "accept_form", cases.accept, "受任しました。")


@require(ROOM)
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _own(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, reason_form=form)
    return act_and_go(
        request,
        lambda: cases.decline(case_id=pk, by=request.user, on=business_date(), **form.cleaned_data),
        "辞退を市に伝えました。この件は、もう見られません。",
        "lawyers:room",
    )


@require(ROOM)
@require_POST
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    return _form(request, pk, EntryForm, "entry_form", room.write_entry, "経過を書きました。市にも見えます。")


@require(ROOM)
@require_POST
def add_file(request: HttpRequest, pk: int) -> HttpResponse:
    found, form, on = _own(request, pk), FileForm(request.POST, request.FILES), business_date()
    if not form.is_valid():
        return _show(request, found, file_form=form)
    file = form.cleaned_data["file"]
    content = read_upload(file, on=on)
    title = form.cleaned_data["title"]
    return act_and_go(
        request,
        lambda: room.add_file(case=found, title=title, name=file.name, content=content, by=request.user, on=on),
        "書類を登録しました。",
        "lawyers:room-case",
        pk=pk,
    )


@require(ROOM)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    files = CaseFile.objects.filter(case__in=LegalCase.objects.of_member(request.user))
    found = get_object_or_404(files.select_related("case__person"), pk=pk)
    return file_or(request, found, "lawyers:room-case", pk=found.case_id)


@require(ROOM)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _own(request, pk), TextForm(request.POST)
    if not form.is_valid():
        return _show(request, found, text_form=form)
    return act_and_go(
        request,
        lambda: room.ask(case=found, by_firm=True, by=request.user, on=business_date(), **form.cleaned_data),
        "市に質問しました。",
        "lawyers:room-case",
        pk=pk,
    )


@require(ROOM)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    question = _of_own(request, CaseQuestion, pk, by_firm=False)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _show(request, _own(request, question.case_id), answer_form=form)
    return act_and_go(
        request,
        lambda: room.answer(question_id=pk, by_firm=True, by=request.user, on=business_date(), **form.cleaned_data),
        "回答しました。",
        "lawyers:room-case",
        pk=question.case_id,
    )


@require(ROOM)
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = _own(request, pk), ProposalForm(request.POST)
    if not form.is_valid():
        return _show(request, found, proposal_form=form)
    cleaned = form.cleaned_data
    return act_and_go(
        request,
        lambda: proposals.propose(
            case_id=pk, kind=cleaned["kind"], text=cleaned["text"], token=cleaned["token"], terms=form.terms(),
            by=request.user, on=business_date(),
        ),
        "提案しました。市の回答を待ちます。",
        "lawyers:room-case", pk=pk,
    )  # fmt: skip


@require(ROOM)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _of_own(request, Proposal, pk)
    own = _own(request, proposal.case_id)
    form = ProceedingForm(request.POST, beside=pk, case_lines=pages.line_choices(own, request.user))
    if not form.is_valid():
        return _show(request, own, beside={("begin", pk): form})
    cleaned = dict(form.cleaned_data)
    lines = cleaned.pop("lines")
    return act_and_go(
        request,
        lambda: court.open_proceeding(proposal_id=pk, by=request.user, on=business_date(), line_ids=lines, **cleaned),
        "手続を登録しました。申立て・送達などの日を書くと、期限が計算されます。",
        "lawyers:room-case",
        pk=proposal.case_id,
    )


@require(ROOM)
@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed deed of a settlement that the city has agreed to."""
    proposal = _of_own(request, Proposal, pk, kind=Proposal.Kind.SETTLE)
    form, on = SignForm(request.POST, request.FILES), business_date()
    if not form.is_valid():
        return _show(request, _own(request, proposal.case_id), sign_form=form)
    file, day = form.cleaned_data["file"], form.cleaned_data["signed_on"]
    content = read_upload(file, on=on)
    return act_and_go(
        request,
        lambda: settlements.sign(
            proposal_id=pk, signed_on=day, name=file.name, content=content, by=request.user, on=on
        ),
        "和解を登録しました。支払の予定を見守ります。",
        "lawyers:room-case",
        pk=proposal.case_id,
    )


@require(ROOM)
@require_POST
def step(request: HttpRequest, pk: int) -> HttpResponse:
    proceeding = _of_own(request, Proceeding, pk)
    form = StepForm(request.POST, beside=pk)
    if not form.is_valid():
        return _show(request, _own(request, proceeding.case_id), beside={("step", pk): form})
    return act_and_go(
        request,
        lambda: court.add_step(proceeding_id=pk, by=request.user, on=business_date(), **form.cleaned_data),
        "書きました。期限と時効を計算し直しました。",
        "lawyers:room-case",
        pk=proceeding.case_id,
    )


@require(ROOM)
@require_POST
def withdraw_step(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ProceedingStep, pk=pk, proceeding__case__in=LegalCase.objects.of_member(request.user))
    form, case_id = ReasonForm(request.POST), found.proceeding.case_id
    if not form.is_valid():
        return _show(request, _own(request, case_id), reason_form=form)
    return act_and_go(
        request,
        lambda: court.withdraw_step(step_id=pk, by=request.user, on=business_date(), **form.cleaned_data),
        "取り消しました。期限と時効を計算し直しました。",
        "lawyers:room-case",
        pk=case_id,
    )


@require(ROOM)
@require_POST
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """A court's settlement or judgment, as a plan of payments to be watched."""
    proceeding = _of_own(request, Proceeding, pk)
    form = OrderForm(request.POST, beside=pk)
    if not form.is_valid():
        return _show(request, _own(request, proceeding.case_id), beside={("order", pk): form})
    cleaned = form.cleaned_data
    terms = {
        "text": cleaned["text"],
        "total_yen": cleaned["total_yen"],
        "instalments": cleaned["plan"],
        "forfeits_after": cleaned["forfeits_after"],
    }
    return act_and_go(
        request,
        lambda: settlements.of_court(
            proceeding_id=pk, kind=cleaned["kind"], terms=terms, agreed_on=cleaned["agreed_on"], by=request.user,
            on=business_date(),
        ),
        "登録しました。支払の予定を見守ります。",
        "lawyers:room-case", pk=proceeding.case_id,
    )  # fmt: skip


@require(ROOM)
@require_POST
def packet(request: HttpRequest, pk: int) -> HttpResponse:
    """The encrypted file, to a member of the firm it was made for. By a press, so that nothing but a click fetches it."""
    found = get_object_or_404(Packet.objects.filter(pk__in=pages.packets_of(request.user).values("pk")), pk=pk)
    try:
        taken = packets.take_out(packet_id=found.pk, by=request.user, on=business_date())
    except REFUSALS as refused:
        messages.warning(request, str(refused))
        return redirect("lawyers:room")
    audit.log_view(request, action="lawyers.packet")
    return download(taken.content, taken.name, "application/pdf")


@require(ROOM)
@require_POST
def key(request: HttpRequest) -> HttpResponse:
    """The firm's passphrase, shown on a press and never kept in an address or a list."""
    firm, on = _firm(request), business_date()
    if firm is None:
        raise Http404
    try:
        passphrase = keys.key_of(firm.pk, on=on, by=request.user)
    except keys.KeyLost as lost:
        messages.warning(request, str(lost))
        return redirect("lawyers:room")
    audit.log_view(request, action="lawyers.key")
    return render(request, "lawyers/key.html", {"firm": firm, "passphrase": passphrase})


@require(ROOM)
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    firm, on = _firm(request), business_date()
    if firm is None:
        raise Http404
    form = ReportForm(request.POST)
    if not form.is_valid():
        context = pages.room(request.user, on=on) | {"report_form": form}
        return render(request, "lawyers/room.html", context)
    month, text = form.cleaned_data["month"], form.cleaned_data["text"]
    return act_and_go(
        request,
        lambda: room.report(
            firm_id=firm.pk, month=month, text=text, figures=pages.month_figures(firm, month), by=request.user, on=on
        ),
        "月次報告を提出しました。",
        "lawyers:room",
    )


def _firm(request: HttpRequest) -> Firm | None:
    """The own firm that was named, or else the first; None where there is no such one."""
    firms, named = own_firms(request.user), request.POST.get("firm", "")
    return next((firm for firm in firms if named in ("", str(firm.pk))), None)


def _own(request: HttpRequest, pk: int) -> LegalCase:
    rows = LegalCase.objects.of_member(request.user).select_related("person", "mandate__firm", "accepted_by")
    found: LegalCase = get_object_or_404(rows, pk=pk)
    return found


def _of_own(request: HttpRequest, model: type[Model], pk: int, **facts: Any) -> Any:
    """Of the firm's open cases; anything else does not exist."""
    return get_object_or_404(model, pk=pk, case__in=LegalCase.objects.of_member(request.user), **facts)


def _form(
    request: HttpRequest, pk: int, form_class: type[django_forms.Form], name: str, act: Callable[..., Any], said: str
) -> HttpResponse:
    """Fill the form, do the one thing with its fields, and come back to the case."""
    found, form = _own(request, pk), form_class(request.POST)
    if not form.is_valid():
        return _show(request, found, **{name: form})
    return act_and_go(
        request,
        lambda: act(case_id=pk, by=request.user, on=business_date(), **form.cleaned_data),
        said,
        "lawyers:room-case",
        pk=pk,
    )


def _show(
    request: HttpRequest, found: LegalCase, *, beside: dict[tuple[str, int], Any] | None = None, **forms: Any
) -> HttpResponse:
    """The case with its forms; ``beside``: a form to mend that stands beside one proposal or proceeding, by name and id."""
    on = business_date()
    audit.log_view(request, action="lawyers.room_case", person_key=found.person.number)
    context = pages.case_context(found, request.user, on=on)
    context |= {
        "accept_form": AcceptForm(),
        "reason_form": ReasonForm(),
        "entry_form": EntryForm(initial={"day": on}),
        "file_form": FileForm(),
        "text_form": TextForm(),
        "answer_form": AnswerForm(),
        "proposal_form": ProposalForm(),
        "sign_form": SignForm(initial={"signed_on": on}),
    } | forms
    given = beside or {}
    choices = [(row["line"].pk, row["name"]) for row in context["lines"]]
    context["may_begin"] = [
        {
            "proposal": one,
            "form": given.get(("begin", one.pk)) or ProceedingForm(beside=one.pk, case_lines=choices),
        }
        for one in context["may_begin"]
    ]
    for row in context["proceedings"]:
        pk = row["proceeding"].pk
        row["step_form"] = given.get(("step", pk)) or StepForm(initial={"day": on}, beside=pk)
        row["order_form"] = given.get(("order", pk)) or OrderForm(beside=pk)
    return render(request, "lawyers/room_case.html", context)
