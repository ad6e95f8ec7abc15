"""What the desk begins with: outcomes with their next steps, ready words, what is said on the telephone, and the rules of
the recommended next action.

Data in ``debtors/data``; loaded once per installation, then edited in the admin. Safe to run again: rows that exist are
never overwritten. ``models`` is an app registry (``apps.get_model``), live or of a migration.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2000, 4, 1)
NUMBERS = ("position", "days", "least_yen", "severity")
FLAGS = ("in_day", "to_be_confirmed")


def load_wording(models: Any) -> None:
    """Add what is missing of outcomes, ready words and call scripts."""
    for row in _rows("contact_outcomes.csv"):
        facts: dict[str, Any] = {name: row[name] for name in ("key", "next_step")}
        facts |= {name: int(row[name]) for name in ("position", "days")} | {"reached": row["reached"] == "1"}
        facts["retry_minutes"] = int(row["retry_minutes"]) if row["retry_minutes"] else None
        _add(models, "OutcomeRule", {"outcome": row["outcome"]}, facts)
    for row in _rows("snippets.csv"):
        _add(models, "Snippet", {"code": row.pop("code")}, row | {"position": int(row["position"])})
    for row in _rows("call_scripts.csv"):
        _add(models, "CallScript", {"situation": row.pop("situation")}, row)


def next_action_rows() -> list[dict[str, Any]]:
    """The rules of the file, as fields of ``NextActionRule``."""
    return [_fields(row) for row in _rows("next_actions.csv")]


def load_next_actions(models: Any) -> None:
    """Add what is missing of the rules of the recommended next action."""
    for fields in next_action_rows():
        _add(models, "NextActionRule", {"code": fields.pop("code"), "starts_on": FIRST_DAY}, fields)


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: int(row[name]) for name in NUMBERS}
    flags = {name: row[name] == "1" for name in FLAGS}
    return row | numbers | flags | {"ceiling": int(row["ceiling"]) if row["ceiling"] else None}


def _add(models: Any, name: str, key: dict[str, Any], facts: dict[str, Any]) -> None:
    models.get_model("debtors", name).objects.get_or_create(**key, defaults=facts)


def _rows(name: str) -> list[dict[str, Any]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
