"""The whole loop in the browser: a sign, what a person finds, the talk, the signed consent, the hand-over, the answer, the hold
with its letter, and the plan. Everything is synthetic. (Somebody who does not want it: ``test_support``.)"""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from claims.models import Claim, Plan
from claims.services.clocks import refresh_clocks
from debtors.models import WorkItem
from debtors.services.assigning import assign_by_hand
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.e2e.test_case_work import panel
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.factories.signals import flag
from tests.factories.welfare import scan
from toyota_collect.models import User
from toyota_collect.permissions import Role
from toyota_collect.registry import registry
from welfare.models import HardshipFlag, Respite

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def found(transactional_db: None, settings: Any, tmp_path: Any) -> HardshipFlag:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    someone = person(name="架空 花子", kana="カクウ ハナコ", name_key="架空花子", kana_key="カクウハナコ")
    owed = [
        claim(someone, principal_yen=41_000, due_on=date(2026, 1, 31)),
        claim(someone, kind="housing_rent", source="jutaku", due_on=date(2026, 6, 30), principal_yen=45_600),
    ]
    refresh_clocks([one.pk for one in owed])
    return flag(someone)


def test_from_the_sign_to_the_talk_the_answer_the_hold_and_the_plan(
    sign_in: SignIn, found: HardshipFlag, complaints: list[str], tmp_path: Any
) -> None:
    someone, collector = found.person, sign_in(Role.COLLECTOR)
    officer = User.objects.get(username=Role.COLLECTOR.value)
    given = {"officer": officer, "reason": "見本", "on": TODAY, "by": user(Role.SUPERVISOR)}
    assign_by_hand(person_id=someone.pk, **given)

    # The sign waits, and a person finds it right.
    collector.goto("/")
    expect(collector.locator(".work tbody tr")).to_contain_text("サインを確かめる")
    collector.goto(f"/welfare/signals/{found.pk}/")
    collector.get_by_role("button", name=re.compile("困窮している")).click()
    expect(collector.get_by_text("相談の案内を「次の一手」に入れました").first).to_be_visible()
    step = WorkItem.objects.get(subject_key=f"signal:{found.pk}")

    # The step it leads to is the talk; the person signs what was ticked, and is handed over.
    collector.goto(f"/people/{someone.number}/")
    stands = panel(collector, "福祉へのつなぎ")
    expect(stands).to_contain_text("困窮している（R8.11.20）")
    panel(collector, "困窮のサイン").get_by_role("link", name="相談の窓口を案内する").click()
    expect(collector.get_by_role("heading", name="福祉の相談", level=1)).to_be_visible()
    assert collector.url.endswith(step.subject_url)
    collector.get_by_role("checkbox", name="生活費が足りない").check()
    collector.get_by_role("button", name=re.compile("同意書を作る")).click()
    paper = tmp_path / "同意書.png"
    paper.write_bytes(scan())
    collector.get_by_label(re.compile("^署名した人")).fill("架空 花子")
    collector.get_by_label(re.compile("^読み取った同意書")).set_input_files(paper)
    collector.get_by_role("button", name="署名を登録する").click()
    expect(collector.get_by_role("heading", name="福祉へつなぐ", level=1)).to_be_visible()
    collector.get_by_label("本人が話した要点").fill("先月から仕事がない")
    collector.get_by_role("button", name=re.compile("つなぐ")).click()
    expect(panel(collector, "引き継いでいる件")).to_be_visible()

    # Welfare receives, tries, and answers: a code, and a day until when to wait.
    worker = sign_in(Role.WELFARE_WORKER)
    worker.goto("/welfare/")
    worker.get_by_role("link", name=re.compile("開く")).click()
    worker.get_by_role("button", name=re.compile("受け付ける")).click()
    worker.get_by_role("radio", name="話せた", exact=True).check()
    worker.get_by_role("button", name="連絡を記録する").click()
    expect(panel(worker, "連絡の試み").locator("tbody")).to_contain_text("話せた")
    worker.get_by_label(re.compile("^結果の区分")).select_option("budget")
    worker.get_by_label("徴収を待ってほしい日").fill("2027-02-26")
    worker.get_by_role("button", name=re.compile("回答する")).click()
    expect(panel(worker, "結果を回答する")).to_contain_text("R9.2.26まで待ってほしい")

    # It comes back to the collector's day, and offers the hold with its day; the collector asks for it.
    collector.goto("/")
    row = collector.locator(".work tbody tr")
    expect(row).to_contain_text("自立相談支援から回答がありました")
    expect(row).to_contain_text("回答を読む")
    collector.goto(f"/people/{someone.number}/")
    expect(stands).to_contain_text("令和9年2月26日まで待ってほしい")
    stands.get_by_role("link", name="生活再建猶予をこの日まで始める").click()
    expect(collector.get_by_label(re.compile("^最後の日"))).to_have_value("2027-02-26")
    expect(collector.get_by_label(re.compile("^福祉部局との相談"))).to_have_value(re.compile("自立相談支援の回答（W"))
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    collector.get_by_label(re.compile("^理由")).fill("家計の立て直しを相談している（架空）")
    collector.get_by_role("button", name="決裁に出す").click()
    expect(collector.get_by_role("heading", name="生活再建猶予", level=1)).to_be_visible()
    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("生活再建猶予：架空 花子")).click()
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました").first).to_be_visible()
    respite = Respite.objects.get()
    assert (respite.state, respite.hold.ends_on) == ("running", date(2027, 2, 27))  # type: ignore[union-attr]
    letter = collector.request.get(f"/welfare/respites/{respite.pk}/letter/")
    assert letter.body().startswith(b"%PDF")
    for channel in ("notice", "call", "seizure", "lawyers"):
        assert not Claim.objects.reachable_by(channel, on=TODAY).exists()
    still = {code for code, way in registry.ways_out.items() if someone.pk in way.reached([someone.pk], TODAY)}
    assert still <= {code for code, way in registry.ways_out.items() if way.in_spite}

    # The person's page says where it stands; the answer's suggestion leads to the plan.
    collector.goto(f"/people/{someone.number}/")
    expect(stands).to_contain_text("令和9年2月26日まで止めている")
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    collector.get_by_role("link", name=re.compile("福祉の相談を案内する")).click()
    collector.get_by_role("link", name=re.compile("起案する.*（分納）")).click()
    expect(collector.get_by_role("heading", name="分納を組む")).to_be_visible()
    collector.get_by_role("radio", name="回数").check()
    collector.locator("#id_count").fill("6")
    collector.locator("#id_count").press("Tab")
    expect(collector.locator("#announcer")).to_contain_text("6回、")
    collector.get_by_role("button", name="この案で誓約書に進む").click()
    expect(collector.get_by_text("分納の案を作りました").first).to_be_visible()
    assert Plan.objects.get().person == someone
    assert complaints == []
