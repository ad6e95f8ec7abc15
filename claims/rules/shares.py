"""Shares of heirs and their yen (地方税法9条2項: each heir owes the part that the share gives). Pure."""

from collections.abc import Sequence
from fractions import Fraction


class SharesRefused(Exception):
    """The shares cannot stand together; the message says why, in Japanese."""


def check_shares(shares: Sequence[Fraction]) -> None:
    """Refuse shares that are not all above 0, or do not make 1 together.

    Raises:
        SharesRefused: with the sum that was found.
    """
    if not shares:
        raise SharesRefused("相続人を1人以上入れてください。")
    if any(share <= 0 for share in shares):
        raise SharesRefused("持分は0より大きくしてください。")
    if (total := sum(shares, Fraction(0))) != 1:
        raise SharesRefused(f"持分の合計が{total}です。ちょうど1になるように直してください。")


def split(yen: int, shares: Sequence[Fraction]) -> list[int]:
    """Return what of ``yen`` (0 or more) falls to each share, fractions of a yen cut off; the rest goes to the first.

    Raises:
        SharesRefused: see :func:`check_shares`; or ``yen`` is negative.
    """
    check_shares(shares)
    if yen < 0:
        raise SharesRefused("割り振る額が0円より小さくなっています。")
    parts = [yen * share.numerator // share.denominator for share in shares]
    parts[0] += yen - sum(parts)
    return parts
