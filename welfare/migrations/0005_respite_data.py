from typing import Any

from django.db import migrations

from welfare import reference_respite


def load(apps: Any, _: Any) -> None:
    """The tables of relief and benefits, and the settings of 生活再建猶予."""
    reference_respite.load(apps)


class Migration(migrations.Migration):
    dependencies = [("welfare", "0004_respite"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
