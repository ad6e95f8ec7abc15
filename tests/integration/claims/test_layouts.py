"""The layout page: a layout that nobody knew is tried, kept, and read by the next import. All data is synthetic."""

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims.intake import catalogue
from claims.models import Claim, SourceLayout
from debtors.models import SourceSystem
from tests.factories.debtors import user
from tests.factories.extracts import import_all
from tests.factories.gakudo import MAPS, PLACES, extract
from toyota_collect.models import AccessLog, AuditEvent, Section

pytestmark = pytest.mark.django_db
AS = {"birth_on": "era7", "due_on": "era_ymd", "levy_year": "era_year"}


def posted(**changes) -> dict:
    fields = {f"start.{name}": str(start) for name, (start, _) in PLACES.items()}
    fields |= {f"width.{name}": str(width) for name, (_, width) in PLACES.items()}
    fields |= {f"as.{name}": form for name, form in AS.items()} | {f"map.{name}": text for name, text in MAPS.items()}
    return fields | {
        "code": "gakudo_claims", "name": "学童クラブ 滞納明細", "source": "+", "content": "claims", "files": "gakudo_*.dat",
        "new_source_code": "gakudo", "new_source_name": "学童クラブ管理システム",
        "new_source_section": str(Section.objects.order_by("pk")[0].pk), "ground": "contract", "encoding": "cp932",
        "format": "fixed", "record_bytes": "187", "control": "none", "last_line_end": "required", "keep": "1", **changes,
    }  # fmt: skip


def sample() -> SimpleUploadedFile:
    return SimpleUploadedFile("gakudo_R08.dat", extract())


def test_a_layout_made_on_the_page_is_used_by_the_next_import(client, tmp_path):
    client.force_login(user("receipts_clerk"))
    assert client.post(reverse("claims:layout-new"), posted()).status_code == 302
    assert AuditEvent.objects.filter(event="layout.kept", subject_key="gakudo_claims").exists()
    (tmp_path / "gakudo_R08.dat").write_bytes(extract())
    file = import_all(tmp_path).files.get()
    assert (file.status, file.inserted, file.rejected) == ("committed", 12, 0), file.rejected_rows.first().reason
    claim = Claim.objects.order_by("notice_number", "instalment")[0]
    assert (claim.source.name, claim.kind.code, claim.principal_yen) == (
        "学童クラブ管理システム",
        "after_school_fee",
        5_000,
    )


def test_a_layout_is_changed_and_its_former_state_kept(client):
    client.force_login(user("receipts_clerk"))
    client.post(reverse("claims:layout-new"), posted())
    url = reverse("claims:layout", args=["gakudo_claims"])
    page = client.get(url)
    assert page.context["table"]["record_bytes"] == 187
    client.post(url, posted(source="gakudo", name="学童クラブ（新様式）", editing="1"))
    layout = SourceLayout.objects.get()
    assert layout.table["name"] == "学童クラブ（新様式）"
    former = apps.get_model("claims", "SourceLayoutHistory").objects.get()
    assert former.table["name"] == "学童クラブ 滞納明細"


def test_a_built_in_layout_can_be_changed_on_the_page(client):
    client.force_login(user("receipts_clerk"))
    before = catalogue.tables()["juki_register"]
    data = {f"column.{name}": spec["column"] for name, spec in before["fields"].items()}
    data |= {f"as.{name}": spec["as"] for name, spec in before["fields"].items() if "as" in spec}
    data |= {
        key: before[key] for key in ("code", "name", "source", "content", "encoding", "format", "ground", "control")
    }
    client.post(
        reverse("claims:layout", args=["juki_register"]),
        data | {"files": "juki2_*.csv", "header": "on", "last_line_end": "required", "keep": "1", "editing": "1"},
    )
    found = {one.code: one for one in catalogue.layouts()}
    assert found["juki_register"].files == "juki2_*.csv"
    assert {spec.canonical.name for spec in found["juki_register"].fields} == set(before["fields"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start.name": "x"}, "氏名・名称の開始バイト「x」が数ではありません"),
        ({"width.levied_yen": "99"}, "record_bytes（187）に収まりません"),
        ({"map.kind": "GK"}, "債権種目の対応表「GK」が読めません"),
        ({"code": "zei_claims"}, "このコードのレイアウトは使われています"),
        ({"start.due_on": "", "width.due_on": ""}, "納期限（due_on） がありません"),
        ({"new_source_code": "zei"}, "このコードの業務システムは登録されています"),
        ({"record_bytes": ""}, "1行の長さ「」が数ではありません"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_kept(client, changes, said):
    client.force_login(user("receipts_clerk"))
    page = client.post(reverse("claims:layout-new"), posted(**changes))
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not SourceLayout.objects.exists()
    assert not SourceSystem.objects.filter(code="gakudo").exists()


def test_a_trial_shows_what_is_read_and_stores_nothing(client):
    client.force_login(user("receipts_clerk"))
    page = client.post(reverse("claims:layout-trial"), posted(source="suido", sample=sample()))
    text = page.content.decode()
    assert "架空　一郎" in text
    assert "2026-06-30" in text
    assert AccessLog.objects.filter(action="layout.sample").exists()
    assert not Claim.objects.exists()


def test_titles_that_some_section_uses_find_their_field(client):
    client.force_login(user("receipts_clerk"))
    titles = "お客様番号,使用者名,使用者カナ,納入期限,調定金額,不明な列"
    data = f"{titles}\n1,架空　太郎,カクウ　タロウ,2026/7/31,5000,x\n".encode("cp932")
    given = {"content": "claims", "format": "fixed", "encoding": "utf-8", "sample": SimpleUploadedFile("a.csv", data)}
    page = client.post(reverse("claims:layout-guess"), given)
    fields = page.context["table"]["fields"]
    assert fields["person_number"] == {"column": "お客様番号"}
    assert fields["due_on"] == {"column": "納入期限", "as": "slash"}
    assert "不明な列" in page.content.decode()


def test_a_way_of_writing_that_is_none_is_told_and_the_sample_shown_all_the_same(client):
    client.force_login(user("receipts_clerk"))
    odd = {"source": "suido", "encoding": "{}", "format": "xml"}
    for name in ("claims:layout-trial", "claims:layout-guess"):
        assert client.post(reverse(name), posted(**odd, sample=sample())).status_code == 200
    page = client.post(reverse("claims:layout-new"), posted(**odd))
    assert "正しく選択してください" in page.content.decode()
    assert not SourceLayout.objects.exists()


def test_a_sample_whose_name_another_layout_owns_is_warned_of(client):
    client.force_login(user("receipts_clerk"))
    other = SimpleUploadedFile("zei_tainou_1.csv", extract())
    page = client.post(reverse("claims:layout-trial"), posted(source="suido", files="zei_*", sample=other))
    assert "ほかのレイアウト（zei_claims）にも当たります" in page.content.decode()
