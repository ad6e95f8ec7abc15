"""At the counter: from the person's page to the slip that is handed over, by keyboard, with the sum before the eyes."""

import hashlib
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import Slip
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.e2e.test_case_work import panel
from tests.factories.claims import claim
from tests.factories.debtors import person, protect
from tests.integration.notices.test_desk_slip import codes, words
from toyota_collect.documents.barcodes import read_slip
from toyota_collect.models import AccessLog, Document
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def wide(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_slip_is_chosen_summed_made_printed_and_made_invalid(
    sign_in: SignIn, complaints: list[str], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, date(2026, 11, 20)
    page = sign_in(Role.RECEIPTS_CLERK)
    someone = person(name="架空 由美子", kana="カクウ ユミコ")
    protect(someone)
    claim(someone, principal_yen=41_000, fee_yen=100, due_on=date(2026, 6, 30))
    claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300, due_on=date(2026, 10, 31))

    page.goto(f"/people/{someone.number}/")
    expect(panel(page, "納付書")).to_contain_text("まだ出していません")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="納付書を作る")).to_be_visible()
    expect(page.get_by_text("窓口で本人に渡してください")).to_be_visible()
    total = page.locator("#slip-sum")
    expect(total).to_contain_text("68,643")  # 41,000 + 100 + 1,200 of late charge, 26,300 + 43
    assert faults(page) == []
    wide(page)

    page.get_by_role("checkbox").nth(1).focus()
    page.keyboard.press("Space")
    expect(total).to_contain_text("42,300")
    expect(page.locator("#announcer")).to_have_text("1件、合計42,300円、納付書1枚")
    page.get_by_label("基準日").fill("2026-12-04")
    page.get_by_label("使用期限").focus()
    expect(total).to_contain_text("42,400")
    expect(page.locator("#slip-claims")).to_contain_text("令和8年12月4日（金）に支払う場合")
    expect(page.get_by_role("checkbox").nth(1)).not_to_be_checked()
    page.get_by_label("基準日").fill("2026-11-20")
    page.get_by_label("使用期限").focus()
    expect(total).to_contain_text("42,300")

    page.get_by_role("button", name="納付書を作る").click()
    expect(page.get_by_text("納付書を1枚作りました")).to_be_visible()
    slip = Slip.objects.get()
    assert faults(page) == []
    wide(page)
    link = page.get_by_role("link", name="PDFを開いて印刷する")
    pdf = page.context.request.get(link.get_attribute("href") or "").body()
    assert hashlib.sha256(pdf).hexdigest() == Document.objects.get().sha256
    (code,) = codes(pdf)
    assert (code.text, read_slip(code.text).amount) == (slip.barcode, 42_300)
    assert "架空由美子様" in words(pdf)[0]
    assert "小坂本町" not in words(pdf)[0]
    assert AccessLog.objects.filter(action="slip.pdf", person_key=someone.number).count() == 1

    page.get_by_label("無効にする理由").fill("渡す前に書き損じた")
    page.get_by_role("button", name="この納付書を無効にする").click()
    expect(page.get_by_text("無効にしました")).to_be_visible()
    expect(page.get_by_role("link", name="PDFを開いて印刷する")).to_have_count(0)
    page.keyboard.press("b")
    expect(panel(page, "納付書")).to_contain_text("渡す前に書き損じた")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert faults(page) == []
    assert complaints == []


def test_without_scripts_the_sum_is_a_button_away(
    browser: Any, live_server: Any, sign_in: SignIn, settings: Any
) -> None:
    settings.BASE_DATE = date(2026, 11, 20)
    cookies = sign_in(Role.COLLECTOR).context.cookies()
    someone = person()
    first = claim(someone, principal_yen=7_000)
    claim(someone, principal_yen=2_000)
    context = browser.new_context(base_url=live_server.url, locale="ja-JP", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"/demands/people/{someone.number}/slips/new/")
    expect(page.locator("#slip-sum")).to_contain_text("9,000")
    page.get_by_role("button", name="すべて外す").click()
    expect(page.locator("#slip-sum")).to_contain_text("期別を選ぶと、合計が出ます")
    page.locator(f"#claim-{first.pk}").check()
    page.get_by_label("使用期限").press("Enter")  # works out the sum, makes nothing
    expect(page.locator("#slip-sum")).to_contain_text("7,000")
    assert not Slip.objects.exists()
    context.close()
