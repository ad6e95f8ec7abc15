"""The style page: every component with synthetic data, for those who write templates (DEBUG or DEMO only)."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from toyota_collect.permissions import Permission, require

STATES = ("paid", "paid", "part", "clock", "grace", "open", "plan", "plan", "future", "future", "", "")


class SampleForm(forms.Form):
    """A form with every kind of field."""

    name = forms.CharField(label="氏名", help_text="漢字でもカナでも書けます。")
    until = forms.DateField(label="期限", widget=forms.DateInput(attrs={"type": "date"}))
    group = forms.ChoiceField(label="区分", choices=[("tax", "市税"), ("health", "国保・医療・介護")])
    channels = forms.MultipleChoiceField(
        label="止めるもの",
        choices=[("notice", "催告"), ("call", "電話"), ("seizure", "差押")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(label="理由", widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.BooleanField(label="根拠を見ました")


@require(Permission.HOME)
def styleguide(request: HttpRequest) -> HttpResponse:
    if not (settings.DEBUG or settings.DEMO):
        raise Http404("見本は研修環境でだけ見られます。")
    return render(request, "styleguide.html", sample(date(2026, 11, 20)))


def sample(on: date) -> dict[str, Any]:
    """Synthetic values for every component; people and amounts are invented."""
    return {
        "on": on,
        "soon": on + timedelta(days=14),
        "later": on + timedelta(days=430),
        "form": SampleForm(),
        "form_bad": SampleForm({"name": "", "until": "", "group": "tax"}),
        "page": Paginator(range(1, 1169), 50).page(7),
        "flag": {
            "protect": {
                "title": "支援措置：居場所を見せない・言わない",
                "text": "R9.3.31まで。住所の照会・送付は2人承認。",
            },
            "living": {
                "title": "困窮のサイン3件：支援中（同意あり）",
                "text": "収入減・不履行・複数区分",
                "url": "#",
                "action": "根拠を見る",
            },
        },
        "steps": _steps(),
        "channels": [
            {"label": "催告", "stopped": True},
            {"label": "差押", "stopped": True},
            {"label": "弁護士", "stopped": True},
            {"label": "電話", "stopped": False},
        ],
        "equation": _equation(),
        "filters": [
            {"label": "すべて", "url": "#", "count": 38, "current": True},
            {"label": "時効3か月以内", "url": "#", "count": 4, "current": False},
            {"label": "約束切れ", "url": "#", "count": 6, "current": False},
        ],
        "stages": [
            {"label": "サイン", "count": 214},
            {"label": "声かけ", "count": 131, "note": "7日超 22", "stuck": True},
            {"label": "同意", "count": 76},
            {"label": "結果", "count": 58},
        ],
        "definitions": [
            ("生年月日", "昭和59年3月14日"),
            ("宛名番号", "0004127736"),
            ("世帯", "3人"),
            ("電話", ""),
        ],
        "columns": range(1, 13),
        "groups": _groups(),
        "causes": _causes(),
        "years": [(2023, 3631, 1350, 98), (2024, 3344, 1402, 91), (2025, 3068, 1377, 87), (2026, 2775, 1298, 140)],
        "speeds": [(f"10:0{2 + at // 6}:{at % 6 * 10:02}", min(19, at * 6)) for at in range(18)],
    }


def _steps() -> list[dict[str, Any]]:
    return [
        {"title": "下書き", "state": "done", "lines": ["11月16日 9:12", "帳票 内藤"]},
        {"title": "決裁済", "state": "done", "lines": ["11月19日 16:40", "課長 深見"]},
        {"title": "作成中", "state": "now", "lines": ["11月20日 10:02 開始", "残り 1分55秒"]},
        {"title": "検査済", "state": "todo", "lines": ["全頁の読取検査"]},
        {"title": "封緘済", "state": "todo", "lines": ["証明書を発行"]},
        {"title": "投函済", "state": "todo", "lines": ["11月30日 予定"]},
    ]


def _equation() -> dict[str, Any]:
    parts = [{"label": "できた", "value": 4120}, {"label": "作成待ち", "value": 2111}, {"label": "失敗", "value": 7}]
    return {"whole": {"label": "対象", "value": 6238}, "parts": parts, "difference": 6238 - 4120 - 2111 - 7}


def _groups() -> list[dict[str, Any]]:
    def year(number: int, states: tuple[str, ...], balance: int, late: int) -> dict[str, Any]:
        cells = [
            {"state": state, "url": "" if state in ("", "paid", "future") else "#", "label": f"{number}年度 {at}期"}
            for at, state in enumerate(states, 1)
        ]
        return {"year": number, "cells": cells, "balance_yen": balance, "late_yen": late}

    resident = {"name": "市・県民税", "claim_class": "A", "years": [year(2025, STATES, 84_300, 7_500)]}
    rent = {
        "name": "市営住宅使用料",
        "claim_class": "C",
        "years": [year(2024, ("paid",) * 12, 0, 0), year(2025, STATES[::-1], 105_200, 3_517)],
    }
    return [{"name": "市税", "rows": 1, "kinds": [resident]}, {"name": "住宅・水道", "rows": 2, "kinds": [rent]}]


def _causes() -> list[dict[str, Any]]:
    return [
        {"name": "令和3初め", "yen": 3842, "whole": True, "colour": "rest"},
        {"name": "新規発生", "yen": 7696, "colour": "fresh"},
        {"name": "現金納付", "yen": -7793, "colour": "cash"},
        {"name": "充当", "yen": -359, "colour": "setoff"},
        {"name": "減額更正", "yen": -246, "colour": "fix"},
        {"name": "停止・欠損", "yen": -833, "colour": "stop"},
        {"name": "令和8末", "yen": 2307, "whole": True, "colour": "rest"},
    ]
