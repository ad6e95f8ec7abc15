"""進行管理 to take along: every table of the page as a sheet, with the very figures. They tell no debtor's name."""

from typing import Any

from claims.closing.papers import Cell, Sheet, about
from toyota_collect.registry import BoardTable

SOURCE = "債権台帳・経過・次の一手・決裁"


def sheets(shown: dict[str, Any]) -> list[Sheet]:
    """The facts, every table, the ledger's sums, and when all was counted."""
    facts: list[list[Cell]] = [[one["label"], one["value"], one["unit"], one.get("note", "")] for one in shown["facts"]]
    return [
        Sheet("数字", ["項目", "値", "単位", "内容"], facts),
        *(_sheet(table) for table in shown["tables_printed"]),
        _sums("種目ごとの滞納", shown["kinds"]),
        _sums("区分ごとの滞納", shown["groups"]),
        _sums("年数ごとの滞納", shown["ages"]),
        Sheet(
            "月ごとの収納",
            ["月", "金額（円）", "うち本税・元金（円）"],
            [[row["name"], row["yen"], row["principal_yen"]] for row in shown["months"]],
        ),
        about(shown, SOURCE),
    ]


def one_sheet(shown: dict[str, Any]) -> Sheet:
    """All tables below each other, a figure a line: what a CSV can hold."""
    rows: list[list[Cell]] = [["数字", one["label"], one["unit"], one["value"]] for one in shown["facts"]]
    for sheet in sheets(shown)[1:-1]:
        for first, *cells in sheet.rows:
            rows += [[sheet.title, first, name, cell] for name, cell in zip(sheet.columns[1:], cells, strict=True)]
    return Sheet("進行管理", ["表", "行", "項目", "値"], rows)


def _sheet(table: BoardTable) -> Sheet:
    rows: list[list[Cell]] = [[row.label, *(cell.value for cell in row.cells)] for row in table.rows]
    return Sheet(table.title, list(table.columns), rows)


def _sums(title: str, rows: list[dict[str, Any]]) -> Sheet:
    return Sheet(
        title,
        ["区分", "期別", "金額（円）", "うち現年度（円）"],
        [[row["name"], row["instalments"], row["yen"], row["fresh_yen"]] for row in rows],
    )
