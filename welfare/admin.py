"""Reference tables of welfare: results, what they suggest, signals. Cases, flags and decisions are never edited here."""

from django.contrib import admin

from toyota_collect.admin import CsvReferenceAdmin
from toyota_collect.reference_files import resource_of
from welfare import admin_respite  # noqa: F401
from welfare.models import ResultSuggestion, SignalRule, SupportResult


@admin.register(SupportResult)
class SupportResultAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(SupportResult, ["code", "starts_on"])]
    list_display = ["label", "code", "starts_on", "in_use", "helped", "lets_go", "to_be_confirmed"]
    list_filter = ["to_be_confirmed", "in_use"]
    save_as = True  # a change is a new row with its own first day


@admin.register(ResultSuggestion)
class ResultSuggestionAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(ResultSuggestion, ["result", "step", "starts_on"])]
    list_display = ["result", "step", "classes", "starts_on", "in_use", "law", "to_be_confirmed"]
    list_filter = ["to_be_confirmed", "result", "step"]
    save_as = True  # a change is a new row with its own first day


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
