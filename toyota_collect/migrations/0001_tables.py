import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("toyota_collect", "0001_initial"),
        ("toyota_collect", "0003_deciding"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(unique=True, verbose_name="日付")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("source", models.CharField(max_length=200, verbose_name="出典")),
            ],
            options={
                "verbose_name": "休日",
                "verbose_name_plural": "休日",
                "ordering": ["on"],
            },
        ),
        migrations.CreateModel(
            name="HolidayHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("on", models.DateField(verbose_name="日付")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("source", models.CharField(max_length=200, verbose_name="出典")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Section",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="コード")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
            ],
            options={
                "verbose_name": "所管課",
                "verbose_name_plural": "所管課",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="SectionHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=20, verbose_name="コード")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, verbose_name="項目")),
                ("value", models.JSONField(verbose_name="値")),
                ("starts_on", models.DateField(verbose_name="適用開始日（この日から）")),
                ("source", models.CharField(max_length=300, verbose_name="出典")),
                ("to_be_confirmed", models.BooleanField(default=False, verbose_name="要確認")),
            ],
            options={
                "verbose_name": "設定値",
                "verbose_name_plural": "設定値",
                "ordering": ["key", "-starts_on"],
            },
        ),
        migrations.CreateModel(
            name="SettingHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("key", models.CharField(max_length=60, verbose_name="項目")),
                ("value", models.JSONField(verbose_name="値")),
                ("starts_on", models.DateField(verbose_name="適用開始日（この日から）")),
                ("source", models.CharField(max_length=300, verbose_name="出典")),
                ("to_be_confirmed", models.BooleanField(default=False, verbose_name="要確認")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("collector", "徴収担当"),
                            ("supervisor", "係長・課長"),
                            ("print_operator", "帳票担当"),
                            ("receipts_clerk", "収納担当"),
                            ("section_viewer", "所管課"),
                            ("welfare_worker", "相談支援員"),
                            ("lawyer", "弁護士"),
                            ("auditor", "監査"),
                            ("administrator", "管理者"),
                            ("system", "システム"),
                        ],
                        max_length=20,
                        verbose_name="役割",
                    ),
                ),
                ("display_name", models.CharField(max_length=60, verbose_name="氏名")),
                ("organisation", models.CharField(blank=True, max_length=100, verbose_name="事務所・団体")),
                (
                    "decision_rank",
                    models.CharField(
                        blank=True,
                        choices=[("chief", "係長"), ("manager", "課長"), ("director", "部長")],
                        max_length=10,
                        verbose_name="決裁の職位",
                    ),
                ),
                ("active_until", models.DateField(blank=True, null=True, verbose_name="利用期限（この日まで）")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "利用者",
                "verbose_name_plural": "利用者",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="AccessLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="日時")),
                ("action", models.CharField(max_length=40, verbose_name="操作")),
                ("person_key", models.CharField(blank=True, max_length=40, verbose_name="人")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("collection", "徴収事務"),
                            ("section", "所管課の照会"),
                            ("welfare", "相談支援"),
                            ("lawsuit", "訴訟・回収の委任"),
                            ("audit", "監査"),
                            ("print", "帳票の作成"),
                        ],
                        max_length=20,
                        verbose_name="目的",
                    ),
                ),
                ("path", models.CharField(max_length=300, verbose_name="画面")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="端末")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="職員",
                    ),
                ),
            ],
            options={
                "verbose_name": "閲覧の記録",
                "verbose_name_plural": "閲覧の記録",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=40, verbose_name="対象")),
                ("subject_key", models.CharField(max_length=60)),
                ("subject_url", models.CharField(blank=True, max_length=300)),
                ("title", models.CharField(max_length=200, verbose_name="件名")),
                ("amount_yen", models.BigIntegerField(null=True, verbose_name="金額（円）")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("evidence", models.JSONField(default=dict, verbose_name="根拠")),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="起案日時")),
                (
                    "needs_rank",
                    models.CharField(
                        choices=[("chief", "係長"), ("manager", "課長"), ("director", "部長")],
                        default="director",
                        max_length=10,
                        verbose_name="決裁区分",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "承認"), ("rejected", "差戻し"), ("withdrawn", "取下げ")],
                        max_length=10,
                        verbose_name="決定",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="決定日時")),
                ("decision_reason", models.TextField(blank=True, verbose_name="決定の理由")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="後閲日時")),
                (
                    "acted_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代決した相手",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="決定者",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起案者",
                    ),
                ),
            ],
            options={
                "verbose_name": "決裁",
                "verbose_name_plural": "決裁",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="ApprovalHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("subject_type", models.CharField(max_length=40, verbose_name="対象")),
                ("subject_key", models.CharField(max_length=60)),
                ("subject_url", models.CharField(blank=True, max_length=300)),
                ("title", models.CharField(max_length=200, verbose_name="件名")),
                ("amount_yen", models.BigIntegerField(null=True, verbose_name="金額（円）")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("evidence", models.JSONField(default=dict, verbose_name="根拠")),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="起案日時")),
                (
                    "needs_rank",
                    models.CharField(
                        choices=[("chief", "係長"), ("manager", "課長"), ("director", "部長")],
                        default="director",
                        max_length=10,
                        verbose_name="決裁区分",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "承認"), ("rejected", "差戻し"), ("withdrawn", "取下げ")],
                        max_length=10,
                        verbose_name="決定",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="決定日時")),
                ("decision_reason", models.TextField(blank=True, verbose_name="決定の理由")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="後閲日時")),
                (
                    "acted_for",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代決した相手",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="決定者",
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
                        to="toyota_collect.approval",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起案者",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="日時")),
                ("event", models.CharField(max_length=60, verbose_name="できごと")),
                ("subject_type", models.CharField(max_length=40)),
                ("subject_key", models.CharField(max_length=60)),
                ("detail", models.JSONField(default=dict, verbose_name="内容")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="職員",
                    ),
                ),
            ],
            options={
                "verbose_name": "操作の記録",
                "verbose_name_plural": "操作の記録",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Deputy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="開始日")),
                ("ends_on", models.DateField(verbose_name="終わりの日（この日まで）")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("named_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "deputy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代決する人",
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="不在の決裁者",
                    ),
                ),
            ],
            options={
                "verbose_name": "代決の指定",
                "verbose_name_plural": "代決の指定",
                "ordering": ["-starts_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="DeputyHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("starts_on", models.DateField(verbose_name="開始日")),
                ("ends_on", models.DateField(verbose_name="終わりの日（この日まで）")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("named_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "deputy",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代決する人",
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        to="toyota_collect.deputy",
                    ),
                ),
                (
                    "principal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="不在の決裁者",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="文書番号")),
                ("kind", models.CharField(max_length=40, verbose_name="種類")),
                ("subject_type", models.CharField(max_length=40)),
                ("subject_key", models.CharField(max_length=60)),
                ("path", models.CharField(max_length=300, verbose_name="保存場所")),
                ("sha256", models.CharField(max_length=64)),
                ("size_bytes", models.PositiveIntegerField()),
                ("pages", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="作成日時")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "発行文書",
                "verbose_name_plural": "発行文書",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DocumentCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("series", models.CharField(max_length=20)),
                ("last_number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("fiscal_year", "series"), name="document_counter_per_year")
                ],
            },
        ),
        AtOnce(
            pgtrigger.migrations.AddTrigger(
                model_name="holiday",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "toyota_collect_holidayhistory" ("id", "name", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."id", OLD."name", OLD."on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."source"); RETURN NULL;',
                        hash="b3b1aa781502af493e94ece08b1a85c5ce408e07",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_8c59c",
                        table="toyota_collect_holiday",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="holiday",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "toyota_collect_holidayhistory" ("id", "name", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source") VALUES (OLD."id", OLD."name", OLD."on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."source"); RETURN NULL;',
                        hash="58fa6eb927bcaae7712bc5baa49e073a14cbb216",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_1dedb",
                        table="toyota_collect_holiday",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddField(
                model_name="holidayhistory",
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
                model_name="holidayhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="toyota_collect.holiday",
                ),
            ),
            migrations.AddField(
                model_name="user",
                name="section",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    to="toyota_collect.section",
                    verbose_name="所管課",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="section",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "toyota_collect_sectionhistory" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."code", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                        hash="f8815e0e6da96bb9f05e7937da8e7fe4f7fe444a",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_12ab5",
                        table="toyota_collect_section",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="section",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "toyota_collect_sectionhistory" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."code", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                        hash="99a258770b7a76c3e09f56d2a09cec7296886192",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_5fd5a",
                        table="toyota_collect_section",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddField(
                model_name="sectionhistory",
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
                model_name="sectionhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="toyota_collect.section",
                ),
            ),
            migrations.AddConstraint(
                model_name="setting",
                constraint=models.UniqueConstraint(fields=("key", "starts_on"), name="setting_one_value_per_start"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="setting",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "toyota_collect_settinghistory" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "starts_on", "to_be_confirmed", "value") VALUES (OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."source", OLD."starts_on", OLD."to_be_confirmed", OLD."value"); RETURN NULL;',
                        hash="6d17119274c2a8f1866ffff50b20de3f20a3889a",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_2c459",
                        table="toyota_collect_setting",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="setting",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "toyota_collect_settinghistory" ("id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "starts_on", "to_be_confirmed", "value") VALUES (OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."source", OLD."starts_on", OLD."to_be_confirmed", OLD."value"); RETURN NULL;',
                        hash="f73c3f7b5e8dec35aed75542036234b40aac962b",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_f67b3",
                        table="toyota_collect_setting",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddField(
                model_name="settinghistory",
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
                model_name="settinghistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="toyota_collect.setting",
                ),
            ),
            migrations.AddIndex(
                model_name="accesslog",
                index=models.Index(fields=["person_key", "-id"], name="access_by_person"),
            ),
            migrations.AddIndex(
                model_name="accesslog",
                index=models.Index(fields=["by", "-id"], name="access_by_user"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="accesslog",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="d21d601ed81fe7f4254db43f644c081acb6a0e99",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_0d7ae",
                        table="toyota_collect_accesslog",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="accesslog",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_truncated",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
                        hash="b9fd51f40858288cf31b0835f61ad53dead0abbf",
                        level="STATEMENT",
                        operation="TRUNCATE",
                        pgid="pgtrigger_never_truncated_0fddf",
                        table="toyota_collect_accesslog",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="approval",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("decided_by", None),
                        models.Q(("decided_by", models.F("requested_by")), _negated=True),
                        _connector="OR",
                    ),
                    name="approval_is_decided_by_a_second_person",
                ),
            ),
            migrations.AddConstraint(
                model_name="approval",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                        models.Q(("decided_at__isnull", False), ("decided_by", None), ("decision", "withdrawn")),
                        models.Q(
                            ("decided_at__isnull", False),
                            ("decided_by__isnull", False),
                            ("decision__in", ["approved", "rejected"]),
                        ),
                        _connector="OR",
                    ),
                    name="approval_decision_names_person_and_time",
                ),
            ),
            migrations.AddConstraint(
                model_name="approval",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("acted_for", None),
                        models.Q(
                            models.Q(("acted_for", models.F("requested_by")), _negated=True),
                            models.Q(("acted_for", models.F("decided_by")), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="approval_is_not_acted_for_who_asked",
                ),
            ),
            migrations.AddConstraint(
                model_name="approval",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("decision", "")),
                    fields=("subject_type", "subject_key"),
                    name="approval_one_open_per_subject",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="approval",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "toyota_collect_approvalhistory" ("acted_for_id", "amount_yen", "decided_at", "decided_by_id", "decision", "decision_reason", "evidence", "id", "needs_rank", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "seen_at", "subject_key", "subject_type", "subject_url", "title") VALUES (OLD."acted_for_id", OLD."amount_yen", OLD."decided_at", OLD."decided_by_id", OLD."decision", OLD."decision_reason", OLD."evidence", OLD."id", OLD."needs_rank", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."reason", OLD."requested_at", OLD."requested_by_id", OLD."seen_at", OLD."subject_key", OLD."subject_type", OLD."subject_url", OLD."title"); RETURN NULL;',
                        hash="318c163e706ee8f0a2b849ed8ddba8c67b8ccec5",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_61dac",
                        table="toyota_collect_approval",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="approval",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "toyota_collect_approvalhistory" ("acted_for_id", "amount_yen", "decided_at", "decided_by_id", "decision", "decision_reason", "evidence", "id", "needs_rank", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "seen_at", "subject_key", "subject_type", "subject_url", "title") VALUES (OLD."acted_for_id", OLD."amount_yen", OLD."decided_at", OLD."decided_by_id", OLD."decision", OLD."decision_reason", OLD."evidence", OLD."id", OLD."needs_rank", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."requested_at", OLD."requested_by_id", OLD."seen_at", OLD."subject_key", OLD."subject_type", OLD."subject_url", OLD."title"); RETURN NULL;',
                        hash="94da3945074fc57d18efdb4dcf9bbf1c85f653ec",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_01092",
                        table="toyota_collect_approval",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddIndex(
                model_name="auditevent",
                index=models.Index(fields=["subject_type", "subject_key"], name="audit_by_subject"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="auditevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="e290ab643b4011f3a97faf31c0ebe7f1bb93af4c",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_722d9",
                        table="toyota_collect_auditevent",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="auditevent",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_truncated",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
                        hash="1f6c641029d336e400982e67f3ed0f11a1932a62",
                        level="STATEMENT",
                        operation="TRUNCATE",
                        pgid="pgtrigger_never_truncated_677c8",
                        table="toyota_collect_auditevent",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="deputy",
                constraint=models.CheckConstraint(
                    condition=models.Q(("principal", models.F("deputy")), _negated=True),
                    name="deputy_is_another_person",
                ),
            ),
            migrations.AddConstraint(
                model_name="deputy",
                constraint=models.CheckConstraint(
                    condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="deputy_ends_after_it_starts"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="deputy",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "toyota_collect_deputyhistory" ("deputy_id", "ended_at", "ends_on", "id", "named_at", "named_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_id", "reason", "starts_on") VALUES (OLD."deputy_id", OLD."ended_at", OLD."ends_on", OLD."id", OLD."named_at", OLD."named_by_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."principal_id", OLD."reason", OLD."starts_on"); RETURN NULL;',
                        hash="e324903704874365681a1a008ee57fd5f4a4d4a5",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_d87cb",
                        table="toyota_collect_deputy",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="deputy",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "toyota_collect_deputyhistory" ("deputy_id", "ended_at", "ends_on", "id", "named_at", "named_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_id", "reason", "starts_on") VALUES (OLD."deputy_id", OLD."ended_at", OLD."ends_on", OLD."id", OLD."named_at", OLD."named_by_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal_id", OLD."reason", OLD."starts_on"); RETURN NULL;',
                        hash="85502a03acd36a7f918f1d1eed4e14fcc356505a",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_4a81a",
                        table="toyota_collect_deputy",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddIndex(
                model_name="document",
                index=models.Index(fields=["subject_type", "subject_key"], name="document_by_subject"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="document",
                trigger=pgtrigger.compiler.Trigger(
                    name="append_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="973765a91e12d86f8f0861e0b06784b20ac469d1",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_append_only_8c2bb",
                        table="toyota_collect_document",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="document",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_truncated",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
                        hash="d0035835668bd74964ffb4531fac080567b2cc2a",
                        level="STATEMENT",
                        operation="TRUNCATE",
                        pgid="pgtrigger_never_truncated_abcab",
                        table="toyota_collect_document",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="user",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        (
                            "role__in",
                            [
                                "collector",
                                "supervisor",
                                "print_operator",
                                "receipts_clerk",
                                "section_viewer",
                                "welfare_worker",
                                "lawyer",
                                "auditor",
                                "administrator",
                                "system",
                            ],
                        )
                    ),
                    name="user_role_is_known",
                ),
            ),
            migrations.AddConstraint(
                model_name="user",
                constraint=models.CheckConstraint(
                    condition=models.Q(("decision_rank", ""), ("role", "supervisor"), _connector="OR"),
                    name="only_supervisors_decide",
                ),
            ),
            migrations.AddConstraint(
                model_name="user",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("role", "section_viewer"), _negated=True), ("section__isnull", False), _connector="OR"
                    ),
                    name="section_viewer_has_a_section",
                ),
            ),
        ),
    ]
