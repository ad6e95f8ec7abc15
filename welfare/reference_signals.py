"""The rules of the signals an installation begins with (``welfare/data/signals.csv``), then edited in the admin.

Loaded once; safe to run again: rows that exist are never overwritten. ``models`` is an app registry, live or of a migration.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2000, 4, 1)


def signal_rows() -> list[dict[str, Any]]:
    """The rules of the file, as fields of ``SignalRule``."""
    with (DATA / "signals.csv").open(encoding="utf-8", newline="") as file:
        return [_fields(row) for row in csv.DictReader(file)]


def load_signals(models: Any) -> None:
    """Add what is missing of the rules."""
    for fields in signal_rows():
        key = {"code": fields.pop("code"), "starts_on": FIRST_DAY}
        models.get_model("welfare", "SignalRule").objects.get_or_create(**key, defaults=fields)


def _fields(row: dict[str, str]) -> dict[str, Any]:
    numbers = {name: int(row[name]) for name in ("position", "weight")}
    return row | numbers | {"to_be_confirmed": row["to_be_confirmed"] == "1"}
