"""Support in the browser: talk, consent, hand-over and the answer that comes back; and somebody who does not want it."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from claims.models import Claim
from claims.services.clocks import refresh_clocks
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person
from tests.factories.welfare import scan
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role
from welfare.models import Consent, Referral

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def owed(transactional_db: None, settings: Any, tmp_path: Any) -> Claim:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    someone = person(name="架空 花子", kana="カクウ ハナコ", kana_key="カクウハナコ")
    rent = claim(someone, kind="housing_rent", source="jutaku", due_on=date(2026, 9, 30), principal_yen=45_600)
    tax = claim(someone, principal_yen=41_000, due_on=date(2026, 1, 31))
    refresh_clocks([rent.pk, tax.pk])
    return tax


def test_from_talk_to_consent_to_referral_to_answer_to_draft_and_withdrawal(
    sign_in: SignIn, owed: Claim, complaints: list[str], tmp_path: Any
) -> None:
    someone = owed.identity.person
    collector = sign_in(Role.COLLECTOR)
    collector.goto(f"/people/{someone.number}/")
    collector.get_by_role("link", name=re.compile("福祉の相談を案内する")).click()
    collector.get_by_role("checkbox", name="生活費が足りない").check()
    collector.get_by_role("checkbox", name="仕事がない・続かない").check()
    collector.get_by_role("checkbox", name=re.compile("税のほかに")).check()
    take(collector, "support")
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    collector.get_by_role("button", name=re.compile("同意書を作る")).click()
    consent = Consent.objects.get()
    assert collector.request.get(f"/welfare/consents/{consent.pk}/pdf/").body().startswith(b"%PDF")
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    paper = tmp_path / "同意書.png"
    paper.write_bytes(scan())
    collector.get_by_label(re.compile("^署名した人")).fill("架空 花子")
    collector.get_by_label(re.compile("^読み取った同意書")).set_input_files(paper)
    collector.get_by_role("button", name="署名を登録する").click()
    expect(collector.get_by_text("同意を受けました")).to_be_visible()

    collector.get_by_label("本人が申し出た連絡先").fill("090-0000-0000（夕方）")
    collector.get_by_label("本人が話した要点").fill("市民税が払えない")
    collector.get_by_label("急ぎ").select_option("lifeline")
    collector.get_by_role("button", name=re.compile("つなぐ")).click()
    expect(collector.get_by_text("税のことが分かる言葉")).to_be_visible()
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    collector.get_by_label("本人が話した要点").fill("先月から仕事がない")
    collector.get_by_label("三者面談の日").fill((TODAY + timedelta(days=3)).isoformat())
    collector.get_by_label("時刻").fill("10:30")
    collector.get_by_label("場所").fill("架空福祉センター1階")
    collector.get_by_role("button", name=re.compile("つなぐ")).click()
    expect(collector.get_by_text("福祉へつなぎました")).to_be_visible()
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)

    worker = sign_in(Role.WELFARE_WORKER)
    worker.goto("/welfare/")
    expect(worker.get_by_text("電気・ガス・水道が止まる")).to_be_visible()
    take(worker, "welfare_room")
    assert faults(worker) == []
    worker.set_viewport_size(WIDE)
    worker.get_by_role("link", name=re.compile("開く")).click()
    expect(worker.get_by_text("45,600")).to_be_visible()
    expect(worker.get_by_text("41,000")).to_have_count(0)
    worker.get_by_role("button", name=re.compile("受け付ける")).click()
    worker.get_by_role("radio", name="話せた", exact=True).check()
    worker.get_by_role("button", name="連絡を記録する").click()
    expect(worker.get_by_text("連絡を記録しました")).to_be_visible()
    worker.get_by_role("textbox", name=re.compile("^支援の記録")).fill("家計の表をいっしょに作る")
    worker.get_by_role("button", name="記録を書く").click()
    expect(worker.get_by_text("家計の表をいっしょに作る")).to_be_visible()
    worker.get_by_label(re.compile("^結果の区分")).select_option("public_assistance")
    worker.get_by_label("徴収を待ってほしい日").fill("2027-02-26")
    take(worker, "welfare_case")
    assert faults(worker) == []
    worker.set_viewport_size(WIDE)
    worker.get_by_role("button", name=re.compile("回答する")).click()
    expect(worker.get_by_text("徴収の担当に見えるのは、結果の区分と待ってほしい日だけです。").first).to_be_visible()

    collector.goto(f"/welfare/of/{someone.number}/")
    expect(collector.get_by_text("生活保護の申請につないだ").first).to_be_visible()
    expect(collector.get_by_text("家計の表")).to_have_count(0)
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    collector.get_by_role("link", name=re.compile("起案する.*執行停止（2号）")).click()
    expect(collector.get_by_label("生活の状況（収入・支出・世帯）　結果")).to_have_value(
        re.compile("自立相談支援の回答")
    )

    collector.goto(f"/welfare/consents/{consent.pk}/")
    collector.get_by_label(re.compile("^どのように申出があったか")).fill("電話")
    collector.get_by_role("button", name="撤回を登録する").click()
    expect(collector.get_by_text("もう見えません")).to_be_visible()
    referral = Referral.objects.get()
    answer = worker.goto(f"/welfare/cases/{referral.pk}/")
    assert answer
    assert answer.status == 404
    looks = AccessLog.objects.filter(action="support.case", person_key=someone.number)
    assert all(look.basis.startswith("本人の同意（書面）") for look in looks)
    assert looks.exists()
    assert [one for one in complaints if "404" not in one] == []


def test_somebody_who_does_not_want_it_gets_a_leaflet_and_nothing_changes(
    sign_in: SignIn, owed: Claim, complaints: list[str]
) -> None:
    someone = owed.identity.person
    collector = sign_in(Role.COLLECTOR)
    collector.goto(f"/welfare/of/{someone.number}/")
    assert collector.request.get(f"/welfare/of/{someone.number}/leaflet/").body().startswith(b"%PDF")
    collector.get_by_role("button", name="紙を渡した").click()
    expect(collector.get_by_text("福祉へは、何も伝わりません").first).to_be_visible()
    collector.get_by_role("button", name="いまは希望しない").click()
    expect(collector.get_by_text("ほかの扱いは、何も変わりません").first).to_be_visible()
    assert faults(collector) == []
    assert Referral.objects.get().state == "declined"
    for path in ("oral", "conference"):
        collector.goto(f"/welfare/of/{someone.number}/{path}/")
        assert faults(collector) == []
    worker = sign_in(Role.WELFARE_WORKER)
    worker.goto("/welfare/")
    expect(worker.get_by_text(someone.name)).to_have_count(0)
    for path in ("questions", "exchange"):
        worker.goto(f"/welfare/{path}/")
        assert faults(worker) == []
    assert complaints == []
