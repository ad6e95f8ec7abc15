from typing import Any

from django.db import migrations

from toyota_collect import reference as shared
from welfare import reference


def load(apps: Any, _: Any) -> None:
    """The results of support, what they suggest, and the settings of consent and referral."""
    shared.load(apps)
    reference.load(apps)


class Migration(migrations.Migration):
    dependencies = [("welfare", "0002_care"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
