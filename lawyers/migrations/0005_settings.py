from typing import Any

from django.db import migrations

from lawyers.reference import load
from toyota_collect import reference


def begin(apps: Any, _: Any) -> None:
    """The city's thresholds, court costs and terms, all of them to be confirmed; and the account of the job."""
    reference.load(apps)
    load(apps)


class Migration(migrations.Migration):
    dependencies = [("lawyers", "0004_packet_unread"), ("toyota_collect", "0005_access_basis")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=False)]
