"""Reference tables of the claims' app: kinds, their dated legal attributes, rates. The ledger is never edited here."""

from django.contrib import admin
from import_export import fields, resources
from import_export.widgets import ForeignKeyWidget

from claims.models import ClaimKind, ClaimKindTerms, EvidenceNeed, Gaiji, HoldTerms, LateChargeRate
from debtors.models import SourceSystem
from toyota_collect.admin import CsvReferenceAdmin
from toyota_collect.models import Section


class ClaimKindResource(resources.ModelResource):
    section = fields.Field(column_name="section", attribute="section", widget=ForeignKeyWidget(Section, "name"))

    class Meta:
        model = ClaimKind
        import_id_fields = ["code"]
        exclude = ["id"]


class ClaimKindTermsResource(resources.ModelResource):
    kind = fields.Field(column_name="kind", attribute="kind", widget=ForeignKeyWidget(ClaimKind, "code"))

    class Meta:
        model = ClaimKindTerms
        import_id_fields = ["kind", "starts_on"]
        exclude = ["id"]


class LateChargeRateResource(resources.ModelResource):
    class Meta:
        model = LateChargeRate
        import_id_fields = ["year"]
        exclude = ["id"]


@admin.register(ClaimKind)
class ClaimKindAdmin(CsvReferenceAdmin):
    resource_classes = [ClaimKindResource]
    list_display = ["code", "name", "short_name", "group", "section", "ground", "position"]
    list_filter = ["group", "ground", "section"]
    list_select_related = ["section"]
    search_fields = ["code", "name", "short_name"]


@admin.register(ClaimKindTerms)
class ClaimKindTermsAdmin(CsvReferenceAdmin):
    resource_classes = [ClaimKindTermsResource]
    list_display = [
        "kind",
        "starts_on",
        "legal_class",
        "prescription_years",
        "late_regime",
        "statute",
        "to_be_confirmed",
    ]
    list_filter = ["to_be_confirmed", "legal_class", "late_regime", "kind__group"]
    list_select_related = ["kind"]
    search_fields = ["kind__code", "kind__name", "statute"]
    save_as = True  # a change of law is a new row with its own first day


@admin.register(LateChargeRate)
class LateChargeRateAdmin(CsvReferenceAdmin):
    resource_classes = [LateChargeRateResource]
    list_display = ["year", "first_permyriad", "after_permyriad", "relief_permyriad", "source"]


class HoldTermsResource(resources.ModelResource):
    class Meta:
        model = HoldTerms
        import_id_fields = ["reason", "variant", "legal_class", "starts_on"]
        exclude = ["id"]


@admin.register(HoldTerms)
class HoldTermsAdmin(CsvReferenceAdmin):
    resource_classes = [HoldTermsResource]
    list_display = [
        "label",
        "legal_class",
        "starts_on",
        "applies",
        "decided_by",
        "late_charge",
        "clock",
        "to_be_confirmed",
    ]
    list_filter = ["to_be_confirmed", "applies", "legal_class", "reason"]
    search_fields = ["reason", "label", "law"]
    save_as = True  # a change of law is a new row with its own first day


class EvidenceNeedResource(resources.ModelResource):
    kind = fields.Field(column_name="kind", attribute="kind", widget=ForeignKeyWidget(ClaimKind, "code"))

    class Meta:
        model = EvidenceNeed
        import_id_fields = ["legal_class", "kind", "evidence", "starts_on"]
        exclude = ["id"]


@admin.register(EvidenceNeed)
class EvidenceNeedAdmin(CsvReferenceAdmin):
    resource_classes = [EvidenceNeedResource]
    list_display = ["legal_class", "kind", "evidence", "starts_on", "needed", "why", "to_be_confirmed"]
    list_filter = ["to_be_confirmed", "legal_class", "evidence", "needed"]
    list_select_related = ["kind"]
    save_as = True  # a change is a new row with its own first day


class GaijiResource(resources.ModelResource):
    source = fields.Field(column_name="system", attribute="source", widget=ForeignKeyWidget(SourceSystem, "code"))

    class Meta:
        model = Gaiji
        import_id_fields = ["source", "code"]
        exclude = ["id"]
        clean_model_instances = True


@admin.register(Gaiji)
class GaijiAdmin(CsvReferenceAdmin):
    resource_classes = [GaijiResource]
    list_display = ["source", "code", "character", "origin", "starts_on"]
    list_filter = ["source"]
    list_select_related = ["source"]
    search_fields = ["code", "character"]
