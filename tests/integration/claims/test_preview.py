"""確かめる: what an import would do is told, and nothing of it stays. All data is synthetic."""

import pytest
from django.urls import reverse

from claims import tasks, views_previews
from claims.intake import preview, run
from claims.models import Claim, Entry, ImportBatch, ImportFile, ImportPreview, PreviewFile, RejectedRow
from claims.services.verify import verify_ledger
from debtors.models import SourceIdentity
from tests.factories.debtors import user
from tests.factories.extracts import AS_OF, claims, import_all, receipts, register
from toyota_collect.models import AccessLog, AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client, settings, tmp_path):
    settings.INTAKE_DIR, settings.BASE_DATE = tmp_path, AS_OF
    client.force_login(user("receipts_clerk"))
    return client


def look(folder) -> ImportPreview:
    return preview.preview(preview.start(by=run.intake_user(), as_of=AS_OF), folder)


def told(found: ImportPreview, content: str = "claims") -> PreviewFile:
    return found.files.get(content=content)


def state() -> tuple[object, ...]:
    models = (Claim, Entry, SourceIdentity, ImportFile, ImportBatch, RejectedRow)
    return (
        verify_ledger(),
        *(model.objects.count() for model in models),
        set(AuditEvent.objects.values_list("pk", flat=True)),
    )


@pytest.mark.django_db(transaction=True)
def test_a_preview_leaves_no_trace_in_the_ledger(transactional_db, tmp_path):
    claims(tmp_path, {})
    import_all(tmp_path)
    new = {"levied_yen": "51000", "name": "架空　次郎"}
    claims(tmp_path, new, {"instalment": "02"}, {"instalment": "03", "due_on": "5080231"})
    receipts(tmp_path, {}, {"receipt_number": "R002", "instalment": "02"})
    register(tmp_path, {})
    before = state()
    found = preview.start(by=run.intake_user(), as_of=AS_OF)
    steps = []
    preview._tell, told_by = (
        lambda *given: (steps.append(ImportPreview.objects.get(pk=found.pk).step), told_by(*given)),
        preview._tell,
    )
    try:
        preview.preview(found, tmp_path)
    finally:
        preview._tell = told_by
    after = state()
    assert before[0].ok
    assert after[:-1] == before[:-1]
    assert {AuditEvent.objects.get(pk=pk).event for pk in after[-1] - before[-1]} == {"import.previewed"}
    assert [(one.status, one.inserted, one.changed, one.rejected) for one in found.files.all()] == [
        ("committed", 1, 0, 0),
        ("committed", 1, 1, 1),
        ("committed", 2, 0, 0),
    ]
    assert steps[1:] == ["juki_zenken_20261120.csv を確かめています", "zei_tainou_20261120.csv を確かめています"]


def test_receipts_are_tried_upon_the_claims_of_the_same_inbox(tmp_path):
    claims(tmp_path, {})
    receipts(tmp_path, {})
    file = told(look(tmp_path), "receipts")
    assert (file.inserted, file.rejected) == (1, 0)
    assert [(row["yen_before"], row["yen_after"]) for row in file.figures["kinds"]] == [(41_000, 40_000)]


def test_fields_are_told_before_and_after_without_addresses(tmp_path):
    claims(tmp_path, {"dunned_on": "5080720"}, {"instalment": "02"})
    import_all(tmp_path)
    new = {
        "levied_yen": "51000",
        "exempted_yen": "1000",
        "name": "架空　次郎",
        "address": "豊田市秘密町９",
        "phone": "0565-00-9999",
    }
    claims(
        tmp_path,
        new | {"dunned_on": "5080721", "due_on": "5080731"},
        {"instalment": "02"} | new | {"levied_yen": "41000"},
    )
    figures = told(look(tmp_path)).figures
    assert {one["label"]: one["rows"] for one in figures["fields"]} == {
        "氏名・名称": 1,
        "住所": 1,
        "電話番号": 1,
        "納期限": 1,
        "調定額（更正後）": 1,
        "減免額": 2,
        "督促状発付日": 1,
    }
    sample = {(row["what"], label): (old, new) for row in figures["sample"] for label, old, new in row["changes"]}
    first = next(what for what, _ in sample if what.endswith("1期 N001"))
    assert sample[first, "調定額（更正後）"] == ("41,000", "51,000")
    assert sample[first, "減免額"] == ("0", "1,000")
    assert sample[first, "納期限"] == ("2026-06-30", "2026-07-31")
    assert sample[first, "督促状発付日"] == ("2026-07-20", "2026-07-21")
    assert sample["番号 Z001", "氏名・名称"] == ("架空　太郎", "架空　次郎")
    assert sample["番号 Z001", "住所"] == ("（表示しません）", "（表示しません）")
    assert "秘密" not in str(figures)
    assert "9999" not in str(figures)


def test_the_yen_of_a_file_close(tmp_path, clerk):
    claims(tmp_path, {})
    import_all(tmp_path)
    claims(tmp_path, {"levied_yen": "51000", "exempted_yen": "1000"}, {"instalment": "02"})
    file = told(look(tmp_path))
    assert {one["label"]: one["value"] for one in file.figures["booked"]} == {
        "新しい期別": 41_000,
        "更正": 10_000,
        "減免": -1_000,
    }
    text = page(clerk, "import-preview-file", file.pk)
    assert "＋50,000" in text  # of 41,000 to 91,000
    assert "合いません" not in text


def test_claims_that_are_not_in_the_file_any_more_are_told_with_their_balance(tmp_path):
    claims(tmp_path, {}, {"instalment": "02"}, {"instalment": "03", "levied_yen": "1000"})
    receipts(tmp_path, {"instalment": "03"})
    import_all(tmp_path)
    claims(tmp_path, {})
    gone = told(look(tmp_path)).figures["gone"]
    assert (gone["count"], gone["yen"], len(gone["rows"])) == (1, 41_000, 1)  # the third is paid
    assert gone["rows"][0]["what"].endswith("2期 N001")


def test_totals_that_do_not_agree_block_the_file(tmp_path, clerk):
    path = claims(tmp_path, {}, {"instalment": "02"})
    control = path.with_name(path.name + ".control.csv")
    control.write_bytes(control.read_bytes().replace(b",1,41000", b",1,42000", 1))
    found = look(tmp_path)
    file = told(found)
    assert file.status == "blocked"
    assert {(cell["their_yen"], cell["our_yen"]) for cell in file.figures["totals"]} == {
        (42_000, 41_000),
        (41_000, 41_000),
    }
    assert "−1,000" in page(clerk, "import-preview-file", file.pk)
    clerk.post(reverse("claims:import-previewed", args=[found.pk]))
    assert not ImportBatch.objects.exists()
    assert "取り込めるファイルがありません" in page(clerk, "import-preview", found.pk)


def test_what_was_previewed_is_taken_in_once(tmp_path, clerk, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(views_previews.import_folder, "delay", lambda **arguments: sent.append(arguments))
    claims(tmp_path, {})
    found = look(tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        clerk.post(reverse("claims:import-previewed", args=[found.pk]))
        again = clerk.post(reverse("claims:import-previewed", args=[found.pk]))
    batch = ImportBatch.objects.get()
    assert sent == [{"batch_id": batch.pk}]
    assert again.url == reverse("claims:import-batch", args=[batch.pk])
    tasks.import_folder(batch_id=batch.pk)
    assert Claim.objects.get().principal_yen == 41_000
    assert "この内容で取込を始めました" in page(clerk, "import-preview", found.pk)


@pytest.mark.parametrize("what", ["file", "control", "more", "less", "day", "import"])
def test_nothing_is_taken_in_when_things_have_moved_on(tmp_path, clerk, settings, what):
    path = claims(tmp_path, {})
    found = look(tmp_path)
    said = "変わりました"
    if what == "file":
        path.write_bytes(path.read_bytes() + b"\r\n")
    elif what == "control":
        control = path.with_name(path.name + ".control.csv")
        control.write_bytes(control.read_bytes() + b"\n")
    elif what == "more":
        receipts(tmp_path, {})
        said = "確かめたときにはなかった"
    elif what == "less":
        path.unlink()
    elif what == "day":
        settings.BASE_DATE = AS_OF.replace(day=21)
        said = "基準日が違います"
    else:
        import_all(tmp_path)
        said = "別の取込がありました"
    clerk.post(reverse("claims:import-previewed", args=[found.pk]))
    assert ImportBatch.objects.count() == (what == "import")
    assert said in page(clerk, "import-preview", found.pk)


def test_a_file_that_changes_after_the_start_is_refused_when_it_is_read(tmp_path):
    claims(tmp_path, {})
    found = look(tmp_path)
    batch, _ = preview.start_import(preview_id=found.pk, folder=tmp_path, by=run.intake_user(), as_of=AS_OF)
    claims(tmp_path, {"name": "架空　次郎"})
    receipts(tmp_path, {})
    run.run(batch, tmp_path)
    assert list(batch.files.order_by("pk").values_list("message", flat=True)) == [
        "確かめたあとにファイルが変わりました。もう一度確かめてから取り込んでください。",
        "確かめたときにはなかったファイルです。もう一度確かめてから取り込んでください。",
    ]
    assert not Claim.objects.exists()


def test_looking_twice_in_one_task_changes_nothing(tmp_path, clerk):
    claims(tmp_path, {})
    found = preview.start(by=run.intake_user(), as_of=AS_OF)
    for _ in range(2):
        tasks.preview_folder(preview_id=found.pk)
    assert found.files.count() == 1
    assert AuditEvent.objects.filter(event="import.previewed").count() == 1


def test_a_folder_without_files_is_said_on_the_page(tmp_path, clerk):
    found = preview.start(by=run.intake_user(), as_of=AS_OF)
    tasks.preview_folder(preview_id=found.pk)
    assert "抽出ファイルがありません" in page(clerk, "import-preview", found.pk)
    assert "できず" in page(clerk, "imports")


def test_a_damaged_file_is_told_and_the_others_are_tried(tmp_path):
    claims(tmp_path, {})
    receipts(tmp_path, {}).write_bytes(b"\x81")
    found = look(tmp_path)
    assert told(found).status == "committed"
    assert told(found, "receipts").status == "failed"


def test_an_auditor_sees_sums_but_no_rows(tmp_path, client):
    claims(tmp_path, {}, {"instalment": "02"})
    import_all(tmp_path)
    claims(tmp_path, {"name": "架空　次郎"})
    file = told(look(tmp_path))
    client.force_login(user("auditor"))
    text = page(client, "import-preview-file", file.pk)
    assert "氏名・名称" in text
    assert "架空　" not in text
    assert "N001" not in text
    assert not AccessLog.objects.exists()


def page(client, name: str, *args: int) -> str:
    response = client.get(reverse(f"claims:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()
