"""A promise is kept by the promised money in time, not by any later payment. What staff have changed stays as it is."""

from typing import Any

from django.db import migrations

BROKEN = {"code": "promise_broken", "unless": "announced", "unless_since": "paid"}
WAITING = {"code": "promise_waiting", "unless": "", "unless_since": "paid"}
REASON = {
    "before": "{day}の約束に入金がありません（{text}）",
    "now": "{day}までの約束どおりの入金がありません（{text}）",
}


def forwards(apps: Any, _: Any) -> None:
    rules = apps.get_model("debtors", "NextActionRule").objects
    rules.filter(**BROKEN, reason=REASON["before"]).update(
        unless="announced|kept", unless_since="", reason=REASON["now"]
    )
    rules.filter(**WAITING).update(unless="kept", unless_since="")


class Migration(migrations.Migration):
    dependencies = [("debtors", "0012_extraction_settings")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)]
