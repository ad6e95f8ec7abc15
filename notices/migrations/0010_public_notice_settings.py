from typing import Any

from django.db import migrations

from claims import reference as claims_reference
from toyota_collect import reference


def load(apps: Any, _: Any) -> None:
    """The settings of 公示送達, and the source of people outside the register."""
    reference.load(apps)
    claims_reference.load_sources(apps)


class Migration(migrations.Migration):
    dependencies = [("notices", "0009_takers"), ("claims", "0008_one_index_each"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
