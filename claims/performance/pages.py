"""What the page 実績 and its papers show, from the counted sums: one list of figures for both."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from claims.performance.flows import Performance, Response
from toyota_collect.calendar import first_of_month, fiscal_year
from toyota_collect.dated import value_on, value_or
from toyota_collect.intervals import share
from toyota_collect.registry import ACT_GROUPS, Act, registry
from toyota_collect.summaries import Counted
from toyota_collect.templatetags.tc import ABSENT, percent_of
from toyota_collect.templatetags.tc import fiscal_year as year_text
from toyota_collect.wareki import short_text

COSTS = "performance.costs"
ALL_YEARS, NOBODY = "all", "-"
NOBODYS = "係のない人・まとめて行うもの"
MONTHS = 12
NOTES = (
    "件数は、行った日の月に数えます。訂正された経過・取りやめた文書・取り消したできごとは数えません。一斉催告と督促状は発送した日です。",
    "係は、記録したときではなく、いまの所属で数えます。職員ごとの数字は出しません。",
)  # fmt: skip
RESPONSE_NOTES = (
    "その年度に初めてその働きかけがあった人のうち、日数の中に納付した人（分納を誓約した人）の割合です。日数が過ぎていない人は入りません。文書は発送の翌日から、ほかは当日から数えます。",
    "働きかけの効果ではありません。働きかけの相手が違えば割合も違い、何もしなくても納める人がいます。効果は、文面の比較試験で測ります。",
    "（　）は95％の区間です。",
)  # fmt: skip
YIELD_NOTES = (
    "収納は、納付の日までの日数の中で最後にあった働きかけ1つにだけ結びつけます（同じ日は表の上のものから）。どれにも当たらない収納は「働きかけなし」で、足すとその期間の収納額になります。充当・不納欠損・更正は入りません。",
    "取り消された収納は、取り消した月に、もとの働きかけから引きます。集計の期間より前の納付の取消しは「働きかけなし」から引きます。",
    "費用は設定値「performance.costs」です。「未設定」の働きかけは、費用も比も出しません。",
)  # fmt: skip


def context_of(counted: Counted, *, year: str, team: str) -> dict[str, Any]:
    """``year``: of ``choices_of``; ``team``: "" for all, ``-`` for what is nobody's own."""
    found: Performance = counted.value
    spans = _spans(found, year)
    chosen = None if not team else "" if team == NOBODY else team
    acts = _acts(found, spans, chosen)
    windows = sorted(value_on("performance.windows", found.on)["response_days"])
    last = found.years[-1] if year == ALL_YEARS else int(year)
    return {
        "counted": counted,
        "counted_at": counted.at,
        "on": found.on,
        "year": year,
        "period": f"{year_text(found.years[0])}から{year_text(last)}まで" if year == ALL_YEARS else year_text(last),
        "team": team,
        "team_text": "全体" if chosen is None else chosen or NOBODYS,
        "columns": [name for name, _ in spans],
        "groups": list(_groups(acts)),
        "drawn": list(_drawn(acts, spans)),
        "drawn_series": [act.label for act in registry.acts if act.group == "contact"],
        "response_year": last,
        "windows": windows,
        "responses": list(_responses(found, last, windows)),
        "yields": _yields(found, spans, chosen, acts),
        "yield_days": found.yield_days,
        "notes": NOTES,
        "response_notes": RESPONSE_NOTES,
        "yield_notes": YIELD_NOTES,
    }


def choices_of(found: Performance) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The years, the latest first, and the teams that may be chosen."""
    years = [(str(year), year_text(year)) for year in reversed(found.years)]
    teams = [("", "全体"), *((team, team) for team in found.teams), (NOBODY, NOBODYS)]
    return [*years, (ALL_YEARS, "年度ごと")], teams


def _spans(found: Performance, year: str) -> list[tuple[str, set[date]]]:
    """The columns: the name and the months of each; months that have not begun are left out."""
    first = {one: [first_of_month(date(one, 4, 1), place) for place in range(MONTHS)] for one in found.years}
    if year == ALL_YEARS:
        return [(year_text(one), set(months)) for one, months in first.items()]
    months = [month for month in first[int(year)] if month <= found.on]
    return [(short_text(month).rpartition(".")[0], {month}) for month in months]


def _acts(found: Performance, spans: list[tuple[str, set[date]]], team: str | None) -> dict[str, list[int]]:
    sums: Counter[tuple[str, date]] = Counter()
    for one in found.counts:
        if team is None or one.team == team:
            sums[one.code, one.month] += one.number
    return {act.code: [sum(sums[act.code, month] for month in months) for _, months in spans] for act in registry.acts}


def _groups(acts: dict[str, list[int]]) -> Iterator[dict[str, Any]]:
    for code, label in ACT_GROUPS.items():
        rows = [
            {"label": act.label, "cells": acts[act.code], "total": sum(acts[act.code])}
            for act in registry.acts
            if act.group == code
        ]
        if rows:
            yield {"label": label, "rows": rows}


def _drawn(acts: dict[str, list[int]], spans: list[tuple[str, set[date]]]) -> Iterator[dict[str, Any]]:
    """The contacts by column, for the picture."""
    for place, (name, _) in enumerate(spans):
        yield {"name": name, "cells": [acts[act.code][place] for act in registry.acts if act.group == "contact"]}


def _responses(found: Performance, year: int, windows: list[int]) -> Iterator[dict[str, Any]]:
    by_code: dict[str, list[Response]] = {}
    for one in found.responses:
        if one.year == year:
            by_code.setdefault(one.code, []).append(one)
    for act in registry.acts:
        if mine := sorted(by_code.get(act.code, []), key=lambda one: one.days):
            cells = {one.days: _share(one.paid, one.of) for one in mine}
            agreed = _share(mine[-1].agreed, mine[-1].of) if mine[-1].days == windows[-1] else None
            shown = [*(cells.get(days) for days in windows), agreed]
            yield {"label": act.label, "of": max(one.of for one in mine), "shown": shown}


def _share(part: int, of: int) -> dict[str, Any]:
    """In per cent: one decimal for the share, whole ones, rounded outwards, for its interval."""
    one = share(part, of)
    low, high = int(one.low * 100), -int(-one.high * 100 // 1)
    return {
        "part": part,
        "of": of,
        "percent": percent_of(part, of),
        "low": low,
        "high": high,
        "wide": high - low,
    }


def _yields(
    found: Performance, spans: list[tuple[str, set[date]]], team: str | None, acts: dict[str, list[int]]
) -> dict[str, Any]:
    """By channel: acts, their cost and the money that came after them; of no act; and all of it."""
    months = set().union(*(months for _, months in spans))
    sums: Counter[str | None] = Counter()
    for one in found.yields:
        if one.month in months and (team is None or one.team == team):
            sums[one.code] += one.yen
    costs = value_or(COSTS, found.on, {})
    rows = [
        _yield(act, sum(acts[act.code]), costs.get(act.code), sums[act.code]) for act in registry.acts if act.channel
    ]
    return {"rows": rows, "none": sums[None], "total": sum(sums.values())}


def _yield(act: Act, number: int, unit: int | None, yen: int) -> dict[str, Any]:
    cost = None if unit is None else unit * number
    return {
        "label": act.label,
        "number": number,
        "unit": unit,
        "cost": cost,
        "yen": yen,
        "each": yen // number if number else None,
        "ratio": f"{yen * 10 // cost / 10:.1f}" if cost else ABSENT,
    }


def year_now(found: Performance) -> str:
    return str(fiscal_year(found.on))
