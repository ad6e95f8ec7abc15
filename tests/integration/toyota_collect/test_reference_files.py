"""Reference tables in and out of the admin: previewed, whole or not at all, recorded, and never case data."""

import csv
import hashlib
import io
from datetime import date

import openpyxl
import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile

from claims.models import ClaimKind, Gaiji
from debtors.models import SourceSystem
from tests.factories.debtors import user
from toyota_collect.models import AuditEvent, Holiday, Section
from toyota_collect.permissions import Role
from toyota_collect.reference_files import Json

pytestmark = pytest.mark.django_db
TABLES = [
    "toyota_collect/section", "toyota_collect/holiday", "toyota_collect/setting", "debtors/sourcesystem", "debtors/nextactionrule",
    "claims/claimkind", "claims/claimkindterms", "claims/latechargerate", "claims/holdterms",
    "claims/evidenceneed", "claims/gaiji", "debtors/outcomerule", "debtors/snippet", "debtors/callscript",
    "welfare/supportresult", "welfare/resultsuggestion",
    "welfare/reliefoffer", "welfare/benefit",
    "welfare/signalrule",
]  # fmt: skip
CSV, XLSX = "0", "1"


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO = True


@pytest.fixture
def staff(client):
    client.force_login(user(Role.ADMINISTRATOR))
    return client


def fields_of(client, url: str) -> dict[str, str]:
    form = client.get(url).context["form"]
    return {name: "on" for name in form.fields if name not in ("format", "resource", "export_items")}


def export(client, table: str, form: str = CSV) -> bytes:
    url = f"/admin/{table}/export/"
    answer = client.post(url, fields_of(client, url) | {"format": form, "resource": ""})
    assert answer.headers["Content-Disposition"].startswith("attachment"), answer.content.decode()[:3000]
    return answer.content


def preview(client, table: str, data: bytes | str, name: str = "hyou.csv"):
    content = data.encode("utf-8-sig") if isinstance(data, str) else data
    form = XLSX if name.endswith("xlsx") else CSV
    return client.post(f"/admin/{table}/import/", {"import_file": SimpleUploadedFile(name, content), "format": form})


def confirm(client, table: str, page):
    given = page.context["confirm_form"].initial
    return client.post(f"/admin/{table}/process_import/", {key: value for key, value in given.items() if value})


@pytest.mark.parametrize("table", TABLES)
def test_what_is_exported_is_taken_back_unchanged(staff, table):
    if table == "claims/gaiji":  # the city brings its own table
        juki = SourceSystem.objects.get(code="juki")
        Gaiji.objects.create(source=juki, code="F040", character="髙", origin="架空の表", starts_on=date(2026, 4, 1))
    data = export(staff, table)
    titles = next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(set(titles)) == len(titles)
    assert not any(title.isascii() for title in titles), titles
    page = preview(staff, table, data)
    result = page.context["result"]
    assert not result.has_errors(), [error.error for _, errors in result.row_errors() for error in errors][:3]
    assert not result.has_validation_errors(), [row.error for row in result.invalid_rows][:3]
    assert (result.totals["new"], result.totals["update"]) == (0, 0)
    assert result.totals["skip"] > 0


def test_a_table_goes_through_excel(staff):
    data = export(staff, "toyota_collect/section", XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in sheet[1]] == ["コード", "名称"]
    page = preview(staff, "toyota_collect/section", data, "kakan.xlsx")
    assert page.context["result"].totals["update"] == 0


def test_a_formula_stays_text_on_the_way_out_and_comes_back_as_it_was(staff):
    Section.objects.create(code="X1", name="=1+1")
    data = export(staff, "toyota_collect/section")
    assert "X1,'=1+1" in data.decode("utf-8-sig")
    assert preview(staff, "toyota_collect/section", data).context["result"].totals["update"] == 0


def test_an_import_is_previewed_then_written_with_one_record(staff):
    text = "日付,名称,出典\n2028-01-01,元日,架空の官報\n2028-01-10,成人の日,架空の官報\n"
    page = preview(staff, "toyota_collect/holiday", text)
    assert not Holiday.objects.filter(on__year=2028).exists()
    assert page.context["result"].totals["new"] == 2
    assert confirm(staff, "toyota_collect/holiday", page).status_code == 302
    assert Holiday.objects.filter(on__year=2028).count() == 2
    record = AuditEvent.objects.get(event="reference.imported")
    assert record.subject_key == "toyota_collect.holiday"
    assert record.detail == {
        "file": "hyou.csv", "sha256": hashlib.sha256(text.encode("utf-8-sig")).hexdigest(), "new": 2, "update": 0, "skip": 0,
    }  # fmt: skip


def test_a_bad_row_is_named_with_its_field_and_nothing_is_offered(staff):
    text = "日付,名称,出典\n2028-01-01,元日,架空\n2028-13-01,名なし,架空\n2028-01-03,,架空\n"
    page = preview(staff, "toyota_collect/holiday", text)
    assert "confirm_form" not in page.context
    result = page.context["result"]
    assert {row.number: set(row.field_specific_errors) for row in result.invalid_rows} == {3: {"name"}}
    ((line, errors),) = result.row_errors()
    assert line == 2
    assert "日付「2028-13-01」を読めません" in str(errors[0].error)
    assert "日付「2028-13-01」を読めません" in page.content.decode()
    assert not Holiday.objects.filter(on__year=2028).exists()


def test_a_file_that_became_bad_after_its_preview_changes_nothing(staff):
    text = "コード,名称\nX1,架空の課\nX2,架空の二の課\n"
    page = preview(staff, "toyota_collect/section", text)
    Section.objects.create(code="X3", name="架空の三の課")
    kept = page.context["confirm_form"].initial["import_file_name"]
    import tempfile
    from pathlib import Path

    (Path(tempfile.gettempdir()) / "django-import-export" / kept).write_text(
        "コード,名称\nX1,架空の課\nX2,\n", encoding="utf-8"
    )
    confirm(staff, "toyota_collect/section", page)
    assert not Section.objects.filter(code__in=["X1", "X2"]).exists()
    assert not AuditEvent.objects.filter(event="reference.imported").exists()


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        ("toyota_collect/section", "コード\nX1\n", "見出し「名称」がありません"),
        ("toyota_collect/section", "コード,名称,備考\nX1,課,\n", "見出し「備考」はこの表の項目ではありません"),
        (
            "debtors/sourcesystem",
            "コード,名称,所管課,氏名・住所の優先順\nx,架空,ない課,50\n",
            "「ない課」という所管課はありません",
        ),
    ],
)
def test_what_cannot_be_taken_is_said_in_japanese(staff, table, text, said):
    page = preview(staff, table, text)
    assert said in page.content.decode()
    assert "confirm_form" not in page.context


def test_an_unlawful_row_is_refused_by_the_tables_own_constraint(staff):
    rows = list(csv.reader(io.StringIO(export(staff, "claims/claimkindterms").decode("utf-8-sig"))))
    place, kind = rows[0].index("自力執行できる"), rows[0].index("区分")
    private = next(row for row in rows[1:] if row[kind] == "C")
    private[place] = "1"
    out = io.StringIO()
    csv.writer(out).writerows([rows[0], private])
    page = preview(staff, "claims/claimkindterms", out.getvalue())
    assert page.context["result"].has_validation_errors()
    assert ClaimKind.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.SYSTEM, Role.ADMINISTRATOR)])
def test_nobody_else_takes_tables_in_or_out(client, role):
    client.force_login(user(role, section=Section.objects.first() if role == Role.SECTION_VIEWER else None))
    for action in ("import", "export"):
        assert client.get(f"/admin/toyota_collect/section/{action}/", follow=True).status_code == 403
    assert client.post("/admin/toyota_collect/section/process_import/", {}, follow=True).status_code == 403


def test_no_case_data_is_in_the_admin():
    ours = {model._meta.label_lower.replace(".", "/") for model in admin.site._registry}
    ours = {
        name
        for name in ours
        if name.split("/")[0] in ("toyota_collect", "debtors", "claims", "notices", "welfare", "lawyers")
    }
    assert ours == {*TABLES, "lawyers/firm", "lawyers/designation"}  # law firms and their contracts: no case either


def test_a_value_of_endless_brackets_is_refused_where_it_is_typed_and_where_it_is_read(staff):
    deep = "[" * 100_000
    typed = {"key": "x", "value": deep, "starts_on": "2026-04-01", "source": "架空"}
    page = staff.post("/admin/toyota_collect/setting/add/", typed)
    assert page.status_code == 200
    assert "括弧が深すぎて" in page.content.decode()
    with pytest.raises(ValueError, match="JSON として読めません"):
        Json().clean(deep)
