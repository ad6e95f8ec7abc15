from django.db import migrations

from claims import reference
from toyota_collect import reference as shared


class Migration(migrations.Migration):
    dependencies = [("claims", "0011_holds_and_ends")]
    operations = [
        migrations.RunPython(lambda apps, _: shared.load(apps), migrations.RunPython.noop, elidable=False),
        migrations.RunPython(lambda apps, _: reference.load_holds(apps), migrations.RunPython.noop, elidable=False),
    ]
