from typing import Any

from django.db import migrations

from toyota_collect import reference


def load(apps: Any, _: Any) -> None:
    """The settings of letters to guarantors."""
    reference.load(apps)


class Migration(migrations.Migration):
    dependencies = [("notices", "0012_takers_and_routes"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
