from django.db import migrations

from toyota_collect import reference


class Migration(migrations.Migration):
    dependencies = [("notices", "0005_desk_slip_paper")]
    operations = [
        # slip.number_form and slip.deadline_days, for installations that began without them
        migrations.RunPython(lambda apps, _: reference.load(apps), migrations.RunPython.noop, elidable=False),
    ]
