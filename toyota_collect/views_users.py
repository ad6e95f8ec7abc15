"""Accounts, the policy table, and who looked at whom."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from toyota_collect import audit, services_accounts
from toyota_collect.forms import AccessLogForm, AccountForm
from toyota_collect.models import AccessLog, User
from toyota_collect.permissions import (
    POLICY,
    PURPOSE_OF,
    SEES_GROUNDS,
    Ground,
    Permission,
    Purpose,
    Role,
    describe,
    require,
)

PAGE = 50
# What was looked at, in words; an action without a word here is shown as it was written.
ACTIONS = {
    "search": "人をさがした",
    "person": "人の画面",
    "claim": "債権・台帳",
    "contact": "経過を書く画面",
    "hold": "保留の画面",
    "work": "次の一手の一覧",
    "panel_next": "人の画面（次の一手）",
    "panel_contact": "人の画面（最後の接触）",
    "panel_course": "人の画面（経過）",
    "panel_owed": "人の画面（滞納合計）",
    "panel_clock": "人の画面（時効）",
    "panel_matrix": "人の画面（期別）",
    "panel_receipts": "人の画面（収納）",
    "panel_holds": "人の画面（保留）",
    "person_panel_letters": "人の画面（催告書）",
    "letter": "催告書",
    "letter.pdf": "催告書のPDF",
    "run.letters": "一斉催告の一覧",
    "run.exclusions": "一斉催告の除外",
    "run.bundle": "一斉催告の印刷ファイル",
    "run.manifest": "一斉催告の目録",
    "dunning.run": "督促状の発送",
    "dunning.bundle": "督促状の印刷ファイル",
    "dunning.pdf": "督促状のPDF",
    "import.rejected_rows": "取込で受け付けなかった行",
    "import.paid_totals": "収納済額の照合",
    "access_log": "閲覧の記録",
    "welfare_room": "相談支援の部屋",
    "support": "福祉の相談",
    "panel_support": "人の画面（福祉へのつなぎ）",
    "support.leaflet": "福祉の案内の紙",
    "support.consent": "同意",
    "support.consent.pdf": "同意書のPDF",
    "support.consent.scan": "署名した同意書",
    "support.case": "引き継がれた件",
    "support.questions": "弁護士へ委任する前の照会",
    "support.exchange": "件の書き出し・取込",
    "support.export": "件の書き出し",
    "panel_respite": "人の画面（生活再建猶予）",
    "respites": "生活再建猶予の一覧",
    "respite": "生活再建猶予",
    "respite.ask": "生活再建猶予を始める画面",
    "respite.letter": "生活再建猶予のお知らせのPDF",
    "relief.application": "猶予の申請書のPDF",
    "benefits": "使えるかもしれない制度",
    "benefits.paper": "使えるかもしれない制度の紙のPDF",
    "panel_signal": "人の画面（困窮のサイン）",
    "signals": "困窮のサイン",
    "signals_list": "困窮のサインの一覧",
    "signal_person": "困窮のサインのわけ",
    "signal_figures": "サインと支援の成績",
}


@require(Permission.USER_ADMIN)
def index(request: HttpRequest) -> HttpResponse:
    accounts = (
        User.objects.exclude(role=Role.SYSTEM).select_related("section").order_by("-is_active", "role", "username")
    )
    page = Paginator(accounts, PAGE).get_page(request.GET.get("page"))
    return render(request, "users/index.html", {"page": page})


@require(Permission.USER_ADMIN)
def create(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require(Permission.USER_ADMIN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(User.objects.exclude(role=Role.SYSTEM), pk=pk))


def _edit(request: HttpRequest, account: User | None) -> HttpResponse:
    form = AccountForm(request.POST or None, account=account)
    if form.is_valid():
        try:
            services_accounts.save_account(
                by=request.user, account_id=account.pk if account else None, **form.cleaned_data
            )
        except services_accounts.AccountRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "利用者を保存しました。")
            return redirect("users:index")
    return render(request, "users/edit.html", {"form": form, "account": account})


@require(Permission.POLICY_VIEW)
def policy(request: HttpRequest) -> HttpResponse:
    roles = [role for role in Role if role != Role.SYSTEM]
    rows = [
        {
            "name": describe(permission),
            "code": permission.value,
            "cells": [permission in POLICY[role] for role in roles],
        }
        for permission in Permission
    ]
    grounds = [
        {"name": ground.label, "cells": [ground in SEES_GROUNDS.get(role, frozenset()) for role in roles]}
        for ground in Ground
    ]
    purposes = [Purpose(PURPOSE_OF[role]).label if role in PURPOSE_OF else "" for role in roles]
    return render(
        request, "users/policy.html", {"roles": roles, "rows": rows, "grounds": grounds, "purposes": purposes}
    )


@require(Permission.ACCESS_LOG_VIEW)
def access_log(request: HttpRequest) -> HttpResponse:
    form = AccessLogForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    audit.log_view(request, action="access_log", person_key=asked.get("person", "").strip())
    page = Paginator(_rows(asked), PAGE).get_page(request.GET.get("page"))
    rows = [{"row": row, "action": ACTIONS.get(row.action, row.action)} for row in page]
    return render(request, "users/access_log.html", {"form": form, "page": page, "rows": rows})


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
