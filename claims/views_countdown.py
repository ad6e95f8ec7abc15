"""時効の一覧: what lapses within twelve months, and what has lapsed."""

import csv
import io
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from claims import countdown as figures
from claims import lapses
from claims.forms_clocks import CountdownForm, LapseForm
from claims.models import Claim
from claims.querysets import ClaimQuerySet
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.csv_out import as_text
from toyota_collect.permissions import Permission, require

PER_PAGE = 50
RELATED = ("kind", "identity__person")
COLUMNS = [
    "宛名番号",
    "氏名",
    "種目",
    "期別",
    "納期限",
    "最終日",
    "残高（円）",
    "最後に行ったこと",
    "その日",
    "できること",
]


@require(Permission.CLAIM_VIEW)
def countdown(request: HttpRequest) -> HttpResponse:
    on = business_date()
    form = CountdownForm(request.GET or None, kinds=figures.kinds_of(figures.lapsing(request.user, on=on, filters={})))
    claims = figures.lapsing(request.user, on=on, filters=form.terms())
    page = Paginator(_in_band(claims, form), PER_PAGE).get_page(request.GET.get("page"))
    audit.log_view(request, action="countdown")
    bands = figures.bands(claims, on=on)
    context = {
        "form": form,
        "page": page,
        "rows": figures.rows_of(list(page), on=on),
        "bands": bands,
        "band": form.band(),
        "band_label": figures.BAND_LABELS.get(form.band(), ""),
        "total_instalments": sum(band["instalments"] for band in bands),
        "total_yen": sum(band["yen"] for band in bands),
    }
    return render(request, "claims/clocks/countdown.html", context)


@require(Permission.CLAIM_VIEW)
def countdown_csv(request: HttpRequest) -> HttpResponse:
    """All pages of the list, UTF-8 with BOM."""
    on = business_date()
    form = CountdownForm(request.GET or None, kinds=figures.kinds_of(figures.lapsing(request.user, on=on, filters={})))
    claims = list(_in_band(figures.lapsing(request.user, on=on, filters=form.terms()), form))
    audit.log_view(request, action="countdown.csv")
    return _csv(_countdown_text(figures.rows_of(claims, on=on)), f"jikou-{on:%Y%m%d}.csv")


@require(Permission.BOARD_VIEW)
def lapse_report(request: HttpRequest) -> HttpResponse:
    form, claims = _lapsed(request)
    rows = lapses.rows_of(list(claims))
    kinds = lapses.by_kind(rows)
    audit.log_view(request, action="lapses")
    context = {
        "form": form,
        "since": form.since,
        "until": form.until,
        "kinds": kinds,
        "gaps": lapses.GAPS.items(),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "instalments": len(rows),
        "yen": sum(row["yen"] for row in rows),
        "clean": sum(not row["gaps"] for row in rows),
    }
    return render(request, "claims/clocks/lapses.html", context)


@require(Permission.BOARD_VIEW)
def lapse_csv(request: HttpRequest) -> HttpResponse:
    form, claims = _lapsed(request)
    audit.log_view(request, action="lapses.csv")
    return _csv(lapses.as_csv(lapses.rows_of(list(claims))), f"shoumetsu-{form.since:%Y%m%d}-{form.until:%Y%m%d}.csv")


def _lapsed(request: HttpRequest) -> tuple[LapseForm, ClaimQuerySet]:
    form = LapseForm(request.GET or None, on=business_date())
    claims = lapses.lapsed(request.user, since=form.since, until=form.until, filters=form.terms())
    return form, claims.select_related(*RELATED)


def _in_band(claims: ClaimQuerySet, form: CountdownForm) -> ClaimQuerySet:
    if band := form.band():
        claims = claims.filter(figures.in_band(band, on=business_date()))
    return claims.select_related(*RELATED).order_by("prescribes_on", "identity", "pk")


def _countdown_text(rows: list[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(_countdown_cells(row, row["claim"]))
    return buffer.getvalue()


def _countdown_cells(row: dict[str, Any], claim: Claim) -> list[Any]:
    person, done = row["person"], row["done"]
    texts = [person.number if person else claim.identity.person_number, claim.identity.name, claim.kind.name]
    texts += [claim.instalment_label, claim.due_on.isoformat(), f"{claim.prescribes_on}"]
    could = row["could"]["silenced"] or "・".join(row["could"]["acts"])
    did = [done.get_kind_display(), done.on.isoformat()] if done else ["", ""]
    return [*map(as_text, texts), row["yen"], *did, could]


def _csv(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)
