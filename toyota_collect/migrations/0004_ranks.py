from typing import Any

from django.db import migrations

from toyota_collect import reference


def begin(apps: Any, _: Any) -> None:
    """Who could decide before goes on as 課長, and what waits is for them; an administrator sets the true ranks."""
    apps.get_model("toyota_collect", "User").objects.filter(role="supervisor").update(decision_rank="manager")
    apps.get_model("toyota_collect", "Approval").objects.update(needs_rank="manager")
    reference.load(apps)


class Migration(migrations.Migration):
    dependencies = [("toyota_collect", "0003_deciding")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop, elidable=False)]
