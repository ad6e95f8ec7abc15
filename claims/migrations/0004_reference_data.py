from django.db import migrations

from claims import reference


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0003_initial"),
        ("debtors", "0002_initial"),
        ("toyota_collect", "0002_reference_data"),
    ]
    operations = [
        migrations.RunPython(lambda apps, _: reference.load_law(apps), migrations.RunPython.noop, elidable=False)
    ]
