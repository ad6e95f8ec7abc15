from typing import Any

from django.db import migrations

from debtors import reference
from toyota_collect import reference as shared


def load(apps: Any, _: Any) -> None:
    shared.load(apps)  # settings of calls, the counter and 債務承認書
    reference.load_wording(apps)


class Migration(migrations.Migration):
    dependencies = [("debtors", "0007_counter"), ("toyota_collect", "0003_notice_texts")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
