from typing import Any

from django.db import migrations

from lawyers.reference import load


def begin(apps: Any, _: Any) -> None:
    """The city's thresholds, court costs and terms, all of them to be confirmed."""
    load(apps)


class Migration(migrations.Migration):
    dependencies = [("lawyers", "0004_packet_unread"), ("toyota_collect", "0005_access_basis")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=False)]
