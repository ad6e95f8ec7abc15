"""A plan at the counter: from search to the signed deed, with the figures before the eyes; and without scripts."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from claims.models import ClaimEvent, Hold, Plan
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.e2e.test_case_work import panel
from tests.e2e.test_slips import wide
from tests.factories.claims import claim
from tests.factories.debtors import person
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_from_search_to_the_signed_deed(sign_in: SignIn, complaints: list[str], settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, date(2026, 11, 20)
    page = sign_in(Role.COLLECTOR)
    someone = person(name="架空 由美子", kana="カクウ ユミコ", name_key="架空由美子", kana_key="カクウユミコ")
    tax = claim(someone, principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    rent = claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300, due_on=date(2026, 6, 30))
    bill = claim(someone, principal_yen=12_000, due_on=date(2027, 1, 31), instalment=4)

    page.keyboard.press("/")
    page.keyboard.type("かくう")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="架空 由美子").click()
    expect(panel(page, "分納")).to_contain_text("まだ組んでいません")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="分納を組む")).to_be_visible()
    preview = page.locator("#plan-preview")
    expect(preview).to_contain_text("月5,000円なら")
    expect(page.locator(f"#claim-{bill.pk}")).not_to_be_checked()
    assert faults(page) == []
    wide(page)

    page.get_by_role("radio", name="回数").check()
    page.locator("#id_count").fill("6")
    page.locator("#id_count").press("Tab")
    expect(page.locator("#announcer")).to_contain_text("6回、")
    page.locator(f"#claim-{bill.pk}").check()
    expect(preview.locator("#plan-table")).to_contain_text("第4期")
    page.get_by_label("世帯の手取り収入").fill("180000")
    page.get_by_label("食費", exact=True).fill("175000")
    page.get_by_label("食費", exact=True).press("Tab")
    expect(preview).to_contain_text("収支の残りを超えています")
    page.get_by_role("button", name="この案で誓約書に進む").click()

    expect(page.get_by_text("分納の案を作りました")).to_be_visible()
    assert faults(page) == []
    wide(page)
    page.get_by_role("button", name="誓約書を作る").click()
    link = page.get_by_role("link", name="分納誓約書")
    assert page.context.request.get(link.get_attribute("href") or "").body().startswith(b"%PDF")
    page.get_by_role("button", name="誓約書を受けた").click()
    expect(page.get_by_text("誓約書を受けました")).to_be_visible()
    plan = Plan.objects.get()
    assert (plan.signed_on, plan.signer, plan.instalments.count()) == (date(2026, 11, 20), "架空 由美子", 6)
    assert plan.affordability["left_yen"] == 5_000
    assert set(ClaimEvent.objects.values_list("claim", flat=True)) == {tax.pk, rent.pk, bill.pk}
    assert Hold.objects.filter(reason="plan").count() == 3
    assert faults(page) == []
    wide(page)
    page.goto("/claims/plans/")
    expect(page.get_by_role("row", name="架空 由美子")).to_contain_text("履行中")
    assert faults(page) == []
    assert complaints == []


def test_without_scripts_the_plan_is_a_button_away(
    browser: Any, live_server: Any, sign_in: SignIn, settings: Any
) -> None:
    settings.BASE_DATE = date(2026, 11, 20)
    cookies = sign_in(Role.COLLECTOR).context.cookies()
    owed = claim(person(), principal_yen=60_000, due_on=date(2026, 10, 31))
    context = browser.new_context(base_url=live_server.url, locale="ja-JP", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"/claims/of/{owed.identity.person.number}/plan/")
    expect(page.locator("#plan-preview")).to_contain_text("10,000円 × 7回")
    page.locator("#id_amount_yen").fill("20000")
    page.locator("#id_amount_yen").press("Enter")
    expect(page.locator("#plan-preview")).to_contain_text("20,000円 × 3回")
    assert not Plan.objects.exists()
    context.close()


def test_what_of_a_wage_may_be_seized_step_by_step(sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(Role.COLLECTOR)
    page.goto("/claims/wage-seizure/")
    for label, yen in (
        ("総支給額", "400000"),
        ("所得税", "10500"),
        ("住民税", "18600"),
        ("社会保険料", "57810"),
        ("生計を一", "2"),
    ):
        page.get_by_label(label).fill(yen)
    page.get_by_role("button", name="計算する").click()
    expect(panel(page, "差押可能額")).to_contain_text("97,000")  # case k01 of tests/cases/wage_seizure.json
    expect(panel(page, "差押可能額")).to_contain_text("76条1項5号")
    expect(panel(page, "私債権のとき（裁判所の差押え）")).to_contain_text("78,272")
    expect(page.get_by_text("ここでは差押えは行いません")).to_be_visible()
    assert faults(page) == []
    assert complaints == []
