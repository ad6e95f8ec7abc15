"""What the desk begins with: outcomes with their next steps, ready words, what is said on the telephone.

Data in ``debtors/data``; loaded once per installation, then edited in the admin. Safe to run again: rows that exist are
never overwritten.
"""

import csv
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def load(models: Any) -> None:
    """Add what is missing. ``models`` is an app registry (``apps.get_model``), live or of a migration."""
    for row in _rows("contact_outcomes.csv"):
        facts: dict[str, Any] = {name: row[name] for name in ("key", "next_step")}
        facts |= {name: int(row[name]) for name in ("position", "days")} | {"reached": row["reached"] == "1"}
        facts["retry_minutes"] = int(row["retry_minutes"]) if row["retry_minutes"] else None
        _add(models, "OutcomeRule", {"outcome": row["outcome"]}, facts)
    for row in _rows("snippets.csv"):
        _add(models, "Snippet", {"code": row.pop("code")}, row | {"position": int(row["position"])})
    for row in _rows("call_scripts.csv"):
        _add(models, "CallScript", {"situation": row.pop("situation")}, row)


def _add(models: Any, name: str, key: dict[str, Any], facts: dict[str, Any]) -> None:
    models.get_model("debtors", name).objects.get_or_create(**key, defaults=facts)


def _rows(name: str) -> list[dict[str, Any]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
