"""Firms and who belongs to them; cases are never edited here."""

from typing import Any

from django.contrib import admin
from django.db.models import ManyToManyField

from lawyers.models import Firm
from toyota_collect.admin import ReferenceAdmin
from toyota_collect.models import User
from toyota_collect.permissions import Role


@admin.register(Firm)
class FirmAdmin(ReferenceAdmin):
    list_display = ["name", "is_active"]
    filter_horizontal = ["members"]

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.filter(role=Role.LAWYER)
        return super().formfield_for_manytomany(db_field, request, **kwargs)
