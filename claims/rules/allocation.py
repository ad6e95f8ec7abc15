"""充当: which part of which claim a sum of money pays.

Money for taxes fills one instalment after another, principal before late charge (地方税法14条の5,
20条の9の4). Money for private claims fills costs, then interest, then principal over all claims
(民法489条), unless agreed otherwise (490条); within one rank the due date decides, then the amounts
(488条4項). What is left over is a refund.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby


class Part(StrEnum):
    """A component of a claim. ``COST``: 督促手数料 or costs; ``LATE``: 延滞金, interest or 遅延損害金."""

    COST = "cost"
    PRINCIPAL = "principal"
    LATE = "late"


class FeeRank(StrEnum):
    """Where 督促手数料 of a tax stands. No statute says; the city sets it (default: before principal)."""

    BEFORE_PRINCIPAL = "before_principal"
    AFTER_PRINCIPAL = "after_principal"
    LAST = "last"


TAX_ORDERS = {
    FeeRank.BEFORE_PRINCIPAL: (Part.COST, Part.PRINCIPAL, Part.LATE),
    FeeRank.AFTER_PRINCIPAL: (Part.PRINCIPAL, Part.COST, Part.LATE),
    FeeRank.LAST: (Part.PRINCIPAL, Part.LATE, Part.COST),
}
CIVIL_ORDER = (Part.COST, Part.LATE, Part.PRINCIPAL)
PRINCIPAL_FIRST = (Part.PRINCIPAL, Part.COST, Part.LATE)


@dataclass(frozen=True, slots=True)
class Debt:
    """What is open on one claim (one 期別), in yen. ``due_on`` ``None``: not known.

    ``benefit`` ranks debts by what paying them spares the debtor, higher first (民法488条4項2号): for
    example the interest rate. It is read for private claims alone.
    """

    key: str
    principal_yen: int = 0
    late_yen: int = 0
    cost_yen: int = 0
    due_on: date | None = None
    benefit: int = 0

    def __post_init__(self) -> None:
        if min(self.principal_yen, self.late_yen, self.cost_yen) < 0:
            raise ValueError(f"「{self.key}」に負の金額があります。")

    def open_yen(self, part: Part) -> int:
        return {Part.COST: self.cost_yen, Part.PRINCIPAL: self.principal_yen, Part.LATE: self.late_yen}[part]


@dataclass(frozen=True, slots=True)
class Line:
    """What one claim receives, in the order in which the debts were given."""

    key: str
    principal_yen: int = 0
    late_yen: int = 0
    cost_yen: int = 0

    @property
    def yen(self) -> int:
        return self.principal_yen + self.late_yen + self.cost_yen

    def plus(self, part: Part, yen: int) -> "Line":
        if part is Part.COST:
            return replace(self, cost_yen=self.cost_yen + yen)
        if part is Part.PRINCIPAL:
            return replace(self, principal_yen=self.principal_yen + yen)
        return replace(self, late_yen=self.late_yen + yen)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Lines, what went to 直接の滞納処分費, and what is left to pay back; together exactly the payment."""

    lines: tuple[Line, ...]
    shobunhi_yen: int
    refund_yen: int


def allocate_tax(
    *,
    payment_yen: int,
    debts: Sequence[Debt],
    shobunhi_yen: int = 0,
    fee_rank: FeeRank = FeeRank.BEFORE_PRINCIPAL,
    designated: Sequence[str] = (),
) -> Allocation:
    """Spread money over taxes and what is collected like them.

    直接の滞納処分費 comes first (14条の3, 徴収法137条). A designated instalment (納付書) receives all the
    rest: nothing moves over to an older one by itself. Without a designation the oldest due date is
    filled first, each instalment whole; instalments without a due date follow as given.

    Raises:
        ValueError: a negative sum, or a designation that names no claim or several.
    """
    pot = _Pot(payment_yen, debts)
    shobunhi = pot.take(_not_negative(shobunhi_yen))
    order = _designated(debts, designated) or sorted(range(len(debts)), key=lambda place: _due(debts[place]))
    for place in order:
        for part in TAX_ORDERS[fee_rank]:
            pot.pay(place, part)
    return pot.result(shobunhi)


def allocate_civil(
    *, payment_yen: int, debts: Sequence[Debt], principal_first: bool = False, designated: Sequence[str] = ()
) -> Allocation:
    """Spread money over private claims.

    Designated claims receive it alone, in the given order (488条1項). Otherwise costs, interest and
    principal are filled in this order over all claims (489条), or principal first where the parties
    agreed so (490条); within each, by benefit, then due date, then in proportion (488条4項).

    Raises:
        ValueError: a negative sum, a designation that names no claim or several, or claims some of
            which have a due date and some not.
    """
    pot = _Pot(payment_yen, debts)
    parts = PRINCIPAL_FIRST if principal_first else CIVIL_ORDER
    if places := _designated(debts, designated):
        for place in places:
            for part in parts:
                pot.pay(place, part)
        return pot.result()
    if len({debt.due_on is None for debt in debts}) > 1:
        raise ValueError("弁済期のある債権とない債権が混ざっているため、充当の順を決められません。")
    ranks = _ranks(debts, lambda debt: (-debt.benefit, _due(debt)))
    for part in parts:
        for rank in ranks:
            pot.pay_in_proportion(rank, part)
    return pot.result()


def in_proportion(yen: int, claims: Sequence[int]) -> list[int]:
    """Split ``yen`` (at most the sum of ``claims``) in proportion to them, to the yen.

    Yen lost to rounding go to the largest remainders, the earlier claim first where they are equal.
    """
    total = sum(claims)
    if yen >= total:
        return list(claims)
    shares = [yen * claim // total for claim in claims]
    by_remainder = sorted(range(len(claims)), key=lambda place: (-(yen * claims[place] % total), place))
    for place in by_remainder[: yen - sum(shares)]:
        shares[place] += 1
    return shares


class _Pot:
    """The money not yet given out, and the lines so far."""

    def __init__(self, payment_yen: int, debts: Sequence[Debt]) -> None:
        self.left = _not_negative(payment_yen)
        self.debts = debts
        self.lines = [Line(debt.key) for debt in debts]

    def take(self, wanted: int) -> int:
        taken = min(wanted, self.left)
        self.left -= taken
        return taken

    def pay(self, place: int, part: Part) -> None:
        self.lines[place] = self.lines[place].plus(part, self.take(self.debts[place].open_yen(part)))

    def pay_in_proportion(self, places: Sequence[int], part: Part) -> None:
        wanted = [self.debts[place].open_yen(part) for place in places]
        for place, share in zip(places, in_proportion(self.left, wanted), strict=True):
            self.lines[place] = self.lines[place].plus(part, self.take(share))

    def result(self, shobunhi_yen: int = 0) -> Allocation:
        return Allocation(tuple(self.lines), shobunhi_yen, self.left)


def _ranks(debts: Sequence[Debt], key: Callable[[Debt], tuple[int, date]]) -> list[list[int]]:
    order = sorted(range(len(debts)), key=lambda place: key(debts[place]))
    return [list(places) for _, places in groupby(order, key=lambda place: key(debts[place]))]


def _designated(debts: Sequence[Debt], keys: Iterable[str]) -> list[int]:
    places = []
    for key in keys:
        found = [place for place, debt in enumerate(debts) if debt.key == key]
        if len(found) != 1:
            raise ValueError(f"指定された「{key}」が{'ありません' if not found else '二つ以上あります'}。")
        places += found
    return places


def _due(debt: Debt) -> date:
    return debt.due_on or date.max


def _not_negative(yen: int) -> int:
    if yen < 0:
        raise ValueError(f"負の金額は充当できません: {yen}円")
    return yen
