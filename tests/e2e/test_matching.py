"""名寄せ from the keyboard: a pair is answered, the next is there, the answer is taken back; tax needs a second person."""

import re

import pytest
from playwright.sync_api import Page, expect

from debtors.models import Joining, MatchQuestion, Person
from debtors.rules.questions import Agreement, Evidence, Question
from debtors.services.questions import keep_questions
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
EVIDENCE = (Evidence("氏名", Agreement.ALIKE, "異体字"), Evidence("生年月日", Agreement.SAME, "市内に1組"))


def owing(name: str, kind: str, source: str) -> Person:
    of = person(name=name, name_key=name)
    claim(of, kind=kind, source=source)
    return of


@pytest.fixture
def queue(transactional_db: None) -> None:
    """Three pairs, the first two of which anybody may join."""
    pairs = [
        (owing("髙橋 架空", "housing_rent", "jutaku"), owing("高橋 架空", "water_charge", "suido")),
        (owing("渡邉 見本", "housing_rent", "jutaku"), owing("渡辺 見本", "nursery_fee", "hoiku")),
        (owing("齋藤 例示", "resident_tax", "zei"), owing("斎藤 例示", "water_charge", "suido")),
    ]
    asked = [
        Question(*(tuple(of.identities.values_list("pk", flat=True)) for of in pair), 0.9 - place / 10, EVIDENCE)
        for place, pair in enumerate(pairs)
    ]
    keep_questions(asked, on=business_date(), by=system_user())


def pair(page: Page) -> str:
    return page.locator("#pair").inner_text()


def test_pairs_are_answered_from_the_keyboard_and_taken_back(sign_in: SignIn, queue, complaints: list[str]) -> None:
    page = sign_in(Role.COLLECTOR)
    page.goto("/people/matching/")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#pair")).to_have_text("髙橋 架空 と 高橋 架空")
    expect(page.locator(".compare mark").first).to_have_text("髙")
    take(page, "matching")

    page.keyboard.press("r")
    page.keyboard.type("123 本人に確かめた")  # figures typed in the field answer nothing
    expect(page.locator("#pair")).to_have_text("髙橋 架空 と 高橋 架空")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("#pair")).to_have_text("渡邉 見本 と 渡辺 見本")
    expect(page.locator("#left-over")).to_contain_text("残り 2組")
    assert Joining.objects.get().reason == "123 本人に確かめた"

    page.keyboard.press("2")
    expect(page.locator("#pair")).to_have_text("齋藤 例示 と 斎藤 例示")
    page.keyboard.press("u")
    expect(page.locator("#pair")).to_have_text("渡邉 見本 と 渡辺 見本")
    page.keyboard.press("3")
    expect(page.locator("#pair")).to_have_text("齋藤 例示 と 斎藤 例示")

    page.get_by_role("link", name="判定の記録").click()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    row = page.locator("tr", has_text="髙橋 架空")
    row.get_by_text(re.compile("^取り消す")).first.click()
    row.get_by_role("button", name="取り消す").click()
    expect(page.locator(".notice").first).to_contain_text("答えを取り消しました")
    assert not Joining.objects.filter(parted_at=None).exists()
    assert complaints == []


def test_tax_beside_other_claims_is_decided_by_two(sign_in: SignIn, queue, complaints: list[str]) -> None:
    question = MatchQuestion.objects.get(left__name="齋藤 例示")
    page = sign_in(Role.COLLECTOR)
    page.goto(f"/people/matching/?pair={question.pk}")
    expect(page.locator(".panel", has_text="二人で決める組")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("status").first).to_contain_text("決裁に出しました")
    assert not Joining.objects.exists()

    boss = sign_in(Role.SUPERVISOR)
    boss.goto("/approvals/")
    boss.get_by_role("link", name="名寄せ：").first.click()
    assert faults(boss) == []
    boss.set_viewport_size({"width": 1440, "height": 900})
    boss.get_by_role("button", name="承認する").click()
    expect(boss.get_by_role("status").first).to_contain_text("承認としました")
    kept = Joining.objects.get().kept
    boss.goto(f"/people/{kept.number}/")
    expect(boss.get_by_text("この宛名を外す").first).to_be_visible()
    assert faults(boss) == []
    assert complaints == []
