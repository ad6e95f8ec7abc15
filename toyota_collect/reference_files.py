"""Reference tables as files: Japanese headings, each row checked like a form, all or nothing, one audit row an import."""

import hashlib
import json
from typing import Any

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Model
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from import_export import resources
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ImportForm
from import_export.widgets import ForeignKeyWidget, Widget

from toyota_collect import audit
from toyota_collect.csv_out import as_text, from_text
from toyota_collect.uploads import UploadRefused, refuse_packed, refuse_size

MOST_MEBIBYTES = 5


class ReferenceResource(resources.ModelResource):
    """A reference table's rows; matched by their own key, never by id, and never deleted by a file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name, field in self.fields.items():
            field.column_name = str(self._meta.model._meta.get_field(name).verbose_name)

    class Meta:
        use_transactions = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Refuse a file whose headings are not the table's."""
        titles = [field.column_name for field in self.get_import_fields()]
        headers = [str(header).strip() for header in dataset.headers or []]
        missing = [title for title in titles if title not in headers]
        foreign = [header for header in headers if header not in titles]
        if missing or foreign or len(set(headers)) < len(headers):
            parts = [f"見出し「{'、'.join(missing)}」がありません。"] if missing else []
            parts += [f"見出し「{'、'.join(foreign)}」はこの表の項目ではありません。"] if foreign else []
            raise ValidationError(
                "".join(parts or ["同じ見出しが2つあります。"]) + "書き出したファイルの見出しのまま使ってください。"
            )
        dataset.headers = headers

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """Undo what the export did; a key that cannot be read is named here, for the row is looked up by it."""
        for title, cell in row.items():
            if isinstance(cell, str):
                row[title] = from_text(cell.strip())
        for name in self._meta.import_id_fields:
            field = self.fields[name]
            try:
                field.clean(row)
            except ValueError as error:
                cell = row.get(field.column_name)
                raise ValueError(f"{field.column_name}「{cell}」を読めません（{error}）。") from error

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        cell = super().export_field(field, instance, **kwargs)
        return as_text(cell) if isinstance(cell, str) else cell

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Write who took in which file and what became of its rows, in the transaction of the import."""
        if kwargs.get("dry_run") or result.has_errors() or result.has_validation_errors():
            return
        counts = {name: result.totals[name] for name in ("new", "update", "skip")}
        detail = {"file": kwargs.get("file_name") or "", "sha256": kwargs.get("sha256", ""), **counts}
        audit.record(
            event="reference.imported", by=kwargs["user"], key=self._meta.model._meta.label_lower, detail=detail
        )


class CodeOf(ForeignKeyWidget):
    """A row of another table by its code or name; a code that is not there is said so."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except self.model.DoesNotExist as error:
            table = self.model._meta.verbose_name
            raise ValueError(f"「{value}」という{table}はありません。先に「{table}」に登録してください。") from error


class Json(Widget):
    """A value as JSON, also one that is false, nothing or empty."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return json.loads(str(value))
        except (ValueError, RecursionError) as error:
            raise ValueError(f'「{value}」は JSON として読めません。文字は "…" で囲んでください。') from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return json.dumps(value, ensure_ascii=False)


class JsonField(forms.JSONField):
    """A value typed as JSON; one nested so deeply that nobody meant it is refused like any that cannot be read."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError("括弧が深すぎて、JSON として読めません。") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)


class FileForm(ImportForm):
    """The file of an import: no larger than tables of an office are, also once it is unpacked (an XLSX is a zip)."""

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        content = file.read()
        file.seek(0)
        try:
            refuse_size(file.name, len(content), MOST_MEBIBYTES)
            if content.startswith(b"PK"):
                refuse_packed(content, file.name)
        except UploadRefused as refused:
            raise ValidationError(str(refused)) from refused
        return file


class FilesAdmin(ImportExportModelAdmin):
    """Import with a preview, and export, as CSV (for Excel: UTF-8 with BOM) or XLSX."""

    import_form_class = FileForm
    formats = [CSV, XLSX]
    import_formats = [CSV, XLSX]
    export_formats = [CSV, XLSX]
    to_encoding = "utf-8-sig"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.get("form")
        facts: dict[str, Any] = super().get_import_data_kwargs(**kwargs)
        facts["rollback_on_validation_errors"] = True
        if form is not None and (name := form.cleaned_data.get("import_file_name")):
            kept = self.get_tmp_storage_class()(name=name, read_mode="rb")
            facts["sha256"] = hashlib.sha256(kept.read()).hexdigest()
        return facts

    def get_export_queryset(self, request: HttpRequest) -> Any:
        try:
            return super().get_export_queryset(request)
        except IncorrectLookupParameters as error:  # the list itself is shown without such a filter
            raise BadRequest("no such filter") from error

    def get_export_data(self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any) -> Any:
        audit.record(
            event="reference.exported",
            by=request.user,
            key=self.model._meta.label_lower,
            detail={"rows": queryset.count()},
        )
        return super().get_export_data(file_format, request, queryset, **kwargs)


def resource_of(of: type[Model], key: list[str], **declared: Any) -> type[ReferenceResource]:
    """The resource of a table whose rows are told apart by ``key``; ``declared`` fields read other tables."""
    meta = type("Meta", (ReferenceResource.Meta,), {"model": of, "import_id_fields": key, "exclude": ["id"]})
    made: type[ReferenceResource] = type(f"{of.__name__}Resource", (ReferenceResource,), {"Meta": meta, **declared})
    return made
