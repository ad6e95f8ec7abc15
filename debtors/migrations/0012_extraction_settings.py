from typing import Any

from django.db import migrations

from toyota_collect import reference


def load(apps: Any, _: Any) -> None:
    """The limits of exports."""
    reference.load(apps)


class Migration(migrations.Migration):
    dependencies = [("debtors", "0011_extractions"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
