import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("lawyers", "0002_initial"),
    ]

    dependencies = [
        ("lawyers", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            migrations.AddField(
                model_name="firm",
                name="members",
                field=models.ManyToManyField(
                    blank=True, related_name="firms", to=settings.AUTH_USER_MODEL, verbose_name="所属弁護士"
                ),
            ),
            migrations.AddField(
                model_name="firmhistory",
                name="pgh_context",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="pghistory.context",
                ),
            ),
            migrations.AddField(
                model_name="firmhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.firm",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="firm",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_firmhistory" ("id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."is_active", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                        hash="4427416cf6c1239b78ce4e2ff3871c493021e880",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_33898",
                        table="lawyers_firm",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="firm",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_firmhistory" ("id", "is_active", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."is_active", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                        hash="0f31ebcadfc605fa6240476bacac3c9ff95598a5",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_57a38",
                        table="lawyers_firm",
                        when="AFTER",
                    ),
                ),
            ),
        ),
    ]
