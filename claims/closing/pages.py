"""What the pages 決算の表 and 縮減の内訳 show, and their papers with them: the same lists of figures, made once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.board import millions
from claims.closing.flows import Flows
from claims.closing.kept import Ledger
from claims.closing.picture import picture
from claims.closing.tables import NOW, OLD, PARTS, WHOLE, Figures, Row, Table, closing, rate, thousands
from claims.closing.waterfall import LOWERING, Fall, by_year, waterfall
from claims.closing.waterfall import PARTS as STEPS
from claims.services.years import closes_on
from toyota_collect.dated import value_or
from toyota_collect.models import Setting
from toyota_collect.summaries import Counted
from toyota_collect.templatetags.tc import fiscal_year as year_text
from toyota_collect.templatetags.tc import fiscal_year_short as year_short

HEADLINE = "boards.headline"
YEN, THOUSAND = "yen", "thousand"
UNITS = {YEN: "円", THOUSAND: "千円"}
COLUMNS = ("調定額", "収入済額", "還付未済額", "不納欠損額", "収入未済額")
ROUNDING = "千円の表は、円の額を1つずつ四捨五入しています。行の計や差引きが、1千円ほど合わないことがあります。"
NOTES = (
    "調定額は、年度のはじめの未納（滞納繰越）と、その年度の調定・更正・減免・延滞金の確定です。",
    "収入済額は、収納と充当から、還付のために債権から外した額を引いたものです。不納欠損は入りません。",
    "収入未済額＝調定額−収入済額−不納欠損額。翌年度の滞納繰越の調定額のはじめの額になります。",
    "還付未済額は、年度末に還付も充当もしていない過誤納金です。収入済額には入れていません。収入済額に還付未済額を含める様式では、2つを足してください。",
    "収納率＝収入済額÷調定額。小数第3位を切り捨てています。",
)  # fmt: skip
FALL_NOTES = (
    "債権は、最初の記帳のあった年度に「新たな滞納」となります（その年度に納まらなかった額）。翌年度からの記帳は、収納・充当・更正などに分かれます。",
    "現金収納は、収納から、還付のために債権から外した額を引いたものです。不納欠損は、どの年度のものも収納には入りません。",
    "執行停止・徴収停止は、債権を終わらせないため、減った額には入りません。期末のうち停止中の額として示します。",
    "本税・元金だけの額です。台帳に取り込んだ記帳から数えているため、取り込む前に終わった債権は入りません。",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the closing table as shown: figures in the unit that was asked for."""

    group: str
    kind: str
    term: str  # 現年, 滞納繰越, 計
    level: str  # kind, group, all
    figures: list[int]
    rate: str
    first: int  # lines of this name that begin here, 0 within

    @property
    def cells(self) -> list[tuple[str, int]]:
        return list(zip(COLUMNS, self.figures, strict=True))


def last_closed(on: date) -> int:
    """The latest accounting year whose books are closed (出納閉鎖) before ``on``."""
    year = on.year
    while closes_on(year) >= on:
        year -= 1
    return year


def closing_context(counted: Counted, *, year: int, unit: str, part: str) -> dict[str, Any]:
    """The table of the year, its sums, and whether the ledger ties."""
    ledger: Ledger = counted.value
    table = closing(ledger.flows, year=year, part=part)
    return {
        "counted": counted,
        "counted_at": counted.at,
        "on": ledger.flows.on,
        "year": year,
        "unit": unit,
        "unit_text": UNITS[unit],
        "part": part,
        "part_text": PARTS[part],
        "table": table,
        "total": table.total,
        "lines": list(_lines(table, unit)),
        "columns": COLUMNS,
        "tie": ledger.tie,
        "notes": (*NOTES, ROUNDING) if unit == THOUSAND else NOTES,
        "still_open": closes_on(year) >= ledger.flows.on,
        "closes_on": closes_on(year),
        "other_years": [one for one in ledger.tie.other_years if year in (one.year, one.levy_year)],
    }


def programme_context(counted: Counted, *, since: int, until: int) -> dict[str, Any]:
    """The fall from the end of ``since`` to the end of ``until``, year by year, beside the city's own figure."""
    ledger: Ledger = counted.value
    flows = ledger.flows
    fall = waterfall(flows, since=since, until=until)
    years = by_year(flows, since=since, until=until)
    running = closes_on(until) >= flows.on
    opening_name = f"{year_text(since)}末の滞納"
    closing_short = "本日" if running else f"{year_short(until)}末"
    closing_name = "本日の滞納" if running else f"{year_text(until)}末の滞納"
    return {
        "counted": counted,
        "counted_at": counted.at,
        "on": flows.on,
        "since": since,
        "until": until,
        "running": running,
        "fall": fall,
        "opening_name": opening_name,
        "closing_name": closing_name,
        "opening_short": f"{year_short(since)}末",
        "closing_short": closing_short,
        "opening_millions": millions(fall.opening),
        "closing_millions": millions(fall.closing),
        "steps": [step | {"millions": _signed(step["yen"])} for step in fall.steps],
        "shares": _shares(fall),
        "years": [_year(one) for one in years],
        "rates": list(_rates(flows, until)),
        "terms": (NOW, OLD, WHOLE),
        "picture": picture(fall, opening_name, closing_name),
        "headline": headline(flows.on, fall),
        "tie": ledger.tie,
        "notes": FALL_NOTES,
    }


def headline(on: date, fall: Fall) -> dict[str, Any] | None:
    """The city's own figure with its source, and what of the ledger's fall was cash; ``None`` where nothing is said."""
    value = value_or(HEADLINE, on, None)
    if not value:
        return None
    row = Setting.objects.filter(key=HEADLINE, starts_on__lte=on).order_by("-starts_on").first()
    years = fall.until - fall.since
    return value | {
        "source": row.source if row else "",
        "said_on": row.starts_on if row else None,
        "to_be_confirmed": bool(row and row.to_be_confirmed),
        "difference": fall.reduction - value["reduction_yen"],
        "same_years": years == value["years"] and value.get("until") in (None, fall.until),
    }


def _lines(table: Table, unit: str) -> Iterator[Line]:
    for group in table.groups:
        for row in group.rows:
            yield from _row_lines(group.name, row, "kind", unit, row.lines)
        yield from _row_lines(group.name, group.total, "group", unit, group.total.all_lines)
    if table.groups:
        yield from _row_lines("", table.total, "all", unit, table.total.all_lines)


def _row_lines(group: str, row: Row, level: str, unit: str, lines: list[tuple[str, Figures]]) -> Iterator[Line]:
    for place, (term, one) in enumerate(lines):
        figures = [one.charged, one.collected, one.refund_due, one.written_off, one.outstanding]
        shown = [thousands(yen) for yen in figures] if unit == THOUSAND else figures
        name = f"{row.name} 計" if level == "group" else row.name
        yield Line(group, name, term, level, shown, one.rate, 0 if place else len(lines))


def _signed(yen: int) -> str:
    return f"＋{millions(yen)}" if yen > 0 else millions(yen)


def _shares(fall: Fall) -> list[dict[str, Any]]:
    """What lowered the sum, each with its part of all that did."""
    return [
        {"name": STEPS[part][0], "yen": -fall.parts[part], "rate": rate(-fall.parts[part], fall.lowered)}
        for part in LOWERING
    ]


def _year(fall: Fall) -> dict[str, Any]:
    return {
        "year": fall.until,
        "fall": fall,
        "parts": [fall.parts[part] for part in STEPS],
        "closing_millions": millions(fall.closing),
        "lowered_millions": [millions(-fall.parts[part]) for part in LOWERING],
        "fresh_millions": millions(fall.parts["fresh"]),
    }


def _rates(flows: Flows, year: int) -> Iterator[dict[str, Any]]:
    """収納率 of 現年 and 滞納繰越 by kind, the year beside the one before."""
    before, now = (closing(flows, year=one, part="principal") for one in (year - 1, year))
    former = {row.name: row for group in before.groups for row in group.rows}
    former |= {f"{group.name} 計": group.total for group in before.groups} | {"合計": before.total}
    nothing = Row("", Figures(), Figures())
    for group in now.groups:
        for row, level in [*((row, "kind") for row in group.rows), (group.total, "group")]:
            name = f"{row.name} 計" if level == "group" else row.name
            yield _rate_row(name, level, former.get(name, nothing), row)
    if now.groups:
        yield _rate_row("合計", "all", former["合計"], now.total)


def _rate_row(name: str, level: str, before: Row, now: Row) -> dict[str, Any]:
    rates = [before.now.rate, now.now.rate, before.old.rate, now.old.rate, before.whole.rate, now.whole.rate]
    return {"name": name, "level": level, "rates": rates}
