import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("notices", "0002_initial"),
        ("notices", "0003_letters_are_frozen"),
        ("notices", "0004_counting"),
        ("notices", "0005_desk_slip_paper"),
        ("notices", "0007_dunning"),
        ("notices", "0006_desk_slip_settings"),
        ("notices", "0008_dunning_settings"),
    ]

    dependencies = [
        ("claims", "0003_tables_and_keys"),
        ("debtors", "0002_tables_and_keys"),
        ("notices", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("toyota_collect", "0001_tables"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            migrations.AddField(
                model_name="dunning",
                name="document",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="dunnings",
                    to="toyota_collect.document",
                ),
            ),
            migrations.AddField(
                model_name="dunning",
                name="person",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="dunnings", to="debtors.person"
                ),
            ),
            migrations.AddField(
                model_name="dunning",
                name="slip",
                field=models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="dunnings", to="claims.slip"
                ),
            ),
            migrations.AddField(
                model_name="dunninghistory",
                name="claim",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="claims.claim",
                ),
            ),
            migrations.AddField(
                model_name="dunninghistory",
                name="document",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="toyota_collect.document",
                ),
            ),
            migrations.AddField(
                model_name="dunninghistory",
                name="person",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="debtors.person",
                ),
            ),
            migrations.AddField(
                model_name="dunninghistory",
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
                model_name="dunninghistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="notices.dunning",
                ),
            ),
            migrations.AddField(
                model_name="dunninghistory",
                name="slip",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="claims.slip",
                ),
            ),
            migrations.AddField(
                model_name="dunningrun",
                name="approval",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="toyota_collect.approval",
                    verbose_name="決裁",
                ),
            ),
            migrations.AddField(
                model_name="dunningrun",
                name="bundle",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="toyota_collect.document",
                ),
            ),
            migrations.AddField(
                model_name="dunningrun",
                name="made_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="dunningrun",
                name="posted_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="dunninghistory",
                name="run",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="notices.dunningrun",
                ),
            ),
            migrations.AddField(
                model_name="dunning",
                name="run",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="dunnings", to="notices.dunningrun"
                ),
            ),
            migrations.AddField(
                model_name="dunningrunhistory",
                name="approval",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="toyota_collect.approval",
                    verbose_name="決裁",
                ),
            ),
            migrations.AddField(
                model_name="dunningrunhistory",
                name="bundle",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="toyota_collect.document",
                ),
            ),
            migrations.AddField(
                model_name="dunningrunhistory",
                name="made_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="dunningrunhistory",
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
                model_name="dunningrunhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="notices.dunningrun",
                ),
            ),
            migrations.AddField(
                model_name="dunningrunhistory",
                name="posted_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="exclusion",
                name="person",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="debtors.person"
                ),
            ),
            migrations.AddField(
                model_name="letter",
                name="document",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="toyota_collect.document",
                ),
            ),
            migrations.AddField(
                model_name="letter",
                name="person",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="debtors.person"
                ),
            ),
            migrations.AddField(
                model_name="letterclaim",
                name="claim",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="in_letters", to="claims.claim"
                ),
            ),
            migrations.AddField(
                model_name="letterclaim",
                name="letter",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="notices.letter"
                ),
            ),
            migrations.AddField(
                model_name="letterhistory",
                name="person",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="debtors.person",
                ),
            ),
            migrations.AddField(
                model_name="letterhistory",
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
                model_name="letterhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="notices.letter",
                ),
            ),
            migrations.AddField(
                model_name="letter",
                name="chunk",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="letters",
                    to="notices.printchunk",
                ),
            ),
            migrations.AddField(
                model_name="printrun",
                name="approval",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="toyota_collect.approval",
                    verbose_name="決裁",
                ),
            ),
            migrations.AddField(
                model_name="printrun",
                name="made_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="printchunk",
                name="run",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="chunks", to="notices.printrun"
                ),
            ),
            migrations.AddField(
                model_name="letterhistory",
                name="run",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="notices.printrun",
                ),
            ),
            migrations.AddField(
                model_name="letter",
                name="run",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="notices.printrun"
                ),
            ),
            migrations.AddField(
                model_name="exclusion",
                name="run",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="exclusions", to="notices.printrun"
                ),
            ),
            migrations.AddField(
                model_name="printrunhistory",
                name="approval",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="toyota_collect.approval",
                    verbose_name="決裁",
                ),
            ),
            migrations.AddField(
                model_name="printrunhistory",
                name="made_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="printrunhistory",
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
                model_name="printrunhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="notices.printrun",
                ),
            ),
            migrations.AddField(
                model_name="slippaper",
                name="document",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="slip_papers",
                    to="toyota_collect.document",
                ),
            ),
            migrations.AddField(
                model_name="slippaper",
                name="slip",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, related_name="paper", to="claims.slip"
                ),
            ),
            migrations.AddConstraint(
                model_name="dunningrun",
                constraint=models.UniqueConstraint(
                    fields=("fiscal_year", "sequence"), name="dunning_run_numbered_in_its_year"
                ),
            ),
            migrations.AddConstraint(
                model_name="dunningrun",
                constraint=models.CheckConstraint(
                    condition=models.Q(("deadline_on__gt", models.F("issued_on"))), name="dunning_deadline_after_issue"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="dunningrun",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "notices_dunningrunhistory" ("approval_id", "bundle_id", "counts", "deadline_on", "fiscal_year", "id", "issued_on", "kinds", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_at", "posted_by_id", "problem", "sequence", "started_at", "state") VALUES (OLD."approval_id", OLD."bundle_id", OLD."counts", OLD."deadline_on", OLD."fiscal_year", OLD."id", OLD."issued_on", OLD."kinds", OLD."made_at", OLD."made_by_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."posted_at", OLD."posted_by_id", OLD."problem", OLD."sequence", OLD."started_at", OLD."state"); RETURN NULL;',
                        hash="b859e3b25698c5d38f811f4cac8bccfa801d85c1",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_94814",
                        table="notices_dunningrun",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="dunningrun",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "notices_dunningrunhistory" ("approval_id", "bundle_id", "counts", "deadline_on", "fiscal_year", "id", "issued_on", "kinds", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_at", "posted_by_id", "problem", "sequence", "started_at", "state") VALUES (OLD."approval_id", OLD."bundle_id", OLD."counts", OLD."deadline_on", OLD."fiscal_year", OLD."id", OLD."issued_on", OLD."kinds", OLD."made_at", OLD."made_by_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."posted_at", OLD."posted_by_id", OLD."problem", OLD."sequence", OLD."started_at", OLD."state"); RETURN NULL;',
                        hash="a6c17bb10532b1879d2c36593f98ca2dd0169dc0",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_c5e73",
                        table="notices_dunningrun",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="dunning",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("state", "pulled"), _negated=True),
                    fields=("claim",),
                    name="dunning_once_per_claim",
                ),
            ),
            migrations.AddConstraint(
                model_name="dunning",
                constraint=models.CheckConstraint(
                    condition=models.Q(("principal_yen__gt", 0)), name="dunning_asks_for_money"
                ),
            ),
            migrations.AddConstraint(
                model_name="dunning",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "pulled"), _negated=True),
                        models.Q(("pulled_because", ""), _negated=True),
                        _connector="OR",
                    ),
                    name="dunning_pulled_has_a_reason",
                ),
            ),
            migrations.AddConstraint(
                model_name="dunning",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ["waiting", "pulled"]), ("document__isnull", False), _connector="OR"
                    ),
                    name="dunning_made_has_its_paper",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="dunning",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "notices_dunninghistory" ("appeal_body", "claim_id", "document_id", "fee_yen", "id", "number", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_yen", "pulled_because", "run_id", "serial", "slip_id", "state", "statute") VALUES (OLD."appeal_body", OLD."claim_id", OLD."document_id", OLD."fee_yen", OLD."id", OLD."number", OLD."person_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."principal_yen", OLD."pulled_because", OLD."run_id", OLD."serial", OLD."slip_id", OLD."state", OLD."statute"); RETURN NULL;',
                        hash="2e4a2aab4273cda1d4ee6d8752d38b2f1363a436",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_e2a04",
                        table="notices_dunning",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="dunning",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "notices_dunninghistory" ("appeal_body", "claim_id", "document_id", "fee_yen", "id", "number", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_yen", "pulled_because", "run_id", "serial", "slip_id", "state", "statute") VALUES (OLD."appeal_body", OLD."claim_id", OLD."document_id", OLD."fee_yen", OLD."id", OLD."number", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal_yen", OLD."pulled_because", OLD."run_id", OLD."serial", OLD."slip_id", OLD."state", OLD."statute"); RETURN NULL;',
                        hash="f58f49ab3355f02f6445e69d3d83a5e1c119a58f",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_f2e2c",
                        table="notices_dunning",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="letterclaim",
                constraint=models.UniqueConstraint(fields=("letter", "claim"), name="claim_once_per_letter"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="letterclaim",
                trigger=pgtrigger.compiler.Trigger(
                    name="frozen",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="5c196889e6128f135dc1a18f5fe0c1aa97ffaeb3",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_frozen_76a9c",
                        table="notices_letterclaim",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="printrun",
                constraint=models.UniqueConstraint(
                    fields=("fiscal_year", "is_sample", "sequence"), name="run_numbered_in_its_year"
                ),
            ),
            migrations.AddConstraint(
                model_name="printrun",
                constraint=models.CheckConstraint(
                    condition=models.Q(("deadline_on__gt", models.F("issued_on"))), name="run_deadline_after_issue"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="printrun",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "notices_printrunhistory" ("approval_id", "as_of", "count_asked_at", "counts", "deadline_on", "finished_at", "fiscal_year", "groups", "id", "is_sample", "issued_on", "kinds", "limit", "made_at", "made_by_id", "minimum_yen", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sequence", "slip_policy", "snapshot_at", "started_at", "state") VALUES (OLD."approval_id", OLD."as_of", OLD."count_asked_at", OLD."counts", OLD."deadline_on", OLD."finished_at", OLD."fiscal_year", OLD."groups", OLD."id", OLD."is_sample", OLD."issued_on", OLD."kinds", OLD."limit", OLD."made_at", OLD."made_by_id", OLD."minimum_yen", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."problem", OLD."sequence", OLD."slip_policy", OLD."snapshot_at", OLD."started_at", OLD."state"); RETURN NULL;',
                        hash="2c18184cfd20ea3587735dc7609abf9f75512f75",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_8b601",
                        table="notices_printrun",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="printrun",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "notices_printrunhistory" ("approval_id", "as_of", "count_asked_at", "counts", "deadline_on", "finished_at", "fiscal_year", "groups", "id", "is_sample", "issued_on", "kinds", "limit", "made_at", "made_by_id", "minimum_yen", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sequence", "slip_policy", "snapshot_at", "started_at", "state") VALUES (OLD."approval_id", OLD."as_of", OLD."count_asked_at", OLD."counts", OLD."deadline_on", OLD."finished_at", OLD."fiscal_year", OLD."groups", OLD."id", OLD."is_sample", OLD."issued_on", OLD."kinds", OLD."limit", OLD."made_at", OLD."made_by_id", OLD."minimum_yen", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."problem", OLD."sequence", OLD."slip_policy", OLD."snapshot_at", OLD."started_at", OLD."state"); RETURN NULL;',
                        hash="84509c6673a2e768f05517daec32bf820301bc2e",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_09cdb",
                        table="notices_printrun",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="printchunk",
                constraint=models.UniqueConstraint(fields=("run", "sequence"), name="chunk_once_per_run"),
            ),
            migrations.AddIndex(
                model_name="letter",
                index=models.Index(fields=["run", "state"], name="letter_by_run_and_state"),
            ),
            migrations.AddConstraint(
                model_name="letter",
                constraint=models.UniqueConstraint(fields=("run", "person"), name="one_letter_per_person_and_run"),
            ),
            migrations.AddConstraint(
                model_name="letter",
                constraint=models.UniqueConstraint(fields=("run", "serial"), name="letter_serial_once_per_run"),
            ),
            migrations.AddConstraint(
                model_name="letter",
                constraint=models.CheckConstraint(
                    condition=models.Q(("total_yen__gt", 0)), name="letter_asks_for_money"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="letter",
                trigger=pgtrigger.compiler.Trigger(
                    name="frozen",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."run_id" IS DISTINCT FROM (NEW."run_id") OR OLD."serial" IS DISTINCT FROM (NEW."serial") OR OLD."snapshot" IS DISTINCT FROM (NEW."snapshot") OR OLD."snapshot_sha256" IS DISTINCT FROM (NEW."snapshot_sha256") OR OLD."total_yen" IS DISTINCT FROM (NEW."total_yen"))',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="79cf567bc0c06efa6eea7a88d34761e1d6d37f70",
                        operation="UPDATE",
                        pgid="pgtrigger_frozen_c0927",
                        table="notices_letter",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="letter",
                trigger=pgtrigger.compiler.Trigger(
                    name="kept",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="6a2340e28da0737120f602f05e5d87af77144cb2",
                        operation="DELETE",
                        pgid="pgtrigger_kept_92c44",
                        table="notices_letter",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="letter",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."postal_code" IS DISTINCT FROM (NEW."postal_code") OR OLD."run_id" IS DISTINCT FROM (NEW."run_id") OR OLD."serial" IS DISTINCT FROM (NEW."serial") OR OLD."snapshot_sha256" IS DISTINCT FROM (NEW."snapshot_sha256") OR OLD."total_yen" IS DISTINCT FROM (NEW."total_yen"))',
                        func='INSERT INTO "notices_letterhistory" ("id", "name", "number", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "run_id", "serial", "snapshot_sha256", "total_yen") VALUES (OLD."id", OLD."name", OLD."number", OLD."person_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."postal_code", OLD."run_id", OLD."serial", OLD."snapshot_sha256", OLD."total_yen"); RETURN NULL;',
                        hash="cfcdb48dacfde013236ccbd51d89ba0dc861a829",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_b4263",
                        table="notices_letter",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="letter",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "notices_letterhistory" ("id", "name", "number", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postal_code", "run_id", "serial", "snapshot_sha256", "total_yen") VALUES (OLD."id", OLD."name", OLD."number", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postal_code", OLD."run_id", OLD."serial", OLD."snapshot_sha256", OLD."total_yen"); RETURN NULL;',
                        hash="859f5cad8cd8a19287eabe1121eeab33d6390b81",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_544ec",
                        table="notices_letter",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="exclusion",
                constraint=models.UniqueConstraint(fields=("run", "person"), name="exclusion_once_per_person"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="slippaper",
                trigger=pgtrigger.compiler.Trigger(
                    name="frozen",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="3f6766bcaab83c89fee397d2c06aefe0667565d4",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_frozen_093f2",
                        table="notices_slippaper",
                        when="BEFORE",
                    ),
                ),
            ),
        ),
    ]
