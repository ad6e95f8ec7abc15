"""名寄せ: the review of pairs, the answers given, pairs kept apart, and taking an identity off a person."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors import matching_page
from debtors.forms_matching import AnswerForm, ReasonForm
from debtors.models import MatchQuestion, Person, SourceIdentity
from debtors.services import questions
from debtors.services.parting import PartRefused
from debtors.services.parting import unlink_identity as take_off
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

PAGE = 50
SERVICES = {
    "same": questions.answer_same,
    "different": questions.answer_different,
    "later": questions.answer_later,
}
DONE = {
    "same": "同じ人としてまとめました。",
    "proposed": "決裁に出しました。地方税とほかの債権が並ぶため、別の職員の承認が要ります。",
    "different": "別の人として覚えました。この組は、もう出ません。",
    "later": "あとでもう一度出します。",
}


@require(Permission.MATCH_REVIEW)
def review(request: HttpRequest) -> HttpResponse:
    """The queue and one pair; ``?pair=`` chooses the pair."""
    chosen = request.GET.get("pair", "")
    try:
        context = matching_page.desk(
            request.user, on=business_date(), chosen=int(chosen) if chosen.isdecimal() else None
        )
    except (MatchQuestion.DoesNotExist, OverflowError) as missing:
        raise Http404 from missing
    return _shown(request, context, "debtors/matching/review.html")


@require(Permission.MATCH_REVIEW)
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the answer; what comes back holds the next pair already."""
    get_object_or_404(MatchQuestion, pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _next(request, "答えを選べませんでした。もう一度選んでください。", refused=True, chosen=pk)
    given = form.cleaned_data
    try:
        question = SERVICES[given["answer"]](
            question_id=pk, reason=given["reason"], on=business_date(), by=request.user
        )
    except questions.AnswerRefused as refused:
        return _next(request, str(refused), refused=True, chosen=pk)
    return _next(request, DONE[question.state])


@require(Permission.MATCH_REVIEW)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an answer; ``back``: the list it was asked from."""
    get_object_or_404(MatchQuestion, pk=pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        left = questions.take_back(question_id=pk, on=business_date(), by=request.user, reason=reason)
    except questions.AnswerRefused as refused:
        said, refused_it = str(refused), True
    else:
        said, refused_it = "答えを取り消しました。この組は、もう一度判定待ちです。", False
        if left:
            said += f"人が決めることが{len(left)}件あります。「次の一手」に入れました：{left[0].reason}"
    if (back := request.POST.get("back")) in ("answered", "apart"):
        (messages.warning if refused_it else messages.success)(request, said)
        return redirect(f"debtors:matching-{back}")
    return _next(request, said, refused=refused_it, chosen=pk)


@require(Permission.MATCH_REVIEW)
def answered(request: HttpRequest) -> HttpResponse:
    return _list(request, matching_page.answered(), "debtors/matching/answered.html")


@require(Permission.MATCH_REVIEW)
def apart(request: HttpRequest) -> HttpResponse:
    """Pairs kept apart (別人), until somebody withdraws the answer."""
    return _list(request, matching_page.answered(state="different"), "debtors/matching/apart.html")


@require(Permission.MATCH_REVIEW)
@require_POST
def unlink_identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one identity off its person."""
    people = Person.objects.visible_to(request.user)
    identity = get_object_or_404(SourceIdentity.objects.select_related("person"), pk=pk, person__in=people)
    number = identity.person.number
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    audit.log_view(request, action="identity.unlink", person_key=number)
    try:
        _, left = take_off(identity_id=pk, reason=reason, on=business_date(), by=request.user)
    except PartRefused as refused:
        messages.warning(request, str(refused))
    else:
        more = f"人が決めることが{len(left)}件あります。「次の一手」を見てください。" if left else ""
        messages.success(request, f"登録を外し、別の人として覚えました。{more}")
    return redirect("debtors:person", number=number)


def _next(request: HttpRequest, said: str, *, refused: bool = False, chosen: int | None = None) -> HttpResponse:
    if "HX-Request" not in request.headers:
        (messages.warning if refused else messages.success)(request, said)
        return redirect("debtors:matching")
    context = matching_page.desk(request.user, on=business_date(), chosen=chosen)
    context |= {"said": said, "said_tone": "care" if refused else "good", "swapped": True}
    return _shown(request, context, "debtors/matching/_desk.html")


def _shown(request: HttpRequest, context: dict[str, Any], template: str) -> HttpResponse:
    """Every person shown is logged; the pairs that only wait in the queue show their names alone."""
    for side in (context.get("left"), context.get("right")):
        if side and side.person:
            audit.log_view(request, action="match", person_key=side.number)
    if not context.get("question"):
        audit.log_view(request, action="match")
    return render(request, template, context)


def _list(request: HttpRequest, rows: Any, template: str) -> HttpResponse:
    audit.log_view(request, action="match.answers")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    joinings = matching_page.joinings_of(list(page))
    found = [{"question": one, "joining": joinings.get(one.pk)} for one in page]
    return render(request, template, {"page": page, "rows": found})
