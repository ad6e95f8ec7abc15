"""Reference data of the welfare app: results and what they suggest, and the rules of the signals. Safe to run again: rows that exist are never overwritten."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FIRST_DAY = date(2000, 4, 1)


def load(models: Any) -> None:
    """Add what is missing. ``models`` is an app registry (``apps.get_model``), live or of a migration."""
    for row in _rows("support_results.csv"):
        facts = {name: row[name] for name in ("label", "source")} | {"position": int(row["position"])}
        facts |= {name: row[name] == "1" for name in ("helped", "lets_go")}
        models.get_model("welfare", "SupportResult").objects.get_or_create(
            code=row["code"], starts_on=FIRST_DAY, defaults=facts
        )
    for row in _rows("result_suggestions.csv"):
        facts = {name: row[name] for name in ("classes", "why", "law", "source")} | {"position": int(row["position"])}
        models.get_model("welfare", "ResultSuggestion").objects.get_or_create(
            result=row["result"], step=row["step"], starts_on=FIRST_DAY, defaults=facts
        )


def signal_rows() -> list[dict[str, Any]]:
    """The rules of the file, as fields of ``SignalRule``."""
    return [_fields(row) for row in _rows("signals.csv")]


def load_signals(models: Any) -> None:
    """Add what is missing of the rules."""
    for fields in signal_rows():
        key = {"code": fields.pop("code"), "starts_on": FIRST_DAY}
        models.get_model("welfare", "SignalRule").objects.get_or_create(**key, defaults=fields)


def _fields(row: dict[str, str]) -> dict[str, Any]:
    numbers = {name: int(row[name]) for name in ("position", "weight")}
    return row | numbers | {"to_be_confirmed": row["to_be_confirmed"] == "1"}


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
