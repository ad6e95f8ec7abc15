"""What the supervisor's board shows: the facts on top, then tables, each figure with the list behind it."""

from datetime import date
from typing import Any

from django.urls import reverse

from claims import board, board_tables
from claims.standing import UNTOUCHED, untouched_days
from toyota_collect.money import comma
from toyota_collect.registry import BoardTable, registry
from toyota_collect.templatetags.tc import percent_of


def context_of(user: Any, *, on: date) -> dict[str, Any]:
    """Figures of the last count beside those of the moment; a constant number of queries."""
    counted = board.counted(on=on)
    found = counted.value
    places = board_tables.standing_table(found["standing"])
    tables = [
        board_tables.clocks_table(found["clocks"]),
        board_tables.officers_table(found["standing"], found["plans"], on=on),
        *(table for tables in registry.board_tables for table in tables(user, on)),
        board_tables.approvals_table(user, on=on),
    ]
    return found | {
        "on": on,
        "counted": counted,
        "counted_at": counted.at,
        "facts": _facts(found, tables[-1], on=on),
        "standing_table": places,
        "tables": tables,
        "tables_printed": [places, *tables],
        "files": board.latest_files(),
        "lines": [line for lines in registry.board_lines for line in lines(user, on)],
    }


def _facts(found: dict[str, Any], approvals: BoardTable, *, on: date) -> list[dict[str, Any]]:
    """The five figures a week begins with, each beside that of a week before."""
    before = board.a_week_before(on)
    untouched, plans = found["standing"].people[UNTOUCHED], found["plans"]
    late, clock = board.work_overdue(on=on), found["clocks"][0]
    mine, others, oldest = ([row.cells[place].value for row in approvals.rows] for place in (0, 1, 2))
    return [
        {
            "label": "未折衝",
            "value": comma(untouched),
            "unit": "人",
            "tone": "care" if untouched else "",
            "note": _since(untouched, before.get("untouched")) or f"{untouched_days(on)}日以上、接触も納付もない",
            "url": reverse("claims:untouched"),
        },
        {
            "label": "期限超過の次の一手",
            "value": comma(late),
            "unit": "件",
            "tone": "care" if late else "",
            "note": _since(late, before.get("work_overdue")) or "期限の日を過ぎたもの",
            "url": f"{reverse('debtors:work')}?whose=overdue",
        },
        {
            "label": "分納の不履行率",
            "value": percent_of(plans["broken"], plans["running"]),
            "unit": "％" if plans["running"] else "",
            "note": f"{comma(plans['running'])}件中 {comma(plans['broken'])}件",
            "url": f"{reverse('claims:plans')}?show=broken",
        },
        {
            "label": "時効1か月以内",
            "value": comma(clock["instalments"]),
            "unit": "期別",
            "tone": "urgent" if clock["idle"] else "",
            "note": f"うち次の一手のないもの {comma(clock['idle'])}",
            "url": f"{reverse('claims:countdown')}?months=1",
        },
        {
            "label": "決裁待ち",
            "value": comma(sum(mine) + sum(others)),
            "unit": "件",
            "note": f"自分が決めるもの {comma(sum(mine))}・最も古いもの {max(oldest)}日" if oldest else "",
            "url": reverse("approvals:waiting"),
        },
    ]


def _since(now: int, before: int | None) -> str:
    if before is None:
        return ""
    change = now - before
    return "先週と同じ" if not change else f"先週より {'＋' if change > 0 else '−'}{comma(abs(change))}"
