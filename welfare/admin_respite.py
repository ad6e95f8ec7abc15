"""The dated tables of 生活再建猶予 and 使える制度; what was done with a person is never edited here."""

from django.contrib import admin

from toyota_collect.admin import CsvReferenceAdmin
from toyota_collect.reference_files import resource_of
from welfare.models import Benefit, ReliefOffer


@admin.register(ReliefOffer)
class ReliefOfferAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(ReliefOffer, ["code", "starts_on"])]
    list_display = ["label", "legal_class", "ground", "form", "starts_on", "in_use", "to_be_confirmed"]
    list_filter = ["legal_class", "form", "in_use", "to_be_confirmed"]
    search_fields = ["code", "label"]


@admin.register(Benefit)
class BenefitAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(Benefit, ["code", "starts_on"])]
    list_display = ["name", "section", "conditions", "starts_on", "in_use", "to_be_confirmed"]
    list_filter = ["group", "section", "in_use", "to_be_confirmed"]
    search_fields = ["code", "name"]
