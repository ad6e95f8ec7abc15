"""The rules of the recommended next action every installation begins with; then edited in the admin. Safe to run again:
rows that exist are never overwritten."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2000, 4, 1)
NUMBERS = ("position", "days", "least_yen", "severity")
FLAGS = ("in_day", "to_be_confirmed")


def next_action_rows() -> list[dict[str, Any]]:
    """The rows of the file, as fields of ``NextActionRule``."""
    with (DATA / "next_actions.csv").open(encoding="utf-8", newline="") as file:
        return [_fields(row) for row in csv.DictReader(file)]


def load_next_actions(models: Any) -> None:
    """Add what is missing. ``models`` is an app registry (``apps.get_model``), live or of a migration."""
    model = models.get_model("debtors", "NextActionRule")
    for fields in next_action_rows():
        code = fields.pop("code")
        model.objects.get_or_create(code=code, starts_on=FIRST_DAY, defaults=fields)


def _fields(row: dict[str, str]) -> dict[str, Any]:
    numbers = {name: int(row[name]) for name in NUMBERS}
    flags = {name: row[name] == "1" for name in FLAGS}
    return row | numbers | flags | {"ceiling": int(row["ceiling"]) if row["ceiling"] else None}
