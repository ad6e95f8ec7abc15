import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("welfare", "0001_initial"),
    ]

    dependencies = [
        ("debtors", "0002_tables_and_keys"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            migrations.CreateModel(
                name="Referral",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("offered", "案内した"),
                                ("consented", "同意あり"),
                                ("received", "受け付けた"),
                                ("answered", "回答あり"),
                                ("declined", "希望しない"),
                            ],
                            default="offered",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("consented_on", models.DateField(blank=True, null=True, verbose_name="同意日")),
                    ("offered_at", models.DateTimeField(auto_now_add=True)),
                    ("result", models.CharField(blank=True, max_length=30, verbose_name="結果")),
                    (
                        "offered_by",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                        ),
                    ),
                    (
                        "person",
                        models.ForeignKey(
                            on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="debtors.person"
                        ),
                    ),
                ],
                options={
                    "verbose_name": "つなぎ",
                    "verbose_name_plural": "つなぎ",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="ReferralHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("offered", "案内した"),
                                ("consented", "同意あり"),
                                ("received", "受け付けた"),
                                ("answered", "回答あり"),
                                ("declined", "希望しない"),
                            ],
                            default="offered",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("consented_on", models.DateField(blank=True, null=True, verbose_name="同意日")),
                    ("offered_at", models.DateTimeField(auto_now_add=True)),
                    ("result", models.CharField(blank=True, max_length=30, verbose_name="結果")),
                    (
                        "offered_by",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    ),
                    (
                        "person",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            related_query_name="+",
                            to="debtors.person",
                        ),
                    ),
                    (
                        "pgh_context",
                        models.ForeignKey(
                            db_constraint=False,
                            null=True,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="+",
                            to="pghistory.context",
                        ),
                    ),
                    (
                        "pgh_obj",
                        models.ForeignKey(
                            db_constraint=False,
                            on_delete=django.db.models.deletion.DO_NOTHING,
                            related_name="history",
                            to="welfare.referral",
                        ),
                    ),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.AddConstraint(
                model_name="referral",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("state__in", ["offered", "declined"]), ("consented_on__isnull", False), _connector="OR"
                    ),
                    name="referral_passes_data_only_with_consent",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="referral",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "welfare_referralhistory" ("consented_on", "id", "offered_at", "offered_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "state") VALUES (OLD."consented_on", OLD."id", OLD."offered_at", OLD."offered_by_id", OLD."person_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."result", OLD."state"); RETURN NULL;',
                        hash="cdc0544898dadb560c25b9bab91c8fd659e36820",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_820f1",
                        table="welfare_referral",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="referral",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "welfare_referralhistory" ("consented_on", "id", "offered_at", "offered_by_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "result", "state") VALUES (OLD."consented_on", OLD."id", OLD."offered_at", OLD."offered_by_id", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."result", OLD."state"); RETURN NULL;',
                        hash="2c2d996f44518236177cf9ae8934b57c03061712",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_79d29",
                        table="welfare_referral",
                        when="AFTER",
                    ),
                ),
            ),
        ),
    ]
