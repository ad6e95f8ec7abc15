"""A saved extraction in the browser: made, tried, saved and shared; a masked file; an unmasked one that a second person lets out."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from debtors.models import Extraction, ExtractionExport
from debtors.services import extraction_exports
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person, protect
from toyota_collect.models import Setting
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Any, transactional_db: None) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    limits = {"people": 1, "kept_days": 3, "most_rows": 1_000}
    Setting.objects.filter(key="extraction.export").update(value=limits)


def sound(page: Page) -> None:
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})


def made() -> ExtractionExport:
    """What a worker does."""
    asked = ExtractionExport.objects.latest("pk")
    extraction_exports.make(export_id=asked.pk, today=TODAY)
    return asked


def taken(page: Page) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("ファイルを受け取る")).click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_from_the_first_condition_to_the_file(sign_in: SignIn, complaints: list[str]) -> None:
    large = person(name="架空 大口", phone="0565-12-3456")
    secret = person(name="架空 秘匿", address="愛知県豊田市秘匿町9", birth_on=date(1950, 1, 1))
    protect(secret)
    for someone, yen in ((large, 150_000), (secret, 120_000), (person(name="架空 小口"), 5_000)):
        claim(someone, principal_yen=yen)

    collector = sign_in(Role.COLLECTOR)
    collector.get_by_role("link", name="抽出", exact=True).click()
    sound(collector)
    collector.get_by_role("link", name="人", exact=True).click()
    collector.get_by_label("条件にする項目").select_option(label="滞納額")
    collector.get_by_role("button", name="条件を足す").click()
    least = collector.get_by_role("textbox", name=re.compile("滞納額の値"))
    expect(collector.get_by_label("滞納額の条件の種類")).to_be_focused()
    least.fill("沢山")
    collector.get_by_role("button", name=re.compile("保存しないで試す")).click()
    expect(collector.get_by_role("alert")).to_contain_text("数として読めません")
    sound(collector)
    collector.get_by_role("textbox", name=re.compile("滞納額の値")).fill("100,000")
    for title in ("住所", "電話", "生年月日"):
        collector.get_by_role("checkbox", name=re.compile(f"^{title}")).check()
    collector.get_by_role("button", name=re.compile("保存しないで試す")).click()
    expect(collector.get_by_role("table", name=re.compile("試した結果"))).to_contain_text("架空 大口")
    expect(collector.get_by_text("270,000")).to_be_visible()
    assert "秘匿町" not in collector.content()
    sound(collector)
    collector.locator("#id_name").fill("10万円以上の人")
    collector.get_by_label("使える人").select_option("all")
    collector.get_by_role("button", name=re.compile("^S?保存する")).click()
    expect(collector.get_by_role("heading", name="10万円以上の人")).to_be_visible()
    expect(collector.get_by_text("滞納額が次以上：100,000円")).to_be_visible()
    sound(collector)
    take(collector, "extraction")

    collector.get_by_role("button", name="書き出す").click()
    expect(collector.get_by_role("heading", name="抽出の書き出し")).to_be_visible()
    made()
    expect(collector.get_by_role("button", name=re.compile("ファイルを受け取る"))).to_be_visible()  # by itself
    sound(collector)
    text = taken(collector)
    assert "架＊＊＊＊" in text
    assert "架空 大口" not in text

    collector.goto(f"/people/extractions/{Extraction.objects.get().pk}/")
    collector.get_by_label("マスキングしない").check()
    collector.get_by_label("目的").fill("訪問の名簿を作り、徴収担当2人に渡すため")
    collector.get_by_role("button", name="書き出す").click()
    expect(collector.get_by_text("決裁を待っています")).to_be_visible()
    sound(collector)

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/people/extractions/?show=shared")
    expect(supervisor.get_by_role("link", name="10万円以上の人")).to_be_visible()
    supervisor.goto("/approvals/")
    evidence = supervisor.get_by_role("table", name=re.compile("決裁の根拠"))
    expect(evidence).to_contain_text("滞納額が次以上：100,000円")
    expect(supervisor.get_by_text("徴収担当2人に渡すため")).to_be_visible()
    sound(supervisor)
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました")).to_be_visible()

    made()
    collector.reload()
    expect(collector.get_by_text("1回だけ受け取れます")).to_be_visible()
    sound(collector)
    text = taken(collector)
    assert "架空 大口" in text
    assert "0565-12-3456" in text
    assert "架空 秘匿" in text
    assert "秘匿町" not in text
    collector.reload()
    expect(collector.get_by_text("受け取り済みです")).to_be_visible()
    expect(collector.get_by_role("button", name=re.compile("ファイルを受け取る"))).to_have_count(0)
    assert complaints == []


def test_a_list_of_figures_by_keyboard_alone(sign_in: SignIn, complaints: list[str]) -> None:
    claim(person(name="架空 一男"), principal_yen=34_500)
    page = sign_in(Role.RECEIPTS_CLERK)
    page.goto("/people/extractions/new/claims/")
    page.get_by_label("条件にする項目").focus()
    page.keyboard.type("債権種目")
    page.get_by_label("条件にする項目").select_option(label="債権種目")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("債権種目の条件の種類")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.get_by_label("並べ替え").focus()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("t")
    expect(page.get_by_role("table", name=re.compile("試した結果"))).to_be_visible()
    sound(page)
    page.get_by_role("button", name="債権種目の条件を外す").press("Enter")
    expect(page.get_by_text("条件がないと、すべてを出します")).to_be_visible()
    assert complaints == []
