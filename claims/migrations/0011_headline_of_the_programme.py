from typing import Any

from django.db import migrations

from toyota_collect import reference


def begin(apps: Any, _: Any) -> None:
    """The city's own figure of the programme, beside which the boards put the ledger's."""
    reference.load(apps)


class Migration(migrations.Migration):
    dependencies = [("claims", "0010_packed_lines"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=False)]
