from django.db import models
from django.db.models import Q

from toyota_collect.history import keep_history
from toyota_collect.models import Section
from toyota_collect.permissions import Ground


class ClaimGroup(models.TextChoices):
    """債権群: the groups a letter and a screen sum up by, in this order."""

    TAX = "tax", "市税"
    HEALTH = "health", "国保・医療・介護"
    CHILD = "child", "子ども"
    WELFARE = "welfare", "福祉"
    HOME = "home", "住宅・水道"
    OTHER = "other", "その他"


@keep_history()
class ClaimKind(models.Model):
    """債権種目: one of the city's kinds of claims; its legal attributes are in ClaimKindTerms, by date."""

    code = models.CharField("コード", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("略称", max_length=30)
    group = models.CharField("債権群", max_length=10, choices=ClaimGroup)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, verbose_name="所管課")
    position = models.PositiveSmallIntegerField("並び順", default=100)
    instalment_label = models.CharField("期別の呼び方", max_length=20, default="第{n}期")  # or {n}月分
    joint_slip = models.CharField("納付書をまとめる組", max_length=20, blank=True)  # e.g. 上下水道
    ground = models.CharField("情報の根拠", max_length=10, choices=Ground)

    class Meta:
        verbose_name = verbose_name_plural = "債権種目"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


@keep_history()
class ClaimKindTerms(models.Model):
    """債権種目の法的属性: in force for claims that fell due from ``starts_on`` until the next row begins."""

    class LegalClass(models.TextChoices):
        COERCIVE = "A", "強制徴収公債権"
        NON_COERCIVE = "B", "非強制徴収公債権"
        PRIVATE = "C", "私債権"

    class DunningEffect(models.TextChoices):
        TAX10 = "tax10", "発した日から10日を経過した日の翌日に更新（地税18条の2）"
        ARRIVAL = "arrival", "到達の翌日に更新"
        DISPATCH = "dispatch", "発した日の翌日に更新"
        DEADLINE = "deadline", "指定期限の翌日に更新"
        NONE = "none", "更新しない"

    class LateRegime(models.TextChoices):
        TAX = "local_tax", "延滞金（地方税の例）"
        CIVIL = "civil", "遅延損害金（民法・契約）"
        NONE = "none", "なし"

    kind = models.ForeignKey(ClaimKind, on_delete=models.PROTECT, related_name="terms", verbose_name="債権種目")
    starts_on = models.DateField("適用開始日（この日から）")
    legal_class = models.CharField("区分", max_length=1, choices=LegalClass)
    statute = models.CharField("根拠法令", max_length=200)
    prescription_years = models.PositiveSmallIntegerField("時効（年）")
    old_prescription_years = models.PositiveSmallIntegerField(
        "旧法の時効（年・契約が2020-04-01前）", null=True, blank=True
    )
    needs_enyo = models.BooleanField("時効の援用が要る", default=False)
    dunning_effect = models.CharField("督促の効果", max_length=10, choices=DunningEffect)
    late_regime = models.CharField("延滞金等", max_length=10, choices=LateRegime)
    first_bracket_months = models.PositiveSmallIntegerField("低い率の月数", default=1)
    late_rate_permyriad = models.PositiveSmallIntegerField("約定・民法の率（万分率）", null=True, blank=True)
    late_truncates = models.BooleanField("元金千円・合計百円の端数処理をする", default=True)
    late_rounding = models.CharField("端数処理", max_length=10, default="segment")
    late_statute = models.CharField("延滞金等の根拠", max_length=200, blank=True)
    dunning_fee_yen = models.PositiveIntegerField("督促手数料（円）", default=0)
    self_execution = models.BooleanField("自力執行できる", default=False)
    may_go_to_lawyers = models.BooleanField("弁護士へ委任できる", default=False)
    appeal_body = models.CharField("審査請求先", max_length=60, blank=True)
    share_domain = models.CharField("情報共有の範囲", max_length=20)
    source = models.CharField("出典", max_length=300)
    to_be_confirmed = models.BooleanField("要確認", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "債権種目の法的属性"
        ordering = ["kind", "-starts_on"]
        constraints = [
            models.UniqueConstraint(name="terms_one_per_start", fields=["kind", "starts_on"]),
            models.CheckConstraint(
                name="only_coercive_claims_execute_themselves", condition=Q(self_execution=False) | Q(legal_class="A")
            ),
            models.CheckConstraint(
                name="coercive_claims_never_go_to_lawyers", condition=Q(may_go_to_lawyers=False) | ~Q(legal_class="A")
            ),
            models.CheckConstraint(
                name="only_private_claims_need_enyo", condition=Q(needs_enyo=False) | Q(legal_class="C")
            ),
            models.CheckConstraint(name="first_bracket_is_1_or_3_months", condition=Q(first_bracket_months__in=[1, 3])),
            models.CheckConstraint(
                name="civil_late_charge_has_a_rate",
                condition=~Q(late_regime="civil") | Q(late_rate_permyriad__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_on:%Y-%m-%d}から"


@keep_history()
class LateChargeRate(models.Model):
    """延滞金の割合: rates of one calendar year, per ten thousand (280 = 2.8 %)."""

    year = models.PositiveSmallIntegerField("年", unique=True)
    first_permyriad = models.PositiveSmallIntegerField("最初の1か月（万分率）")
    after_permyriad = models.PositiveSmallIntegerField("その後（万分率）")
    relief_permyriad = models.PositiveSmallIntegerField("猶予特例基準割合（万分率）", null=True, blank=True)
    source = models.CharField("出典", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "延滞金の割合"
        ordering = ["-year"]
