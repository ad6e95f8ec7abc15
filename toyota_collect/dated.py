"""Reading settings by date."""

from datetime import date
from typing import Any, TypeVar

from django.db.models import Model

from toyota_collect.held import once
from toyota_collect.models import Setting

Row = TypeVar("Row", bound=Model)


class SettingMissing(Exception):
    """No value is in force for the key on that day."""


@once
def value_on(key: str, on: date) -> Any:
    """Return the value in force on ``on``: of the rows begun by then, the latest.

    Raises:
        SettingMissing: no row has begun.
    """
    row = Setting.objects.filter(key=key, starts_on__lte=on).order_by("-starts_on").first()
    if row is None:
        raise SettingMissing(
            f"設定「{key}」に {on:%Y-%m-%d} に有効な値がありません。管理画面の「設定値」に登録してください。"
        )
    return row.value


def rows_on(table: type[Row], on: date) -> list[Row]:
    """The rows of a dated table in force on ``on``: of each code the latest begun by then, where it is in use."""
    latest = table._default_manager.filter(starts_on__lte=on).order_by("code", "-starts_on").distinct("code")
    return [row for row in latest if row.in_use]  # type: ignore[attr-defined]


def value_or(key: str, on: date, default: Any) -> Any:
    """Like :func:`value_on`, but ``default`` where the city has decided nothing for that day."""
    try:
        return value_on(key, on)
    except SettingMissing:
        return default
