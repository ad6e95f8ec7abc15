from django.db import migrations

from toyota_collect import reference


class Migration(migrations.Migration):
    dependencies = [("debtors", "0004_matching")]
    operations = [migrations.RunPython(lambda apps, _: reference.load(apps), migrations.RunPython.noop, elidable=False)]
