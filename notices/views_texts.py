"""帳票の文言: the kinds, a version's words and differences, editing, preview, asking for approval."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors.models import Person
from notices import text_page
from notices.forms_texts import PreviewForm, TextForm
from notices.letter import Unprintable
from notices.rules.kinds import FORMS, KINDS
from notices.services import text_preview, texts
from notices.services.letter_data import LetterWithheld, ProfileIncomplete
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.dated import SettingMissing
from toyota_collect.models import NoticeText
from toyota_collect.permissions import Permission, allows, require

TEXTS = NoticeText.objects.select_related("approval", "made_by")
MOST_PAGES = 20


@require(Permission.TEXT_VIEW)
def kinds(request: HttpRequest) -> HttpResponse:
    return render(request, "notices/texts/kinds.html", {"rows": text_page.kinds_page(today=business_date())})


@require(Permission.TEXT_VIEW)
def text(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(TEXTS, pk=pk)
    return render(request, "notices/texts/text.html", text_page.text_page(found) | {"preview": PreviewForm()})


@require(Permission.TEXT_EDIT)
@require_POST
def new(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    try:
        like = request.POST.get("like", "")
        words_of = int(like) if like.isdecimal() else None
        made = texts.draft(kind=kind, by=request.user, today=business_date(), like=words_of)
    except texts.TextRefused as refused:
        messages.warning(request, str(refused))
        return redirect("notices:texts")
    return redirect("notices:text-edit", pk=made.pk)


@require(Permission.TEXT_EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(TEXTS, pk=pk)
    kind = KINDS[found.kind]
    form = TextForm(request.POST or None, kind=kind, text=found)
    if form.is_valid():
        use = {name: form.cleaned_data[name] for name in ("starts_on", "note", "trial_only") if name in form.fields}
        try:
            left = texts.change(text_id=pk, parts=form.parts(), by=request.user, today=business_date(), **use)
        except texts.TextRefused as refused:
            form.add_error(None, str(refused))
        else:
            if left:
                messages.warning(request, f"保存しました。直すところが{len(left)}か所あります。")
            else:
                messages.success(request, "保存しました。見本を確かめてから、承認を求めてください。")
            return redirect("notices:text", pk=pk)
    return render(request, "notices/texts/edit.html", text_page.text_page(found) | {"form": form})


@require(Permission.TEXT_EDIT)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(
        request, pk, texts.ask, "承認を求めました。承認されると、使い始める日から使います。", today=business_date()
    )


@require(Permission.TEXT_EDIT)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    return _step(request, pk, texts.discard, "この版を取りやめました。")


@require(Permission.TEXT_VIEW)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The pages of the version as pictures, for a person whose number is given."""
    found = get_object_or_404(TEXTS, pk=pk)
    form = PreviewForm(request.GET)
    context: dict[str, Any] = {"text": found, "kind": KINDS[found.kind], "form": form, "pages": []}
    if form.is_valid():
        try:
            pages = _pictures(request, found, form)
        except Person.DoesNotExist:
            form.add_error("number", "この整理番号の人はいません。番号を確かめてください。")
        except LetterWithheld as withheld:
            form.add_error("number", str(withheld))
        except (Unprintable, SettingMissing, ProfileIncomplete) as error:
            form.add_error(None, f"見本を作れません。{error}")
        else:
            context["pages"] = [b64encode(page).decode() for page in pages]
    return render(request, "notices/texts/preview.html", context)


def _pictures(request: HttpRequest, found: NoticeText, form: PreviewForm) -> list[bytes]:
    person, today = form.person(request.user), business_date()
    if person:
        if not allows(request.user, Permission.PERSON_VIEW):
            raise PermissionDenied("人を見る権限がないため、架空の人で見てください。")
        audit.log_view(request, action="text.preview", person_key=person.number)
    shape = form.cleaned_data["form"] or "normal"
    return text_preview.pictures(found, person=person, form=shape if shape in FORMS else "normal", on=today)[
        :MOST_PAGES
    ]


def _step(request: HttpRequest, pk: int, step: Callable[..., Any], done: str, **arguments: Any) -> HttpResponse:
    get_object_or_404(NoticeText, pk=pk)
    try:
        step(text_id=pk, by=request.user, **arguments)
    except texts.TextRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("notices:text", pk=pk)
