"""決算の表 of an accounting year (会計年度), by kind and by 現年 or 滞納繰越, from sums of entries alone.

Definitions, in yen, for the entries of one component (本税・元金 unless another is asked for):

- The year of an entry is its ``accounting_year``, or else the fiscal year (4/1 to 3/31) of ``on``. A reversal counts in
  its own year and as what it takes back.
- 現年: claims whose first entry is of the year. 滞納繰越: claims with an entry before it, paid off or not.
- 調定額: what was unpaid at the year's beginning, and 調定, 更正, 減免 and 延滞金確定 of the year.
- 収入済額: 収納 and 充当 of the year less what was moved off the claims to be given back (還付). A write-off is none of it.
- 不納欠損額: 不納欠損 of the year.
- 収入未済額 = 調定額 − 収入済額 − 不納欠損額: every entry on a claim is in just one of the three, so it is what the claims owe
  at the year's end, and the 調定額 with which their 滞納繰越 begins the next.
- 還付未済額: what stands on the accounts of overpayments at the year's end. It stands beside 収入済額 and not in it; where a
  form wants it inside (収入済額のうち還付未済額), add the two. Interest on it is expenditure and nothing of it is revenue.
- 収納率: 収入済額 of 調定額.

Sources: 地方自治法233条, 施行令142条・143条・166条, 施行規則16条の2 (歳入歳出決算事項別明細書), 地方財政状況調査 (徴収実績: 現年課税分・
滞納繰越分). Whether 還付未済額 stands inside 収入済額 differs from form to form; see the note on the page.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from claims.closing.flows import Flows
from claims.models import ClaimGroup
from toyota_collect.templatetags.tc import ABSENT

PARTS = {"principal": "本税・元金", "fee": "督促手数料", "late": "延滞金・損害金", "cost": "費用"}
CHARGED = frozenset({"levy", "correction", "exemption", "late_fixed"})
COLLECTED = frozenset({"receipt", "set_off", "refund"})
WRITTEN_OFF = frozenset({"write_off"})
NOW, OLD, WHOLE = "現年", "滞納繰越", "計"
NOBODYS = "納付先の分からないもの"


@dataclass(slots=True)
class Figures:
    """One line in yen. ``opening`` is part of ``charged``."""

    opening: int = 0
    charged: int = 0
    collected: int = 0
    written_off: int = 0
    refund_due: int = 0

    @property
    def outstanding(self) -> int:
        return self.charged - self.collected - self.written_off

    @property
    def rate(self) -> str:
        return rate(self.collected, self.charged)

    @property
    def is_empty(self) -> bool:
        return not (self.opening or self.charged or self.collected or self.written_off or self.refund_due)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.opening + other.opening,
            self.charged + other.charged,
            self.collected + other.collected,
            self.written_off + other.written_off,
            self.refund_due + other.refund_due,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """The two lines of a kind, a group or of all; a line of which nothing is known is left out of ``lines``."""

    name: str
    now: Figures
    old: Figures

    @property
    def whole(self) -> Figures:
        return self.now + self.old

    @property
    def lines(self) -> list[tuple[str, Figures]]:
        """現年, 滞納繰越 and, of both, 計."""
        found = [(name, one) for name, one in ((NOW, self.now), (OLD, self.old)) if not one.is_empty]
        return [*found, (WHOLE, self.whole)] if len(found) == 2 else found

    @property
    def all_lines(self) -> list[tuple[str, Figures]]:
        return [(NOW, self.now), (OLD, self.old), (WHOLE, self.whole)]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    rows: list[Row]
    total: Row


@dataclass(frozen=True, slots=True)
class Table:
    """The closing of a year; groups and kinds without a figure are left out."""

    year: int
    part: str
    groups: list[Group] = field(default_factory=list)
    total: Row = field(default_factory=lambda: Row("合計", Figures(), Figures()))


def closing(flows: Flows, *, year: int, part: str = "principal") -> Table:
    """The table of the year. Pure; a kind of entry that no figure knows is a ``KeyError`` and not a wrong sum."""
    lines: dict[tuple[int | None, bool], Figures] = defaultdict(Figures)
    for flow in flows.entries:
        if flow.component == part and flow.year <= year:
            if flow.year < year:
                line = lines[flow.kind, False]
                line.opening += flow.yen
                line.charged += flow.yen
            else:
                _add(lines[flow.kind, flow.fresh], flow.act, flow.yen)
    for refund in flows.refunds:
        if refund.component == part and refund.year <= year:
            # Where nobody knows the claim, money of the year is of the year.
            lines[refund.kind, (refund.levied or refund.year) >= year].refund_due += refund.yen
    groups = []
    for code, name in ClaimGroup.choices:
        rows = [row for kind in flows.kinds if kind.group == code and (row := _row(kind.name, kind.pk, lines))]
        if rows:
            groups.append(Group(name, rows, total_of(rows, name)))
    if nobody := _row(NOBODYS, None, lines):
        groups.append(Group("所属なし", [nobody], total_of([nobody], "所属なし")))
    return Table(year, part, groups, total_of((group.total for group in groups), "合計"))


def total_of(rows: Iterable[Row], name: str) -> Row:
    now, old = Figures(), Figures()
    for row in rows:
        now, old = now + row.now, old + row.old
    return Row(name, now, old)


def rate(part: int, whole: int) -> str:
    """``9876, 10000`` → ``98.76``: per cent, cut after two decimals, so that 100.00 means all of it; of nothing, ``—``."""
    if not whole:
        return ABSENT
    hundredths = abs(part) * 10_000 // abs(whole)
    mark = "−" if (part < 0) != (whole < 0) and hundredths else ""
    return f"{mark}{hundredths // 100:,}.{hundredths % 100:02d}"


def thousands(yen: int) -> int:
    """Thousands of yen, the half rounded away from zero (四捨五入): 1_500 → 2, −1_500 → −2, 499 → 0."""
    rounded = (abs(yen) + 500) // 1_000
    return -rounded if yen < 0 else rounded


def _add(line: Figures, act: str, yen: int) -> None:
    if act in CHARGED:
        line.charged += yen
    elif act in COLLECTED:
        line.collected -= yen
    elif act in WRITTEN_OFF:
        line.written_off -= yen
    else:
        raise KeyError(act)


def _row(name: str, pk: int | None, lines: dict[tuple[int | None, bool], Figures]) -> Row | None:
    now, old = lines.get((pk, True), Figures()), lines.get((pk, False), Figures())
    return None if now.is_empty and old.is_empty else Row(name, now, old)
