"""分納の履行状況: where a plan stands on a day, from what fell due, what came in and what is still owed.

Money counts against the sum of all that fell due, not against one instalment: who pays two instalments in one month and
none in the next has kept the plan. A plan is broken on the first day after the days of grace of an instalment that this
sum does not cover. What is asked for never exceeds what the plan's claims still owe (更正・減免 lower it); a claim outside
the plan, an old one or one levied later, is not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Of a plan that was signed and that nobody has closed."""

    KEPT = "kept"
    LATE = "late"
    """Behind, but within the days of grace."""
    BROKEN = "broken"
    DONE = "done"


class Mark(StrEnum):
    """Of one instalment."""

    PAID = "paid"
    PART = "part"
    LATE = "late"
    BROKEN = "broken"
    TODO = "todo"


class Due(NamedTuple):
    """An instalment: its day (moved off holidays) and yen."""

    on: date
    yen: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Yen: due by the day, paid since the deed, announced but not booked, short after the days of grace.

    ``missed``: instalments past grace that the money does not cover. ``marks``: one for each instalment, with the yen
    it received.
    """

    state: State
    due_yen: int
    paid_yen: int
    announced_yen: int
    short_yen: int
    missed: int
    marks: tuple[tuple[Mark, int], ...]
    next_on: date | None

    @property
    def first_missed(self) -> int | None:
        """The place (from 0) of the first instalment that is broken."""
        return next((place for place, (mark, _) in enumerate(self.marks) if mark is Mark.BROKEN), None)


def standing(
    dues: Sequence[Due], *, paid_yen: int, owed_yen: int, on: date, grace_days: int, announced_yen: int = 0
) -> Standing:
    """Return where the plan stands on ``on``.

    Args:
        dues: the instalments in the order of their days.
        paid_yen: what was booked on the plan's claims since the deed, reversals taken off; never below 0.
        owed_yen: what the plan's claims still owe on ``on``, late charge included.
        announced_yen: payments that are known and not booked yet; they keep a plan from being broken.
        grace_days: calendar days after an instalment's day on which nothing is broken yet.
    """
    money = max(0, paid_yen) + announced_yen
    left, owed, done = money, owed_yen - announced_yen, owed_yen <= 0
    marks: list[tuple[Mark, int]] = []
    short = missed = behind = due_yen = 0
    next_on = None
    for due in dues:
        got = min(left, due.yen)
        left -= got
        past = due.on < on
        lacks = 0 if done else due.yen - got
        if past:
            lacks = min(lacks, max(0, owed - short - behind))
        due_yen += due.yen if due.on <= on else 0
        if not lacks:
            mark = Mark.PAID
        elif due.on + timedelta(days=grace_days) < on:
            mark, short, missed = Mark.BROKEN, short + lacks, missed + 1
        elif past:
            mark, behind = Mark.LATE, behind + lacks
        else:
            mark = Mark.PART if got else Mark.TODO
            next_on = next_on or due.on
        marks.append((mark, got))
    state = State.DONE if done else State.BROKEN if short else State.LATE if behind else State.KEPT
    return Standing(state, due_yen, max(0, paid_yen), announced_yen, short, missed, tuple(marks), next_on)
