"""Reference data every installation begins with: system accounts, holidays, settings. Safe to run again.

Rows that the city has changed since are never overwritten.
"""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jpholiday

DATA = Path(__file__).parent / "data"
FIRST_YEAR, LAST_YEAR = (
    2005,
    2027,
)  # beyond: administrators add the next year's 休日 when the Cabinet Office announces it
SYSTEM_ACCOUNTS = {
    "system.intake": "取込ジョブ",
    "system.print": "帳票ジョブ",
    "system.seal": "封印ジョブ",
    "system.finder": "サインを調べるジョブ",
    "system.lawyers": "弁護士の件を見守るジョブ",
}


def load(models: Any) -> None:
    """Add what is missing. ``models`` is an app registry (``apps.get_model``), live or of a migration."""
    _system_accounts(models.get_model("toyota_collect", "User"))
    _holidays(models.get_model("toyota_collect", "Holiday"))
    _settings(models.get_model("toyota_collect", "Setting"))


def _system_accounts(user: Any) -> None:
    for username, name in SYSTEM_ACCOUNTS.items():
        user.objects.get_or_create(
            username=username, defaults={"display_name": name, "role": "system", "password": "!nobody-logs-in"}
        )


def _holidays(holiday: Any) -> None:
    rows = [holiday(on=on, name=name, source=source) for on, name, source in _days_off()]
    holiday.objects.bulk_create(rows, ignore_conflicts=True)


@cache
def _days_off() -> list[tuple[date, str, str]]:
    """Day, name and source; worked out once a process, for that takes seconds."""
    days = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        law = "国民の祝日に関する法律（jpholiday）"
        days += [(on, name, law) for on, name in jpholiday.year_holidays(year)]
        year_end = [(12, 29), (12, 30), (12, 31), (1, 2), (1, 3)]
        days += [(date(year, month, day), "年末年始", "地方税法施行令6条の18") for month, day in year_end]
    return days


def _settings(setting: Any) -> None:
    for row in json.loads((DATA / "settings.json").read_text(encoding="utf-8")):
        setting.objects.get_or_create(
            key=row["key"],
            starts_on=date.fromisoformat(row["starts_on"]),
            defaults={"value": row["value"], "source": row["source"], "to_be_confirmed": row["to_be_confirmed"]},
        )
