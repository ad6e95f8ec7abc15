from django.db import migrations

from toyota_collect import reference


class Migration(migrations.Migration):
    replaces = [
        ("toyota_collect", "0002_reference_data"),
        ("toyota_collect", "0004_ranks"),
    ]

    dependencies = [("toyota_collect", "0001_tables")]
    operations = [migrations.RunPython(lambda apps, _: reference.load(apps), migrations.RunPython.noop, elidable=False)]
