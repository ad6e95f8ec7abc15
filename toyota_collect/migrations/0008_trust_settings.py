"""Settings of looks to ask about and of revealed addresses; whose decision accounts and addresses are."""

from typing import Any

from django.db import migrations

from toyota_collect import reference

RANKS = {"debtors.addressreveal": [[None, "manager"]], "accounts.account": [[None, "manager"]]}


def load(apps: Any, schema_editor: Any) -> None:
    reference.load(apps)
    for setting in apps.get_model("toyota_collect", "Setting").objects.filter(key="approval.ranks"):
        setting.value = RANKS | setting.value  # what the city has said already stands
        setting.save()


class Migration(migrations.Migration):
    dependencies = [("toyota_collect", "0007_trust")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop, elidable=False)]
