"""帳票の文言 in the browser: a sentence is changed, looked at on a real person, approved by another, and sent to one person."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import ClaimEvent
from notices.models import Notice
from tests.e2e.conftest import PASSWORD, SignIn
from tests.e2e.test_accessibility import faults
from tests.e2e.test_case_work import panel
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.integration.notices.test_desk_slip import words
from toyota_collect.models import NoticeText
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NEW = "病気や失業などで一度に支払えない方は、分けて支払う相談ができます。まずはお電話ください。"


def _second_supervisor(open_page: Callable[[], Page]) -> Page:
    other = user(Role.SUPERVISOR)
    other.set_password(PASSWORD)
    other.save()
    page = open_page()
    page.goto("/accounts/login/")
    page.get_by_label("利用者名").fill(other.username)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする").click()
    page.wait_for_selector(".user-menu")
    page.wait_for_load_state("load")
    return page


def test_a_sentence_is_changed_looked_at_approved_and_sent_to_one_person(
    sign_in: SignIn, open_page: Callable[[], Page], complaints: list[str], settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, date(2026, 11, 20)
    someone = person(name="架空 由美子", kana="カクウ ユミコ")
    claim(someone, principal_yen=41_000, due_on=date(2026, 6, 30))

    page = sign_in(Role.SUPERVISOR)
    page.goto("/demands/texts/")
    assert faults(page) == []
    page.get_by_role("row", name="催告書").get_by_role("button").click()
    expect(page.get_by_role("heading", name="催告書 第2版を直す")).to_be_visible()
    page.get_by_label("お支払いが難しいとき").fill("お電話ください。{氏名}様")
    page.get_by_label("変えた理由").fill("電話を先にすすめる")
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("{氏名} は、ここでは使えない")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("e")
    page.get_by_label("お支払いが難しいとき").fill(NEW)
    assert faults(page) == []
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("保存しました。見本を")).to_be_visible()
    expect(panel(page, "文言").locator("ins").first).to_be_visible()
    assert faults(page) == []

    page.get_by_label("整理番号").fill(someone.number)
    page.get_by_role("button", name="見本を見る").click()
    expect(page.get_by_role("img", name="見本の1ページ")).to_be_visible(timeout=30_000)
    assert faults(page) == []
    page.keyboard.press("b")
    page.wait_for_url("**/demands/texts/*/")
    page.wait_for_load_state("load")  # keys are heard from then on
    page.keyboard.press("a")
    expect(page.get_by_text("承認を求めました")).to_be_visible(timeout=30_000)  # all forms are laid out

    second = _second_supervisor(open_page)
    second.goto("/approvals/")
    second.get_by_role("link", name="帳票の文言：催告書 第2版").first.click()
    expect(second.get_by_text("まずはお電話ください").first).to_be_visible()
    second.get_by_role("button", name="承認する").click()
    second.wait_for_load_state("load")
    assert NoticeText.objects.get(kind="demand", version=2).approved_at

    clerk = sign_in(Role.COLLECTOR)
    clerk.goto(f"/people/{someone.number}/")
    expect(panel(clerk, "個別の通知")).to_contain_text("まだ出していません")
    expect(clerk.locator("[aria-busy=true]")).to_have_count(0)
    clerk.keyboard.press("m")
    expect(panel(clerk, "作れない通知とその理由")).to_contain_text("督促状を発して10日")
    assert faults(clerk) == []
    clerk.get_by_role("link", name="催告書", exact=True).click()
    expect(panel(clerk, "載る債権")).to_contain_text("42,200")
    assert faults(clerk) == []
    clerk.wait_for_load_state("load")
    clerk.keyboard.press("v")
    expect(clerk.get_by_role("img", name="見本の1ページ")).to_be_visible(timeout=30_000)
    assert not Notice.objects.exists()
    clerk.wait_for_load_state("load")
    clerk.keyboard.press("s")
    expect(clerk.get_by_text("作りました。PDF")).to_be_visible(timeout=30_000)
    assert faults(clerk) == []
    made = Notice.objects.get()
    link = clerk.get_by_role("link", name="PDFを開いて印刷する")
    pdf = clerk.context.request.get(link.get_attribute("href") or "").body()
    assert "まずはお電話ください" in words(pdf)[0]
    clerk.get_by_role("button", name="発送した").click()
    expect(clerk.get_by_text("発送を登録しました")).to_be_visible()
    assert ClaimEvent.objects.filter(kind="demand", origin=made.title).count() == 1
    clerk.wait_for_load_state("load")
    clerk.keyboard.press("b")
    expect(panel(clerk, "個別の通知")).to_contain_text(made.number)

    panel(clerk, "個別の通知").get_by_role("link", name="変える").click()
    clerk.get_by_label("書き方").select_option("large")
    clerk.get_by_label("希望を聞いた人と方法").fill("本人から電話で")
    assert faults(clerk) == []
    clerk.get_by_role("button", name="変える").click()
    expect(panel(clerk, "個別の通知")).to_contain_text("大きな文字")
    assert complaints == []
