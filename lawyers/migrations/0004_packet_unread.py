import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("lawyers", "0003_cases"),
    ]

    operations = [
        AtOnce(
            pgtrigger.migrations.RemoveTrigger(
                model_name="packet",
                name="update_update",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="packet",
                name="delete_delete",
            ),
            migrations.AddField(
                model_name="packet",
                name="unread",
                field=models.JSONField(default=list, verbose_name="目で確かめる書類"),
            ),
            migrations.AddField(
                model_name="packethistory",
                name="unread",
                field=models.JSONField(default=list, verbose_name="目で確かめる書類"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="packet",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."faults" IS DISTINCT FROM (NEW."faults") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_since" IS DISTINCT FROM (NEW."key_since") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."mandate_id" IS DISTINCT FROM (NEW."mandate_id") OR OLD."of" IS DISTINCT FROM (NEW."of") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."path" IS DISTINCT FROM (NEW."path") OR OLD."problem" IS DISTINCT FROM (NEW."problem") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."size_bytes" IS DISTINCT FROM (NEW."size_bytes") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."unread" IS DISTINCT FROM (NEW."unread") OR OLD."withheld" IS DISTINCT FROM (NEW."withheld"))',
                        func='INSERT INTO "lawyers_packethistory" ("as_of", "asked_at", "by_id", "faults", "id", "key_since", "made_at", "mandate_id", "of", "pages", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sha256", "size_bytes", "started_at", "state", "unread", "withheld") VALUES (OLD."as_of", OLD."asked_at", OLD."by_id", OLD."faults", OLD."id", OLD."key_since", OLD."made_at", OLD."mandate_id", OLD."of", OLD."pages", OLD."path", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."problem", OLD."sha256", OLD."size_bytes", OLD."started_at", OLD."state", OLD."unread", OLD."withheld"); RETURN NULL;',
                        hash="2bf8c14ff27a7c685d40ccf4f140afd670be7d22",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_33daa",
                        table="lawyers_packet",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="packet",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_packethistory" ("as_of", "asked_at", "by_id", "faults", "id", "key_since", "made_at", "mandate_id", "of", "pages", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sha256", "size_bytes", "started_at", "state", "unread", "withheld") VALUES (OLD."as_of", OLD."asked_at", OLD."by_id", OLD."faults", OLD."id", OLD."key_since", OLD."made_at", OLD."mandate_id", OLD."of", OLD."pages", OLD."path", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."problem", OLD."sha256", OLD."size_bytes", OLD."started_at", OLD."state", OLD."unread", OLD."withheld"); RETURN NULL;',
                        hash="2c878bda73afaee0eccde6efb0e79c7ad6ead096",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_8f301",
                        table="lawyers_packet",
                        when="AFTER",
                    ),
                ),
            ),
        )
    ]
