from typing import Any

from django.db import migrations

from lawyers import reference_money


def load(apps: Any, _: Any) -> None:
    """The settings of the lawyers' money."""
    reference_money.load(apps)


class Migration(migrations.Migration):
    dependencies = [("lawyers", "0005_settings"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
