"""No mouse: from the log-in to a visitor who has been served, by Tab, Space, Enter and the keys of the screen; the focus is seen."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import Slip
from debtors.models import Contact, CounterVisit
from debtors.services.assigning import assign_by_hand
from tests.e2e.conftest import SignIn
from tests.e2e.test_case_work import panel
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.models import User
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
DAY = date(2026, 11, 20)
MOST_TABS = 120
FOCUSED = """() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const label = one.labels && one.labels.length ? one.labels[0].innerText : "";
    // In a date the browser marks the part of it, or its calendar.
    const seen = style.outlineStyle !== "none" || style.boxShadow !== "none" || one.type === "date";
    return [(one.getAttribute("aria-label") || label || one.innerText || one.value || one.tagName).trim(), seen];
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with these words has the focus; whatever has it on the way shows that."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        words, seen = page.evaluate(FOCUSED)
        assert seen, f"nothing shows that {words!r} has the focus"
        if name in words:
            return
        passed.append(words)
    raise AssertionError(f"{name} cannot be reached by Tab: {passed}")


def press(page: Page, key: str, wanted: str) -> None:
    """Press a key of the screen, which is heard once the page is there."""
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.keyboard.press(key)
    expect(page.get_by_role("heading", name=wanted).first).to_be_visible()


def test_search_log_my_day_and_counter_without_a_mouse(sign_in: SignIn, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, DAY
    someone = person(name="架空 由美子", kana="カクウ ユミコ", name_key="架空由美子", kana_key="カクウユミコ")
    claim(someone, principal_yen=41_000, due_on=date(2026, 6, 30), prescribes_on=date(2027, 1, 10))
    page = sign_in(Role.COLLECTOR)
    collector = User.objects.get(username=Role.COLLECTOR.value)
    assign_by_hand(person_id=someone.pk, officer=collector, reason="見本", on=DAY, by=user(Role.SUPERVISOR))

    page.goto("/")
    press(page, "j", "本日の業務")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="すすめる一手")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("かくう")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-ready]")
    tab_to(page, "架空 由美子")
    page.keyboard.press("Enter")
    press(page, "n", "経過を記録する")
    page.keyboard.press("6")
    page.keyboard.press("s")
    expect(panel(page, "経過")).to_contain_text("不在")
    assert Contact.objects.get().outcome == "absent"

    page.goto("/")
    page.wait_for_selector("body[data-ready]")
    tab_to(page, "窓口")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="カナ・氏名・電話")).to_be_focused()
    page.keyboard.type("かくう")
    page.keyboard.press("Enter")
    expect(page.get_by_text("架空 由美子").first).to_be_visible()
    if not CounterVisit.objects.exists():
        tab_to(page, "受け付ける")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="納めるものすべて")).to_be_visible()
    page.wait_for_selector("body[data-ready]")
    tab_to(page, "顔写真付きの証明書")
    page.keyboard.press("Space")
    expect(page.get_by_label("顔写真付きの証明書")).to_be_checked()
    tab_to(page, "納付書にする")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="納付書を印刷する")).to_be_visible()
    assert Slip.objects.count() == 1
    page.wait_for_selector("body[data-ready]")
    tab_to(page, "経過を書いて終える")
    page.keyboard.press("Enter")
    expect(page.get_by_text("来庁の経過を記録しました")).to_be_visible()
