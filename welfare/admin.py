"""Reference tables of welfare; flags and what was decided about them are never edited here."""

from django.contrib import admin

from toyota_collect.admin import CsvReferenceAdmin
from toyota_collect.reference_files import resource_of
from welfare.models import SignalRule


@admin.register(SignalRule)
class SignalRuleAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(SignalRule, ["code", "starts_on"])]
    list_display = [
        "position",
        "label",
        "code",
        "conditions",
        "weight",
        "grounds",
        "starts_on",
        "in_use",
        "to_be_confirmed",
    ]
    list_filter = ["in_use", "to_be_confirmed"]
    search_fields = ["code", "label", "text", "law"]
    save_as = True  # a change of the rules is a new row with its own first day
