import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from toyota_collect.at_once import AtOnce


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0010_packed_lines"),
        ("debtors", "0020_call_counts"),
        ("lawyers", "0002_tables_and_keys"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("toyota_collect", "0005_access_basis"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AtOnce(
            migrations.CreateModel(
                name="CaseCost",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("on", models.DateField(verbose_name="日")),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("stamp", "収入印紙・手数料"),
                                ("postage", "郵便料・郵券"),
                                ("registry", "登記・戸籍の手数料"),
                                ("travel", "交通費"),
                                ("other", "その他"),
                            ],
                            max_length=10,
                            verbose_name="種類",
                        ),
                    ),
                    ("yen", models.BigIntegerField(verbose_name="金額（円）")),
                    ("note", models.CharField(blank=True, max_length=200, verbose_name="内容")),
                    ("token", models.UUIDField(unique=True)),
                    ("told_at", models.DateTimeField(auto_now_add=True)),
                    ("withdrawn_at", models.DateTimeField(null=True)),
                ],
                options={
                    "verbose_name": "実費",
                    "verbose_name_plural": "実費",
                    "ordering": ["on", "pk"],
                },
            ),
            migrations.CreateModel(
                name="CaseCostHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("on", models.DateField(verbose_name="日")),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("stamp", "収入印紙・手数料"),
                                ("postage", "郵便料・郵券"),
                                ("registry", "登記・戸籍の手数料"),
                                ("travel", "交通費"),
                                ("other", "その他"),
                            ],
                            max_length=10,
                            verbose_name="種類",
                        ),
                    ),
                    ("yen", models.BigIntegerField(verbose_name="金額（円）")),
                    ("note", models.CharField(blank=True, max_length=200, verbose_name="内容")),
                    ("token", models.UUIDField()),
                    ("told_at", models.DateTimeField(auto_now_add=True)),
                    ("withdrawn_at", models.DateTimeField(null=True)),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="CaseEntry",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("on", models.DateField(verbose_name="日")),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("phone", "電話"),
                                ("letter", "文書"),
                                ("visit", "面談"),
                                ("court", "裁判所"),
                                ("note", "メモ"),
                            ],
                            max_length=10,
                            verbose_name="種類",
                        ),
                    ),
                    ("text", models.TextField(max_length=2000, verbose_name="内容")),
                    ("promised_on", models.DateField(null=True, verbose_name="約束の日")),
                    ("promised_yen", models.BigIntegerField(null=True, verbose_name="約束の額（円）")),
                    ("token", models.UUIDField(unique=True)),
                    ("written_at", models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    "verbose_name": "件の経過",
                    "verbose_name_plural": "件の経過",
                    "ordering": ["-on", "-pk"],
                },
            ),
            migrations.CreateModel(
                name="CaseFile",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("title", models.CharField(max_length=100, verbose_name="書類の名前")),
                    ("name", models.CharField(max_length=120, verbose_name="ファイル名")),
                    ("content_type", models.CharField(max_length=40, verbose_name="形式")),
                    ("size_bytes", models.PositiveIntegerField(verbose_name="大きさ（バイト）")),
                    ("sha256", models.CharField(max_length=64)),
                    ("path", models.CharField(max_length=200, verbose_name="保存場所")),
                    ("at", models.DateTimeField(auto_now_add=True, verbose_name="登録日時")),
                ],
                options={
                    "verbose_name": "件の書類",
                    "verbose_name_plural": "件の書類",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="CaseQuestion",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("by_firm", models.BooleanField(verbose_name="事務所からの質問")),
                    ("text", models.TextField(max_length=1000, verbose_name="質問")),
                    ("asked_on", models.DateField(verbose_name="質問の日")),
                    ("answer", models.TextField(blank=True, max_length=2000, verbose_name="回答")),
                    ("answered_on", models.DateField(null=True, verbose_name="回答の日")),
                    ("token", models.UUIDField(unique=True)),
                ],
                options={
                    "verbose_name": "質問と回答",
                    "verbose_name_plural": "質問と回答",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="CaseQuestionHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("by_firm", models.BooleanField(verbose_name="事務所からの質問")),
                    ("text", models.TextField(max_length=1000, verbose_name="質問")),
                    ("asked_on", models.DateField(verbose_name="質問の日")),
                    ("answer", models.TextField(blank=True, max_length=2000, verbose_name="回答")),
                    ("answered_on", models.DateField(null=True, verbose_name="回答の日")),
                    ("token", models.UUIDField()),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Designation",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("starts_on", models.DateField(verbose_name="指定の開始日")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="指定の終了日（この日を含む）")),
                    ("number", models.CharField(max_length=60, verbose_name="告示・契約の番号")),
                    ("source", models.CharField(max_length=200, verbose_name="根拠となる書類")),
                ],
                options={
                    "verbose_name": "指定公金事務取扱者の指定",
                    "verbose_name_plural": "指定公金事務取扱者の指定",
                    "ordering": ["firm", "-starts_on"],
                },
            ),
            migrations.CreateModel(
                name="DesignationHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("starts_on", models.DateField(verbose_name="指定の開始日")),
                    ("ends_on", models.DateField(blank=True, null=True, verbose_name="指定の終了日（この日を含む）")),
                    ("number", models.CharField(max_length=60, verbose_name="告示・契約の番号")),
                    ("source", models.CharField(max_length=200, verbose_name="根拠となる書類")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Invoice",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("number", models.CharField(max_length=40, verbose_name="請求書番号")),
                    ("month", models.DateField(verbose_name="対象の月（1日）")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("sent", "照合待ち"),
                                ("differs", "差異あり"),
                                ("agreed", "一致"),
                                ("approved", "支払決定"),
                                ("returned", "返却"),
                            ],
                            default="sent",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("sent_on", models.DateField(verbose_name="提出の日")),
                    ("fee_yen", models.BigIntegerField(verbose_name="報酬（円）")),
                    ("tax_yen", models.BigIntegerField(verbose_name="消費税（円）")),
                    ("cost_yen", models.BigIntegerField(verbose_name="実費（円）")),
                    ("differences", models.JSONField(default=list, verbose_name="差異")),
                    ("checked_on", models.DateField(null=True, verbose_name="照合の日")),
                    ("note", models.CharField(blank=True, max_length=500, verbose_name="市の説明")),
                ],
                options={
                    "verbose_name": "報酬の請求",
                    "verbose_name_plural": "報酬の請求",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="InvoiceHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("number", models.CharField(max_length=40, verbose_name="請求書番号")),
                    ("month", models.DateField(verbose_name="対象の月（1日）")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("sent", "照合待ち"),
                                ("differs", "差異あり"),
                                ("agreed", "一致"),
                                ("approved", "支払決定"),
                                ("returned", "返却"),
                            ],
                            default="sent",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("sent_on", models.DateField(verbose_name="提出の日")),
                    ("fee_yen", models.BigIntegerField(verbose_name="報酬（円）")),
                    ("tax_yen", models.BigIntegerField(verbose_name="消費税（円）")),
                    ("cost_yen", models.BigIntegerField(verbose_name="実費（円）")),
                    ("differences", models.JSONField(default=list, verbose_name="差異")),
                    ("checked_on", models.DateField(null=True, verbose_name="照合の日")),
                    ("note", models.CharField(blank=True, max_length=500, verbose_name="市の説明")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="InvoiceLine",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("case_number", models.CharField(max_length=30, verbose_name="件の番号")),
                    ("route", models.CharField(max_length=15, verbose_name="手段")),
                    ("recovered_yen", models.BigIntegerField(verbose_name="回収額（円）")),
                    ("fee_yen", models.BigIntegerField(verbose_name="報酬（円）")),
                    ("tax_yen", models.BigIntegerField(verbose_name="消費税（円）")),
                    ("cost_yen", models.BigIntegerField(verbose_name="実費（円）")),
                ],
                options={
                    "verbose_name": "請求の明細",
                    "verbose_name_plural": "請求の明細",
                    "ordering": ["invoice", "pk"],
                },
            ),
            migrations.CreateModel(
                name="LegalCase",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("number", models.CharField(max_length=30, unique=True, verbose_name="件の番号")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("picked", "束の中"),
                                ("dropped", "外した"),
                                ("handed", "受任待ち"),
                                ("accepted", "受任"),
                                ("declined", "辞退"),
                                ("recalled", "取り戻し"),
                                ("returned", "返還"),
                                ("finished", "終了"),
                            ],
                            default="picked",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("readiness", models.JSONField(default=dict, verbose_name="引き渡したときの準備の判定")),
                    ("handed_on", models.DateField(null=True, verbose_name="引き渡した日")),
                    ("accepted_on", models.DateField(null=True, verbose_name="受任日")),
                    ("conflict_check", models.CharField(blank=True, max_length=300, verbose_name="利益相反の確認")),
                    ("ended_on", models.DateField(null=True, verbose_name="終わった日")),
                    ("end_reason", models.CharField(blank=True, max_length=500, verbose_name="外した・終えた理由")),
                    ("last_entry", models.BigIntegerField(null=True, verbose_name="引渡しまでの最後の記帳")),
                    ("end_entry", models.BigIntegerField(null=True, verbose_name="終わるまでの最後の記帳")),
                ],
                options={
                    "verbose_name": "弁護士の件",
                    "verbose_name_plural": "弁護士の件",
                    "ordering": ["number"],
                },
            ),
            migrations.CreateModel(
                name="LegalCaseHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("number", models.CharField(max_length=30, verbose_name="件の番号")),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("picked", "束の中"),
                                ("dropped", "外した"),
                                ("handed", "受任待ち"),
                                ("accepted", "受任"),
                                ("declined", "辞退"),
                                ("recalled", "取り戻し"),
                                ("returned", "返還"),
                                ("finished", "終了"),
                            ],
                            default="picked",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("readiness", models.JSONField(default=dict, verbose_name="引き渡したときの準備の判定")),
                    ("handed_on", models.DateField(null=True, verbose_name="引き渡した日")),
                    ("accepted_on", models.DateField(null=True, verbose_name="受任日")),
                    ("conflict_check", models.CharField(blank=True, max_length=300, verbose_name="利益相反の確認")),
                    ("ended_on", models.DateField(null=True, verbose_name="終わった日")),
                    ("end_reason", models.CharField(blank=True, max_length=500, verbose_name="外した・終えた理由")),
                    ("last_entry", models.BigIntegerField(null=True, verbose_name="引渡しまでの最後の記帳")),
                    ("end_entry", models.BigIntegerField(null=True, verbose_name="終わるまでの最後の記帳")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="LegalClaim",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("principal_yen", models.BigIntegerField(verbose_name="元金（円）")),
                    ("other_yen", models.BigIntegerField(verbose_name="延滞金等・督促手数料・費用（円）")),
                    ("is_open", models.BooleanField(default=True, verbose_name="束の中か、事務所にある")),
                ],
                options={
                    "verbose_name": "件の債権",
                    "verbose_name_plural": "件の債権",
                    "ordering": ["case", "claim__kind__position", "claim__due_on", "pk"],
                },
            ),
            migrations.CreateModel(
                name="LegalClaimHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("principal_yen", models.BigIntegerField(verbose_name="元金（円）")),
                    ("other_yen", models.BigIntegerField(verbose_name="延滞金等・督促手数料・費用（円）")),
                    ("is_open", models.BooleanField(default=True, verbose_name="束の中か、事務所にある")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Mandate",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "group",
                        models.CharField(
                            choices=[
                                ("tax", "市税"),
                                ("health", "国保・医療・介護"),
                                ("child", "子ども"),
                                ("welfare", "福祉"),
                                ("home", "住宅・水道"),
                                ("other", "その他"),
                            ],
                            max_length=10,
                            verbose_name="債権群",
                        ),
                    ),
                    ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                    ("number", models.PositiveSmallIntegerField(verbose_name="番号")),
                    ("drafted_on", models.DateField(verbose_name="作り始めた日")),
                    ("decided_on", models.DateField(null=True, verbose_name="決裁の日")),
                    ("handed_on", models.DateField(null=True, verbose_name="引き渡した日")),
                    ("closed_on", models.DateField(null=True, verbose_name="取りやめた日")),
                    ("close_reason", models.CharField(blank=True, max_length=500, verbose_name="取りやめた理由")),
                ],
                options={
                    "verbose_name": "委任の束",
                    "verbose_name_plural": "委任の束",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="MandateHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "group",
                        models.CharField(
                            choices=[
                                ("tax", "市税"),
                                ("health", "国保・医療・介護"),
                                ("child", "子ども"),
                                ("welfare", "福祉"),
                                ("home", "住宅・水道"),
                                ("other", "その他"),
                            ],
                            max_length=10,
                            verbose_name="債権群",
                        ),
                    ),
                    ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                    ("number", models.PositiveSmallIntegerField(verbose_name="番号")),
                    ("drafted_on", models.DateField(verbose_name="作り始めた日")),
                    ("decided_on", models.DateField(null=True, verbose_name="決裁の日")),
                    ("handed_on", models.DateField(null=True, verbose_name="引き渡した日")),
                    ("closed_on", models.DateField(null=True, verbose_name="取りやめた日")),
                    ("close_reason", models.CharField(blank=True, max_length=500, verbose_name="取りやめた理由")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="MoneyDifference",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("trust", "預り金の合計と送金額"),
                                ("bank", "送金額と着金額"),
                                ("late", "送金の遅れ"),
                                ("invoice", "請求と計算"),
                            ],
                            max_length=10,
                            verbose_name="種類",
                        ),
                    ),
                    ("subject_key", models.CharField(max_length=80)),
                    ("told_yen", models.BigIntegerField(verbose_name="事務所の額（円）")),
                    ("found_yen", models.BigIntegerField(verbose_name="市の額（円）")),
                    ("text", models.CharField(max_length=500, verbose_name="内容")),
                    ("opened_on", models.DateField(verbose_name="見つけた日")),
                    ("closed_on", models.DateField(null=True, verbose_name="片付いた日")),
                    ("how", models.CharField(blank=True, max_length=300, verbose_name="どう片付いたか")),
                ],
                options={
                    "verbose_name": "お金の差異",
                    "verbose_name_plural": "お金の差異",
                    "ordering": ["closed_on", "opened_on", "pk"],
                },
            ),
            migrations.CreateModel(
                name="MoneyDifferenceHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("trust", "預り金の合計と送金額"),
                                ("bank", "送金額と着金額"),
                                ("late", "送金の遅れ"),
                                ("invoice", "請求と計算"),
                            ],
                            max_length=10,
                            verbose_name="種類",
                        ),
                    ),
                    ("subject_key", models.CharField(max_length=80)),
                    ("told_yen", models.BigIntegerField(verbose_name="事務所の額（円）")),
                    ("found_yen", models.BigIntegerField(verbose_name="市の額（円）")),
                    ("text", models.CharField(max_length=500, verbose_name="内容")),
                    ("opened_on", models.DateField(verbose_name="見つけた日")),
                    ("closed_on", models.DateField(null=True, verbose_name="片付いた日")),
                    ("how", models.CharField(blank=True, max_length=300, verbose_name="どう片付いたか")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="MonthlyReport",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("month", models.DateField(verbose_name="月（1日）")),
                    ("text", models.TextField(max_length=4000, verbose_name="報告")),
                    ("figures", models.JSONField(default=dict, verbose_name="数字")),
                    ("sent_on", models.DateField(verbose_name="提出の日")),
                ],
                options={
                    "verbose_name": "月次報告",
                    "verbose_name_plural": "月次報告",
                    "ordering": ["-month", "firm"],
                },
            ),
            migrations.CreateModel(
                name="MonthlyReportHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("month", models.DateField(verbose_name="月（1日）")),
                    ("text", models.TextField(max_length=4000, verbose_name="報告")),
                    ("figures", models.JSONField(default=dict, verbose_name="数字")),
                    ("sent_on", models.DateField(verbose_name="提出の日")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Packet",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "作成待ち"),
                                ("making", "作成中"),
                                ("ready", "できた"),
                                ("failed", "作れなかった"),
                            ],
                            default="waiting",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("as_of", models.DateField(verbose_name="基準日")),
                    ("of", models.PositiveIntegerField(default=0, verbose_name="件数")),
                    ("done", models.PositiveIntegerField(default=0, verbose_name="できた件数")),
                    ("path", models.CharField(blank=True, max_length=300, verbose_name="保存場所")),
                    ("sha256", models.CharField(blank=True, max_length=64)),
                    ("size_bytes", models.PositiveBigIntegerField(default=0, verbose_name="大きさ（バイト）")),
                    ("pages", models.PositiveIntegerField(default=0, verbose_name="ページ数")),
                    ("key_since", models.DateField(null=True, verbose_name="鍵を作った日")),
                    ("withheld", models.JSONField(default=list, verbose_name="載せなかったもの")),
                    ("faults", models.JSONField(default=list, verbose_name="見つかった不備")),
                    ("problem", models.CharField(blank=True, max_length=500, verbose_name="作れなかった理由")),
                    ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="作成の指示")),
                    ("started_at", models.DateTimeField(null=True, verbose_name="作成開始")),
                    ("seen_at", models.DateTimeField(null=True, verbose_name="最後の知らせ")),
                    ("made_at", models.DateTimeField(null=True, verbose_name="作成")),
                ],
                options={
                    "verbose_name": "書類の束",
                    "verbose_name_plural": "書類の束",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="PacketHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "作成待ち"),
                                ("making", "作成中"),
                                ("ready", "できた"),
                                ("failed", "作れなかった"),
                            ],
                            default="waiting",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("as_of", models.DateField(verbose_name="基準日")),
                    ("of", models.PositiveIntegerField(default=0, verbose_name="件数")),
                    ("path", models.CharField(blank=True, max_length=300, verbose_name="保存場所")),
                    ("sha256", models.CharField(blank=True, max_length=64)),
                    ("size_bytes", models.PositiveBigIntegerField(default=0, verbose_name="大きさ（バイト）")),
                    ("pages", models.PositiveIntegerField(default=0, verbose_name="ページ数")),
                    ("key_since", models.DateField(null=True, verbose_name="鍵を作った日")),
                    ("withheld", models.JSONField(default=list, verbose_name="載せなかったもの")),
                    ("faults", models.JSONField(default=list, verbose_name="見つかった不備")),
                    ("problem", models.CharField(blank=True, max_length=500, verbose_name="作れなかった理由")),
                    ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="作成の指示")),
                    ("started_at", models.DateTimeField(null=True, verbose_name="作成開始")),
                    ("made_at", models.DateTimeField(null=True, verbose_name="作成")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Proceeding",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "route",
                        models.CharField(
                            choices=[
                                ("payment_order", "支払督促"),
                                ("small", "少額訴訟"),
                                ("summary", "訴訟（簡易裁判所）"),
                                ("district", "訴訟（地方裁判所）"),
                            ],
                            max_length=15,
                            verbose_name="手続",
                        ),
                    ),
                    ("court", models.CharField(max_length=60, verbose_name="裁判所")),
                    ("court_number", models.CharField(blank=True, max_length=60, verbose_name="事件番号")),
                    ("council", models.CharField(blank=True, max_length=200, verbose_name="議決・専決")),
                    ("opened_on", models.DateField(verbose_name="登録の日")),
                    ("closed_on", models.DateField(null=True, verbose_name="終わった日")),
                ],
                options={
                    "verbose_name": "裁判手続",
                    "verbose_name_plural": "裁判手続",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="ProceedingHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "route",
                        models.CharField(
                            choices=[
                                ("payment_order", "支払督促"),
                                ("small", "少額訴訟"),
                                ("summary", "訴訟（簡易裁判所）"),
                                ("district", "訴訟（地方裁判所）"),
                            ],
                            max_length=15,
                            verbose_name="手続",
                        ),
                    ),
                    ("court", models.CharField(max_length=60, verbose_name="裁判所")),
                    ("court_number", models.CharField(blank=True, max_length=60, verbose_name="事件番号")),
                    ("council", models.CharField(blank=True, max_length=200, verbose_name="議決・専決")),
                    ("opened_on", models.DateField(verbose_name="登録の日")),
                    ("closed_on", models.DateField(null=True, verbose_name="終わった日")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="ProceedingStep",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("kind", models.CharField(max_length=25, verbose_name="できごと")),
                    ("on", models.DateField(verbose_name="日")),
                    ("note", models.CharField(blank=True, max_length=300, verbose_name="内容")),
                    ("written_at", models.DateTimeField(auto_now_add=True)),
                    ("withdrawn_at", models.DateTimeField(null=True)),
                    ("withdrawn_because", models.CharField(blank=True, max_length=200, verbose_name="取り消した理由")),
                ],
                options={
                    "verbose_name": "手続のできごと",
                    "verbose_name_plural": "手続のできごと",
                    "ordering": ["on", "pk"],
                },
            ),
            migrations.CreateModel(
                name="ProceedingStepHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("kind", models.CharField(max_length=25, verbose_name="できごと")),
                    ("on", models.DateField(verbose_name="日")),
                    ("note", models.CharField(blank=True, max_length=300, verbose_name="内容")),
                    ("written_at", models.DateTimeField(auto_now_add=True)),
                    ("withdrawn_at", models.DateTimeField(null=True)),
                    ("withdrawn_because", models.CharField(blank=True, max_length=200, verbose_name="取り消した理由")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Proposal",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("payment_order", "支払督促"),
                                ("small", "少額訴訟"),
                                ("summary", "訴訟（簡易裁判所）"),
                                ("district", "訴訟（地方裁判所）"),
                                ("execution", "強制執行"),
                                ("settle", "和解・分納"),
                                ("waive", "徴収停止・免除・放棄の検討"),
                                ("welfare", "福祉へ戻す"),
                                ("return", "市へ返す"),
                            ],
                            max_length=15,
                            verbose_name="提案",
                        ),
                    ),
                    ("text", models.TextField(max_length=2000, verbose_name="理由と見込み")),
                    ("terms", models.JSONField(default=dict, verbose_name="和解の条件")),
                    ("proposed_on", models.DateField(verbose_name="提案の日")),
                    ("token", models.UUIDField(unique=True)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "市の判断待ち"),
                                ("asked", "決裁待ち"),
                                ("accepted", "承諾"),
                                ("refused", "見送り"),
                            ],
                            default="waiting",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("council", models.CharField(blank=True, max_length=200, verbose_name="議決・専決")),
                    ("reply", models.TextField(blank=True, max_length=1000, verbose_name="市の回答")),
                    ("decided_on", models.DateField(null=True, verbose_name="回答の日")),
                ],
                options={
                    "verbose_name": "提案",
                    "verbose_name_plural": "提案",
                    "ordering": ["-pk"],
                },
            ),
            migrations.CreateModel(
                name="ProposalHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("payment_order", "支払督促"),
                                ("small", "少額訴訟"),
                                ("summary", "訴訟（簡易裁判所）"),
                                ("district", "訴訟（地方裁判所）"),
                                ("execution", "強制執行"),
                                ("settle", "和解・分納"),
                                ("waive", "徴収停止・免除・放棄の検討"),
                                ("welfare", "福祉へ戻す"),
                                ("return", "市へ返す"),
                            ],
                            max_length=15,
                            verbose_name="提案",
                        ),
                    ),
                    ("text", models.TextField(max_length=2000, verbose_name="理由と見込み")),
                    ("terms", models.JSONField(default=dict, verbose_name="和解の条件")),
                    ("proposed_on", models.DateField(verbose_name="提案の日")),
                    ("token", models.UUIDField()),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("waiting", "市の判断待ち"),
                                ("asked", "決裁待ち"),
                                ("accepted", "承諾"),
                                ("refused", "見送り"),
                            ],
                            default="waiting",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("council", models.CharField(blank=True, max_length=200, verbose_name="議決・専決")),
                    ("reply", models.TextField(blank=True, max_length=1000, verbose_name="市の回答")),
                    ("decided_on", models.DateField(null=True, verbose_name="回答の日")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Remittance",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("sent_on", models.DateField(verbose_name="送金の日")),
                    ("yen", models.BigIntegerField(verbose_name="送金額（円）")),
                    ("token", models.UUIDField(unique=True)),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("told", "着金待ち"),
                                ("arrived", "着金・記帳待ち"),
                                ("booked", "記帳済"),
                                ("cancelled", "取消"),
                            ],
                            default="told",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("arrived_on", models.DateField(null=True, verbose_name="着金の日")),
                    ("bank_yen", models.BigIntegerField(null=True, verbose_name="着金額（円）")),
                    ("bank_source", models.CharField(blank=True, max_length=200, verbose_name="着金を確かめた書類")),
                    ("booked_on", models.DateField(null=True, verbose_name="記帳の日")),
                    ("note", models.CharField(blank=True, max_length=300, verbose_name="説明")),
                ],
                options={
                    "verbose_name": "弁護士からの送金",
                    "verbose_name_plural": "弁護士からの送金",
                    "ordering": ["-sent_on", "-pk"],
                },
            ),
            migrations.CreateModel(
                name="RemittanceHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("sent_on", models.DateField(verbose_name="送金の日")),
                    ("yen", models.BigIntegerField(verbose_name="送金額（円）")),
                    ("token", models.UUIDField()),
                    (
                        "state",
                        models.CharField(
                            choices=[
                                ("told", "着金待ち"),
                                ("arrived", "着金・記帳待ち"),
                                ("booked", "記帳済"),
                                ("cancelled", "取消"),
                            ],
                            default="told",
                            max_length=10,
                            verbose_name="状態",
                        ),
                    ),
                    ("arrived_on", models.DateField(null=True, verbose_name="着金の日")),
                    ("bank_yen", models.BigIntegerField(null=True, verbose_name="着金額（円）")),
                    ("bank_source", models.CharField(blank=True, max_length=200, verbose_name="着金を確かめた書類")),
                    ("booked_on", models.DateField(null=True, verbose_name="記帳の日")),
                    ("note", models.CharField(blank=True, max_length=300, verbose_name="説明")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Settlement",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("out_of_court", "裁判外の和解"),
                                ("in_court", "訴訟上の和解"),
                                ("judgment", "判決等"),
                            ],
                            max_length=15,
                            verbose_name="種類",
                        ),
                    ),
                    ("agreed_on", models.DateField(verbose_name="成立・確定の日")),
                    ("total_yen", models.BigIntegerField(verbose_name="支払う額（円）")),
                    ("waived_yen", models.BigIntegerField(default=0, verbose_name="免除する額（円）")),
                    ("instalments", models.JSONField(default=list, verbose_name="支払の予定")),
                    (
                        "forfeits_after",
                        models.PositiveSmallIntegerField(default=2, verbose_name="期限の利益を失う不履行の回数"),
                    ),
                    ("terms", models.TextField(max_length=4000, verbose_name="条項")),
                    ("council", models.CharField(blank=True, max_length=200, verbose_name="議決・専決")),
                    ("last_entry", models.BigIntegerField(verbose_name="成立までの最後の記帳")),
                    ("made_at", models.DateTimeField(auto_now_add=True)),
                    ("defaulted_on", models.DateField(null=True, verbose_name="期限の利益を失った日")),
                    ("done_on", models.DateField(null=True, verbose_name="払い終えた日")),
                ],
                options={
                    "verbose_name": "和解・判決",
                    "verbose_name_plural": "和解・判決",
                    "ordering": ["-agreed_on", "-pk"],
                },
            ),
            migrations.CreateModel(
                name="SettlementHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("out_of_court", "裁判外の和解"),
                                ("in_court", "訴訟上の和解"),
                                ("judgment", "判決等"),
                            ],
                            max_length=15,
                            verbose_name="種類",
                        ),
                    ),
                    ("agreed_on", models.DateField(verbose_name="成立・確定の日")),
                    ("total_yen", models.BigIntegerField(verbose_name="支払う額（円）")),
                    ("waived_yen", models.BigIntegerField(default=0, verbose_name="免除する額（円）")),
                    ("instalments", models.JSONField(default=list, verbose_name="支払の予定")),
                    (
                        "forfeits_after",
                        models.PositiveSmallIntegerField(default=2, verbose_name="期限の利益を失う不履行の回数"),
                    ),
                    ("terms", models.TextField(max_length=4000, verbose_name="条項")),
                    ("council", models.CharField(blank=True, max_length=200, verbose_name="議決・専決")),
                    ("last_entry", models.BigIntegerField(verbose_name="成立までの最後の記帳")),
                    ("made_at", models.DateTimeField(auto_now_add=True)),
                    ("defaulted_on", models.DateField(null=True, verbose_name="期限の利益を失った日")),
                    ("done_on", models.DateField(null=True, verbose_name="払い終えた日")),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="TrustReceipt",
                fields=[
                    (
                        "id",
                        models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                    ),
                    ("received_on", models.DateField(verbose_name="受け取った日")),
                    ("yen", models.BigIntegerField(verbose_name="金額（円）")),
                    ("note", models.CharField(blank=True, max_length=200, verbose_name="内容")),
                    ("token", models.UUIDField(unique=True)),
                    ("told_at", models.DateTimeField(auto_now_add=True)),
                    ("cancelled_at", models.DateTimeField(null=True, verbose_name="取り消した日時")),
                    ("cancelled_because", models.CharField(blank=True, max_length=200, verbose_name="取り消した理由")),
                ],
                options={
                    "verbose_name": "預り金",
                    "verbose_name_plural": "預り金",
                    "ordering": ["received_on", "pk"],
                },
            ),
            migrations.CreateModel(
                name="TrustReceiptHistory",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("received_on", models.DateField(verbose_name="受け取った日")),
                    ("yen", models.BigIntegerField(verbose_name="金額（円）")),
                    ("note", models.CharField(blank=True, max_length=200, verbose_name="内容")),
                    ("token", models.UUIDField()),
                    ("told_at", models.DateTimeField(auto_now_add=True)),
                    ("cancelled_at", models.DateTimeField(null=True, verbose_name="取り消した日時")),
                    ("cancelled_because", models.CharField(blank=True, max_length=200, verbose_name="取り消した理由")),
                ],
                options={
                    "abstract": False,
                },
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="firm",
                name="update_update",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="firm",
                name="delete_delete",
            ),
            migrations.AddField(
                model_name="firm",
                name="groups",
                field=django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("tax", "市税"),
                            ("health", "国保・医療・介護"),
                            ("child", "子ども"),
                            ("welfare", "福祉"),
                            ("home", "住宅・水道"),
                            ("other", "その他"),
                        ],
                        max_length=10,
                    ),
                    blank=True,
                    default=list,
                    size=None,
                    verbose_name="委任できる債権群（空欄はすべて）",
                ),
            ),
            migrations.AddField(
                model_name="firm",
                name="key_since",
                field=models.DateField(editable=False, null=True, verbose_name="鍵を作った日"),
            ),
            migrations.AddField(
                model_name="firm",
                name="sealed_key",
                field=models.BinaryField(default=bytes, verbose_name="書類の束の鍵（暗号化）"),
            ),
            migrations.AddField(
                model_name="firmhistory",
                name="groups",
                field=django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(
                        choices=[
                            ("tax", "市税"),
                            ("health", "国保・医療・介護"),
                            ("child", "子ども"),
                            ("welfare", "福祉"),
                            ("home", "住宅・水道"),
                            ("other", "その他"),
                        ],
                        max_length=10,
                    ),
                    blank=True,
                    default=list,
                    size=None,
                    verbose_name="委任できる債権群（空欄はすべて）",
                ),
            ),
            migrations.AddField(
                model_name="firmhistory",
                name="key_since",
                field=models.DateField(editable=False, null=True, verbose_name="鍵を作った日"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="firm",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."groups" IS DISTINCT FROM (NEW."groups") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."key_since" IS DISTINCT FROM (NEW."key_since") OR OLD."name" IS DISTINCT FROM (NEW."name"))',
                        func='INSERT INTO "lawyers_firmhistory" ("groups", "id", "is_active", "key_since", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."groups", OLD."id", OLD."is_active", OLD."key_since", OLD."name", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                        hash="15dcb759450afd7cf4a11f8e01c0692c234751a8",
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
                        func='INSERT INTO "lawyers_firmhistory" ("groups", "id", "is_active", "key_since", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."groups", OLD."id", OLD."is_active", OLD."key_since", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                        hash="403b589009fff82ef9c99c921cd3dcfc986efb2e",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_57a38",
                        table="lawyers_firm",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddField(
                model_name="casecost",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="casecosthistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="casecosthistory",
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
                model_name="casecosthistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.casecost",
                ),
            ),
            migrations.AddField(
                model_name="caseentry",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="casefile",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="casequestion",
                name="answered_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="casequestion",
                name="asked_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="casequestionhistory",
                name="answered_by",
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
                model_name="casequestionhistory",
                name="asked_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="casequestionhistory",
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
                model_name="casequestionhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.casequestion",
                ),
            ),
            migrations.AddField(
                model_name="designation",
                name="firm",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="designations",
                    to="lawyers.firm",
                    verbose_name="法律事務所",
                ),
            ),
            migrations.AddField(
                model_name="designationhistory",
                name="firm",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.firm",
                    verbose_name="法律事務所",
                ),
            ),
            migrations.AddField(
                model_name="designationhistory",
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
                model_name="designationhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.designation",
                ),
            ),
            migrations.AddField(
                model_name="invoice",
                name="approval",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="toyota_collect.approval",
                    verbose_name="決裁",
                ),
            ),
            migrations.AddField(
                model_name="invoice",
                name="checked_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="invoice",
                name="firm",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="lawyers.firm"
                ),
            ),
            migrations.AddField(
                model_name="invoice",
                name="sent_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="invoicehistory",
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
                model_name="invoicehistory",
                name="checked_by",
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
                model_name="invoicehistory",
                name="firm",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.firm",
                ),
            ),
            migrations.AddField(
                model_name="invoicehistory",
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
                model_name="invoicehistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.invoice",
                ),
            ),
            migrations.AddField(
                model_name="invoicehistory",
                name="sent_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="invoiceline",
                name="invoice",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="lawyers.invoice"
                ),
            ),
            migrations.AddField(
                model_name="legalcase",
                name="accepted_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="legalcase",
                name="ended_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="legalcase",
                name="person",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="legal_cases",
                    to="debtors.person",
                    verbose_name="人",
                ),
            ),
            migrations.AddField(
                model_name="casequestionhistory",
                name="case",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.legalcase",
                ),
            ),
            migrations.AddField(
                model_name="casequestion",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="lawyers.legalcase"
                ),
            ),
            migrations.AddField(
                model_name="casefile",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="files", to="lawyers.legalcase"
                ),
            ),
            migrations.AddField(
                model_name="caseentry",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="lawyers.legalcase"
                ),
            ),
            migrations.AddField(
                model_name="casecosthistory",
                name="case",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.legalcase",
                ),
            ),
            migrations.AddField(
                model_name="casecost",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="costs", to="lawyers.legalcase"
                ),
            ),
            migrations.AddField(
                model_name="legalcasehistory",
                name="accepted_by",
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
                model_name="legalcasehistory",
                name="ended_by",
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
                model_name="legalcasehistory",
                name="person",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="debtors.person",
                    verbose_name="人",
                ),
            ),
            migrations.AddField(
                model_name="legalcasehistory",
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
                model_name="legalcasehistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.legalcase",
                ),
            ),
            migrations.AddField(
                model_name="legalclaim",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="lines",
                    to="lawyers.legalcase",
                    verbose_name="件",
                ),
            ),
            migrations.AddField(
                model_name="legalclaim",
                name="claim",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="legal_lines",
                    to="claims.claim",
                    verbose_name="債権",
                ),
            ),
            migrations.AddField(
                model_name="legalclaim",
                name="hold",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="claims.hold",
                    verbose_name="保留",
                ),
            ),
            migrations.AddField(
                model_name="legalclaimhistory",
                name="case",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.legalcase",
                    verbose_name="件",
                ),
            ),
            migrations.AddField(
                model_name="legalclaimhistory",
                name="claim",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="claims.claim",
                    verbose_name="債権",
                ),
            ),
            migrations.AddField(
                model_name="legalclaimhistory",
                name="hold",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="claims.hold",
                    verbose_name="保留",
                ),
            ),
            migrations.AddField(
                model_name="legalclaimhistory",
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
                model_name="legalclaimhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.legalclaim",
                ),
            ),
            migrations.AddField(
                model_name="mandate",
                name="approval",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="toyota_collect.approval",
                    verbose_name="決裁",
                ),
            ),
            migrations.AddField(
                model_name="mandate",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="作った人",
                ),
            ),
            migrations.AddField(
                model_name="mandate",
                name="firm",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="mandates",
                    to="lawyers.firm",
                    verbose_name="法律事務所",
                ),
            ),
            migrations.AddField(
                model_name="mandate",
                name="handed_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="legalcasehistory",
                name="mandate",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.mandate",
                    verbose_name="束",
                ),
            ),
            migrations.AddField(
                model_name="legalcase",
                name="mandate",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="cases",
                    to="lawyers.mandate",
                    verbose_name="束",
                ),
            ),
            migrations.AddField(
                model_name="mandatehistory",
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
                model_name="mandatehistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="作った人",
                ),
            ),
            migrations.AddField(
                model_name="mandatehistory",
                name="firm",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.firm",
                    verbose_name="法律事務所",
                ),
            ),
            migrations.AddField(
                model_name="mandatehistory",
                name="handed_by",
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
                model_name="mandatehistory",
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
                model_name="mandatehistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.mandate",
                ),
            ),
            migrations.AddField(
                model_name="moneydifference",
                name="closed_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="moneydifference",
                name="firm",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="differences", to="lawyers.firm"
                ),
            ),
            migrations.AddField(
                model_name="moneydifferencehistory",
                name="closed_by",
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
                model_name="moneydifferencehistory",
                name="firm",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.firm",
                ),
            ),
            migrations.AddField(
                model_name="moneydifferencehistory",
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
                model_name="moneydifferencehistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.moneydifference",
                ),
            ),
            migrations.AddField(
                model_name="monthlyreport",
                name="firm",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="lawyers.firm"
                ),
            ),
            migrations.AddField(
                model_name="monthlyreport",
                name="sent_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="monthlyreporthistory",
                name="firm",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.firm",
                ),
            ),
            migrations.AddField(
                model_name="monthlyreporthistory",
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
                model_name="monthlyreporthistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.monthlyreport",
                ),
            ),
            migrations.AddField(
                model_name="monthlyreporthistory",
                name="sent_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="packet",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="作らせた人",
                ),
            ),
            migrations.AddField(
                model_name="packet",
                name="mandate",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="packets",
                    to="lawyers.mandate",
                    verbose_name="委任の束",
                ),
            ),
            migrations.AddField(
                model_name="packethistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="作らせた人",
                ),
            ),
            migrations.AddField(
                model_name="packethistory",
                name="mandate",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.mandate",
                    verbose_name="委任の束",
                ),
            ),
            migrations.AddField(
                model_name="packethistory",
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
                model_name="packethistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.packet",
                ),
            ),
            migrations.AddField(
                model_name="proceeding",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="proceeding",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="proceedings", to="lawyers.legalcase"
                ),
            ),
            migrations.AddField(
                model_name="proceedinghistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="proceedinghistory",
                name="case",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.legalcase",
                ),
            ),
            migrations.AddField(
                model_name="proceedinghistory",
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
                model_name="proceedinghistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.proceeding",
                ),
            ),
            migrations.AddField(
                model_name="proceedingstep",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="proceedingstep",
                name="file",
                field=models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lawyers.casefile"
                ),
            ),
            migrations.AddField(
                model_name="proceedingstep",
                name="proceeding",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="lawyers.proceeding"
                ),
            ),
            migrations.AddField(
                model_name="proceedingstephistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="proceedingstephistory",
                name="file",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.casefile",
                ),
            ),
            migrations.AddField(
                model_name="proceedingstephistory",
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
                model_name="proceedingstephistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.proceedingstep",
                ),
            ),
            migrations.AddField(
                model_name="proceedingstephistory",
                name="proceeding",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.proceeding",
                ),
            ),
            migrations.AddField(
                model_name="proposal",
                name="approval",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="toyota_collect.approval",
                    verbose_name="決裁",
                ),
            ),
            migrations.AddField(
                model_name="proposal",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="提案者",
                ),
            ),
            migrations.AddField(
                model_name="proposal",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="lawyers.legalcase"
                ),
            ),
            migrations.AddField(
                model_name="proposal",
                name="decided_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="proceedinghistory",
                name="proposal",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.proposal",
                ),
            ),
            migrations.AddField(
                model_name="proceeding",
                name="proposal",
                field=models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, related_name="proceeding", to="lawyers.proposal"
                ),
            ),
            migrations.AddField(
                model_name="proposalhistory",
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
                model_name="proposalhistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="提案者",
                ),
            ),
            migrations.AddField(
                model_name="proposalhistory",
                name="case",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.legalcase",
                ),
            ),
            migrations.AddField(
                model_name="proposalhistory",
                name="decided_by",
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
                model_name="proposalhistory",
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
                model_name="proposalhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.proposal",
                ),
            ),
            migrations.AddField(
                model_name="remittance",
                name="booked_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="remittance",
                name="confirmed_by",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="remittance",
                name="firm",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="remittances", to="lawyers.firm"
                ),
            ),
            migrations.AddField(
                model_name="remittance",
                name="told_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="remittancehistory",
                name="booked_by",
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
                model_name="remittancehistory",
                name="confirmed_by",
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
                model_name="remittancehistory",
                name="firm",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.firm",
                ),
            ),
            migrations.AddField(
                model_name="remittancehistory",
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
                model_name="remittancehistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.remittance",
                ),
            ),
            migrations.AddField(
                model_name="remittancehistory",
                name="told_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="settlement",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="settlement",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="lawyers.legalcase"
                ),
            ),
            migrations.AddField(
                model_name="settlement",
                name="proceeding",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="settlements",
                    to="lawyers.proceeding",
                    verbose_name="裁判手続",
                ),
            ),
            migrations.AddField(
                model_name="settlement",
                name="proposal",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="settlement",
                    to="lawyers.proposal",
                    verbose_name="提案",
                ),
            ),
            migrations.AddField(
                model_name="settlementhistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="settlementhistory",
                name="case",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.legalcase",
                ),
            ),
            migrations.AddField(
                model_name="settlementhistory",
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
                model_name="settlementhistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.settlement",
                ),
            ),
            migrations.AddField(
                model_name="settlementhistory",
                name="proceeding",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.proceeding",
                    verbose_name="裁判手続",
                ),
            ),
            migrations.AddField(
                model_name="settlementhistory",
                name="proposal",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.proposal",
                    verbose_name="提案",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipt",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            migrations.AddField(
                model_name="trustreceipt",
                name="case",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="trust_receipts",
                    to="lawyers.legalcase",
                    verbose_name="件",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipt",
                name="designation",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="lawyers.designation",
                    verbose_name="指定",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipt",
                name="receipt",
                field=models.OneToOneField(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="trust_receipt",
                    to="claims.receipt",
                    verbose_name="領収",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipt",
                name="remittance",
                field=models.ForeignKey(
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="trust_receipts",
                    to="lawyers.remittance",
                    verbose_name="送金",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipthistory",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="trustreceipthistory",
                name="case",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.legalcase",
                    verbose_name="件",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipthistory",
                name="designation",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.designation",
                    verbose_name="指定",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipthistory",
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
                model_name="trustreceipthistory",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="history",
                    to="lawyers.trustreceipt",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipthistory",
                name="receipt",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="claims.receipt",
                    verbose_name="領収",
                ),
            ),
            migrations.AddField(
                model_name="trustreceipthistory",
                name="remittance",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="lawyers.remittance",
                    verbose_name="送金",
                ),
            ),
            migrations.AddConstraint(
                model_name="designation",
                constraint=models.UniqueConstraint(fields=("firm", "starts_on"), name="designation_once_per_start"),
            ),
            migrations.AddConstraint(
                model_name="designation",
                constraint=models.CheckConstraint(
                    condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                    name="designation_ends_after_it_starts",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="designation",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_designationhistory" ("ends_on", "firm_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "starts_on") VALUES (OLD."ends_on", OLD."firm_id", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."source", OLD."starts_on"); RETURN NULL;',
                        hash="d4100f310ad5bbf237d7333abf0e52be34ae1460",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_369b5",
                        table="lawyers_designation",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="designation",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_designationhistory" ("ends_on", "firm_id", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "source", "starts_on") VALUES (OLD."ends_on", OLD."firm_id", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."source", OLD."starts_on"); RETURN NULL;',
                        hash="90f0b38f94df733596d6612d04d47ed59d1ef936",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_cba39",
                        table="lawyers_designation",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="invoice",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("state", "returned"), _negated=True),
                    fields=("firm", "month"),
                    name="invoice_one_a_month",
                ),
            ),
            migrations.AddConstraint(
                model_name="invoice",
                constraint=models.UniqueConstraint(fields=("firm", "number"), name="invoice_number_once_per_firm"),
            ),
            migrations.AddConstraint(
                model_name="invoice",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["agreed", "approved"]), _negated=True),
                        ("differences", []),
                        _connector="OR",
                    ),
                    name="invoice_agrees_only_without_differences",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="invoice",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_invoicehistory" ("approval_id", "checked_by_id", "checked_on", "cost_yen", "differences", "fee_yen", "firm_id", "id", "month", "note", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_by_id", "sent_on", "state", "tax_yen") VALUES (OLD."approval_id", OLD."checked_by_id", OLD."checked_on", OLD."cost_yen", OLD."differences", OLD."fee_yen", OLD."firm_id", OLD."id", OLD."month", OLD."note", OLD."number", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."sent_by_id", OLD."sent_on", OLD."state", OLD."tax_yen"); RETURN NULL;',
                        hash="ba97c5c52262b7fa3b91b87bcc762247fd766937",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_9b106",
                        table="lawyers_invoice",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="invoice",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_invoicehistory" ("approval_id", "checked_by_id", "checked_on", "cost_yen", "differences", "fee_yen", "firm_id", "id", "month", "note", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_by_id", "sent_on", "state", "tax_yen") VALUES (OLD."approval_id", OLD."checked_by_id", OLD."checked_on", OLD."cost_yen", OLD."differences", OLD."fee_yen", OLD."firm_id", OLD."id", OLD."month", OLD."note", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sent_by_id", OLD."sent_on", OLD."state", OLD."tax_yen"); RETURN NULL;',
                        hash="8e40a19c1eb55ea54e1956ffd3d34b6a00f8b1cf",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_dd68f",
                        table="lawyers_invoice",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="invoiceline",
                trigger=pgtrigger.compiler.Trigger(
                    name="read_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="a9378024c93ec3167cb674d1e64fdce60e6818cd",
                        operation="UPDATE",
                        pgid="pgtrigger_read_only_e5067",
                        table="lawyers_invoiceline",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="invoiceline",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="d77624a448df014dc58595409b8e5ab131d7b8d9",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_46855",
                        table="lawyers_invoiceline",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="casequestion",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("answer", ""), ("answered_by", None), ("answered_on", None)),
                        models.Q(
                            models.Q(("answer", ""), _negated=True),
                            ("answered_by__isnull", False),
                            ("answered_on__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="case_question_is_answered_by_somebody",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="casequestion",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_casequestionhistory" ("answer", "answered_by_id", "answered_on", "asked_by_id", "asked_on", "by_firm", "case_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "token") VALUES (OLD."answer", OLD."answered_by_id", OLD."answered_on", OLD."asked_by_id", OLD."asked_on", OLD."by_firm", OLD."case_id", OLD."id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."text", OLD."token"); RETURN NULL;',
                        hash="46227f9c2be451b779285eda163347ae6b026124",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_60a93",
                        table="lawyers_casequestion",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="casequestion",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_casequestionhistory" ("answer", "answered_by_id", "answered_on", "asked_by_id", "asked_on", "by_firm", "case_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "token") VALUES (OLD."answer", OLD."answered_by_id", OLD."answered_on", OLD."asked_by_id", OLD."asked_on", OLD."by_firm", OLD."case_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."text", OLD."token"); RETURN NULL;',
                        hash="7d14b6855a8fb08006b9f776cf2c9d6ef4e48d07",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_288cd",
                        table="lawyers_casequestion",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="casefile",
                constraint=models.UniqueConstraint(fields=("case", "sha256"), name="case_file_once"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="casefile",
                trigger=pgtrigger.compiler.Trigger(
                    name="read_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="a92b0ecd2155ae861e1de8e3bc3e0539ba28927b",
                        operation="UPDATE",
                        pgid="pgtrigger_read_only_dae1a",
                        table="lawyers_casefile",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="casefile",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="871465299e623b5739eefe933e8fc0625fe888e2",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_9d013",
                        table="lawyers_casefile",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="caseentry",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("promised_yen", None),
                        models.Q(("promised_on__isnull", False), ("promised_yen__gt", 0)),
                        _connector="OR",
                    ),
                    name="case_entry_promised_sum_has_a_day",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="caseentry",
                trigger=pgtrigger.compiler.Trigger(
                    name="read_only",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="d20bfb77ac2629a14666e6b7f8cad435710d27d6",
                        operation="UPDATE",
                        pgid="pgtrigger_read_only_35f54",
                        table="lawyers_caseentry",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="caseentry",
                trigger=pgtrigger.compiler.Trigger(
                    name="never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="0d1d82055d8fba4c56de248edb1e33d6541227c0",
                        operation="DELETE",
                        pgid="pgtrigger_never_deleted_c38fa",
                        table="lawyers_caseentry",
                        when="BEFORE",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="casecost",
                constraint=models.CheckConstraint(condition=models.Q(("yen__gt", 0)), name="case_cost_is_money"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="casecost",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_casecosthistory" ("by_id", "case_id", "id", "kind", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "token", "told_at", "withdrawn_at", "yen") VALUES (OLD."by_id", OLD."case_id", OLD."id", OLD."kind", OLD."note", OLD."on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."token", OLD."told_at", OLD."withdrawn_at", OLD."yen"); RETURN NULL;',
                        hash="27cbe9bc7d2e646a4b4a122b69147dd7da35ad6d",
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
                        func='INSERT INTO "lawyers_casecosthistory" ("by_id", "case_id", "id", "kind", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "token", "told_at", "withdrawn_at", "yen") VALUES (OLD."by_id", OLD."case_id", OLD."id", OLD."kind", OLD."note", OLD."on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."token", OLD."told_at", OLD."withdrawn_at", OLD."yen"); RETURN NULL;',
                        hash="846be314c983056f7618ba60f31fc3bb4029af84",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_48539",
                        table="lawyers_casecost",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="legalclaim",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("is_open", True)), fields=("claim",), name="legal_claim_is_in_one_place"
                ),
            ),
            migrations.AddConstraint(
                model_name="legalclaim",
                constraint=models.UniqueConstraint(fields=("case", "claim"), name="legal_claim_once_per_case"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="legalclaim",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_legalclaimhistory" ("case_id", "claim_id", "hold_id", "id", "is_open", "other_yen", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_yen") VALUES (OLD."case_id", OLD."claim_id", OLD."hold_id", OLD."id", OLD."is_open", OLD."other_yen", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."principal_yen"); RETURN NULL;',
                        hash="22d70503940adb1cddf162ab23553ad4f951f818",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_8a892",
                        table="lawyers_legalclaim",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="legalclaim",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_legalclaimhistory" ("case_id", "claim_id", "hold_id", "id", "is_open", "other_yen", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal_yen") VALUES (OLD."case_id", OLD."claim_id", OLD."hold_id", OLD."id", OLD."is_open", OLD."other_yen", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal_yen"); RETURN NULL;',
                        hash="58bc6591a1620835f759f468865c3483afc530e1",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_ff548",
                        table="lawyers_legalclaim",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="mandate",
                constraint=models.UniqueConstraint(
                    fields=("fiscal_year", "number"), name="mandate_number_once_per_year"
                ),
            ),
            migrations.AddConstraint(
                model_name="mandate",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("handed_by", None), ("handed_on", None)),
                        models.Q(
                            ("decided_on__isnull", False),
                            ("handed_by__isnull", False),
                            ("handed_on__gte", models.F("decided_on")),
                        ),
                        _connector="OR",
                    ),
                    name="mandate_is_handed_over_after_its_decision",
                ),
            ),
            migrations.AddConstraint(
                model_name="mandate",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("close_reason", ""), ("closed_on", None)),
                        models.Q(("handed_on", None), models.Q(("close_reason", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="mandate_given_up_for_a_reason_before_it_left",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="mandate",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_mandatehistory" ("approval_id", "by_id", "close_reason", "closed_on", "decided_on", "drafted_on", "firm_id", "fiscal_year", "group", "handed_by_id", "handed_on", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."approval_id", OLD."by_id", OLD."close_reason", OLD."closed_on", OLD."decided_on", OLD."drafted_on", OLD."firm_id", OLD."fiscal_year", OLD."group", OLD."handed_by_id", OLD."handed_on", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'update\', OLD."id"); RETURN NULL;',
                        hash="11d662f28b255517e22fce90303cf26755bf96f2",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_f523f",
                        table="lawyers_mandate",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="mandate",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_mandatehistory" ("approval_id", "by_id", "close_reason", "closed_on", "decided_on", "drafted_on", "firm_id", "fiscal_year", "group", "handed_by_id", "handed_on", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."approval_id", OLD."by_id", OLD."close_reason", OLD."closed_on", OLD."decided_on", OLD."drafted_on", OLD."firm_id", OLD."fiscal_year", OLD."group", OLD."handed_by_id", OLD."handed_on", OLD."id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                        hash="0c055d65fa00ff00c65e219f3b036622c5bdc7a7",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_c0208",
                        table="lawyers_mandate",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddIndex(
                model_name="legalcase",
                index=models.Index(fields=["state", "person"], name="legal_case_by_state"),
            ),
            migrations.AddConstraint(
                model_name="legalcase",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("state", "dropped"), _negated=True),
                    fields=("mandate", "person"),
                    name="legal_case_once_per_mandate",
                ),
            ),
            migrations.AddConstraint(
                model_name="legalcase",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("handed_on", None), ("last_entry", None), ("state__in", ["picked", "dropped"])),
                        models.Q(("handed_on__isnull", False), ("last_entry__isnull", False)),
                        _connector="OR",
                    ),
                    name="legal_case_with_a_firm_counts_from_an_entry",
                ),
            ),
            migrations.AddConstraint(
                model_name="legalcase",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("accepted_by", None), ("accepted_on", None)),
                        models.Q(
                            ("accepted_by__isnull", False),
                            ("accepted_on__gte", models.F("handed_on")),
                            models.Q(("conflict_check", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="legal_case_is_accepted_by_somebody_without_a_conflict",
                ),
            ),
            migrations.AddConstraint(
                model_name="legalcase",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("end_reason", ""),
                            ("ended_by", None),
                            ("ended_on", None),
                            ("state__in", ["picked", "handed", "accepted"]),
                        ),
                        models.Q(
                            models.Q(("state__in", ["picked", "handed", "accepted"]), _negated=True),
                            ("ended_by__isnull", False),
                            ("ended_on__isnull", False),
                            models.Q(("end_reason", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="legal_case_ends_for_a_reason",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="legalcase",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_legalcasehistory" ("accepted_by_id", "accepted_on", "conflict_check", "end_entry", "end_reason", "ended_by_id", "ended_on", "handed_on", "id", "last_entry", "mandate_id", "number", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "readiness", "state") VALUES (OLD."accepted_by_id", OLD."accepted_on", OLD."conflict_check", OLD."end_entry", OLD."end_reason", OLD."ended_by_id", OLD."ended_on", OLD."handed_on", OLD."id", OLD."last_entry", OLD."mandate_id", OLD."number", OLD."person_id", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."readiness", OLD."state"); RETURN NULL;',
                        hash="64470f1d918d8932e4b6d05b91d562cdb6e4ddd7",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_c9385",
                        table="lawyers_legalcase",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="legalcase",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_legalcasehistory" ("accepted_by_id", "accepted_on", "conflict_check", "end_entry", "end_reason", "ended_by_id", "ended_on", "handed_on", "id", "last_entry", "mandate_id", "number", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "readiness", "state") VALUES (OLD."accepted_by_id", OLD."accepted_on", OLD."conflict_check", OLD."end_entry", OLD."end_reason", OLD."ended_by_id", OLD."ended_on", OLD."handed_on", OLD."id", OLD."last_entry", OLD."mandate_id", OLD."number", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."readiness", OLD."state"); RETURN NULL;',
                        hash="b59bf05d706228aad751c7073de48eb0b7a56771",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_0a620",
                        table="lawyers_legalcase",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="moneydifference",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("closed_on", None)),
                    fields=("kind", "subject_key"),
                    name="money_difference_one_open",
                ),
            ),
            migrations.AddConstraint(
                model_name="moneydifference",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("closed_by", None), ("closed_on", None), ("how", "")),
                        models.Q(
                            ("closed_by__isnull", False),
                            ("closed_on__isnull", False),
                            models.Q(("how", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="money_difference_closed_by_somebody_who_says_how",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="moneydifference",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_moneydifferencehistory" ("closed_by_id", "closed_on", "firm_id", "found_yen", "how", "id", "kind", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject_key", "text", "told_yen") VALUES (OLD."closed_by_id", OLD."closed_on", OLD."firm_id", OLD."found_yen", OLD."how", OLD."id", OLD."kind", OLD."opened_on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."subject_key", OLD."text", OLD."told_yen"); RETURN NULL;',
                        hash="2c5e9aaa7ab1ff6a5b0fe9015027d34a4241ff81",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_90410",
                        table="lawyers_moneydifference",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="moneydifference",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_moneydifferencehistory" ("closed_by_id", "closed_on", "firm_id", "found_yen", "how", "id", "kind", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subject_key", "text", "told_yen") VALUES (OLD."closed_by_id", OLD."closed_on", OLD."firm_id", OLD."found_yen", OLD."how", OLD."id", OLD."kind", OLD."opened_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."subject_key", OLD."text", OLD."told_yen"); RETURN NULL;',
                        hash="e33244b5a5ab665f413b73978381eedf220fa4b0",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_85059",
                        table="lawyers_moneydifference",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="monthlyreport",
                constraint=models.UniqueConstraint(fields=("firm", "month"), name="monthly_report_once"),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="monthlyreport",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_monthlyreporthistory" ("figures", "firm_id", "id", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_by_id", "sent_on", "text") VALUES (OLD."figures", OLD."firm_id", OLD."id", OLD."month", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."sent_by_id", OLD."sent_on", OLD."text"); RETURN NULL;',
                        hash="d9b5dc4f8b4e19613d5f53040985cbe45788e38b",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_ddae8",
                        table="lawyers_monthlyreport",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="monthlyreport",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_monthlyreporthistory" ("figures", "firm_id", "id", "month", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_by_id", "sent_on", "text") VALUES (OLD."figures", OLD."firm_id", OLD."id", OLD."month", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sent_by_id", OLD."sent_on", OLD."text"); RETURN NULL;',
                        hash="e12b5242852cc1dba57a0b363f4ed77f49e6fd9c",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_1d467",
                        table="lawyers_monthlyreport",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="packet",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("state__in", ["waiting", "making"])),
                    fields=("mandate",),
                    name="packet_one_under_way",
                ),
            ),
            migrations.AddConstraint(
                model_name="packet",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "ready"), _negated=True),
                        models.Q(
                            ("faults", []),
                            ("made_at__isnull", False),
                            models.Q(("path", ""), _negated=True),
                            models.Q(("sha256", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="packet_ready_has_its_file_and_no_fault",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="packet",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id") OR OLD."faults" IS DISTINCT FROM (NEW."faults") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."key_since" IS DISTINCT FROM (NEW."key_since") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."mandate_id" IS DISTINCT FROM (NEW."mandate_id") OR OLD."of" IS DISTINCT FROM (NEW."of") OR OLD."pages" IS DISTINCT FROM (NEW."pages") OR OLD."path" IS DISTINCT FROM (NEW."path") OR OLD."problem" IS DISTINCT FROM (NEW."problem") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."size_bytes" IS DISTINCT FROM (NEW."size_bytes") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."withheld" IS DISTINCT FROM (NEW."withheld"))',
                        func='INSERT INTO "lawyers_packethistory" ("as_of", "asked_at", "by_id", "faults", "id", "key_since", "made_at", "mandate_id", "of", "pages", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sha256", "size_bytes", "started_at", "state", "withheld") VALUES (OLD."as_of", OLD."asked_at", OLD."by_id", OLD."faults", OLD."id", OLD."key_since", OLD."made_at", OLD."mandate_id", OLD."of", OLD."pages", OLD."path", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."problem", OLD."sha256", OLD."size_bytes", OLD."started_at", OLD."state", OLD."withheld"); RETURN NULL;',
                        hash="c436ef8a3d85058b4abdc18eb650706509d2fd2f",
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
                        func='INSERT INTO "lawyers_packethistory" ("as_of", "asked_at", "by_id", "faults", "id", "key_since", "made_at", "mandate_id", "of", "pages", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "problem", "sha256", "size_bytes", "started_at", "state", "withheld") VALUES (OLD."as_of", OLD."asked_at", OLD."by_id", OLD."faults", OLD."id", OLD."key_since", OLD."made_at", OLD."mandate_id", OLD."of", OLD."pages", OLD."path", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."problem", OLD."sha256", OLD."size_bytes", OLD."started_at", OLD."state", OLD."withheld"); RETURN NULL;',
                        hash="54c4c077a82ddf41e5fbcf192c0286742bd6ff94",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_8f301",
                        table="lawyers_packet",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="proceedingstep",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("withdrawn_at", None)),
                    fields=("proceeding", "kind", "on"),
                    name="proceeding_step_once",
                ),
            ),
            migrations.AddConstraint(
                model_name="proceedingstep",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("withdrawn_at", None), ("withdrawn_because", "")),
                        models.Q(("withdrawn_at__isnull", False), models.Q(("withdrawn_because", ""), _negated=True)),
                        _connector="OR",
                    ),
                    name="proceeding_step_withdrawn_for_a_reason",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="proceedingstep",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_proceedingstephistory" ("by_id", "file_id", "id", "kind", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "withdrawn_at", "withdrawn_because", "written_at") VALUES (OLD."by_id", OLD."file_id", OLD."id", OLD."kind", OLD."note", OLD."on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."proceeding_id", OLD."withdrawn_at", OLD."withdrawn_because", OLD."written_at"); RETURN NULL;',
                        hash="b6ada5798d122aa8b40d6882261075a07a5ae392",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_6c71f",
                        table="lawyers_proceedingstep",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="proceedingstep",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_proceedingstephistory" ("by_id", "file_id", "id", "kind", "note", "on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "withdrawn_at", "withdrawn_because", "written_at") VALUES (OLD."by_id", OLD."file_id", OLD."id", OLD."kind", OLD."note", OLD."on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proceeding_id", OLD."withdrawn_at", OLD."withdrawn_because", OLD."written_at"); RETURN NULL;',
                        hash="4d6c441e4a70dc89f85e92290334f9a1a4ffa6c9",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_d5615",
                        table="lawyers_proceedingstep",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="proposal",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("state__in", ["waiting", "asked"])),
                    fields=("case", "kind"),
                    name="proposal_one_open_per_kind",
                ),
            ),
            migrations.AddConstraint(
                model_name="proposal",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("decided_by", None), ("decided_on", None), ("state__in", ["waiting", "asked"])),
                        models.Q(
                            ("decided_by__isnull", False),
                            ("decided_on__isnull", False),
                            ("state__in", ["accepted", "refused"]),
                        ),
                        _connector="OR",
                    ),
                    name="proposal_is_decided_by_somebody",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="proposal",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_proposalhistory" ("approval_id", "by_id", "case_id", "council", "decided_by_id", "decided_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_on", "reply", "state", "terms", "text", "token") VALUES (OLD."approval_id", OLD."by_id", OLD."case_id", OLD."council", OLD."decided_by_id", OLD."decided_on", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."proposed_on", OLD."reply", OLD."state", OLD."terms", OLD."text", OLD."token"); RETURN NULL;',
                        hash="2d61f423e635873389f7138fabcbfdcbf919d8c4",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_6cee1",
                        table="lawyers_proposal",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="proposal",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_proposalhistory" ("approval_id", "by_id", "case_id", "council", "decided_by_id", "decided_on", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_on", "reply", "state", "terms", "text", "token") VALUES (OLD."approval_id", OLD."by_id", OLD."case_id", OLD."council", OLD."decided_by_id", OLD."decided_on", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposed_on", OLD."reply", OLD."state", OLD."terms", OLD."text", OLD."token"); RETURN NULL;',
                        hash="245fef6285cfd9bb1a08a99d9e5171d784dc1d92",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_87ea4",
                        table="lawyers_proposal",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="proceeding",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("closed_on", None)), fields=("case",), name="proceeding_one_open_per_case"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="proceeding",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_proceedinghistory" ("by_id", "case_id", "closed_on", "council", "court", "court_number", "id", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "route") VALUES (OLD."by_id", OLD."case_id", OLD."closed_on", OLD."council", OLD."court", OLD."court_number", OLD."id", OLD."opened_on", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."proposal_id", OLD."route"); RETURN NULL;',
                        hash="e170ad4ff7879e0dd1a063cc30b8bf2a1bffcf5b",
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
                        func='INSERT INTO "lawyers_proceedinghistory" ("by_id", "case_id", "closed_on", "council", "court", "court_number", "id", "opened_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_id", "route") VALUES (OLD."by_id", OLD."case_id", OLD."closed_on", OLD."council", OLD."court", OLD."court_number", OLD."id", OLD."opened_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposal_id", OLD."route"); RETURN NULL;',
                        hash="80ce890ea9ee6b29c7c060d5e0466da4de8fd02d",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_07872",
                        table="lawyers_proceeding",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="remittance",
                constraint=models.CheckConstraint(condition=models.Q(("yen__gt", 0)), name="remittance_is_money"),
            ),
            migrations.AddConstraint(
                model_name="remittance",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("bank_yen", None), ("confirmed_by", None), ("state__in", ["told", "cancelled"])),
                        models.Q(
                            ("arrived_on__gte", models.F("sent_on")),
                            ("bank_yen__gt", 0),
                            ("confirmed_by__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="remittance_arrived_as_somebody_saw",
                ),
            ),
            migrations.AddConstraint(
                model_name="remittance",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state", "booked"), _negated=True),
                        models.Q(
                            ("bank_yen", models.F("yen")), ("booked_by__isnull", False), ("booked_on__isnull", False)
                        ),
                        _connector="OR",
                    ),
                    name="remittance_booked_only_when_all_of_it_arrived",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="remittance",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_remittancehistory" ("arrived_on", "bank_source", "bank_yen", "booked_by_id", "booked_on", "confirmed_by_id", "firm_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_on", "state", "token", "told_by_id", "yen") VALUES (OLD."arrived_on", OLD."bank_source", OLD."bank_yen", OLD."booked_by_id", OLD."booked_on", OLD."confirmed_by_id", OLD."firm_id", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."sent_on", OLD."state", OLD."token", OLD."told_by_id", OLD."yen"); RETURN NULL;',
                        hash="74950d31e4639108cd294d00c2bed9b9ba3296fc",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_ab782",
                        table="lawyers_remittance",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="remittance",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_remittancehistory" ("arrived_on", "bank_source", "bank_yen", "booked_by_id", "booked_on", "confirmed_by_id", "firm_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_on", "state", "token", "told_by_id", "yen") VALUES (OLD."arrived_on", OLD."bank_source", OLD."bank_yen", OLD."booked_by_id", OLD."booked_on", OLD."confirmed_by_id", OLD."firm_id", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."sent_on", OLD."state", OLD."token", OLD."told_by_id", OLD."yen"); RETURN NULL;',
                        hash="84624fbd3e7dfe68706d03b0616084e751d268ce",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_da9a8",
                        table="lawyers_remittance",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="settlement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("total_yen__gt", 0), ("waived_yen__gte", 0)), name="settlement_is_money"
                ),
            ),
            migrations.AddConstraint(
                model_name="settlement",
                constraint=models.CheckConstraint(
                    condition=models.Q(("proposal__isnull", False), ("proceeding__isnull", False), _connector="OR"),
                    name="settlement_comes_of_a_decision_or_a_court",
                ),
            ),
            migrations.AddConstraint(
                model_name="settlement",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("defaulted_on", None), ("defaulted_on__gte", models.F("agreed_on")), _connector="OR"),
                        models.Q(("done_on", None), ("done_on__gte", models.F("agreed_on")), _connector="OR"),
                    ),
                    name="settlement_ends_after_it_began",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="settlement",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_settlementhistory" ("agreed_on", "by_id", "case_id", "council", "defaulted_on", "done_on", "forfeits_after", "id", "instalments", "kind", "last_entry", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "proposal_id", "terms", "total_yen", "waived_yen") VALUES (OLD."agreed_on", OLD."by_id", OLD."case_id", OLD."council", OLD."defaulted_on", OLD."done_on", OLD."forfeits_after", OLD."id", OLD."instalments", OLD."kind", OLD."last_entry", OLD."made_at", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."proceeding_id", OLD."proposal_id", OLD."terms", OLD."total_yen", OLD."waived_yen"); RETURN NULL;',
                        hash="0998729109f32ffb1714bd6fa72b898b4398b44d",
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
                        func='INSERT INTO "lawyers_settlementhistory" ("agreed_on", "by_id", "case_id", "council", "defaulted_on", "done_on", "forfeits_after", "id", "instalments", "kind", "last_entry", "made_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proceeding_id", "proposal_id", "terms", "total_yen", "waived_yen") VALUES (OLD."agreed_on", OLD."by_id", OLD."case_id", OLD."council", OLD."defaulted_on", OLD."done_on", OLD."forfeits_after", OLD."id", OLD."instalments", OLD."kind", OLD."last_entry", OLD."made_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proceeding_id", OLD."proposal_id", OLD."terms", OLD."total_yen", OLD."waived_yen"); RETURN NULL;',
                        hash="f50ae94bebcd1cd635487f7faff7a26e395145af",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_aa65d",
                        table="lawyers_settlement",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="trustreceipt",
                constraint=models.CheckConstraint(condition=models.Q(("yen__gt", 0)), name="trust_receipt_is_money"),
            ),
            migrations.AddConstraint(
                model_name="trustreceipt",
                constraint=models.CheckConstraint(
                    condition=models.Q(("receipt", None), ("remittance__isnull", False), _connector="OR"),
                    name="trust_receipt_booked_is_remitted",
                ),
            ),
            migrations.AddConstraint(
                model_name="trustreceipt",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("cancelled_at", None), ("cancelled_because", "")),
                        models.Q(
                            ("cancelled_at__isnull", False),
                            ("receipt", None),
                            ("remittance", None),
                            models.Q(("cancelled_because", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    name="trust_receipt_cancelled_for_a_reason_before_it_was_sent",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="trustreceipt",
                trigger=pgtrigger.compiler.Trigger(
                    name="what_was_taken_stays",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."case_id" IS DISTINCT FROM (NEW."case_id") OR OLD."designation_id" IS DISTINCT FROM (NEW."designation_id") OR OLD."received_on" IS DISTINCT FROM (NEW."received_on") OR OLD."yen" IS DISTINCT FROM (NEW."yen") OR OLD."token" IS DISTINCT FROM (NEW."token") OR OLD."by_id" IS DISTINCT FROM (NEW."by_id"))',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="06c478c4f645df144cf470c54dd83145ebc48f95",
                        operation="UPDATE",
                        pgid="pgtrigger_what_was_taken_stays_806d7",
                        table="lawyers_trustreceipt",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="trustreceipt",
                trigger=pgtrigger.compiler.Trigger(
                    name="trust_receipt_is_never_deleted",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                        hash="80fc9df487b766030dbed5079fc924bd955ecb9e",
                        operation="DELETE",
                        pgid="pgtrigger_trust_receipt_is_never_deleted_fd86a",
                        table="lawyers_trustreceipt",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="trustreceipt",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                        func='INSERT INTO "lawyers_trustreceipthistory" ("by_id", "cancelled_at", "cancelled_because", "case_id", "designation_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "receipt_id", "received_on", "remittance_id", "token", "told_at", "yen") VALUES (OLD."by_id", OLD."cancelled_at", OLD."cancelled_because", OLD."case_id", OLD."designation_id", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'update\', OLD."id", OLD."receipt_id", OLD."received_on", OLD."remittance_id", OLD."token", OLD."told_at", OLD."yen"); RETURN NULL;',
                        hash="511c20792babab4b77a796716ff2ce6cfbdb078d",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_e2a2b",
                        table="lawyers_trustreceipt",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="trustreceipt",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='INSERT INTO "lawyers_trustreceipthistory" ("by_id", "cancelled_at", "cancelled_because", "case_id", "designation_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "receipt_id", "received_on", "remittance_id", "token", "told_at", "yen") VALUES (OLD."by_id", OLD."cancelled_at", OLD."cancelled_because", OLD."case_id", OLD."designation_id", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."receipt_id", OLD."received_on", OLD."remittance_id", OLD."token", OLD."told_at", OLD."yen"); RETURN NULL;',
                        hash="1fac2ee88cd113d6579d7b7a59bcca60926035f7",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_275a0",
                        table="lawyers_trustreceipt",
                        when="AFTER",
                    ),
                ),
            ),
        ),
    ]
