import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("lawyers", "0007_court_and_looked"),
    ]

    operations = [
        AtOnce(
            pgtrigger.migrations.RemoveTrigger(
                model_name="casecost",
                name="update_update",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="casecost",
                name="delete_delete",
            ),
            migrations.AddField(
                model_name="casecost",
                name="file",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="lawyers.casefile",
                    verbose_name="領収書",
                ),
            ),
            migrations.AddField(
                model_name="casecosthistory",
                name="file",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.casefile",
                    verbose_name="領収書",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="casecost",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_casecosthistory" ("by_id", "case_id", "file_id", "id", "kind", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "token", "told_at", "withdrawn_at", "yen") VALUES (OLD."by_id", OLD."case_id", OLD."file_id", OLD."id", OLD."kind", OLD."note", OLD."on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."token", OLD."told_at", OLD."withdrawn_at", OLD."yen"); RETURN NULL;',
                        hash="d629c6575350fa216cb6b488efbeea730833c781",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_1d463",
                        table="lawyers_casecost",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="casecost",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_casecosthistory" ("by_id", "case_id", "file_id", "id", "kind", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "token", "told_at", "withdrawn_at", "yen") VALUES (OLD."by_id", OLD."case_id", OLD."file_id", OLD."id", OLD."kind", OLD."note", OLD."on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."token", OLD."told_at", OLD."withdrawn_at", OLD."yen"); RETURN NULL;',
                        hash="b85beb92f396865bd5852c9baec5e7535772e04f",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_48539",
                        table="lawyers_casecost",
                        when="AFTER",
                    ),
                ),
            ),
        )
    ]
