"""Reference tables of the debtors' app; people are never edited here."""

from django.contrib import admin
from import_export.fields import Field

from debtors.models import CallScript, NextActionRule, OutcomeRule, Snippet, SourceSystem
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


@admin.register(OutcomeRule)
class OutcomeRuleAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(OutcomeRule, ["outcome"])]
    list_display = ["outcome", "key", "position", "reached", "next_step", "days", "retry_minutes", "to_be_confirmed"]
    list_filter = ["to_be_confirmed", "reached"]


@admin.register(Snippet)
class SnippetAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(Snippet, ["code"])]
    list_display = ["label", "text", "channel", "position", "in_use"]
    list_filter = ["in_use", "channel"]
    search_fields = ["code", "label", "text"]


@admin.register(CallScript)
class CallScriptAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(CallScript, ["situation"])]
    list_display = ["situation", "opening", "to_be_confirmed"]
    list_filter = ["to_be_confirmed"]


@admin.register(NextActionRule)
class NextActionRuleAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(NextActionRule, ["code", "starts_on"])]
    list_display = [
        "position",
        "label",
        "code",
        "fact",
        "severity",
        "ceiling",
        "in_day",
        "starts_on",
        "in_use",
        "to_be_confirmed",
    ]
    list_filter = ["in_use", "in_day", "severity", "to_be_confirmed"]
    search_fields = ["code", "label", "reason", "step"]
    save_as = True  # a change of the city's rules is a new row with its own first day
