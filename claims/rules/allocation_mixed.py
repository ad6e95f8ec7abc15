"""充当 over claims of different law: one sum for taxes, what is collected like them, and private claims.

No statute orders a tax against a water bill of the same city. The older due date goes first (民法488条4項3号, policy);
what the claims of each law receive by that is then spread by their own rules: principal first for public claims
(地方税法14条の5), costs, interest and principal over all private ones (民法489条).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from claims.rules.allocation import Allocation, Debt, FeeRank, Line, allocate_civil, allocate_tax


def allocate(
    *,
    payment_yen: int,
    debts: Sequence[Debt],
    private: Collection[str],
    designated: Sequence[str] = (),
    shobunhi_yen: int = 0,
    fee_rank: FeeRank = FeeRank.BEFORE_PRINCIPAL,
) -> Allocation:
    """Spread money over claims; ``private`` names those of private law by key.

    直接の滞納処分費 comes first. Designated claims (納付書, 民法488条1項) receive the money alone, in the given order, each
    in the order of its own law. Lines stand in the order of ``debts``.

    Raises:
        ValueError: a negative sum, a key given twice, or a designation that names no claim.
    """
    by_key = {debt.key: debt for debt in debts}
    if len(by_key) != len(debts) or len(set(designated)) != len(designated):
        raise ValueError("同じ債権が二度入っています。")
    if unknown := [key for key in designated if key not in by_key]:
        raise ValueError(f"指定された「{unknown[0]}」がありません。")
    if payment_yen < 0 or shobunhi_yen < 0:
        raise ValueError("負の金額は充当できません。")
    shobunhi = min(shobunhi_yen, payment_yen)
    left = payment_yen - shobunhi
    order = [by_key[key] for key in designated] or sorted(debts, key=lambda debt: debt.due_on or date.max)
    shares: dict[str, int] = {}
    for debt in order:
        shares[debt.key] = min(left, debt.principal_yen + debt.late_yen + debt.cost_yen)
        left -= shares[debt.key]
    lines = {debt.key: Line(debt.key) for debt in debts}
    for law in (False, True):
        pool = [debt for debt in order if (debt.key in private) is law]
        if designated:
            spread = [_alone(debt, shares[debt.key], law, fee_rank) for debt in pool]
        else:
            spread = list(_together(pool, sum(shares[debt.key] for debt in pool), law, fee_rank))
        lines |= {line.key: line for line in spread}
    return Allocation(tuple(lines[debt.key] for debt in debts), shobunhi, left)


def _alone(debt: Debt, yen: int, private: bool, fee_rank: FeeRank) -> Line:
    return _together([debt], yen, private, fee_rank)[0]


def _together(pool: Sequence[Debt], yen: int, private: bool, fee_rank: FeeRank) -> Sequence[Line]:
    """The lines of claims of one law; a claim without a due date stands behind the others."""
    if not private:
        return allocate_tax(payment_yen=yen, debts=pool, fee_rank=fee_rank).lines
    dated = [replace(debt, due_on=debt.due_on or date.max) for debt in pool]
    return allocate_civil(payment_yen=yen, debts=dated).lines
