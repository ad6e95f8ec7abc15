from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("lawyers", "0001_initial"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Firm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="名称")),
                ("is_active", models.BooleanField(default=True, verbose_name="契約中")),
            ],
            options={
                "verbose_name": "法律事務所",
                "verbose_name_plural": "法律事務所",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="FirmHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=100, verbose_name="名称")),
                ("is_active", models.BooleanField(default=True, verbose_name="契約中")),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
