"""For how much of a claim somebody else answers: a joint debtor for all of it, an heir for the share, a guarantor up to a limit.

Source: 民法436条（連帯債務）・899条（相続分に応じた承継）・446条, 465条の2（極度額）, 地方税法9条2項・10条. Pure.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from claims.rules.shares import SharesRefused, split


class Yen(NamedTuple):
    """What is owed of a claim, by component. In this order a limit is filled."""

    principal: int
    fee: int
    late: int
    cost: int

    @property
    def total(self) -> int:
        return sum(self)


NOTHING = Yen(0, 0, 0, 0)


def share_of(due: Yen, shares: Sequence[Fraction], place: int, paid: Sequence[Yen] = ()) -> Yen:
    """What the heir at ``place`` still owes of ``due``, what is open now.

    ``paid``: what each heir has paid of the claim since, in the order of the shares (none: nobody has). Heirs are no
    joint debtors: whoever has paid the own share is not asked for another's. Heirs whose shares do not make 1 (one was
    ended) each bear theirs, cut off.
    """
    paid = paid or [NOTHING] * len(shares)
    whole = [due[at] + sum(one[at] for one in paid) for at in range(len(due))]
    return Yen(
        *(min(due[at], max(0, _part(yen, shares, place) - paid[place][at])) for at, yen in enumerate(whole)),
    )


def up_to(due: Yen, limit_yen: int | None) -> Yen:
    """``due`` up to a limit (none: all of it), principal first."""
    if limit_yen is None:
        return due
    left, parts = limit_yen, []
    for yen in due:
        parts.append(min(yen, left))
        left -= parts[-1]
    return Yen(*parts)


def _part(yen: int, shares: Sequence[Fraction], place: int) -> int:
    try:
        return split(yen, shares)[place]
    except SharesRefused:
        return yen * shares[place].numerator // shares[place].denominator
