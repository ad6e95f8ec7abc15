"""The import screens: counts, control totals, refused rows without addresses, and who may start an import."""

import pytest
from django.urls import reverse

from claims import views_imports
from claims.models import Claim, ImportBatch
from tests.factories.debtors import user
from tests.factories.extracts import REGISTER, claims, import_all, import_one, layout, line, receipts, register, write
from toyota_collect.models import AccessLog, Section

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client):
    client.force_login(user("receipts_clerk"))
    return client


def page(client, name: str, *args: int, query: str = "") -> str:
    response = client.get(reverse(f"claims:{name}", args=args) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_each_import_and_what_waits_in_the_inbox(clerk, tmp_path, settings):
    settings.INTAKE_DIR = tmp_path
    claims(tmp_path, {}, {"instalment": "02", "due_on": "5080231"})
    import_all(tmp_path)
    text = page(clerk, "imports")
    assert "抽出ファイルが1個あります" in text
    assert "✓</span>完了" in text
    assert 'class="num text-care strong">1</td>' in text


def test_a_batch_names_the_files_that_did_not_go_in(clerk, tmp_path):
    claims(tmp_path, {})
    (tmp_path / "memo.txt").write_bytes(b"x")
    text = page(clerk, "import-batch", import_all(tmp_path).pk)
    assert "どのレイアウトにも当たらない" in text
    assert text.count("取込済") == 1


def test_progress_is_asked_for_until_the_batch_is_finished(clerk):
    batch = ImportBatch.objects.create(
        by=user("receipts_clerk"), as_of="2026-11-20", step="開始を待っています", files_total=4
    )
    text = page(clerk, "import-progress", batch.pk)
    assert 'hx-trigger="every 2s"' in text
    assert "開始を待っています" in text
    batch.finished_at = batch.started_at
    batch.save()
    assert "data-finished" in page(clerk, "import-progress", batch.pk)


def test_an_import_nobody_works_on_has_stopped(clerk):
    batch = ImportBatch.objects.create(by=user("receipts_clerk"), as_of="2026-11-20", step="名寄せをしています")
    assert "途中で止まりました" in page(clerk, "import-batch", batch.pk)


def test_a_file_shows_counts_totals_and_reasons(clerk, tmp_path):
    file = import_one(
        claims(tmp_path, {}, {"instalment": "02", "due_on": "5080231"}, {"instalment": "03", "kind": "99"})
    )
    text = page(clerk, "import-file", file.pk)
    assert "暦にない日付" in text
    assert "債権種目が分からない" in text
    assert "−41,000" in text  # the control totals miss what was refused
    only = page(clerk, "import-file", file.pk, query="?code=date")
    assert "暦にない日付" in only
    assert "登録されていません" not in only
    assert AccessLog.objects.filter(action="import.rejected_rows").count() == 2


def test_refused_rows_never_show_an_address_or_a_phone(clerk, tmp_path):
    secret = {"address": "豊田市秘密町九丁目9番地", "phone": "0565-00-9999", "postal_code": "4719999"}
    file = import_one(claims(tmp_path, secret | {"due_on": "5080231"}))
    text = page(clerk, "import-file", file.pk)
    assert "架空　太郎" in text
    assert "（表示しません）" in text
    for value in secret.values():
        assert value not in text


@pytest.mark.parametrize(
    "place",
    [
        "架空花子　豊田市秘密町９",
        "秘密町1丁目2番3号　様方",
        "471-9999 架空花子",
        "架空花子 0565-00-9999",
        "０９０００００９９９９",
    ],
)
def test_a_place_in_the_wrong_column_is_hidden_too(clerk, tmp_path, place):
    file = import_one(claims(tmp_path, {"name": place, "due_on": "5080231"}))
    text = page(clerk, "import-file", file.pk)
    assert "（表示しません）" in text
    assert place not in text


def test_a_row_with_shifted_columns_is_not_shown_at_all(clerk, tmp_path):
    of = layout("juki_register")
    row = line(of, REGISTER | {"name": "秘密　花子"}).replace(b",", b"", 1)
    file = import_one(write(tmp_path, "juki_register", [row]))
    text = page(clerk, "import-file", file.pk)
    assert f"列に分けられないため表示しません（{len(row)}バイト）" in text
    assert "秘密" not in text


def test_an_auditor_sees_reasons_but_no_rows(client, tmp_path):
    client.force_login(user("auditor"))
    file = import_one(claims(tmp_path, {"due_on": "5080231"}))
    text = page(client, "import-file", file.pk)
    assert "暦にない日付" in text
    assert "架空　太郎" not in text
    assert not AccessLog.objects.exists()


def test_paid_totals_are_compared_and_not_booked(clerk, tmp_path):
    claims(tmp_path, {"paid_total_yen": "1000"}, {"instalment": "02", "paid_total_yen": "500"})
    receipts(tmp_path, {})
    import_all(tmp_path)
    assert Claim.objects.get(instalment=2).principal_yen == 41_000
    text = page(clerk, "import-paid-totals")
    assert text.count("<tr aria-selected") == 1
    assert "＋500" in text


def test_starting_an_import_sends_it_to_the_worker(
    clerk, tmp_path, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.INTAKE_DIR = tmp_path
    sent = []
    monkeypatch.setattr(views_imports.import_folder, "delay", lambda **arguments: sent.append(arguments))
    with django_capture_on_commit_callbacks(execute=True):
        response = clerk.post(reverse("claims:import-start"))
    batch = ImportBatch.objects.get()
    assert response.url == reverse("claims:import-batch", args=[batch.pk])
    assert sent == [{"batch_id": batch.pk}]
    clerk.post(reverse("claims:import-start"))
    assert ImportBatch.objects.count() == 1


@pytest.mark.parametrize("role", ["supervisor", "auditor", "collector", "lawyer", "section_viewer"])
def test_only_the_receipts_clerk_starts_imports(client, role):
    extra = {"section": Section.objects.first()} if role == "section_viewer" else {}
    client.force_login(user(role, **extra))
    assert client.post(reverse("claims:import-start")).status_code == 403


def test_register_files_have_no_control_totals(clerk, tmp_path):
    assert "照合合計" not in page(clerk, "import-file", import_one(register(tmp_path, {})).pk)
