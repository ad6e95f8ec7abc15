"""個別の通知: which letters a person may get, making one, its page, posting, 返戻, and how letters are written."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from debtors.joined import together
from debtors.models import Person
from debtors.panels import person_panel
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from debtors.services.letter_forms import last_set, set_letter_form
from notices.forms_single import FormForm, SingleForm, kind_named
from notices.models import Notice
from notices.querysets import resting_people
from notices.rules.kinds import FORMS, KINDS
from notices.services import single_offers, singles
from notices.services.letter_slips import out_of_use
from notices.services.single_data import claims_of
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents import store
from toyota_collect.documents.pdf import inline
from toyota_collect.permissions import Permission, require

NOTICES = Notice.objects.select_related("person", "approval__decided_by", "document", "text", "made_by", "posted_by")


@require(Permission.NOTICE_MAKE)
def offers(request: HttpRequest, number: str) -> HttpResponse:
    """The kinds that are possible for the person, and why the others are not."""
    person = _person(request, number)
    audit.log_view(request, action="notice.offers", person_key=number)
    rows = single_offers.offers(person, on=business_date())
    context = {"person": person, "possible": [row for row in rows if not row.refused]}
    context["refused"] = [row for row in rows if row.refused]
    return render(request, "notices/singles/offers.html", context)


@require(Permission.NOTICE_MAKE)
def new(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    person, chosen, today = _person(request, number), kind_named(kind), business_date()
    if chosen is None:
        raise Http404
    audit.log_view(request, action="notice.new", person_key=number)
    form = SingleForm(request.POST or None, kind=chosen, today=today)
    pages: list[bytes] = []
    if form.is_valid() and "look" in request.POST:
        try:
            pages = singles.preview(person_id=person.pk, wish=form.wish(), today=today)
        except singles.SingleRefused as refused:
            form.add_error(None, str(refused))
    elif form.is_valid():
        try:
            made = singles.ask_or_make(
                person_id=person.pk,
                wish=form.wish(),
                by=request.user,
                today=today,
                reason=form.cleaned_data.get("reason", ""),
            )
        except singles.SingleRefused as refused:
            form.add_error(None, str(refused))
        else:
            asked = made.state == Notice.State.ASKED
            messages.success(
                request,
                "決裁を求めました。承認されると作られます。"
                if asked
                else "作りました。PDFを開いて確かめ、印刷してください。",
            )
            return redirect("notices:notice", pk=made.pk)
    context = {"person": person, "kind": chosen, "form": form, "written": FORMS.get(person.letter_variant, "普通")}
    context["pages"] = [b64encode(page).decode() for page in pages]
    context["told"] = claims_of(person, singles.Wish(kind, today), on=today)
    context["refused"] = single_offers.refusal(chosen, single_offers.facts_of(person, chosen, on=today))
    return render(request, "notices/singles/new.html", context)


@require(Permission.LETTER_VIEW)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(NOTICES, pk=pk)
    audit.log_view(request, action="notice", person_key=found.person.number)
    lines = found.claims.select_related("claim__kind").order_by("claim__kind__position", "claim__due_on", "pk")
    today = business_date()
    made = found.state == Notice.State.MADE
    context = {"notice": found, "lines": lines, "today": today}
    context["void"] = out_of_use(singles.slips_of(found))
    context["since"] = singles.changed_since(found, today=today) if made else ""
    return render(request, "notices/singles/notice.html", context)


@require(Permission.LETTER_VIEW)
def notice_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The kept bytes, as long as the person's address may be shown, and nobody at rest would get what is not sent yet."""
    found = get_object_or_404(NOTICES.exclude(document=None), pk=pk)
    audit.log_view(request, action="notice.pdf", person_key=found.person.number)
    if hidden_people([found.person_id], on=business_date()):
        raise PermissionDenied("支援措置の登録がある人か、その人かもしれない人です。住所が載るため、開けません。")
    waits = found.state == Notice.State.MADE and not KINDS[found.kind].helps
    if waits and resting_people([found.person_id], days=[business_date()]):
        raise PermissionDenied(
            "生活再建猶予（福祉支援の保留）の間の人です。この通知はまだ発送していないため、印刷できません。送らずに取りやめ、"
            "保留が終わってから要るときに作り直してください。"
        )
    try:
        content = store.document_bytes(found.document)
    except store.DocumentLost as error:
        raise PermissionDenied(str(error)) from error
    return inline(content, f"tsuchi-{found.pk}.pdf")


@require(Permission.NOTICE_MAKE)
@require_POST
def post(request: HttpRequest, pk: int) -> HttpResponse:
    on = parse_date(request.POST.get("on", "")) or business_date()
    return _step(request, pk, singles.post, "発送を登録しました。", on=on, now=timezone.now())


@require(Permission.NOTICE_MAKE)
@require_POST
def come_back(request: HttpRequest, pk: int) -> HttpResponse:
    on = parse_date(request.POST.get("on", "")) or business_date()
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        singles.come_back,
        "返戻を登録しました。次の一手を開きました。",
        on=on,
        reason=reason,
        now=timezone.now(),
    )


@require(Permission.NOTICE_MAKE)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(request, pk, singles.discard, "取りやめました。印刷した紙は捨ててください。", reason=reason)


@require(Permission.NOTICE_MAKE)
def letter_form(request: HttpRequest, number: str) -> HttpResponse:
    """How letters are written to the person."""
    person = _person(request, number)
    form = FormForm(request.POST or None, initial={"form": person.letter_variant})
    if form.is_valid():
        code = form.cleaned_data["form"]
        given = {"form": code, "label": FORMS[code], "reason": form.cleaned_data["reason"]}
        set_letter_form(person_id=person.pk, by=request.user, on=business_date(), **given)
        messages.success(request, f"書き方を「{FORMS[code]}」にしました。これから作る書面に使います。")
        return redirect("debtors:person", number=number)
    audit.log_view(request, action="letter_form", person_key=number)
    context = {"person": person, "form": form, "last": last_set(together(person.pk))}
    return render(request, "notices/singles/form.html", context | {"written": FORMS.get(person.letter_variant, "普通")})


@person_panel(Permission.NOTICE_MAKE)
def panel(request: HttpRequest, person: Person) -> HttpResponse:
    """The person's letters of their own, and how letters are written to the person."""
    people = together(person.pk)
    found = [] if nothing_of(Notice, people) else NOTICES.filter(person__in=people)[:10]
    context = {"person": person, "notices": found, "written": FORMS.get(person.letter_variant, "普通")}
    return render(request, "notices/singles/_panel.html", context | {"last": last_set(people)})


def _person(request: HttpRequest, number: str) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user), number=number)


def _step(request: HttpRequest, pk: int, step: Callable[..., Any], done: str, **arguments: Any) -> HttpResponse:
    get_object_or_404(Notice, pk=pk)
    try:
        step(notice_id=pk, by=request.user, today=business_date(), **arguments)
    except singles.SingleRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("notices:notice", pk=pk)
