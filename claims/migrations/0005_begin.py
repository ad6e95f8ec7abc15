from django.db import migrations

from claims import reference


class Migration(migrations.Migration):
    replaces = [
        ("claims", "0004_reference_data"),
        ("claims", "0012_hold_terms"),
        ("claims", "0019_succession_terms"),
    ]

    dependencies = [
        ("claims", "0004_functions_of_posting"),
        ("debtors", "0002_tables_and_keys"),
        ("toyota_collect", "0002_begin"),
    ]
    operations = [migrations.RunPython(lambda apps, _: reference.load(apps), migrations.RunPython.noop, elidable=False)]
