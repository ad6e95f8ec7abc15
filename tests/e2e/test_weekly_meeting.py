"""The supervisor's week in the browser: what nobody touched → to whom it goes → what is to be decided → the paper for the table."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from claims.models import BookingSource
from claims.tasks import count_board
from debtors.models import WorkItem
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import Approval
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)
MOST_CLICKS = 12


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Any, transactional_db: None) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    BookingSource.objects.update(by="own")


def test_untouched_people_are_handed_out_a_matter_is_decided_and_the_board_is_printed(
    sign_in: SignIn, complaints: list[str]
) -> None:
    officer = user(Role.COLLECTOR)
    for number in range(1, 4):
        claim(
            person(name=f"架空　{number}子", kana=f"カクウ　{number}コ"),
            principal_yen=number * 10_000,
            due_on=date(2024, 6, 30),
        )
    asked = approvals.ask(
        subject_type="claims.payment_case", subject_key="架空1", title="架空の件 1", amount_yen=10_000,
        evidence={"調べた日": "2026-11-10", "残額（円）": 10_000}, by=officer,
    )  # fmt: skip
    Approval.objects.update(subject_type="架空")  # nobody carries it out: it is decided as such
    count_board()
    page = sign_in(Role.SUPERVISOR)
    clicks = 0

    def click(what: Any) -> None:
        nonlocal clicks
        what.click()
        clicks += 1

    click(page.get_by_role("link", name="進行管理", exact=True).first)
    expect(page.get_by_role("heading", name="進行管理")).to_be_visible()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    click(page.locator("main").get_by_role("link", name=re.compile("未折衝")).first)
    expect(page.get_by_role("row", name=re.compile("架空"))).to_have_count(3)
    click(page.get_by_role("checkbox", name=re.compile("3子")))
    click(page.get_by_role("checkbox", name=re.compile("2子")))
    page.get_by_role("combobox", name=re.compile("担当")).select_option(label=str(officer))
    clicks += 1
    take(page, "untouched")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    click(page.get_by_role("button", name="選んだ人を振る"))
    expect(page.get_by_text(f"2人を{officer}に振り、次の一手を置きました。")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("架空"))).to_have_count(1)
    assert WorkItem.objects.filter(owner=officer, next_step="電話する").count() == 2
    click(page.get_by_role("link", name=re.compile("進行管理へ")))
    click(page.get_by_role("link", name=re.compile("決裁を始める")))
    expect(page.get_by_role("table", name=re.compile("決裁の根拠"))).to_be_visible()
    click(page.get_by_role("button", name="承認する"))
    expect(page.get_by_text(re.compile("承認としました"))).to_be_visible()
    asked.refresh_from_db()
    assert asked.decision == Approval.Decision.APPROVED
    click(page.get_by_role("link", name="進行管理", exact=True).first)
    paper = page.request.get(page.get_by_role("link", name=re.compile("会議用のPDF")).get_attribute("href") or "")
    clicks += 1
    text = "".join(one.get_textpage().get_text_range() for one in PdfDocument(paper.body()))
    assert "進行管理" in text
    assert "架空　1子" not in text
    assert complaints == []
    assert clicks <= MOST_CLICKS, f"{clicks} clicks"
