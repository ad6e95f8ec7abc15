import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("claims", "0002_initial"),
    ]

    dependencies = [
        ("claims", "0001_tables"),
        ("debtors", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="identity",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="debtors.sourceidentity",
                verbose_name="宛名",
            ),
        ),
    ]
