"""What goes wrong in transfer: each damaged row takes the place of its good one."""

import random
from itertools import cycle

from claims.demo.formats import commas, era7, era_letter, iso, slash, wareki, ymd
from claims.demo.tables import Table

# Reason codes of truth/rejects.csv. ``truncated`` and ``no_claim`` are dealt out by the writer.
REASONS = ("bytes", "date", "duplicate", "negative", "columns", "required", "kind")
# Unassigned, never used and cut-off codes. Python decodes FF and 80 without complaint, into U+F8F3 and U+0080.
BAD_BYTES = {"cp932": (b"\x85\x40", b"\xff\xff", b"\x81\xff", b"\x80\xa0"), "utf-8": (b"\xe9\x96", b"\xff\xfe")}
IMPOSSIBLE = {
    era7: lambda cell: cell[:3] + "0231", era_letter: lambda cell: cell[:3] + "0231",
    ymd: lambda cell: cell[:4] + "0231", slash: lambda cell: cell.split("/")[0] + "/2/31",
    iso: lambda cell: cell[:5] + "02-31", wareki: lambda cell: cell.split("年")[0] + "年2月31日",
}  # fmt: skip


class Plan:
    """Says which rows are damaged and how: about one in ``every`` rows that may be, all reasons in turn."""

    def __init__(self, rng: random.Random, every: int) -> None:
        self._rng, self._every = rng, every
        self._reasons = cycle(REASONS)
        self._left = rng.randint(every // 2, every)

    def reason(self, table: Table) -> str:
        """Return the damage due to this row, or ''."""
        self._left -= 1
        if self._left > 0:
            return ""
        self._left = self._rng.randint(self._every // 2, self._every * 3 // 2)
        reason = next(self._reasons)
        return "bytes" if reason == "kind" and table.find("kind") < 0 else reason

    def damage(self, table: Table, cells: list[str], reason: str) -> bytes:
        """Return the damaged line, without line end; a duplicate is the same line once more."""
        cells = list(cells)
        if reason == "bytes":
            return self._break_bytes(table, cells)
        if reason == "columns":
            return table.line(cells)[:-12] if table.format == "fixed" else table.line(cells[:-3])
        if reason == "date":
            place = max(table.find("due_on"), table.find("paid_on"))
            cells[place] = IMPOSSIBLE[table.columns[place].form](cells[place])
        elif reason == "negative":
            place = max(table.find("levied_yen"), table.find("principal_yen"))
            cells[place] = self._negative(table, place, cells[place])
        elif reason == "required":
            cells[table.find("notice_number")] = ""
        elif reason == "kind":
            cells[table.find("kind")] = "99"
        return table.line(cells)

    def _break_bytes(self, table: Table, cells: list[str]) -> bytes:
        place = max(table.find("name"), table.find("receipt_number"))
        bad = self._rng.choice(BAD_BYTES["cp932" if table.encoding == "cp932" else "utf-8"])
        cells[place] = "ABCD" + cells[place][: len(cells[place]) // 2]
        return table.line(cells).replace(b"ABCD", bad + b"  ", 1)

    @staticmethod
    def _negative(table: Table, place: int, cell: str) -> str:
        if table.format == "fixed":
            return "-" + cell[1:]
        return cell + "-" if table.columns[place].form is commas else "-" + cell
