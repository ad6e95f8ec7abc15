"""縮減の内訳: from what was unpaid at the end of one year to what is unpaid at the end of another, each entry in one part.

A claim is new in the year of its first entry. What the entries of that year leave of it is 新たな滞納; only what was written
off in it is told as a write-off already. From the next year on its entries are told by what they are:

- 現金収納: 収納, less what was moved off the claims to be given back (還付);
- 充当: set off against money the city owed back;
- 更正・減免: 更正, 減免, and a 調定 that was taken back;
- 不納欠損: never a collection;
- 新たな滞納: also 調定 and 延滞金確定 added to an older claim.

執行停止 ends nothing, so it is no part: how much of the closing is stopped is a note beside it. Of a year that still runs,
what takes effect after the day of counting is left out, and 新たな滞納 holds instalments that are not due yet.
"""

from dataclasses import dataclass
from typing import Any

from claims.closing.flows import Flow, Flows
from claims.closing.tables import rate

CASH, SET_OFF, CORRECTION, WRITE_OFF, FRESH = "cash", "set_off", "correction", "write_off", "fresh"
# Each part with its name and the colour of its bar. What came comes first: over some years more is paid than there was.
PARTS = {
    FRESH: ("新たな滞納", "fresh"),
    CASH: ("現金収納", "cash"),
    SET_OFF: ("充当", "setoff"),
    CORRECTION: ("更正・減免", "fix"),
    WRITE_OFF: ("不納欠損", "stop"),
}
LOWERING = (CASH, SET_OFF, CORRECTION, WRITE_OFF)
OF_ACT = {
    "receipt": CASH,
    "refund": CASH,
    "set_off": SET_OFF,
    "correction": CORRECTION,
    "exemption": CORRECTION,
    "write_off": WRITE_OFF,
    "levy": FRESH,
    "late_fixed": FRESH,
}


@dataclass(frozen=True, slots=True)
class Fall:
    """The years after ``since`` up to ``until``, both named by their ends. Parts in yen: what lowers the sum is negative."""

    since: int
    until: int
    opening: int
    parts: dict[str, int]
    stopped: int | None  # of the closing; None where only principal is stopped and another component is asked for

    @property
    def closing(self) -> int:
        return self.opening + sum(self.parts.values())

    @property
    def reduction(self) -> int:
        """Positive: less is unpaid than before."""
        return self.opening - self.closing

    @property
    def increase(self) -> int:
        return -self.reduction

    @property
    def lowered(self) -> int:
        """What went off the old stock, by whatever way."""
        return -sum(self.parts[part] for part in LOWERING)

    @property
    def cash_share(self) -> str:
        """Cash in per cent of ``lowered``."""
        return rate(-self.parts[CASH], self.lowered)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The parts for the table and the picture that is drawn from it."""
        return [
            {"code": code, "name": name, "colour": colour, "yen": self.parts[code]}
            for code, (name, colour) in PARTS.items()
        ]


def part_of(flow: Flow) -> str:
    """The one part that the entries belong to. Raises ``KeyError`` for a kind of entry that stands on no claim."""
    part = OF_ACT[flow.act]
    if flow.fresh:
        return WRITE_OFF if part == WRITE_OFF else FRESH
    return CORRECTION if flow.act == "levy" and flow.back else part


def waterfall(flows: Flows, *, since: int, until: int, part: str = "principal") -> Fall:
    """From the end of ``since`` to the end of ``until``, or to the day of counting where that is not over. Pure."""
    opening, parts = 0, dict.fromkeys(PARTS, 0)
    for flow in flows.entries:
        if flow.component != part or flow.year > until or flow.later:
            continue
        if flow.year <= since:
            opening += flow.yen
        else:
            parts[part_of(flow)] += flow.yen
    return Fall(since, until, opening, parts, flows.stopped.get(until, 0) if part == "principal" else None)


def by_year(flows: Flows, *, since: int, until: int, part: str = "principal") -> list[Fall]:
    """Each year by itself; each begins with what the one before left."""
    return [waterfall(flows, since=year - 1, until=year, part=part) for year in range(since + 1, until + 1)]
