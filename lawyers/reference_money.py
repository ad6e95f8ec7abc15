"""Dated settings of the lawyers' money that ship with the product. Safe to run again: rows that exist are never overwritten."""

import json
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def load(models: Any) -> None:
    """Add what is missing. ``models`` is an app registry (``apps.get_model``), live or of a migration."""
    setting = models.get_model("toyota_collect", "Setting")
    for row in json.loads((DATA / "money_settings.json").read_text(encoding="utf-8")):
        facts = {name: row[name] for name in ("value", "source", "to_be_confirmed")}
        setting.objects.get_or_create(key=row["key"], starts_on=date.fromisoformat(row["starts_on"]), defaults=facts)
