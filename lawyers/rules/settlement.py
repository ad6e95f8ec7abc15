"""和解・判決の履行: what was to be paid by a day against what came in, and when the benefit of time is lost (期限の利益の喪失)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Instalment(NamedTuple):
    """Yen due on a day, included."""

    on: date
    yen: int


@dataclass(frozen=True, slots=True)
class Standing:
    """``behind_yen``: was due before the day and has not come. ``missed``: instalments of which something is behind.

    ``defaulted``: as many were missed as the deed bears; all that is left is then due at once.
    """

    paid_yen: int
    left_yen: int
    behind_yen: int
    missed: int
    next: Instalment | None
    defaulted: bool
    done: bool


def standing(instalments: Sequence[Instalment], *, paid_yen: int, forfeits_after: int, on: date) -> Standing:
    """Where a settlement stands on ``on``; money covers the instalments in order. A day's own instalment is not yet late.

    Raises:
        ValueError: nothing was agreed, or a negative sum.
    """
    if not instalments or paid_yen < 0 or forfeits_after < 1:
        raise ValueError("支払の予定がないか、額が正しくありません。")
    rest, missed, behind, ahead = paid_yen, 0, 0, None
    for one in instalments:
        covered = min(rest, one.yen)
        rest -= covered
        open_yen = one.yen - covered
        if not open_yen:
            continue
        if one.on < on:
            missed, behind = missed + 1, behind + open_yen
        elif ahead is None:
            ahead = Instalment(one.on, open_yen)
    total = sum(one.yen for one in instalments)
    left = max(0, total - paid_yen)
    return Standing(paid_yen, left, behind, missed, ahead, missed >= forfeits_after, left == 0)
