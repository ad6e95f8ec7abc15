"""実績 to take along: the very figures of the page, by kind, month and team, never by person."""

from typing import Any

from claims.closing.papers import Cell, Sheet, about

SOURCE = "経過・文書・分納・猶予・できごと・収納の記録"
UNSET = "未設定"


def sheets(shown: dict[str, Any]) -> list[Sheet]:
    """Acts, what followed, cost and yield, and how they are to be read."""
    acts: list[list[Cell]] = [
        [group["label"], row["label"], *row["cells"], row["total"]]
        for group in shown["groups"]
        for row in group["rows"]
    ]
    windows = shown["windows"]
    heads = [
        f"{days}日以内に納付{part}"
        for days in windows
        for part in ("（人）", "（％）", "の区間の下（％）", "の区間の上（％）")
    ]
    responses: list[list[Cell]] = []
    for row in shown["responses"]:
        *paid, agreed = row["shown"]
        cells: list[Cell] = [row["label"], row["of"]]
        for one in paid:
            cells += [one["part"], one["percent"], one["low"], one["high"]] if one else [None] * 4
        responses.append([*cells, *([agreed["part"], agreed["percent"]] if agreed else [None, None])])
    yields = shown["yields"]
    money: list[list[Cell]] = [
        [
            row["label"],
            row["number"],
            _or_unset(row["unit"]),
            _or_unset(row["cost"]),
            row["yen"],
            row["each"],
            row["ratio"],
        ]
        for row in yields["rows"]
    ]
    money += [
        ["働きかけなし", None, None, None, yields["none"], None, None],
        ["計", None, None, None, yields["total"], None, None],
    ]
    return [
        Sheet("実績の件数", ["区分", "種類", *shown["columns"], "計"], acts),
        Sheet("働きかけのあと", ["働きかけ", "人", *heads, f"{windows[-1]}日以内に分納（人）", "（％）"], responses),
        Sheet(
            "費用と収納",
            [
                "働きかけ",
                "件",
                "1件の費用（円）",
                "費用（円）",
                "結びつく収納（円）",
                "1件あたり（円）",
                "費用1円あたり（円）",
            ],
            money,
        ),
        about(shown, SOURCE, ["期間", shown["period"]], ["係", shown["team_text"]], *_notes(shown)),
    ]


def _notes(shown: dict[str, Any]) -> list[list[Cell]]:
    return [["読み方", note] for note in (*shown["notes"], *shown["response_notes"], *shown["yield_notes"])]


def _or_unset(yen: int | None) -> Cell:
    return UNSET if yen is None else yen
