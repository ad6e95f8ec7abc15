"""Reference tables of the shared ground: sections, holidays, settings. Nothing else of it is edited here."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from import_export.fields import Field

from toyota_collect import audit
from toyota_collect.models import Holiday, Section, Setting
from toyota_collect.permissions import Permission, allows
from toyota_collect.reference_files import FilesAdmin, Json, JsonField, resource_of


class ReferenceAdmin(admin.ModelAdmin):
    """A reference table: edited by administrators, each change recorded, nothing deleted that a city relied on."""

    actions = None
    formfield_overrides = {models.JSONField: {"form_class": JsonField}}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return allows(request.user, Permission.REFERENCE_ADMIN)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        event = "reference.changed" if change else "reference.added"
        audit.record(event=event, by=request.user, target=obj, detail={"changed": form.changed_data})


class CsvReferenceAdmin(FilesAdmin, ReferenceAdmin):
    """A reference table that staff also keep as CSV or XLSX; rows are matched by their own key, never by id."""


@admin.register(Section)
class SectionAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(Section, ["code"])]
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(Holiday)
class HolidayAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(Holiday, ["on"])]
    list_display = ["on", "name", "source"]
    date_hierarchy = "on"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)  # a day may be announced and then moved


@admin.register(Setting)
class SettingAdmin(CsvReferenceAdmin):
    resource_classes = [resource_of(Setting, ["key", "starts_on"], value=Field(attribute="value", widget=Json()))]
    list_display = ["key", "starts_on", "value", "source", "to_be_confirmed"]
    list_filter = ["to_be_confirmed", "key"]
    search_fields = ["key", "source"]
