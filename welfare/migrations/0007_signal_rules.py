from typing import Any

from django.db import migrations

from toyota_collect import reference
from welfare.reference import load_signals


def begin(apps: Any, _: Any) -> None:
    """The rules of the signals, their settings, and the account of the job."""
    reference.load(apps)
    load_signals(apps)


class Migration(migrations.Migration):
    dependencies = [("welfare", "0006_signals"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=False)]
