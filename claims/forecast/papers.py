"""見通し to take along: the figures of the page with their ranges and errors; sums only."""

from typing import Any

from claims.closing.papers import Cell, Sheet, about
from toyota_collect.wareki import fiscal_year_text

SOURCE = "債権台帳の記帳・分納・時効の最終日"
NO_RANGE = "幅なし"


def sheets(shown: dict[str, Any]) -> list[Sheet]:
    """The year's forecast, the years that were tested, plans, months that lapse, and how it is made."""
    ours: list[list[Cell]] = [
        [fiscal_year_text(shown["year"]), row["name"], row["yen"], *_range(row["span_yen"]), row["so_far"]]
        for row in shown["rows"]
    ]
    tested: list[list[Cell]] = [
        [
            fiscal_year_text(year["year"]), year["opening"], row["name"], row["foretold"], *_range(row["span"]), row["came"],
            row["error"], row["percent"], {True: "幅の中", False: "幅の外", None: "幅なし"}[row["held"]],
        ]
        for year in shown["tested"]
        for row in year["rows"]
    ]  # fmt: skip
    plans: list[list[Cell]] = [
        [f"{row['months']}か月", row["due"], row["yen"], *_range(row["span"])] for row in shown["plans"]["rows"]
    ]
    months: list[list[Cell]] = [
        [row["name"], row["due"], row["foretold"], row["came"], row["error"], row["percent"]]
        for row in shown["plans"]["tested"]
    ]
    return [
        Sheet("見通し", ["年度", "内訳", "見通し（円）", "幅の下（円）", "幅の上（円）", "これまでの実績（円）"], ours),
        Sheet(
            "当たり外れ",
            ["年度", "期首の滞納（円）", "内訳", "見通し（円）", "幅の下（円）", "幅の上（円）", "実績（円）", "誤差（円）", "誤差（％）", "幅"],
            tested,
        ),
        Sheet("分納の見通し", ["期間", "納期の来る額（円）", "見通し（円）", "幅の下（円）", "幅の上（円）"], plans),
        Sheet("分納の当たり外れ", ["月", "納期の来た額（円）", "見通し（円）", "実績（円）", "誤差（円）", "誤差（％）"], months),
        Sheet("時効になる額の上限", ["月", "金額（円）"], [[row["name"], row["yen"]] for row in shown["lapsing"]]),
        about(shown, SOURCE, *(["作り方", text] for text in (*shown["method"], *shown["plan_method"], shown["lapse_note"]))),
    ]  # fmt: skip


def _range(span: tuple[int, int] | None) -> list[Cell]:
    return list(span) if span else [NO_RANGE, NO_RANGE]
