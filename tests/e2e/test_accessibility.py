"""WCAG 2.2 AA by axe, no sideways scroll, nothing refused by the CSP: every role's pages at 1440 and at 200 % zoom."""

from collections.abc import Callable
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignIn
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1440, 720)  # 720 is 1440 at 200 % zoom
ROLES = [role for role in Role if role != Role.SYSTEM]


def faults(page: Page) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_selector("body[data-ready]")
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        result = Axe().run(page, options={"runOnly": RULES}).response
        found += [f"{width}: {rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in result["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{width}: the page scrolls sideways")
    return found


@pytest.mark.long  # with something on them, the pages are looked at in test_every_page.py
def test_every_page_of_every_navigation(sign_in: SignIn, complaints: list[str]) -> None:
    examined: set[str] = set()  # what two roles share is examined once
    for role in ROLES:
        page = sign_in(role)
        links = page.locator(".side-nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        ours = [link for link in links if not link.startswith("/admin/")]  # the stock admin is Django's own
        for path in ["/", *ours, "/accounts/password/change/", "/accounts/2fa/"]:
            page.set_viewport_size({"width": 1440, "height": 900})
            answer = page.goto(path)
            assert answer is not None, (role, path)
            assert answer.status == 200, (role, path)
            if page.url not in examined:
                assert faults(page) == [], (role, path)
                examined.add(page.url)
        page.context.close()
    assert complaints == []


def test_style_page(sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(Role.COLLECTOR)
    page.goto("/styleguide/")
    page.wait_for_selector('[data-chart][role="img"] svg')
    assert faults(page) == []
    assert complaints == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/page/"])
def test_pages_before_log_in(path: str, open_page: Callable[[], Page]) -> None:
    page = open_page()
    page.goto(path)
    assert faults(page) == []


def test_a_refused_page_says_what_next(sign_in: SignIn) -> None:
    page = sign_in(Role.LAWYER)
    answer = page.goto("/people/")
    assert answer is not None
    assert answer.status == 403
    assert page.get_by_role("heading", name="この画面は使えません").is_visible()
    assert faults(page) == []


def test_keys_find_people_respect_input_and_can_be_switched_off(sign_in: SignIn) -> None:
    page = sign_in(Role.COLLECTOR)
    page.goto("/people/")
    page.locator("#main").focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("/?")
    assert page.locator("#q").input_value() == "/?"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator(".key-help").evaluate("help => help.open")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="キー操作を切る").click()
    page.reload()
    page.locator("#main").focus()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.get_by_role("button", name="キー操作を入れる").is_visible()


def test_skip_link_leads_past_the_navigation(sign_in: SignIn) -> None:
    page = sign_in(Role.COLLECTOR)
    page.goto("/people/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_search_person_and_claim_pages(sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(Role.COLLECTOR)
    someone = person(name="髙橋 由美子", kana="タカハシ ユミコ", name_key="高橋由美子", kana_key="タカハシユミコ")
    protect(someone)
    owed = claim(someone, kind="nhi_tax", source="kokuho", fee_yen=100, due_on=date(2022, 1, 31))
    pay(claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300), 10_000, on=date(2026, 10, 1))
    for path in ("/people/?q=タカハシ", f"/people/{someone.number}/", f"/claims/{owed.pk}/"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        page.get_by_text("髙橋 由美子").first.wait_for()
        assert faults(page) == [], path
        assert "小坂本町" not in page.content(), path
    assert complaints == []
