"""A collector's morning from the keyboard, and a supervisor who shares the work anew."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from debtors.models import Assignment
from debtors.services.assigning import assign_by_hand, assign_new
from debtors.services.assignment_rules import save_rule
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.business_date import business_date
from toyota_collect.models import User
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def owing(name: str, kana: str, *, days_left: int | None = None):
    on = business_date()
    made = person(name=name, kana=kana, name_key=name, kana_key=kana)
    claim(made, due_on=date(2022, 1, 31), prescribes_on=on + timedelta(days=days_left) if days_left else None)
    return made


def test_my_day_is_worked_from_the_keyboard(sign_in: SignIn, complaints: list[str], settings: Any) -> None:
    settings.BASE_DATE = date(2026, 11, 20)
    page = sign_in(Role.COLLECTOR)
    collector, on = User.objects.get(username=Role.COLLECTOR.value), business_date()
    for name, left in (("架空 康平", 6), ("架空 美千代", 58)):
        someone = owing(name, "カクウ", days_left=left)
        assign_by_hand(person_id=someone.pk, officer=collector, reason="見本", on=on, by=user(Role.SUPERVISOR))
    page.goto("/")
    expect(page.get_by_role("heading", name="本日の業務")).to_be_visible()
    rows = page.locator(".work tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("架空 康平")
    expect(rows.first).to_contain_text("あと6日")
    expect(rows.first).to_contain_text("電話する")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    take(page, "my_day")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", level=1)).to_contain_text("記録")
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=20_000)
    advice = page.locator(".panel", has=page.get_by_role("heading", name="すすめる一手", exact=True))
    expect(advice).to_contain_text("電話する")
    expect(advice).to_contain_text("手が未定")
    assert complaints == []


def test_a_row_is_put_off_and_taken_up_from_the_keyboard(sign_in: SignIn, complaints: list[str], settings: Any) -> None:
    settings.BASE_DATE = date(2026, 11, 20)
    page = sign_in(Role.COLLECTOR)
    collector, on = User.objects.get(username=Role.COLLECTOR.value), business_date()
    for name, left in (("架空 康平", 6), ("架空 美千代", 58)):
        someone = owing(name, "カクウ", days_left=left)
        assign_by_hand(person_id=someone.pk, officer=collector, reason="見本", on=on, by=user(Role.SUPERVISOR))
    page.goto("/")
    rows = page.locator(".work tbody tr")
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="後回しにする", level=1)).to_be_visible()
    expect(page.get_by_text("令和8年11月26日（木）").first).to_be_visible()
    expect(page.get_by_role("combobox", name="理由")).to_be_focused()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("combobox", name="理由").select_option("折り返し・回答を待つ")
    page.get_by_role("textbox", name="内容").fill("勤務先の返事を待つ")
    expect(page.get_by_label("戻る日", exact=False).last).to_have_value("2026-11-24")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_text("後回しにしました")).to_be_visible()
    expect(rows).to_have_count(1)
    page.keyboard.press("u")
    waiting = page.locator("#postponed")
    expect(waiting).to_contain_text("後回し 1件")
    expect(waiting).to_contain_text("勤務先の返事を待つ")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    waiting.get_by_role("button", name="戻す").press("Enter")
    expect(rows).to_have_count(2)
    expect(page.locator("#postponed")).to_have_count(0)
    assert complaints == []


def test_a_supervisor_looks_at_the_moves_and_applies_them(sign_in: SignIn, complaints: list[str]) -> None:
    page = sign_in(Role.SUPERVISOR)
    supervisor, on = User.objects.get(username=Role.SUPERVISOR.value), business_date()
    first, second = (user(Role.COLLECTOR) for _ in range(2))
    save_rule(officer=first, position=10, starts_on=date(2026, 4, 1), by=supervisor)
    for name, kana in (("架空 康平", "アオキ"), ("架空 孝", "スズキ")):
        owing(name, kana)
    assign_new(on=on, by=supervisor)
    page.goto(reverse("debtors:assignment"))
    expect(page.locator("[data-chart][role=img]")).to_have_count(1)
    expect(page.get_by_text("移る人はいません")).to_be_visible()
    page.keyboard.press("n")
    page.get_by_label("順", exact=False).first.fill("5")
    page.get_by_label("担当").select_option(str(second.pk))
    page.get_by_label("カナの初め").fill("サ")
    page.get_by_label("カナの終わり").fill("ソ")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="保存する").click()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="1人の担当を変える").click()
    expect(page.get_by_role("status").first).to_contain_text("1人の担当を変えました")
    assert set(Assignment.objects.values_list("person__kana", "officer")) == {
        ("アオキ", first.pk),
        ("スズキ", second.pk),
    }
    assert complaints == []
