from django.db import migrations

from toyota_collect import reference


class Migration(migrations.Migration):
    dependencies = [("toyota_collect", "0001_initial")]
    operations = [migrations.RunPython(lambda apps, _: reference.load(apps), migrations.RunPython.noop, elidable=False)]
