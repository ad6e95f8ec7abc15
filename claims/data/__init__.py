"""Dated data of the law that ships with the product, each file with its source."""

import json
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from claims.rules.rates import PERMYRIAD, CivilRate, RateTable, YearRate


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files(__name__).joinpath(name).read_text(encoding="utf-8"))["rows"]
    return rows


@cache
def late_charge_rates() -> RateTable:
    """Return the announced late-charge rates of local taxes."""
    return RateTable(
        YearRate.permyriad(row["year"], row["first"], row["after"], row["relief"])
        for row in _rows("late_charge_rates.json")
        if row["announced"]
    )


@cache
def civil_rates() -> tuple[CivilRate, ...]:
    """Return the statutory rates of the Civil Code by the day a delay began."""
    return tuple(
        CivilRate(
            date.fromisoformat(row["from_on"]), date.fromisoformat(row["to_on"]), Fraction(row["rate"], PERMYRIAD)
        )
        for row in _rows("civil_rates.json")
    )
