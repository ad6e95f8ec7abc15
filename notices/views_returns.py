"""返戻: the list of letters that came back, receiving many in one go, and what was done about one."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from debtors.protection import hidden_people
from notices import forms_mailing as forms
from notices.models import AddressEnquiry, ReturnedLetter
from notices.returned_page import returned_page
from notices.services import returns
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require

PER_PAGE, JUST_NOW = 50, 20


def _times(paper: str) -> Subquery:
    """How often the same paper has come back."""
    same = ReturnedLetter.objects.filter(**{paper: OuterRef(paper)}).order_by().values(paper)
    return Subquery(same.annotate(n=Count("pk")).values("n"))


ENQUIRIES = AddressEnquiry.objects.filter(returned=OuterRef("pk")).order_by().values("returned").annotate(n=Count("pk"))
ROWS = (
    ReturnedLetter.objects.select_related(
        "letter__run",
        "letter__person",
        "dunning__run",
        "dunning__person",
        "notice__person",
        "received_by",
        "done_by",
        "work_item",
    )
    .defer("letter__snapshot")
    .prefetch_related("public_notices__approval")
    .annotate(
        times=Coalesce(_times("letter"), _times("dunning"), _times("notice")),
        asked=Coalesce(Subquery(ENQUIRIES.values("n")), 0),
    )
)


@require(Permission.MAIL_RETURN)
def returned_letters(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("done", "open")
    audit.log_view(request, action="returns")
    found = _chosen(chosen)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "notices/mailing/returns.html", {"page": page, "filters": _filters(chosen)} | _hidden(page))


@require(Permission.MAIL_RETURN)
def receive(request: HttpRequest) -> HttpResponse:
    """The desk for the post: reason and day stay, the field waits for the next letter."""
    today = business_date()
    audit.log_view(request, action="returns.desk")
    if request.method != "POST":
        form = forms.ReturnScan(today=today)
        return render(request, "notices/mailing/receive.html", {"form": form} | _just_now(request))
    form = forms.ReturnScan(request.POST, today=today)
    tone, said = _receive(request, form, today)
    if not request.headers.get("HX-Request"):
        (messages.success if tone == "good" else messages.warning)(request, said)
        return render(request, "notices/mailing/receive.html", {"form": form} | _just_now(request))
    return render(request, "notices/mailing/_received.html", {"tone": tone, "said": said} | _just_now(request))


@require(Permission.MAIL_RETURN)
def returned(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ROWS, pk=pk)
    audit.log_view(request, action="return", person_key=found.person.number)
    same = ROWS.filter(letter=found.letter_id, dunning=found.dunning_id, notice=found.notice_id)
    context = returned_page(found, today=business_date()) | {"others": same.exclude(pk=pk).order_by("pk")}
    return render(request, "notices/mailing/returned.html", context | _hidden([found]))


@require(Permission.HOLD_WRITE)
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(ROWS, pk=pk)
    today = business_date()
    form = forms.Settle(request.POST, today=today, redo=True)
    if not form.is_valid():
        messages.warning(request, "何をしたかと、対応の日を入れてください。")
        return redirect("notices:returned", pk=pk)
    try:
        returns.settle(return_id=pk, by=request.user, now=timezone.now(), today=today, **form.cleaned_data)
    except RunRefused as error:
        messages.warning(request, str(error))
        return redirect("notices:returned", pk=pk)
    messages.success(request, "返戻の対応を記録しました。")
    return redirect("notices:returns")


def _receive(request: HttpRequest, form: forms.ReturnScan, today: date) -> tuple[str, str]:
    """Tone and words of what came of one reading."""
    if not form.is_valid():
        return "care", "理由と返戻の日を入れてから、記号を読んでください。"
    data = form.cleaned_data
    try:
        got = returns.receive(
            text=data["mark"],
            reason=data["reason"],
            on=data["on"],
            note=data["note"],
            by=request.user,
            now=timezone.now(),
            today=today,
        )
    except RunRefused as error:
        return "care", str(error)
    back = got.returned
    if got.again:
        return "care", f"{back.number}　{back.name}：すでに登録済みです（{back.reason_text}）。"
    times = f"この{back.paper}は{got.times}回目の返戻です。" if got.times > 1 else ""
    return "good", f"{back.number}　{back.name}：返戻（{back.reason_text}）を登録しました。{times}"


def _chosen(chosen: str) -> QuerySet[ReturnedLetter]:
    if chosen == "all":
        return ROWS.order_by("-pk")
    return ROWS.filter(done_as=chosen if chosen in ReturnedLetter.Done.values else "").order_by("-pk")


def _filters(chosen: str) -> list[dict[str, Any]]:
    counts = dict(ReturnedLetter.objects.order_by().values_list("done_as").annotate(Count("pk")))
    rows = [("open", "対応前", counts.get("", 0))]
    rows += [(code, str(label), counts.get(code, 0)) for code, label in ReturnedLetter.Done.choices]
    rows += [("all", "すべて", sum(counts.values()))]
    return [
        {"label": label, "url": f"?done={code}", "count": count, "current": code == chosen}
        for code, label, count in rows
    ]


def _just_now(request: HttpRequest) -> dict[str, Any]:
    """What this clerk has received last, the latest first."""
    rows = list(ROWS.filter(received_by=request.user).order_by("-pk")[:JUST_NOW])
    return {"rows": rows} | _hidden(rows)


def _hidden(rows: Any) -> dict[str, Any]:
    return {"hidden": hidden_people([row.person.pk for row in rows], on=business_date())}
