"""移管の基準: which of a section's claims are to be handed over to the collection office, and which the section keeps.

Amounts, months and counts are the city's own (dated settings). All facts are those of the section's own claims.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from toyota_collect.calendar import fiscal_year, last_day_after
from toyota_collect.money import comma
from toyota_collect.wareki import long_text


class Criterion(StrEnum):
    HIGH = "high"
    CLOCK = "clock"
    BROKEN = "broken"
    SILENT = "silent"
    REFUSES = "refuses"


LABELS = {
    Criterion.HIGH: "高額",
    Criterion.CLOCK: "時効が近い",
    Criterion.BROKEN: "分納の不履行",
    Criterion.SILENT: "連絡なし",
    Criterion.REFUSES: "納付の意思なし",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """From ``high_yen`` on; within ``prescription_months`` from today; from ``broken_plans`` on; after more than
    ``silent_months``. ``hard``: criteria of a hard case, of which all years move.
    """

    high_yen: int
    prescription_months: int
    broken_plans: int
    silent_months: int
    hard: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one person before one section: overdue yen of its claims, its broken plans, the day of the last sign of the
    person (payment, acknowledgement; if never, the oldest due date). ``prescribes_on`` is the one claim's last day.
    """

    owed_yen: int
    prescribes_on: date | None
    broken_plans: int
    silent_since: date | None
    refuses: str = ""


class Met(NamedTuple):
    """A criterion that is met, with its figures in words."""

    criterion: Criterion
    text: str

    @property
    def label(self) -> str:
        return LABELS[self.criterion]


def criteria(facts: Facts, limits: Limits, *, on: date) -> tuple[Met, ...]:
    """The criteria that are met on ``on``, in a fixed order; none for a claim whose period has run out."""
    if facts.prescribes_on and facts.prescribes_on < on:
        return ()
    met = []
    if facts.owed_yen >= limits.high_yen:
        met.append(Met(Criterion.HIGH, f"未納 {comma(facts.owed_yen)}円（{comma(limits.high_yen)}円以上）"))
    if facts.prescribes_on and facts.prescribes_on <= last_day_after(on, months=limits.prescription_months):
        met.append(
            Met(
                Criterion.CLOCK,
                f"時効の最終日 {long_text(facts.prescribes_on)}（{limits.prescription_months}か月以内）",
            )
        )
    if facts.broken_plans >= limits.broken_plans:
        met.append(Met(Criterion.BROKEN, f"守られなかった分納 {facts.broken_plans}回（{limits.broken_plans}回以上）"))
    if facts.silent_since and on > last_day_after(facts.silent_since, months=limits.silent_months):
        met.append(
            Met(
                Criterion.SILENT,
                f"{long_text(facts.silent_since)}から納付も承認もない（{limits.silent_months}か月を超える）",
            )
        )
    if facts.refuses:
        met.append(Met(Criterion.REFUSES, facts.refuses))
    return tuple(met)


def is_proposed(levy_year: int, met: Iterable[Met], limits: Limits, *, on: date) -> bool:
    """Whether the claim moves unless somebody says otherwise: the section keeps the current year, save in a hard case."""
    codes = {one.criterion for one in met}
    return bool(codes) and (levy_year < fiscal_year(on) or bool(codes & limits.hard))


def earliest_deadline(on: date, *, least_days: int) -> date:
    """The first day that may be the deadline of a notice made on ``on``; the day of the notice does not count."""
    return on + timedelta(days=least_days)
