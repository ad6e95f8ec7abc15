"""An extract in the browser: looked at before it is taken in, taken in, and its refused row mended. All data is synthetic."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from claims import tasks
from claims.models import Claim, RejectedRow
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.extracts import AS_OF, claims, import_all
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def work(sent: list[tuple[Any, dict[str, int]]]) -> None:
    """The worker's part."""
    while sent:
        task, given = sent.pop()
        task(**given)


def test_an_extract_is_looked_at_taken_in_and_its_row_mended(
    sign_in: SignIn, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, complaints: list[str]
) -> None:
    settings.INTAKE_DIR, settings.BASE_DATE = tmp_path, AS_OF
    sent: list[tuple[Any, dict[str, int]]] = []
    for task in (tasks.preview_folder, tasks.import_folder, tasks.finish_import):
        monkeypatch.setattr(task, "delay", lambda task=task, **given: sent.append((task, given)))
    page = sign_in(Role.RECEIPTS_CLERK)
    claims(tmp_path, {}, {"instalment": "05"})
    import_all(tmp_path)
    claims(tmp_path, {"levied_yen": "51000"}, {"instalment": "02"}, {"instalment": "03", "due_on": "5080231"})

    page.get_by_role("link", name="取込", exact=True).click()
    page.get_by_role("button", name="確かめる").last.click()
    expect(page.get_by_text("台帳はまだ変わっていません")).to_be_visible()
    expect(page.get_by_text("開始を待っています")).to_be_visible()
    work(sent)
    page.reload()
    expect(page.get_by_role("table").get_by_text("＋51,000").first).to_be_visible()
    take(page, "imports")
    assert faults(page) == []
    page.get_by_role("link", name="zei_tainou_20261120.csv").click()
    expect(page.get_by_role("row", name="調定額（更正後）")).to_be_visible()
    page.get_by_text("変わる行を開く").click()
    expect(page.get_by_role("cell", name="51,000", exact=True)).to_be_visible()
    expect(page.get_by_text("1件　41,000円")).to_be_visible()  # the fifth instalment did not come again
    assert faults(page) == []
    assert Claim.objects.count() == 2

    page.get_by_role("link", name="取込の確かめ").click()
    page.get_by_role("button", name="この内容で取り込む").click()
    expect(page.get_by_role("heading", name="取込の結果")).to_be_visible()
    work(sent)
    page.reload()
    assert Claim.objects.count() == 3

    page.get_by_role("link", name="zei_tainou_20261120.csv").click()
    page.get_by_role("link", name=re.compile("^直す")).click()
    expect(page.get_by_text("暦にない日付").first).to_be_visible()
    assert faults(page) == []
    page.get_by_label("納期限").fill("5080228")
    page.get_by_role("button", name="試す").click()
    expect(page.get_by_text("受け付けられます")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("直した理由").fill("市民税課に電話で確かめた")
    page.get_by_role("button", name="送る").click()
    expect(page.get_by_text("直して送りました").first).to_be_visible()
    work(sent)
    assert RejectedRow.objects.get().mended_in is not None
    assert Claim.objects.get(instalment=3).principal_yen == 41_000
    assert not complaints
