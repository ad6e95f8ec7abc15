from django.db import migrations

from claims import reference


class Migration(migrations.Migration):
    dependencies = [("claims", "0018_parties")]
    operations = [
        migrations.RunPython(lambda apps, _: reference.load_holds(apps), migrations.RunPython.noop, elidable=False),
    ]
