"""A collector's call: find the person, see what is owed, write down what was said, stop the letters."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, user
from toyota_collect import approvals
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def debtor(transactional_db: None):
    made = person(name="架空 由美子", kana="カクウ ユミコ", name_key="架空由美子", kana_key="カクウユミコ")
    identity(made, "juki")
    claim(made, principal_yen=41_000, due_on=date(2025, 10, 31))
    return made


def panel(page: Page, heading: str):
    return page.locator(".panel", has=page.get_by_role("heading", name=heading, exact=True))


def test_from_the_keyboard_to_a_written_contact_and_a_hold(sign_in: SignIn, debtor, complaints: list[str]) -> None:
    page = sign_in(Role.COLLECTOR)
    page.keyboard.press("/")
    page.keyboard.type("かくう")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="架空 由美子").click()
    expect(panel(page, "滞納合計")).to_contain_text("44,600")  # 41,000 and 3,600 of late charge
    expect(panel(page, "次の一手")).to_contain_text("決まっていません")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)

    page.keyboard.press("n")
    page.get_by_label("話せた").check()
    page.get_by_label("内容").fill("仕事が減ったとのこと。来庁を約束")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("textbox", name="次の一手").fill("来庁を受ける")
    page.get_by_label("期限").fill("2026-11-24")
    page.get_by_role("button", name="記録する").click()
    expect(panel(page, "次の一手")).to_contain_text("来庁を受ける")
    expect(panel(page, "経過")).to_contain_text("仕事が減ったとのこと")

    page.keyboard.press("h")
    page.get_by_label("理由").select_option(label="争訟")
    page.get_by_label("見直し日").fill("2027-01-15")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="保留を登録する").click()
    expect(panel(page, "止めているもの")).to_contain_text("× 停止")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert complaints == []


def test_a_supervisor_decides_with_the_evidence_before_the_eyes(sign_in: SignIn, transactional_db: None) -> None:
    approvals.ask(
        subject_type="test", subject_key="1", title="見本の件", amount_yen=1_234_567, evidence={"人数": 3},
        by=user(Role.PRINT_OPERATOR),
    )  # fmt: skip
    page = sign_in(Role.SUPERVISOR)
    page.goto("/approvals/")
    page.get_by_role("link", name="見本の件").click()
    expect(panel(page, "見本の件")).to_contain_text("1,234,567")
    assert faults(page) == []
    page.get_by_role("button", name="承認する").click()
    expect(page.get_by_role("status").first).to_contain_text("承認としました")


def test_forms_and_tables_of_the_administrator(sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(Role.ADMINISTRATOR)
    for path in ("/users/new/", "/users/policy/"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        assert faults(page) == [], path
    page.goto("/users/new/")
    page.get_by_role("button", name="保存する").click()
    assert complaints == []
