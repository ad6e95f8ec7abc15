from typing import Any

from django.db import migrations

from toyota_collect import reference


def load(apps: Any, _: Any) -> None:
    """How long a row of my day may wait."""
    reference.load(apps)


class Migration(migrations.Migration):
    dependencies = [("debtors", "0015_postponing"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
