"""Firms, who belongs to them and their designations; cases and money are never edited here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field, ManyToManyField
from django.http import HttpRequest

from claims.models import ClaimGroup
from lawyers.models import Designation, Firm, TrustReceipt
from toyota_collect.admin import ReferenceAdmin
from toyota_collect.models import User
from toyota_collect.permissions import Role
from toyota_collect.wareki import long_text


@admin.register(Firm)
class FirmAdmin(ReferenceAdmin):
    list_display = ["name", "is_active"]
    filter_horizontal = ["members"]

    def formfield_for_dbfield(self, db_field: Field, request: Any, **kwargs: Any) -> Any:
        if db_field.name != "groups":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        offered, facts = ClaimGroup.choices, {"label": db_field.verbose_name, "required": False}
        return forms.MultipleChoiceField(choices=offered, widget=forms.CheckboxSelectMultiple, **facts)

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = User.objects.filter(role=Role.LAWYER)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class DesignationForm(forms.ModelForm):
    """A designation does not end before the last money that was taken under it."""

    def clean_ends_on(self) -> Any:
        ends_on = self.cleaned_data["ends_on"]
        taken = TrustReceipt.objects.filter(designation=self.instance.pk, cancelled_at=None)
        if ends_on and (last := taken.filter(received_on__gt=ends_on).order_by("-received_on").first()):
            raise forms.ValidationError(
                f"{long_text(last.received_on)}に、この指定で受け取った預り金があります（{last.case.number}）。"
                "終了日は、その日からあとの日にしてください。"
            )
        return ends_on


@admin.register(Designation)
class DesignationAdmin(ReferenceAdmin):
    """指定公金事務取扱者: an administrator adds it and ends it. Whose it is, and since when, stays as it was added."""

    form = DesignationForm
    list_display = ["firm", "number", "starts_on", "ends_on", "source"]
    list_filter = ["firm"]
    search_fields = ["firm__name", "number"]
    date_hierarchy = "starts_on"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["firm", "starts_on"] if obj else []
