"""Reference tables of the debtors' app; people are never edited here."""

from django.contrib import admin

from debtors.models import SourceSystem
from toyota_collect.admin import ReferenceAdmin


@admin.register(SourceSystem)
class SourceSystemAdmin(ReferenceAdmin):
    list_display = ["code", "name", "section", "rank"]
    search_fields = ["code", "name"]
