"""A section nobody has seen: its fixed-length file is described on the page alone, then imported. All data is synthetic."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from claims.intake import run
from claims.models import Claim, ImportBatch
from tests.e2e.conftest import SignIn
from tests.factories.extracts import import_all
from tests.factories.gakudo import MAPS, PLACES, extract
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
AS = {"birth_on": "era7", "due_on": "era_ymd", "levy_year": "era_year"}


def test_a_new_source_is_described_on_the_page_and_imported(
    sign_in: SignIn, transactional_db: None, tmp_path: Path, complaints: list[str]
) -> None:
    page = sign_in(Role.RECEIPTS_CLERK)
    page.get_by_role("link", name="取込", exact=True).click()
    page.get_by_role("link", name="レイアウト", exact=False).first.click()
    page.get_by_role("link", name="新しいレイアウトを作る").click()
    file: Any = {"name": "gakudo_R08.dat", "mimeType": "application/octet-stream", "buffer": extract()}
    with page.expect_response("**/layouts/guess/"):
        page.get_by_label("所管課から届いたファイル").set_input_files(file)
    expect(page.get_by_label("1行の長さ")).to_have_value("187")
    expect(page.get_by_role("cell", name="架空　一郎").first).to_be_visible()  # the sample as it stands
    page.get_by_label("名称 必須", exact=False).first.fill("学童クラブ 滞納明細")
    page.get_by_label("レイアウトのコード").fill("gakudo_claims")
    page.get_by_label("ファイル名の形").fill("gakudo_*.dat")
    page.locator("#id_source").select_option("+")
    page.get_by_text("新しい業務システムを登録する", exact=True).click()
    page.get_by_label("新しい業務システムの名称").fill("学童クラブ管理システム")
    page.get_by_label("新しい業務システムのコード").fill("gakudo")
    page.locator("#id_new_source_section").select_option(index=1)
    page.locator("#id_control").select_option("none")
    for name, (start, width) in PLACES.items():
        page.locator(f"#start-{name}").fill(str(start))
        page.locator(f"#width-{name}").fill(str(width))
    for name, form in AS.items():
        page.locator(f"#as-{name}").select_option(form)
    for name in ("kind", "sex"):
        page.locator(f"#map-{name}").fill(MAPS[name])
    page.get_by_role("button", name="試す").last.click()
    expect(page.locator("#tried")).to_contain_text("読み取れた")
    expect(page.locator("#tried")).to_contain_text("2026-06-30")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("レイアウト gakudo_claims を保存しました")).to_be_visible()
    (tmp_path / "gakudo_R08.dat").write_bytes(extract())
    batch: ImportBatch = import_all(tmp_path)
    assert batch.files.get().inserted == 12
    assert Claim.objects.filter(source__code="gakudo").count() == 12
    assert run.report(batch)["rejected"] == 0
    assert not complaints
