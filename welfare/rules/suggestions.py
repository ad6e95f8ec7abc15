"""Which lawful steps a result suggests: read from the dated table, for the classes of what is owed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; in force from ``starts_on`` until the next row of the same result and step begins."""

    result: str
    step: str
    label: str
    starts_on: date
    in_use: bool
    position: int
    classes: str
    why: str
    law: str


def suggested(rows: Iterable[Row], *, result: str, classes: Collection[str], on: date) -> list[Row]:
    """The steps for a result, in the table's order; only those that fit a class of the person's open claims."""
    begun = sorted((row for row in rows if row.result == result and row.starts_on <= on), key=lambda row: row.starts_on)
    latest = {row.step: row for row in begun}
    fitting = [row for row in latest.values() if row.in_use and set(row.classes) & set(classes)]
    return sorted(fitting, key=lambda row: (row.position, row.step))
