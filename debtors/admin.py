"""Reference tables of the debtors' app; people are never edited here."""

from django.contrib import admin
from import_export.fields import Field

from debtors.models import SourceSystem
from toyota_collect.admin import CsvReferenceAdmin
from toyota_collect.models import Section
from toyota_collect.reference_files import CodeOf, resource_of


@admin.register(SourceSystem)
class SourceSystemAdmin(CsvReferenceAdmin):
    resource_classes = [
        resource_of(SourceSystem, ["code"], section=Field(attribute="section", widget=CodeOf(Section, "name")))
    ]
    list_display = ["code", "name", "section", "rank"]
    search_fields = ["code", "name"]
