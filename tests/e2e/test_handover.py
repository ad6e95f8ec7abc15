"""移管 in the browser: a section fills a basket, announces it, hands it in; the office accepts one, returns one; the section sees both."""

import re
from datetime import date
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from claims.models import Claim, HandoverLine
from claims.services.clocks import refresh_clocks
from tests.e2e.conftest import PASSWORD, SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, user
from toyota_collect.models import Section, User
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY, AFTER = date(2026, 11, 20), date(2026, 12, 14)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def owed(transactional_db: None, settings: Any, tmp_path: Any) -> list[Claim]:
    """Claims of two people before the section viewer's own section, and tax of one of them that it must not see."""
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    section = Section.objects.first()
    made = []
    for name in ("架空 花子", "架空 次郎"):
        someone = person(name=name, name_key=name.replace(" ", ""))
        identity(someone, "jutaku", name=name, ground="contract")
        facts = {"kind": "housing_rent", "source": "jutaku", "section": section, "levy_year": 2025}
        made.append(claim(someone, principal_yen=400_000, due_on=date(2025, 5, 31), **facts))
    water = Section.objects.exclude(pk=section.pk).first()
    claim(made[0].identity.person, kind="water_charge", source="suido", section=water, principal_yen=654_321)
    refresh_clocks([one.pk for one in made])
    return made


def test_a_basket_from_the_section_to_the_office_and_back(
    sign_in: SignIn, owed: list[Claim], complaints: list[str], settings: Any, tmp_path: Any
) -> None:
    section = sign_in(Role.SECTION_VIEWER)
    section.goto("/claims/handovers/")
    expect(section.get_by_text("未納 400,000円（300,000円以上）").first).to_be_visible()
    take(section, "handover")
    assert faults(section) == []
    section.set_viewport_size(WIDE)
    section.get_by_role("button", name=re.compile("この人を箱に入れる.*架空 花子")).click()
    expect(section.get_by_text("箱に入れました")).to_be_visible()
    section.goto("/claims/handovers/")
    section.get_by_role("checkbox", name=re.compile("市営住宅使用料")).check()
    section.get_by_role("button", name="印の期別を箱に入れる").click()
    expect(section.get_by_text("2人 2期別")).to_be_visible()

    section.get_by_role("link", name=re.compile("4点中0点")).first.click()
    paper = pypdfium2.PdfDocument.new()
    paper.new_page(200, 200)
    paper.save(tmp_path / "契約書.pdf")
    (tmp_path / "メモ.pdf").write_bytes(b"this is no pdf")
    section.get_by_label(re.compile("^書類の種類")).select_option("contract")
    section.get_by_label(re.compile("^ファイル")).set_input_files(tmp_path / "メモ.pdf")
    section.get_by_role("button", name="登録する").click()
    expect(section.get_by_text("どれでもありません")).to_be_visible()
    section.get_by_label(re.compile("^ファイル")).set_input_files(tmp_path / "契約書.pdf")
    section.get_by_role("button", name="登録する").click()
    expect(section.get_by_text("4点中1点")).to_be_visible()
    assert faults(section) == []

    basket = HandoverLine.objects.first().handover_id
    section.set_viewport_size(WIDE)
    section.goto(f"/claims/handovers/{basket}/")
    section.get_by_label(re.compile("^予告の期限")).fill("2026-12-11")
    section.get_by_role("button", name="予告書を作る").click()
    expect(section.get_by_text("期限の翌日から出せます")).to_be_visible()
    letter = section.get_by_role("link", name="予告書を開く").first.get_attribute("href")
    assert letter
    assert section.request.get(letter).body().startswith(b"%PDF")
    assert faults(section) == []
    settings.BASE_DATE = AFTER
    section.set_viewport_size(WIDE)
    section.reload()
    section.get_by_role("button", name="債権管理課に出す").click()
    expect(section.get_by_text("債権管理課に出しました")).to_be_visible()

    chief = sign_in(Role.SUPERVISOR)
    chief.goto("/claims/handovers/inbox/")
    chief.get_by_role("link", name=re.compile("^開く")).click()
    assert faults(chief) == []
    chief.set_viewport_size(WIDE)
    chief.get_by_role("checkbox", name=re.compile("架空 次郎")).check()
    chief.get_by_role("radio", name="差し戻す").check()
    chief.get_by_label(re.compile("^理由")).fill("契約書を付けてください（架空）")
    chief.get_by_role("button", name="決める").click()
    expect(chief.get_by_text("所管課に差し戻しました")).to_be_visible()
    chief.get_by_role("button", name="すべて選ぶ").click()
    chief.get_by_role("radio", name="受け入れる（決裁に出す）").check()
    chief.get_by_role("button", name="決める").click()
    expect(chief.get_by_text("受入れの決裁を待っています")).to_be_visible()

    # A second person decides.
    second = user(Role.SUPERVISOR, decision_rank=DecisionRank.DIRECTOR)
    User.objects.filter(pk=second.pk).update(username="director")
    second.refresh_from_db()
    second.set_password(PASSWORD)
    second.save()
    chief.context.clear_cookies()
    chief.goto("/accounts/login/")
    chief.get_by_label("利用者名").fill("director")
    chief.get_by_label("パスワード").fill(PASSWORD)
    chief.get_by_role("button", name="ログインする").click()
    chief.wait_for_selector(".user-menu")
    chief.goto("/approvals/")
    chief.get_by_role("link", name=re.compile("移管の受入れ（")).click()
    chief.get_by_role("button", name="承認する").click()
    expect(chief.get_by_text("承認としました")).to_be_visible()
    pay(owed[0], 30_000, on=AFTER)

    section.goto("/claims/handovers/board/")
    expect(section.get_by_role("row", name=re.compile("架空 花子.*移管済"))).to_contain_text("30,000")
    expect(section.get_by_role("row", name=re.compile("架空 次郎.*差戻し"))).to_contain_text("契約書を付けてください")
    assert "654,321" not in section.content()
    assert faults(section) == []
    assert complaints == []
