"""Dated data of 生活再建猶予 and 使える制度 that ships with the product. Safe to run again: rows that exist are never overwritten."""

import json
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2026, 4, 1)


def load(models: Any) -> None:
    """Add what is missing. ``models`` is an app registry (``apps.get_model``), live or of a migration."""
    for name, file in (("ReliefOffer", "relief_offers.json"), ("Benefit", "benefits.json")):
        table = models.get_model("welfare", name)
        for row in _rows(file):
            facts = {key: value for key, value in row.items() if key != "code"}
            table.objects.get_or_create(code=row["code"], starts_on=FIRST_DAY, defaults=facts)
    setting = models.get_model("toyota_collect", "Setting")
    for row in _rows("respite_settings.json"):
        facts = {name: row[name] for name in ("value", "source", "to_be_confirmed")}
        setting.objects.get_or_create(key=row["key"], starts_on=date.fromisoformat(row["starts_on"]), defaults=facts)


def _rows(file: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((DATA / file).read_text(encoding="utf-8"))
    return rows
