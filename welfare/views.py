"""The collector's side: consent, offers, handing over, and the answer that comes back. Nothing here reads a case."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.services.evidence import read_upload
from debtors.models import Person
from debtors.panels import person_panel
from debtors.protection import hidden_people
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.download import download
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import Altered, DocumentLost, document_bytes, kept_bytes
from toyota_collect.permissions import Permission, require
from welfare import loop, pages, pipeline, sheet
from welfare.forms import (
    ConferenceForm,
    EndConferenceForm,
    HandOverForm,
    MeetingForm,
    MeetingOutcomeForm,
    OralForm,
    SheetForm,
    SignedForm,
    WithdrawForm,
)
from welfare.leaflet import leaflet_pdf
from welfare.models import ConferenceDecision, Consent, Meeting, Referral
from welfare.rules.disclosure import items_open
from welfare.services import consents, questions, referrals

REFER = Permission.SUPPORT_REFER


@require(REFER)
def stages(request: HttpRequest) -> HttpResponse:
    """Who stands at which stage on the way to help, and since when."""
    on, asked = business_date(), request.GET
    audit.log_view(request, action="welfare.pipeline")
    context = pipeline.page(on=on, code=asked.get("stage", ""), page_number=asked.get("page"))
    protected = hidden_people([row.person_id for row in context["page"]], on=on)
    return render(request, "welfare/pipeline.html", context | {"protected": protected})


@person_panel(REFER)
def panel_support(request: HttpRequest, person: Person) -> HttpResponse:
    on = business_date()
    context = pages.talk_context(person, request.user, on=on)
    context |= loop.stands(person, request.user, context, on=on)
    return render(request, "welfare/panel_support.html", context)


@require(REFER)
def talk(request: HttpRequest, number: str) -> HttpResponse:
    """Where the person stands; a POST prints the consent sheet with what was ticked."""
    person, on = _person(request, number), business_date()
    form = SheetForm(request.POST or None, on=on)
    if form.is_valid():
        try:
            made = consents.prepare(person_id=person.pk, by=request.user, on=on, **form.cleaned_data)
        except consents.ConsentRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "同意書を作りました。印刷して、本人に読んでもらってから署名を受けてください。")
            return redirect("welfare:consent", pk=made.pk)
    audit.log_view(request, action="support", person_key=number)
    context = pages.talk_context(person, request.user, on=on) | {"form": form, "oral": sheet.terms(on=on)["oral"]}
    context["endable"] = [
        {"decision": one, "id": f"end-{one.pk}", "form": EndConferenceForm(auto_id=f"end-{one.pk}-%s")}
        for one in context["conferences"]
        if one.as_basis().is_open(on)
    ]
    return render(request, "welfare/talk.html", context)


@require(REFER)
def oral(request: HttpRequest, number: str) -> HttpResponse:
    person, on = _person(request, number), business_date()
    form = OralForm(request.POST or None, on=on, by=request.user, only=sheet.terms(on=on)["oral_items"])
    if form.is_valid():
        try:
            consents.take_oral(person_id=person.pk, by=request.user, on=on, **form.cleaned_data)
        except consents.ConsentRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "口頭の同意を登録しました。福祉へつなぐことができます。")
            return redirect("welfare:hand-over", number=number)
    audit.log_view(request, action="support", person_key=number)
    context = {"person": person, "form": form, "law": sheet.terms(on=on)["oral_law"]}
    return render(request, "welfare/oral.html", context)


@require(REFER)
@require_POST
def offer(request: HttpRequest, number: str) -> HttpResponse:
    """A leaflet, a day to come, or "not now": nothing is told to anybody."""
    person, on, way = _person(request, number), business_date(), request.POST.get("way", "")
    try:
        if way == "declined":
            referrals.decline(person_id=person.pk, by=request.user, on=on)
            messages.success(request, "いまは希望しないことを記録しました。ほかの扱いは、何も変わりません。")
        else:
            referrals.offer(person_id=person.pk, way=way, by=request.user, on=on)
            messages.success(request, "案内したことを記録しました。福祉へは、何も伝わりません。")
    except referrals.ReferralRefused as refused:
        messages.warning(request, str(refused))
    return redirect("welfare:talk", number=number)


@require(REFER)
def leaflet_paper(request: HttpRequest, number: str) -> HttpResponse:
    """The leaflet: the same for everybody; no name is on it."""
    person = _person(request, number)
    audit.log_view(request, action="support.leaflet", person_key=person.number)
    return inline(leaflet_pdf(on=business_date()), "kurashi-no-soudan.pdf")


@require(REFER)
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """A consent; a POST takes the signed sheet with its scan."""
    found, on = _consent(request, pk), business_date()
    form = SignedForm(request.POST or None, request.FILES or None, initial={"signed_on": on})
    if form.is_valid():
        cleaned = dict(form.cleaned_data)
        file = cleaned.pop("file")
        content = read_upload(file, on=on)
        try:
            consents.take_signed(consent_id=pk, name=file.name, content=content, by=request.user, on=on, **cleaned)
        except consents.ConsentRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "同意を受けました。福祉へつなぐことができます。")
            return redirect("welfare:hand-over", number=found.person.number)
    audit.log_view(request, action="support.consent", person_key=found.person.number)
    context = {
        "consent": found,
        "person": found.person,
        "state": found.state,
        "troubles": sheet.labels(sheet.TROUBLES, found.troubles, on=on),
        "items": sheet.labels(sheet.ITEMS, found.items, on=on),
        "recipients": sheet.labels(sheet.RECIPIENTS, found.recipients, on=on),
        "asks_tax": "tax" in found.items,
        "form": form,
        "withdraw_form": WithdrawForm(),
        "is_open": found.as_basis().is_open(on),
        "on": on,
    }
    return render(request, "welfare/consent.html", context)


@require(REFER)
def consent_paper(request: HttpRequest, pk: int) -> HttpResponse:
    found = _consent(request, pk)
    if found.document is None:
        raise Http404
    audit.log_view(request, action="support.consent.pdf", person_key=found.person.number)
    try:
        content = document_bytes(found.document)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("welfare:consent", pk=pk)
    return inline(content, f"douisho-{pk}.pdf")


@require(REFER)
def scan_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan as a download: a browser never runs or shows what somebody brought."""
    found = _consent(request, pk)
    if not found.scan_path:
        raise Http404
    audit.log_view(request, action="support.consent.scan", person_key=found.person.number)
    try:
        content = kept_bytes(found.scan_path, sha256=found.scan_sha256)
    except (FileNotFoundError, Altered):
        messages.warning(
            request, "保存したファイルが見つからないか、登録したときと違います。管理者に連絡してください。"
        )
        return redirect("welfare:consent", pk=pk)
    return download(content, found.scan_name, found.scan_type)


@require(REFER)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The person takes the consent back; or a sheet that nobody signs is given up."""
    found, on, form = _consent(request, pk), business_date(), WithdrawForm(request.POST)
    try:
        if found.given_on is None:
            consents.drop(consent_id=pk, by=request.user, on=on)
            messages.success(request, "同意書を取りやめました。")
        else:
            how = form.cleaned_data["how"] if form.is_valid() else ""
            consents.withdraw(consent_id=pk, how=how, by=request.user, on=on)
            messages.success(request, "撤回を登録しました。相談の窓口からは、もう見えません。")
    except consents.ConsentRefused as refused:
        messages.warning(request, str(refused))
        return redirect("welfare:consent", pk=pk)
    return redirect("welfare:talk", number=found.person.number)


@require(REFER)
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """The last look at what passes, then the hand-over with its three-way talk."""
    person, on = _person(request, number), business_date()
    context: dict[str, Any] = pages.talk_context(person, request.user, on=on)
    basis = context["open_consent"] or context["open_conference"]
    form = HandOverForm(request.POST or None)
    if form.is_valid():
        of = {"consent_id": basis.pk} if isinstance(basis, Consent) else {"conference_id": basis.pk if basis else None}
        try:
            referrals.hand_over(person_id=person.pk, by=request.user, on=on, **of, **form.told())
        except referrals.ReferralRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "福祉へつなぎました。回答は、この画面と「本日の業務」に出ます。")
            return redirect("welfare:talk", number=number)
    audit.log_view(request, action="support", person_key=number)
    context |= {"form": form, "basis": basis, "told": pages.told_by(basis, on=on) if basis else []}
    context["tells_tax"] = basis is not None and "tax" in items_open(basis.as_basis(), on=on)
    return render(request, "welfare/hand_over.html", context)


@require(REFER)
@require_POST
def book(request: HttpRequest, pk: int) -> HttpResponse:
    referral, form = _referral(request, pk), MeetingForm(request.POST)
    try:
        if not form.is_valid():
            raise referrals.ReferralRefused("三者面談は、日・時刻・場所の3つとも入れてください。")
        referrals.book(referral_id=pk, by=request.user, today=business_date(), **form.cleaned_data)
    except referrals.ReferralRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "三者面談を入れました。相談支援員の画面にも出ます。")
    return redirect("welfare:talk", number=referral.person.number)


@require(REFER)
@require_POST
def close_meeting(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = get_object_or_404(Meeting.objects.select_related("referral__person"), pk=pk)
    _referral(request, meeting.referral_id)
    form = MeetingOutcomeForm(request.POST)
    try:
        outcome = form.cleaned_data["outcome"] if form.is_valid() else ""
        referrals.close_meeting(meeting_id=pk, outcome=outcome, by=request.user)
    except referrals.ReferralRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "面談の結果を記録しました。")
    return redirect("welfare:talk", number=meeting.referral.person.number)


@require(REFER)
def conference(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the decision to share without consent (支援会議)."""
    person, on = _person(request, number), business_date()
    form = ConferenceForm(request.POST or None, on=on)
    if form.is_valid():
        try:
            referrals.ask_conference(person_id=person.pk, by=request.user, on=on, **form.cleaned_data)
        except referrals.ReferralRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "決裁に出しました。承認されるまで、何も伝わりません。")
            return redirect("welfare:talk", number=number)
    audit.log_view(request, action="support", person_key=number)
    return render(request, "welfare/conference.html", {"person": person, "form": form})


@require(REFER)
@require_POST
def end_conference(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision of the 支援会議 was wrong, is not needed any more, or the person objects."""
    found = get_object_or_404(ConferenceDecision.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    form = EndConferenceForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        referrals.end_conference(conference_id=pk, reason=reason, by=request.user, on=business_date())
    except referrals.ReferralRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "支援会議の決定を終えました。相談の窓口からは、もう見えません。")
    return redirect("welfare:talk", number=found.person.number)


@require(Permission.APPROVE)
@require_POST
def ask_question(request: HttpRequest, number: str) -> HttpResponse:
    """The collection head asks welfare before claims go to lawyers."""
    person = _person(request, number)
    try:
        questions.ask(person_id=person.pk, by=request.user, on=business_date())
    except questions.QuestionRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "福祉へ照会しました。回答があるまで、弁護士へは委任できません。")
    return redirect("welfare:talk", number=number)


def _person(request: HttpRequest, number: str) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user), number=number)


def _consent(request: HttpRequest, pk: int) -> Consent:
    found = get_object_or_404(Consent.objects.select_related("person", "document", "taken_by", "witness"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    return found


def _referral(request: HttpRequest, pk: int) -> Referral:
    found = get_object_or_404(Referral.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    return found
