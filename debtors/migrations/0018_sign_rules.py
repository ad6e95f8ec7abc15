from django.db import migrations

from debtors import reference


class Migration(migrations.Migration):
    dependencies = [("debtors", "0017_supports")]
    operations = [
        migrations.RunPython(
            lambda apps, _: reference.load_next_actions(apps), migrations.RunPython.noop, elidable=False
        )
    ]
