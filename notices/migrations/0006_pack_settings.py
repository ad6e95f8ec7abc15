from django.db import migrations

from toyota_collect import reference


class Migration(migrations.Migration):
    dependencies = [("notices", "0005_pack"), ("toyota_collect", "0002_begin")]
    operations = [migrations.RunPython(lambda apps, _: reference.load(apps), migrations.RunPython.noop, elidable=False)]
