"""As what somebody gets a letter about a claim that another owes, and how the letter says so."""

from enum import StrEnum
from fractions import Fraction

from toyota_collect.money import comma


class Role(StrEnum):
    """As ``ClaimParty.Role``. In the order in which one claim is asked for, where somebody answers twice."""

    JOINT = "joint"
    HEIR = "heir"
    GUARANTOR = "guarantor"


LABELS = {Role.JOINT: "連帯して納める方", Role.HEIR: "相続人（持分に応じて）", Role.GUARANTOR: "連帯保証人"}
SHORT = {Role.JOINT: "連帯の分", Role.HEIR: "相続の分", Role.GUARANTOR: "保証の分"}
RANK = tuple(Role)
NAMED = " 様"  # stands in a text of a role that names the debtor


def role_text(
    role: Role, *, legal: str, debtor: str, share: Fraction | None = None, limit_yen: int | None = None
) -> str:
    """In which role the claims below are asked for, as the letter says it.

    ``legal``: A, B or C. ``debtor``: the name, where the claim cannot be told apart without it; "" where it is not to be
    told (a joint debtor knows the claim by its number; a person under protection is named nowhere).
    """
    if role is Role.JOINT:
        return "連帯債務者として" if legal == "C" else "連帯納付義務者として"
    if role is Role.HEIR:
        part = f"（持分 {share.denominator}分の{share.numerator}）" if share is not None else ""
        return f"亡　{debtor}{NAMED}の相続人として{part}" if debtor else f"相続人として{part}"
    notes = [f"主債務者 {debtor}{NAMED}" if debtor else "", f"極度額 {comma(limit_yen)}円" if limit_yen else ""]
    inside = "、".join(filter(None, notes))
    return f"連帯保証人として（{inside}）" if inside else "連帯保証人として"
