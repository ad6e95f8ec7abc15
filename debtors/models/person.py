from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from debtors.models.keys import LooseKana
from debtors.querysets import IdentityManager, PersonQuerySet, ProtectionFlagQuerySet
from toyota_collect.history import keep_history
from toyota_collect.models import Section
from toyota_collect.permissions import Ground

PLACE = Q(person__isnull=False) & ~Q(address_key="")  # places at which people are searched for


@keep_history()
class SourceSystem(models.Model):
    """業務システム: a section's system that sends us extracts under its own person numbers."""

    code = models.CharField("コード", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    section = models.ForeignKey(Section, on_delete=models.PROTECT, verbose_name="所管課")
    rank = models.PositiveSmallIntegerField("氏名・住所の優先順", default=50)  # lower wins when facts differ

    class Meta:
        verbose_name = verbose_name_plural = "業務システム"
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return self.name


@keep_history()
class Person(models.Model):
    """人（名寄せ後の債務者）: nothing but a set of links to source identities.

    The shown facts are copied from the best linked identity by ``debtors.services.refresh_people``; they can be
    rebuilt at any time, so unlinking restores exactly what was.
    """

    number = models.CharField("整理番号", max_length=12, unique=True)
    is_corporate = models.BooleanField("法人", default=False)
    name = models.CharField("氏名・名称", max_length=120)
    kana = models.CharField("フリガナ", max_length=200, blank=True)
    name_key = models.CharField(max_length=120, blank=True)
    kana_key = models.CharField(max_length=200, blank=True)
    birth_on = models.DateField("生年月日", null=True)
    sex = models.CharField("性別", max_length=1, blank=True)
    atena_number = models.CharField("宛名番号", max_length=20, blank=True)
    postal_code = models.CharField("郵便番号", max_length=7, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    address_origin = models.CharField("住所の出どころ", max_length=20, blank=True)  # source system code
    phone = models.CharField("電話", max_length=20, blank=True)
    household_number = models.CharField("世帯番号", max_length=20, blank=True)
    died_on = models.DateField("死亡日", null=True)
    letter_variant = models.CharField("文書の形", max_length=10, default="normal")  # normal | large | plain
    withdrawn_at = models.DateTimeField(
        "取込の取り消しで登録がなくなった日時", null=True
    )  # until an identity is linked again

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人"
        ordering = ["kana_key", "name", "pk"]
        indexes = [
            GinIndex(name="person_kana_trgm", fields=["kana_key"], opclasses=["gin_trgm_ops"]),
            GinIndex(OpClass(LooseKana("kana_key"), "gin_trgm_ops"), name="person_loose_kana_trgm"),
            GinIndex(name="person_name_trgm", fields=["name_key"], opclasses=["gin_trgm_ops"]),
            models.Index(OpClass(LooseKana("kana_key"), "text_pattern_ops"), name="person_loose_kana_prefix"),
            models.Index(name="person_kana_prefix", fields=["kana_key"], opclasses=["varchar_pattern_ops"]),
            models.Index(name="person_name_prefix", fields=["name_key"], opclasses=["varchar_pattern_ops"]),
            models.Index(name="person_by_household", fields=["household_number"], condition=~Q(household_number="")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


@keep_history(without=["seen_in_file", "last_seen_on"])
class SourceIdentity(models.Model):
    """業務別の宛名: a person as one source system knows them. Linking never changes these facts.

    ``objects`` holds those in force. One whose import was taken back (``withdrawn_at``) belongs to nobody, until a later
    file names it again.
    """

    source = models.ForeignKey(SourceSystem, on_delete=models.PROTECT, verbose_name="業務システム")
    person_number = models.CharField("業務側の番号", max_length=30)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="identities", verbose_name="人"
    )  # the link now in force; its history is IdentityLink
    atena_number = models.CharField("宛名番号", max_length=20, blank=True)
    corporate_number = models.CharField("法人番号", max_length=13, blank=True)
    name = models.CharField("氏名・名称", max_length=120)
    kana = models.CharField("フリガナ", max_length=200, blank=True)
    birth_on = models.DateField("生年月日", null=True)
    sex = models.CharField("性別", max_length=1, blank=True)
    postal_code = models.CharField("郵便番号", max_length=7, blank=True)
    address = models.CharField("住所", max_length=200, blank=True)
    phone = models.CharField("電話", max_length=20, blank=True)
    household_number = models.CharField("世帯番号", max_length=20, blank=True)
    relation = models.CharField("続柄", max_length=20, blank=True)
    died_on = models.DateField("死亡日", null=True)
    moved_on = models.DateField("異動日", null=True)
    name_key = models.CharField(max_length=120, blank=True)
    kana_key = models.CharField(max_length=200, blank=True)
    address_key = models.CharField(max_length=200, blank=True)
    phone_key = models.CharField(max_length=20, blank=True)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    last_seen_on = models.DateField("最後に届いた日", null=True)
    seen_in_file = models.BigIntegerField(null=True)  # claims.ImportFile id; that app is above this one
    withdrawn_at = models.DateTimeField("取込を取り消した日時", null=True)

    objects = IdentityManager()

    class Meta:
        verbose_name = verbose_name_plural = "業務別の宛名"
        constraints = [
            models.CheckConstraint(
                name="identity_withdrawn_belongs_to_nobody", condition=Q(withdrawn_at=None) | Q(person=None)
            ),
            models.UniqueConstraint(name="identity_once_per_source", fields=["source", "person_number"]),
            models.CheckConstraint(name="identity_has_a_number", condition=~Q(person_number="")),
        ]
        indexes = [
            models.Index(name="identity_by_atena", fields=["atena_number"], condition=~Q(atena_number="")),
            models.Index(name="identity_by_phone", fields=["phone_key"], condition=~Q(phone_key="")),
            models.Index(name="identity_by_name", fields=["name_key"]),
            models.Index(name="identity_by_birth", fields=["birth_on"], condition=Q(birth_on__isnull=False)),
            models.Index(
                name="identity_by_place",
                fields=["address_key"],
                opclasses=["varchar_pattern_ops"],
                condition=~Q(address_key=""),
            ),
            GinIndex(name="identity_place_trgm", fields=["address_key"], opclasses=["gin_trgm_ops"], condition=PLACE),
            models.Index(name="identity_by_own_number", fields=["person_number"]),
            models.Index(name="identity_by_household", fields=["household_number"], condition=~Q(household_number="")),
        ]


@keep_history()
class FormerFact(models.Model):
    """以前の記載: what a source said of a person before, or what the register knows besides (旧住所, 旧氏名, 通称).

    Serves 名寄せ. Addresses and phones of protected people are as secret here as the present ones.
    """

    class What(models.TextChoices):
        NAME = "name", "氏名・名称"
        KANA = "kana", "フリガナ"
        ADDRESS = "address", "住所"
        PHONE = "phone", "電話"

    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="former_facts")
    what = models.CharField("項目", max_length=10, choices=What)
    value = models.CharField("以前の記載", max_length=200)
    key = models.CharField(max_length=200)  # as in SourceIdentity
    until = models.DateField("いつまで（分からないか、今も使うときは空）", null=True)
    in_file = models.BigIntegerField(null=True)  # claims.ImportFile id, as in SourceIdentity

    class Meta:
        verbose_name = verbose_name_plural = "以前の記載"
        constraints = [
            models.UniqueConstraint(name="former_fact_once", fields=["identity", "what", "key"]),
            models.CheckConstraint(name="former_fact_has_a_key", condition=~Q(key="")),
        ]


@keep_history()
class IdentityLink(models.Model):
    """名寄せの記録: which identity was linked to which person, by what rule or whom, from when until when."""

    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="links")
    rule = models.CharField("根拠", max_length=30)  # a rule of rules.matching, alone, person
    evidence = models.JSONField("一致した項目", default=dict)
    linked_at = models.DateTimeField(auto_now_add=True)
    linked_by = models.ForeignKey("toyota_collect.User", on_delete=models.PROTECT, related_name="+")
    unlinked_at = models.DateTimeField(null=True)
    unlinked_by = models.ForeignKey("toyota_collect.User", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "名寄せの記録"
        constraints = [
            models.UniqueConstraint(
                name="identity_linked_to_one_person", fields=["identity"], condition=Q(unlinked_at=None)
            )
        ]


@keep_history()
class ProtectionFlag(models.Model):
    """支援措置（DV等）: from ``starts_on`` to ``ends_on`` (exclusive) no address or contact route may be shown."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="protections", null=True
    )  # as long as nobody holds the identity
    identity = models.ForeignKey(SourceIdentity, on_delete=models.PROTECT, related_name="protections")
    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日（この日の前日まで）", null=True)
    ground = models.CharField("知った根拠", max_length=10, choices=Ground)
    origin = models.CharField("出どころ", max_length=60)

    objects = ProtectionFlagQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "支援措置"
        constraints = [
            models.CheckConstraint(
                name="protection_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
            ),
            models.UniqueConstraint(name="protection_once_per_start", fields=["identity", "starts_on"]),
        ]
