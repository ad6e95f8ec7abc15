"""An heir whom no register knows, in the browser: entered, made the speaker of the heirs, and written to."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from debtors.models import Person, PersonRelation
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def dead(transactional_db: None, settings: Any) -> Person:
    settings.BASE_DATE = TODAY
    someone = person(name="架空 故人", name_key="架空故人", kana_key="カクウコジン", died_on=date(2026, 10, 1))
    claim(someone)
    return someone


def examined(page: Page) -> None:
    assert faults(page) == []
    page.set_viewport_size(WIDE)


def test_an_heir_outside_the_register_gets_the_letters_about_the_dead(
    sign_in: SignIn, dead: Person, complaints: list[str]
) -> None:
    page = sign_in(Role.COLLECTOR)
    page.goto(f"/people/{dead.number}/")
    to = page.get_by_role("region", name="文書の送り先")
    expect(to.get_by_text("相続人の代表者が決まっていない")).to_be_visible()
    page.get_by_role("link", name="住基にない人を登録する").click()
    page.get_by_label(re.compile("^氏名")).fill("架空 外子")
    page.get_by_label(re.compile("^フリガナ")).fill("カクウ ソトコ")
    page.get_by_label(re.compile("^郵便番号")).fill("100-0001")
    page.get_by_label(re.compile("^住所")).fill("東京都千代田区架空1番")
    page.get_by_label(re.compile("^何で知ったか")).fill("戸籍全部事項証明書")
    examined(page)
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("住基外の人として登録しました")).to_be_visible()
    heir = Person.objects.outside().get()
    page.get_by_label(re.compile("^1人目　整理番号")).fill(heir.number)
    page.get_by_label(re.compile("^1人目　持分")).fill("1")
    page.get_by_label(re.compile("^何で知ったか")).fill("戸籍全部事項証明書")
    page.get_by_label(re.compile("^代表者")).select_option("0")
    examined(page)
    page.get_by_role("button", name="登録する").click()
    expect(to.get_by_text("相続人の代表者の届出があり")).to_be_visible()
    expect(to.get_by_text("東京都千代田区架空1番")).to_be_visible()
    related = page.get_by_role("region", name="世帯と関係者")
    expect(related.get_by_text("住基外")).to_be_visible()
    examined(page)
    related.get_by_role("link", name=re.compile("^直す")).click()
    page.get_by_label(re.compile("^内容")).fill("法務局で確かめた")
    examined(page)
    page.get_by_role("button", name="直す").click()
    expect(page.get_by_text("関係者の登録を直しました")).to_be_visible()
    assert PersonRelation.objects.get().note == "法務局で確かめた"
    page.goto(f"/people/{heir.number}/")
    expect(page.get_by_text("住基外").first).to_be_visible()
    examined(page)
    assert complaints == []
