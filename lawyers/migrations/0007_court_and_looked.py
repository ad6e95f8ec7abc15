import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("lawyers", "0006_money_data"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
            pgtrigger.migrations.RemoveTrigger(
                model_name="proceeding",
                name="update_update",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="proceeding",
                name="delete_delete",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="settlement",
                name="update_update",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="settlement",
                name="delete_delete",
            ),
            migrations.RemoveField(
                model_name="settlement",
                name="last_entry",
            ),
            migrations.RemoveField(
                model_name="settlementhistory",
                name="last_entry",
            ),
            migrations.AddField(
                model_name="packet",
                name="looked_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="読み取れない証拠を見た人",
                ),
            ),
            migrations.AddField(
                model_name="packethistory",
                name="looked_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="読み取れない証拠を見た人",
                ),
            ),
            migrations.AddField(
                model_name="proceeding",
                name="against",
                field=models.CharField(
                    choices=[("debtor", "債務者"), ("heir", "相続人"), ("guarantor", "連帯保証人")],
                    default="debtor",
                    max_length=10,
                    verbose_name="相手方",
                ),
            ),
            migrations.AddField(
                model_name="proceeding",
                name="lines",
                field=models.ManyToManyField(
                    related_name="proceedings", to="lawyers.legalclaim", verbose_name="請求する債権"
                ),
            ),
            migrations.AddField(
                model_name="proceeding",
                name="state",
                field=models.CharField(blank=True, max_length=20, verbose_name="最後に知らせた状態"),
            ),
            migrations.AddField(
                model_name="proceedinghistory",
                name="against",
                field=models.CharField(
                    choices=[("debtor", "債務者"), ("heir", "相続人"), ("guarantor", "連帯保証人")],
                    default="debtor",
                    max_length=10,
                    verbose_name="相手方",
                ),
            ),
            migrations.AddField(
                model_name="proceedinghistory",
                name="state",
                field=models.CharField(blank=True, max_length=20, verbose_name="最後に知らせた状態"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="packet",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."faults" IS DISTINCT FROM (NEW."faults") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_since" IS DISTINCT FROM (NEW."key_since") OR OLD."looked_by_id" IS DISTINCT FROM (NEW."looked_by_id") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."mandate_id" IS DISTINCT FROM (NEW."mandate_id") OR OLD."of" IS DISTINCT FROM (NEW."of") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."path" IS DISTINCT FROM (NEW."path") OR OLD."problem" IS DISTINCT FROM (NEW."problem") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."size_bytes" IS DISTINCT FROM (NEW."size_bytes") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."unread" IS DISTINCT FROM (NEW."unread") OR OLD."withheld" IS DISTINCT FROM (NEW."withheld"))',
                        func='INSERT INTO "lawyers_packethistory" ("as_of", "asked_at", "by_id", "faults", "id", "key_since", "looked_by_id", "made_at", "mandate_id", "of", "pages", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sha256", "size_bytes", "started_at", "state", "unread", "withheld") VALUES (OLD."as_of", OLD."asked_at", OLD."by_id", OLD."faults", OLD."id", OLD."key_since", OLD."looked_by_id", OLD."made_at", OLD."mandate_id", OLD."of", OLD."pages", OLD."path", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."problem", OLD."sha256", OLD."size_bytes", OLD."started_at", OLD."state", OLD."unread", OLD."withheld"); RETURN NULL;',
                        hash="f1bd844ab4f808b4cd1408522e09fafbdd12420b",
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
                        func='INSERT INTO "lawyers_packethistory" ("as_of", "asked_at", "by_id", "faults", "id", "key_since", "looked_by_id", "made_at", "mandate_id", "of", "pages", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sha256", "size_bytes", "started_at", "state", "unread", "withheld") VALUES (OLD."as_of", OLD."asked_at", OLD."by_id", OLD."faults", OLD."id", OLD."key_since", OLD."looked_by_id", OLD."made_at", OLD."mandate_id", OLD."of", OLD."pages", OLD."path", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."problem", OLD."sha256", OLD."size_bytes", OLD."started_at", OLD."state", OLD."unread", OLD."withheld"); RETURN NULL;',
                        hash="c06e2431e1bb321bf636dedbff971dad88ac8896",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_8f301",
                        table="lawyers_packet",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="proceeding",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_proceedinghistory" ("against", "by_id", "case_id", "closed_on", "council", "court", "court_number", "id", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "route", "state") VALUES (OLD."against", OLD."by_id", OLD."case_id", OLD."closed_on", OLD."council", OLD."court", OLD."court_number", OLD."id", OLD."opened_on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."proposal_id", OLD."route", OLD."state"); RETURN NULL;',
                        hash="a5f664a54e464d3b86bde7ec0c7bf8411f253429",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_71b89",
                        table="lawyers_proceeding",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="proceeding",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_proceedinghistory" ("against", "by_id", "case_id", "closed_on", "council", "court", "court_number", "id", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "route", "state") VALUES (OLD."against", OLD."by_id", OLD."case_id", OLD."closed_on", OLD."council", OLD."court", OLD."court_number", OLD."id", OLD."opened_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposal_id", OLD."route", OLD."state"); RETURN NULL;',
                        hash="a780deb9e4c583f665b4de56acfa542452bb52ed",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_07872",
                        table="lawyers_proceeding",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="settlement",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_settlementhistory" ("agreed_on", "by_id", "case_id", "council", "defaulted_on", "done_on", "forfeits_after", "id", "instalments", "kind", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "proposal_id", "terms", "total_yen", "waived_yen") VALUES (OLD."agreed_on", OLD."by_id", OLD."case_id", OLD."council", OLD."defaulted_on", OLD."done_on", OLD."forfeits_after", OLD."id", OLD."instalments", OLD."kind", OLD."made_at", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."proceeding_id", OLD."proposal_id", OLD."terms", OLD."total_yen", OLD."waived_yen"); RETURN NULL;',
                        hash="d699b82651699a0a5fd971de954ea91ba064f0dc",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_b08fa",
                        table="lawyers_settlement",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="settlement",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_settlementhistory" ("agreed_on", "by_id", "case_id", "council", "defaulted_on", "done_on", "forfeits_after", "id", "instalments", "kind", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "proposal_id", "terms", "total_yen", "waived_yen") VALUES (OLD."agreed_on", OLD."by_id", OLD."case_id", OLD."council", OLD."defaulted_on", OLD."done_on", OLD."forfeits_after", OLD."id", OLD."instalments", OLD."kind", OLD."made_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proceeding_id", OLD."proposal_id", OLD."terms", OLD."total_yen", OLD."waived_yen"); RETURN NULL;',
                        hash="2bfd84e864d50227079d49fbb9dc1c9b5104941f",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_aa65d",
                        table="lawyers_settlement",
                        when="AFTER",
                    ),
                ),
            ),
        ),
    ]
