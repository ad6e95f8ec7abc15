import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("notices", "0001_initial"),
    ]

    dependencies = [
        ("claims", "0002_tables_of_identities"),
    ]

    operations = [
        migrations.CreateModel(
            name="DunningHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("serial", models.PositiveIntegerField(verbose_name="通し番号（封筒ごと）")),
                ("number", models.CharField(max_length=40, verbose_name="文書番号")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "作成待ち"), ("made", "作成済"), ("posted", "発送済"), ("pulled", "引抜")],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("principal_yen", models.BigIntegerField(verbose_name="本税・元金")),
                ("fee_yen", models.BigIntegerField(verbose_name="督促手数料")),
                ("statute", models.CharField(max_length=120, verbose_name="督促の根拠")),
                ("appeal_body", models.CharField(blank=True, max_length=60, verbose_name="審査請求先")),
                ("pulled_because", models.CharField(blank=True, max_length=200, verbose_name="引き抜いた理由")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DunningRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sequence", models.PositiveSmallIntegerField(verbose_name="回")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("counted", "集計済"),
                            ("making", "作成中"),
                            ("made", "発送待ち"),
                            ("posted", "発送済"),
                            ("discarded", "取りやめ"),
                        ],
                        default="counted",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="発付日（発送する日）")),
                ("deadline_on", models.DateField(verbose_name="指定期限")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="債権種目（空はすべて）",
                    ),
                ),
                ("counts", models.JSONField(default=dict, verbose_name="集計")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="作成")),
                ("started_at", models.DateTimeField(null=True, verbose_name="作成開始")),
                ("posted_at", models.DateTimeField(null=True, verbose_name="発送の登録")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="要対応の内容")),
            ],
            options={
                "verbose_name": "督促状の発送",
                "verbose_name_plural": "督促状の発送",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DunningRunHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sequence", models.PositiveSmallIntegerField(verbose_name="回")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("counted", "集計済"),
                            ("making", "作成中"),
                            ("made", "発送待ち"),
                            ("posted", "発送済"),
                            ("discarded", "取りやめ"),
                        ],
                        default="counted",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="発付日（発送する日）")),
                ("deadline_on", models.DateField(verbose_name="指定期限")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="債権種目（空はすべて）",
                    ),
                ),
                ("counts", models.JSONField(default=dict, verbose_name="集計")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="作成")),
                ("started_at", models.DateTimeField(null=True, verbose_name="作成開始")),
                ("posted_at", models.DateTimeField(null=True, verbose_name="発送の登録")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="要対応の内容")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("protected", "支援措置"),
                            ("maybe_protected", "支援措置の人と同じ人の可能性"),
                            ("deceased", "死亡・相続人を調査中"),
                            ("no_address", "送付先がない"),
                            ("held", "猶予・保留中"),
                            ("below_minimum", "最低金額に満たない"),
                            ("prescribed", "時効の期間が過ぎている"),
                        ],
                        max_length=20,
                        verbose_name="理由",
                    ),
                ),
                ("outstanding_yen", models.BigIntegerField(default=0, verbose_name="金額（円）")),
            ],
            options={
                "verbose_name": "除外",
                "verbose_name_plural": "除外",
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.PositiveIntegerField(verbose_name="通し番号")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="文書番号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "作成待ち"),
                            ("rendered", "作成済"),
                            ("verified", "検査済"),
                            ("failed", "作れず"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=300, verbose_name="作れない理由")),
                ("failure_code", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(max_length=120, verbose_name="氏名")),
                ("postal_code", models.CharField(blank=True, max_length=7, verbose_name="郵便番号")),
                ("total_yen", models.BigIntegerField(verbose_name="合計（円）")),
                ("sheets", models.PositiveSmallIntegerField(default=0, verbose_name="枚数")),
                ("first_page", models.PositiveIntegerField(null=True, verbose_name="冊子の開始ページ")),
                ("snapshot", models.JSONField(verbose_name="写し")),
                ("snapshot_sha256", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "催告書",
                "verbose_name_plural": "催告書",
                "ordering": ["run", "serial"],
            },
        ),
        migrations.CreateModel(
            name="LetterClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("principal_yen", models.BigIntegerField(verbose_name="本税・元金")),
                ("fee_yen", models.BigIntegerField(verbose_name="督促手数料")),
                ("late_yen", models.BigIntegerField(verbose_name="延滞金等")),
            ],
            options={
                "verbose_name": "催告書の明細",
                "verbose_name_plural": "催告書の明細",
            },
        ),
        migrations.CreateModel(
            name="LetterHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("serial", models.PositiveIntegerField(verbose_name="通し番号")),
                ("number", models.CharField(max_length=40, verbose_name="文書番号")),
                ("name", models.CharField(max_length=120, verbose_name="氏名")),
                ("postal_code", models.CharField(blank=True, max_length=7, verbose_name="郵便番号")),
                ("total_yen", models.BigIntegerField(verbose_name="合計（円）")),
                ("snapshot_sha256", models.CharField(max_length=64)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PrintChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveSmallIntegerField(verbose_name="束")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待ち"), ("rendering", "作成中"), ("done", "済"), ("failed", "要対応")],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("path", models.CharField(blank=True, max_length=300, verbose_name="印刷ファイル")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("pages", models.PositiveIntegerField(default=0, verbose_name="ページ")),
                ("problem", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "印刷の束",
                "verbose_name_plural": "印刷の束",
                "ordering": ["run", "sequence"],
            },
        ),
        migrations.CreateModel(
            name="PrintRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sequence", models.PositiveSmallIntegerField(verbose_name="回")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "下書き"),
                            ("counting", "集計中"),
                            ("counted", "集計済"),
                            ("approved", "決裁済"),
                            ("snapshot", "金額確定中"),
                            ("rendering", "作成中"),
                            ("verified", "検査済"),
                            ("failed", "要対応"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("is_sample", models.BooleanField(default=False, verbose_name="見本")),
                ("as_of", models.DateField(verbose_name="基準日")),
                ("issued_on", models.DateField(verbose_name="発付日")),
                ("deadline_on", models.DateField(verbose_name="納付・相談の期限")),
                ("minimum_yen", models.PositiveIntegerField(default=1000, verbose_name="最低金額（円）")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="債権種目（空はすべて）",
                    ),
                ),
                (
                    "groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="債権群（空はすべて）",
                    ),
                ),
                (
                    "slip_policy",
                    models.CharField(
                        choices=[("claim", "期別ごとに1枚"), ("kind", "種類ごとに1枚"), ("person", "全部で1枚")],
                        default="kind",
                        max_length=10,
                        verbose_name="納付書の単位",
                    ),
                ),
                ("limit", models.PositiveIntegerField(blank=True, null=True, verbose_name="上限（通）")),
                ("counts", models.JSONField(default=dict, verbose_name="集計")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="作成")),
                ("count_asked_at", models.DateTimeField(null=True, verbose_name="集計の開始")),
                ("snapshot_at", models.DateTimeField(null=True, verbose_name="金額確定の時刻")),
                ("started_at", models.DateTimeField(null=True, verbose_name="作成開始")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="検査済の時刻")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="要対応の内容")),
            ],
            options={
                "verbose_name": "一斉催告",
                "verbose_name_plural": "一斉催告",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="PrintRunHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("fiscal_year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("sequence", models.PositiveSmallIntegerField(verbose_name="回")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "下書き"),
                            ("counting", "集計中"),
                            ("counted", "集計済"),
                            ("approved", "決裁済"),
                            ("snapshot", "金額確定中"),
                            ("rendering", "作成中"),
                            ("verified", "検査済"),
                            ("failed", "要対応"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("is_sample", models.BooleanField(default=False, verbose_name="見本")),
                ("as_of", models.DateField(verbose_name="基準日")),
                ("issued_on", models.DateField(verbose_name="発付日")),
                ("deadline_on", models.DateField(verbose_name="納付・相談の期限")),
                ("minimum_yen", models.PositiveIntegerField(default=1000, verbose_name="最低金額（円）")),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="債権種目（空はすべて）",
                    ),
                ),
                (
                    "groups",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="債権群（空はすべて）",
                    ),
                ),
                (
                    "slip_policy",
                    models.CharField(
                        choices=[("claim", "期別ごとに1枚"), ("kind", "種類ごとに1枚"), ("person", "全部で1枚")],
                        default="kind",
                        max_length=10,
                        verbose_name="納付書の単位",
                    ),
                ),
                ("limit", models.PositiveIntegerField(blank=True, null=True, verbose_name="上限（通）")),
                ("counts", models.JSONField(default=dict, verbose_name="集計")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="作成")),
                ("count_asked_at", models.DateTimeField(null=True, verbose_name="集計の開始")),
                ("snapshot_at", models.DateTimeField(null=True, verbose_name="金額確定の時刻")),
                ("started_at", models.DateTimeField(null=True, verbose_name="作成開始")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="検査済の時刻")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="要対応の内容")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SlipPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "納付書の文書",
                "verbose_name_plural": "納付書の文書",
            },
        ),
        migrations.CreateModel(
            name="Dunning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.PositiveIntegerField(verbose_name="通し番号（封筒ごと）")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="文書番号")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "作成待ち"), ("made", "作成済"), ("posted", "発送済"), ("pulled", "引抜")],
                        default="waiting",
                        max_length=10,
                        verbose_name="状態",
                    ),
                ),
                ("principal_yen", models.BigIntegerField(verbose_name="本税・元金")),
                ("fee_yen", models.BigIntegerField(verbose_name="督促手数料")),
                ("statute", models.CharField(max_length=120, verbose_name="督促の根拠")),
                ("appeal_body", models.CharField(blank=True, max_length=60, verbose_name="審査請求先")),
                ("pulled_because", models.CharField(blank=True, max_length=200, verbose_name="引き抜いた理由")),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="dunnings", to="claims.claim"
                    ),
                ),
            ],
            options={
                "verbose_name": "督促状",
                "verbose_name_plural": "督促状",
                "ordering": ["run", "serial", "number"],
            },
        ),
    ]
