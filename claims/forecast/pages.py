"""What the page 見通し and its papers show: what is foretold with its range, and how wrong the same reckoning was."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from claims.board import millions
from claims.forecast.facts import HORIZONS, Facts, month_number, month_of
from claims.rules.forecast import (
    CASH,
    ENDED,
    LAPSED,
    OTHER,
    OUTCOMES,
    Compared,
    ComparedMonth,
    Year,
    actual,
    backtest,
    foretell,
    plan_backtest,
    plan_share,
    plan_span,
    span,
)
from toyota_collect.calendar import first_of_month, fiscal_year
from toyota_collect.summaries import Counted
from toyota_collect.templatetags.tc import fiscal_year_short as year_short
from toyota_collect.templatetags.tc import percent_of
from toyota_collect.wareki import short_text

NAMES = {CASH: "現金収納", OTHER: "充当・更正・減免", LAPSED: "時効による不納欠損", ENDED: "そのほかの不納欠損"}
LEFT = "年度末に残る"
METHOD = (
    "年度のはじめの滞納（滞納繰越の本税・元金）を、債権群と古さ（1年〜5年以上）に分け、それぞれに、前の{years}年度に同じ古さの滞納がどうなったかの割合を掛けています。",
    "幅は、同じ計算を過去の年度に、その年度のはじめに分かっていたことだけで行ったときの、実績÷見通しの最小と最大です。確率ではありません。試せた年度が3つに満たないときは、幅を示しません。",
    "制度の変更、景気、徴収の体制の変化は入りません。新しく生まれる滞納は見込みません。人ごとの見通しは作りません。",
)  # fmt: skip
PLAN_METHOD = (
    "これから納期の来る分納の額に、前の{months}か月に期限（猶予の日数を含む）までに納まった割合を掛けています。新しく結ぶ分納は入りません。",
    "幅は、過去の月に同じ計算をしたときの、実績÷見通しの最小と最大です。試せた月が6つに満たないときは、幅を示しません。",
)
LAPSE_NOTE = "手当て（承認・差押・訴えなど）を何もしないときに、時効の最終日が来る額です。見通しではなく上限です。"


def context_of(counted: Counted) -> dict[str, Any]:
    facts: Facts = counted.value
    year = fiscal_year(facts.on)
    past = sorted({part.year for part in facts.parts if part.year < year})
    tested = backtest(facts.parts, past, depth=facts.years_back)
    foretold = foretell(facts.parts, year, depth=facts.years_back)
    return {
        "counted": counted,
        "counted_at": counted.at,
        "on": facts.on,
        "year": year,
        "foretold": foretold,
        "rows": list(_rows(foretold, actual(facts.parts, year), tested)) if foretold else [],
        "tested": list(_tested(tested)),
        "drawn": [_drawn(one) for one in tested],
        "lapsing": list(_lapsing(facts)),
        "lapsing_total": sum(facts.lapsing.values()),
        "plans": _plans(facts),
        "method": [text.format(years=facts.years_back) for text in METHOD],
        "plan_method": [text.format(months=facts.months_back) for text in PLAN_METHOD],
        "lapse_note": LAPSE_NOTE,
    }


def _rows(foretold: Year, so_far: Year, tested: list[Compared]) -> Iterator[dict[str, Any]]:
    """Each outcome with its range and what of it is booked, then what is left."""
    for name in OUTCOMES:
        yield _row(NAMES[name], foretold.parts[name], span(foretold, tested, name), so_far.parts[name])
    yield _row(LEFT, foretold.left, None, so_far.left) | {"left": True}


def _row(name: str, yen: int, range_: tuple[int, int] | None, so_far: int) -> dict[str, Any]:
    return {
        "name": name,
        "yen": yen,
        "millions": millions(yen),
        "span": range_ and [millions(one) for one in range_],
        "span_yen": range_,
        "so_far": so_far,
        "warning": _warning(yen, range_, so_far),
    }


def _warning(yen: int, range_: tuple[int, int] | None, so_far: int) -> str:
    """What a reader would stumble over, said before they do."""
    if range_ is None:
        return ""
    low, high = range_
    told = []
    if yen > high or yen < low:
        told.append(f"過去の同じ計算は、いつも{'多' if yen > high else '少な'}すぎました。幅のほうを使ってください。")
    if so_far > high:
        told.append("これまでの実績が、すでに幅を超えています。")
    return "".join(told)


def _tested(tested: list[Compared]) -> Iterator[dict[str, Any]]:
    """The years, the latest first; of each outcome what was foretold, what came, and the error."""
    for one in reversed(tested):
        rows = []
        for name in OUTCOMES:
            then, came = one.foretold.parts[name], one.came.parts[name]
            range_ = one.spans[name]
            rows.append(
                {
                    "name": NAMES[name],
                    "foretold": then,
                    "came": came,
                    "error": came - then,
                    "percent": percent(came - then, then),
                    "span": range_,
                    "held": None if range_ is None else range_[0] <= came <= range_[1],
                }
            )
        yield {"year": one.came.year, "opening": one.came.opening, "rows": rows}


def percent(error: int, foretold: int) -> str:
    """``12`` of ``100`` → ``＋12.0``, cut to one decimal; nothing foretold: ``—``."""
    if foretold <= 0:
        return "—"
    tenths = abs(error) * 1000 // foretold
    return f"{'＋' if error > 0 else '−' if error < 0 else ''}{tenths // 10}.{tenths % 10}"


def _drawn(one: Compared) -> dict[str, Any]:
    names = (CASH, LAPSED)
    return {
        "name": year_short(one.came.year),
        "cells": [millions(year.parts[name]) for name in names for year in (one.foretold, one.came)],
    }


def _lapsing(facts: Facts) -> Iterator[dict[str, Any]]:
    for place in range(HORIZONS[-1] + 1):
        month = first_of_month(facts.on, place)
        yen = facts.lapsing.get(month, 0)
        yield {"name": _month_text(month), "yen": yen, "millions": millions(yen)}


def _plans(facts: Facts) -> dict[str, Any]:
    """What plans will bring within each horizon, and how well months were foretold."""
    now = first_of_month(facts.on, 0)
    last = max((one.month for one in facts.plan_months), default=month_number(now) - 1)
    share = plan_share(facts.plan_months, last + 1, depth=facts.months_back)
    tested = plan_backtest(facts.plan_months, depth=facts.months_back)
    rows = []
    for months in HORIZONS:
        due = sum(yen for month, yen in facts.plans_due.items() if month < first_of_month(facts.on, months))
        yen = None if share is None else int(due * share)
        range_ = None if yen is None else plan_span(yen, tested)
        rows.append({"months": months, "due": due, "yen": yen, "span": range_})
    return {
        "rows": rows,
        "share": None if share is None else percent_of(share.numerator, share.denominator),
        "tested": [_month(one) for one in reversed(tested)][: facts.months_back],
    }


def _month(one: ComparedMonth) -> dict[str, Any]:
    error = one.came - one.foretold
    return {
        "name": _month_text(month_of(one.month)),
        "due": one.due,
        "foretold": one.foretold,
        "came": one.came,
        "error": error,
        "percent": percent(error, one.foretold),
    }


def _month_text(first: date) -> str:
    return short_text(first).rpartition(".")[0]
