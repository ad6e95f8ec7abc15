"""閲覧の記録: who looked at whom, whether the log is as it was written, looks to ask about, and the answer to a citizen."""

import csv
import io
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from toyota_collect import audit, services_watch, summaries
from toyota_collect.business_date import business_date
from toyota_collect.csv_out import as_text
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import letterhead, render_pdf
from toyota_collect.forms import AccessLogForm, LookAnswerForm
from toyota_collect.log_seals import PROOF, PROVED_EACH, prove
from toyota_collect.models import AccessLog, LookAlert
from toyota_collect.permissions import Permission, require
from toyota_collect.words_of_looks import words_of

PAGE = 50
MOST_LINES = 100_000  # of one file; more is asked for by days
COLUMNS = ("番号", "日時", "利用者名", "氏名", "役割", "操作", "見られた人", "目的", "根拠", "画面", "端末")


@require(Permission.ACCESS_LOG_VIEW)
def access_log(request: HttpRequest) -> HttpResponse:
    form = AccessLogForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    audit.log_view(request, action="access_log", person_key=asked.get("person", "").strip())
    page = Paginator(_rows(asked), PAGE).get_page(request.GET.get("page"))
    rows = [{"row": row, "action": words_of(row.action)} for row in page]
    proof = summaries.counted(PROOF, prove, on=business_date(), late_after=2 * PROVED_EACH)
    context = {"form": form, "page": page, "rows": rows, "proof": proof}
    seen = proof.value
    context["proof_text"] = (
        f"{timezone.localtime(proof.at):%Y-%m-%d %H:%M}に、封印された{seen['rows']:,}件と、日ごとの錨"
        f"{seen['anchors']:,}個を計算し直して確かめました。"
    )
    context["open_alerts"] = LookAlert.objects.filter(closed_at=None).count()
    return render(request, "users/access_log.html", context)


@require(Permission.ACCESS_LOG_VIEW)
def access_log_csv(request: HttpRequest) -> HttpResponse:
    """The rows that the page's filter names, oldest first, as they were written, with their seals' row numbers."""
    form = AccessLogForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = _rows(asked)
    if rows.count() > MOST_LINES:
        messages.warning(request, f"{MOST_LINES:,}件を超えます。日を区切って取り出してください。")
        return redirect("users:access-log")
    audit.log_view(request, action="access_log.csv", person_key=asked.get("person", "").strip())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows.order_by("pk").iterator():
        by: Any = row.by
        at = timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S")
        words = [by.username, by.display_name, by.get_role_display(), words_of(row.action), row.person_key]
        words += [row.get_purpose_display(), row.basis, row.path, row.address or ""]
        writer.writerow([row.pk, at, *map(as_text, words)])
    headers = {"Content-Disposition": f'attachment; filename="access_log_{business_date():%Y%m%d}.csv"'}
    return HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


@require(Permission.ACCESS_LOG_VIEW)
def alerts(request: HttpRequest) -> HttpResponse:
    """Looks that somebody has to be asked about: the open ones first."""
    audit.log_view(request, action="look_alerts")
    found = LookAlert.objects.select_related("user", "closed_by").order_by("closed_at", "-day", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "users/look_alerts.html", {"page": page})


@require(Permission.ACCESS_LOG_VIEW)
@require_POST
def close_alert(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(LookAlert, pk=pk)
    try:
        services_watch.close(alert_id=pk, answer=request.POST.get("answer", "")[:500], by=request.user)
    except services_watch.AlertRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "確かめた結果を記録しました。")
    return redirect("users:look-alerts")


@require(Permission.ACCESS_LOG_VIEW)
def look_answer(request: HttpRequest) -> HttpResponse:
    """The lines of the answer to a citizen, to be read before the sheet is printed."""
    today = business_date()
    start = {"since": today - timedelta(days=365), "until": timezone.localdate()}
    form = LookAnswerForm(request.GET or None, initial=start)
    lines = None
    if form.is_valid():
        audit.log_view(request, action="look_answer", person_key=form.cleaned_data["person"])
        lines = _told(form)
    return render(request, "users/look_answer.html", {"form": form, "lines": lines})


@require(Permission.ACCESS_LOG_VIEW)
def look_answer_pdf(request: HttpRequest) -> HttpResponse:
    form = LookAnswerForm(request.GET)
    if not form.is_valid():
        return redirect("users:look-answer")
    asked = form.cleaned_data
    audit.log_view(request, action="look_answer.pdf", person_key=asked["person"])
    on = business_date()
    context = letterhead(on) | {"lines": _told(form), "number": asked["person"]}
    context |= {"since": asked["since"], "until": asked["until"]}
    content, _ = render_pdf("documents/look_answer.html", context)
    return inline(content, f"look_answer_{on:%Y%m%d}.pdf")


def _told(form: LookAnswerForm) -> list[services_watch.ToldLook]:
    asked = form.cleaned_data
    return services_watch.told_looks(person_key=asked["person"].strip(), since=asked["since"], until=asked["until"])


def _rows(asked: dict[str, Any]) -> QuerySet[AccessLog]:
    rows = AccessLog.objects.select_related("by").order_by("-pk")
    if person := asked.get("person", "").strip():
        rows = rows.filter(person_key=person)
    if name := asked.get("user", "").strip():
        rows = rows.filter(Q(by__username=name) | Q(by__display_name__contains=name))
    if asked.get("since"):
        rows = rows.filter(at__date__gte=asked["since"])
    if asked.get("until"):
        rows = rows.filter(at__date__lte=asked["until"])
    return rows
