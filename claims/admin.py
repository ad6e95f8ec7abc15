"""Reference tables of the claims' app: kinds, their dated legal attributes, rates. The ledger is never edited here."""

from django.contrib import admin
from import_export.fields import Field

from claims.models import ClaimKind, ClaimKindTerms, EvidenceNeed, Gaiji, HoldTerms, LateChargeRate
from debtors.models import SourceSystem
from toyota_collect.admin import CsvReferenceAdmin
from toyota_collect.models import Section
from toyota_collect.reference_files import CodeOf, resource_of

SECTION = Field(attribute="section", widget=CodeOf(Section, "name"))
SOURCE = Field(attribute="source", widget=CodeOf(SourceSystem, "code"))
KIND = Field(attribute="kind", widget=CodeOf(ClaimKind, "code"))


@admin.register(ClaimKind)
class ClaimKindAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(ClaimKind, ["code"], section=SECTION)]
    list_display = ["code", "name", "short_name", "group", "section", "ground", "position"]
    list_filter = ["group", "ground", "section"]
    list_select_related = ["section"]
    search_fields = ["code", "name", "short_name"]


@admin.register(ClaimKindTerms)
class ClaimKindTermsAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(ClaimKindTerms, ["kind", "starts_on"], kind=KIND)]
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
    resource_classes = [resource_of(LateChargeRate, ["year"])]
    list_display = ["year", "first_permyriad", "after_permyriad", "relief_permyriad", "source"]


@admin.register(HoldTerms)
class HoldTermsAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(HoldTerms, ["reason", "variant", "legal_class", "starts_on"])]
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


@admin.register(EvidenceNeed)
class EvidenceNeedAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(EvidenceNeed, ["legal_class", "kind", "evidence", "starts_on"], kind=KIND)]
    list_display = ["legal_class", "kind", "evidence", "starts_on", "needed", "why", "to_be_confirmed"]
    list_filter = ["to_be_confirmed", "legal_class", "evidence", "needed"]
    list_select_related = ["kind"]
    save_as = True  # a change is a new row with its own first day


@admin.register(Gaiji)
class GaijiAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(Gaiji, ["source", "code"], source=SOURCE)]
    list_display = ["source", "code", "character", "origin", "starts_on"]
    list_filter = ["source"]
    list_select_related = ["source"]
    search_fields = ["code", "character"]
