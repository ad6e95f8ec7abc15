"""What follows from an event of life (異動): the next step, its days and who takes it, as data."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from debtors.models import LifeEvent

PATH = Path(__file__).parent / "data" / "life_events.csv"


@dataclass(frozen=True, slots=True)
class Consequence:
    """``days`` from the day it was found; ``who``: ``case`` (who has the person's case) or ``head`` (係長・課長).

    ``hold_reason``: the hold that is proposed; a person places it.
    """

    next_step: str
    days: int
    who: str
    hold_reason: str


@cache
def consequences() -> dict[str, Consequence]:
    """The table by kind; each kind that asks for a step has its row (asserted by a test)."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return {
            LifeEvent.Kind(row["kind"]).value: Consequence(
                row["next_step"], int(row["days"]), row["who"], row["hold_reason"]
            )
            for row in csv.DictReader(file)
        }
