"""A folder of extracts: what goes in in which order, what is reported, and the command's last line."""

import json
import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from claims import tasks
from claims.intake import layout as layouts
from claims.intake import run
from claims.models import Claim, ImportBatch, ImportFile, SealBlock
from debtors.models import SourceSystem
from tests.factories.debtors import user
from tests.factories.extracts import AS_OF, claims, import_all, receipts, register
from toyota_collect.models import AuditEvent, Section

pytestmark = pytest.mark.django_db


def command(folder) -> dict:
    out = StringIO()
    call_command("import_extracts", str(folder), stdout=out, stderr=StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_register_comes_first_then_claims_then_receipts(tmp_path):
    receipts(tmp_path, {})
    claims(tmp_path, {})
    register(tmp_path, {})
    batch = import_all(tmp_path)
    assert list(batch.files.order_by("pk").values_list("content", flat=True)) == ["register", "claims", "receipts"]
    assert Claim.objects.get().principal_yen == 40_000
    assert Claim.objects.get().prescribes_on is not None
    assert (batch.files_total, batch.step, batch.problem) == (3, "", "")
    assert batch.finished_at is not None
    assert SealBlock.objects.get().entries == 2
    assert AuditEvent.objects.filter(event="import.finished", subject_key=str(batch.pk)).exists()


def test_the_last_line_of_the_command_counts_every_row(tmp_path):
    claims(tmp_path, {}, {"instalment": "02", "due_on": "5080231"})
    register(tmp_path, {})
    report = command(tmp_path)
    names = ("rows", "inserted", "changed", "same", "rejected")
    assert [report[name] for name in names] == [3, 2, 0, 0, 1]
    assert isinstance(report["seconds"], float)
    register_file, claims_file = report["files"]
    assert claims_file == {
        "file": "zei_tainou_20261120.csv",
        "rows": 2,
        "inserted": 1,
        "changed": 0,
        "same": 0,
        "rejected": 1,
        "status": "committed",
        "message": "",
    }
    assert register_file["file"] == "juki_zenken_20261120.csv"
    again = command(tmp_path)
    assert (again["inserted"], again["changed"], again["same"]) == (0, 0, 2)


def test_an_unknown_file_is_reported_and_the_others_go_on(tmp_path):
    claims(tmp_path, {})
    (tmp_path / "memo.xlsx").write_bytes(b"x")
    (tmp_path / "truth").mkdir()
    report = command(tmp_path)
    assert {one["file"]: one["status"] for one in report["files"]} == {
        "zei_tainou_20261120.csv": "committed",
        "memo.xlsx": "failed",
    }
    assert "どのレイアウトにも当たらない" in ImportFile.objects.get(status="failed").message


def test_an_empty_file_and_a_changed_header_fail_with_a_reason(tmp_path):
    path = claims(tmp_path, {})
    path.write_bytes(b"")
    assert import_all(tmp_path).files.get().message.startswith("空のファイル")
    path.write_bytes("整理番号,氏名\r\n".encode("cp932"))
    assert "の列がありません" in import_all(tmp_path).files.get().message


@pytest.mark.parametrize("make", [False, True], ids=["no such folder", "empty folder"])
def test_a_folder_that_cannot_be_used_stops_the_command(tmp_path, make):
    folder = tmp_path / "extracts"
    if make:
        folder.mkdir()
    with pytest.raises(CommandError, match="フォルダー"):
        command(folder)
    batch = ImportBatch.objects.get()
    assert "フォルダー" in batch.problem
    assert batch.finished_at is not None


def test_a_new_section_is_added_with_a_layout_file_alone(tmp_path, monkeypatch):
    folder = tmp_path / "layouts"
    shutil.copytree(layouts.LAYOUTS, folder)
    SourceSystem.objects.create(code="toshokan", name="図書館システム", section=Section.objects.first())
    (folder / "toshokan_claims.toml").write_text(
        """
        code = "toshokan_claims"
        source = "toshokan"
        name = "図書館 弁償金"
        content = "claims"
        files = "toshokan_*.txt"
        encoding = "utf-8"
        format = "csv"
        header = false
        ground = "contract"
        last_line_end = "optional"
        [fields]
        person_number = { index = 1 }
        name = { index = 2 }
        kind = { value = "school_lunch" }
        levy_year = { index = 3, as = "era_year" }
        notice_number = { index = 0 }
        instalment = { value = "1" }
        due_on = { index = 4, as = "wareki" }
        levied_yen = { index = 5 }
        """,
        encoding="utf-8",
    )
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "toshokan_0001.txt").write_text("T1,L1,架空　太郎,R8,R8.7.31,3300", encoding="utf-8")
    monkeypatch.setattr(run.catalogue, "layouts", lambda: layouts.read_layouts(folder))
    assert import_all(inbox).files.get().inserted == 1
    claim = Claim.objects.get()
    assert (claim.source.code, claim.notice_number, claim.principal_yen) == ("toshokan", "T1", 3_300)
    assert claim.identity.person.name == "架空　太郎"


def test_a_wrong_layout_stops_the_import_before_the_first_file(tmp_path, monkeypatch):
    def wrong():
        raise layouts.LayoutError("wrong.toml: 項目 code がありません。")

    claims(tmp_path, {})
    monkeypatch.setattr(run.catalogue, "layouts", wrong)
    with pytest.raises(run.FolderRefused, match=r"wrong\.toml"):
        import_all(tmp_path)


def test_the_inbox_is_emptied_of_what_was_committed(tmp_path, settings):
    settings.INTAKE_DIR = tmp_path
    claims(tmp_path, {})
    (tmp_path / "memo.txt").write_bytes(b"x")
    clerk = user("receipts_clerk")
    batch = run.start(by=clerk, as_of=AS_OF)
    tasks.import_folder(batch_id=batch.pk)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["done", "memo.txt"]
    done = tmp_path / "done" / f"{batch.pk:06d}"
    assert sorted(path.name for path in done.iterdir()) == [
        "zei_tainou_20261120.csv",
        "zei_tainou_20261120.csv.control.csv",
    ]
    batch.refresh_from_db()
    assert (batch.by, batch.finished_at is not None) == (clerk, True)
    assert Claim.objects.get().entries.get().by.username == "system.intake"


def test_a_second_import_waits_for_the_first():
    run.start(by=run.intake_user(), as_of=AS_OF)
    with pytest.raises(run.FolderRefused, match="別の取込"):
        run.start(by=run.intake_user(), as_of=AS_OF)
