"""生活再建猶予 in the browser: what may help is looked up, the collector asks, the supervisor decides, the letter is printed, it is
looked at again, and a plan follows. Everything is synthetic."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import Claim, Hold, Plan
from claims.services.clocks import refresh_clocks
from debtors.models import Person
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.e2e.test_case_work import panel
from tests.factories.claims import claim
from tests.factories.debtors import person
from toyota_collect.permissions import Role
from welfare.models import BenefitCheck, Respite

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def someone(transactional_db: None, settings: Any, tmp_path: Any) -> Person:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    made = person(
        name="架空 由美子", kana="カクウ ユミコ", name_key="架空由美子", kana_key="カクウユミコ", letter_variant="plain"
    )
    owed = [
        claim(made, principal_yen=41_000, due_on=date(2026, 1, 31)),
        claim(made, kind="nhi_tax", source="kokuho", principal_yen=18_000, due_on=date(2026, 8, 31)),
        claim(made, kind="housing_rent", source="jutaku", principal_yen=26_300, due_on=date(2026, 6, 30)),
    ]
    refresh_clocks([one.pk for one in owed])
    return made


def looked_at(page: Page) -> None:
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert faults(page) == []
    page.set_viewport_size(WIDE)


def test_from_the_talk_to_the_hold_the_letter_the_review_and_the_plan(
    sign_in: SignIn, someone: Person, complaints: list[str], settings: Any
) -> None:
    collector = sign_in(Role.COLLECTOR)
    collector.goto(f"/people/{someone.number}/")
    expect(panel(collector, "生活再建猶予")).to_contain_text("なし")
    collector.get_by_role("link", name="使えるかもしれない制度を調べる").click()
    expect(panel(collector, "聞いて確かめる").get_by_text("国民健康保険税の減免")).to_be_visible()
    looked_at(collector)
    collector.get_by_role("group", name=re.compile("仕事を失った・事業をやめた")).get_by_label("はい").check()
    collector.keyboard.press("s")
    expect(panel(collector, "当てはまりそう").get_by_text("国民健康保険税の減免")).to_be_visible()
    collector.get_by_role("button", name="選んだものの案内を作る").click()
    expect(collector.get_by_text("案内の紙を作りました")).to_be_visible()
    paper = panel(collector, "これまでの案内").get_by_role("link", name=re.compile("の案内$"))
    assert collector.request.get(paper.get_attribute("href") or "").body().startswith(b"%PDF")
    check = BenefitCheck.objects.get()
    assert (check.answers["lost_job"], check.answers["disaster"], "nhi_reduction" in check.chosen) == (True, None, True)

    collector.goto(f"/people/{someone.number}/")
    expect(panel(collector, "生活再建猶予")).to_be_visible()
    expect(collector.locator("[aria-busy=true]")).to_have_count(0)
    collector.keyboard.press("r")
    expect(collector.get_by_role("heading", name="生活再建猶予を始める")).to_be_visible()
    expect(panel(collector, "止まるもの、止まらないもの")).to_contain_text("督促状")
    expect(collector.get_by_role("row", name=re.compile("市営住宅使用料"))).to_contain_text("止まる")
    looked_at(collector)
    collector.get_by_label(re.compile("^理由")).fill("失業し、家計の立て直しを相談している（架空）")
    collector.get_by_label(re.compile("^福祉部局との相談")).fill("11月18日 よりそい支援課 架空主査")
    collector.get_by_role("button", name="決裁に出す").click()
    expect(collector.get_by_text("決裁に出しました")).to_be_visible()
    assert not Hold.objects.exists()
    looked_at(collector)

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("生活再建猶予：架空 由美子")).click()
    expect(supervisor.get_by_text("11月18日 よりそい支援課 架空主査")).to_be_visible()
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました")).to_be_visible()
    for channel in ("notice", "call", "seizure", "lawyers"):
        assert not Claim.objects.reachable_by(channel, on=TODAY).exists()

    made = Respite.objects.get()
    collector.goto(f"/people/{someone.number}/")
    expect(panel(collector, "生活再建猶予")).to_contain_text("止めています")
    looked_at(collector)
    collector.goto(f"/welfare/respites/{made.pk}/")
    letter = collector.get_by_role("link", name="お知らせを開く")
    assert collector.request.get(letter.get_attribute("href") or "").body().startswith(b"%PDF")
    form = collector.get_by_role("link", name=re.compile("申請書を印刷する ?（徴収猶予（災害・病気など）"))
    assert collector.request.get(form.get_attribute("href") or "").body().startswith(b"%PDF")
    expect(collector.get_by_text("続けるか終えるかは、係長・課長が")).to_be_visible()
    looked_at(collector)

    settings.BASE_DATE = date(2026, 12, 21)
    supervisor.goto("/welfare/respites/")
    expect(supervisor.get_by_role("row", name=re.compile("架空 由美子"))).to_contain_text("見直し日超過")
    looked_at(supervisor)
    supervisor.goto("/claims/board/")
    expect(supervisor.get_by_text("見直しの日を過ぎたものが1人")).to_be_visible()
    supervisor.goto(f"/welfare/respites/{made.pk}/")
    supervisor.get_by_role("radio", name="続ける").check()
    supervisor.get_by_label(re.compile("^分かったこと")).fill("就労支援を受けている（架空）")
    supervisor.get_by_role("button", name="見直しを記録する").click()
    expect(supervisor.get_by_text("次の見直しの日を入れてください")).to_be_visible()
    supervisor.get_by_label(re.compile("^次の見直しの日")).fill("2027-01-20")
    supervisor.get_by_role("button", name="見直しを記録する").click()
    expect(supervisor.get_by_text("見直しを記録しました")).to_be_visible()
    looked_at(supervisor)

    settings.BASE_DATE = date(2027, 1, 15)
    supervisor.get_by_role("radio", name="ここで終える").check()
    supervisor.get_by_label(re.compile("^分かったこと")).fill("再就職した。分納を組む（架空）")
    supervisor.get_by_role("button", name="見直しを記録する").click()
    expect(supervisor.get_by_text("見直しを記録しました")).to_be_visible()
    assert Claim.objects.reachable_by("notice", on=date(2027, 1, 15)).count() == 3
    collector.goto(f"/welfare/respites/{made.pk}/")
    collector.get_by_role("link", name="分納を組む").click()
    expect(collector.get_by_role("heading", name="分納を組む")).to_be_visible()
    collector.get_by_role("radio", name="回数").check()
    collector.locator("#id_count").fill("6")
    collector.locator("#id_count").press("Tab")
    expect(collector.locator("#announcer")).to_contain_text("6回、")
    collector.get_by_role("button", name="この案で誓約書に進む").click()
    expect(collector.get_by_text("分納の案を作りました")).to_be_visible()
    assert Plan.objects.get().person == someone
    assert complaints == []


def test_a_clock_that_would_end_is_seen_before_anything_is_stopped(
    sign_in: SignIn, someone: Person, complaints: list[str]
) -> None:
    Claim.objects.filter(kind__code="housing_rent").update(prescribes_on=date(2027, 1, 10))
    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto(f"/welfare/of/{someone.number}/respite/new/")
    expect(panel(supervisor, "この期間に時効が終わる期別")).to_contain_text("令和9年1月10日（日）に終わる")
    looked_at(supervisor)
    supervisor.get_by_label(re.compile("^理由")).fill("架空")
    supervisor.get_by_label(re.compile("^福祉部局との相談")).fill("架空")
    supervisor.get_by_role("button", name="決裁に出す").click()
    expect(supervisor.get_by_text("どうするか（承認を受ける、消滅させるなど）を書いてください")).to_be_visible()
    supervisor.get_by_label(re.compile("^時効が終わる期別を")).fill("債務承認書を受ける（架空）")
    supervisor.get_by_role("button", name="決裁に出す").click()
    expect(supervisor.get_by_text("決裁に出しました")).to_be_visible()
    assert not Hold.objects.exists()
    assert complaints == []
