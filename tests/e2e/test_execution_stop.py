"""執行停止 in the browser: drafted with its evidence, approved by a second person, looked at again a year later, cancelled by decision."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from claims.models import Claim, Hold, Measure
from claims.services import measures
from claims.services.clocks import refresh_clocks
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def owed(transactional_db: None, settings: Any, tmp_path: Any) -> Claim:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    someone = person(name="架空 花子", kana="カクウ ハナコ", kana_key="カクウハナコ")
    rent = claim(someone, kind="housing_rent", source="jutaku", due_on=date(2026, 9, 30))
    tax = claim(someone, principal_yen=41_000, due_on=date(2026, 1, 31))
    refresh_clocks([rent.pk, tax.pk])
    return tax


def test_a_stop_from_draft_to_approval_to_yearly_check_to_cancellation(
    sign_in: SignIn, owed: Claim, complaints: list[str], settings: Any
) -> None:
    number = owed.identity.person.number
    collector = sign_in(Role.COLLECTOR)
    collector.goto(f"/people/{number}/")
    collector.get_by_role("link", name="猶予・停止を起案する").click()
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    collector.get_by_role("row", name=re.compile("執行停止（2号")).get_by_role("link", name="起案する").click()
    expect(collector.get_by_text("この区分の債権にはできません")).to_be_visible()
    collector.get_by_role("checkbox", name=re.compile("市民税・県民税")).check()
    collector.get_by_label(re.compile("^理由")).fill("生活保護を受けている（架空）")
    for item in measures.checklist("execution_stop", "2", on=TODAY):
        if item["needed"]:
            collector.get_by_label(f"{item['label']}　調べた日").fill("2026-05-19")
            collector.get_by_label(f"{item['label']}　結果").fill("財産なし")
    collector.get_by_role("button", name="決裁に出す").click()
    expect(collector.get_by_text(re.compile("6か月より前")).first).to_be_visible()
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    for item in measures.checklist("execution_stop", "2", on=TODAY):
        if item["needed"]:
            collector.get_by_label(f"{item['label']}　調べた日").fill("2026-11-02")
    collector.get_by_role("button", name="決裁に出す").click()
    expect(collector.get_by_text("決裁に出しました")).to_be_visible()
    assert not Hold.objects.exists()

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("執行停止（2号")).click()
    expect(supervisor.get_by_text("生活の状況（収入・支出・世帯）")).to_be_visible()
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました")).to_be_visible()
    measure = Measure.objects.get()
    assert Hold.objects.get().starts_on == TODAY

    collector.goto(f"/claims/measures/{measure.pk}/")
    expect(collector.get_by_text("封書で送ります")).to_be_visible()
    assert faults(collector) == []
    assert collector.request.get(f"/claims/measures/{measure.pk}/notice/").body().startswith(b"%PDF")

    settings.BASE_DATE = date(2027, 11, 1)
    collector.set_viewport_size(WIDE)
    collector.goto("/claims/holds/?show=checks")
    assert faults(collector) == []
    collector.set_viewport_size(WIDE)
    collector.get_by_role("link", name=re.compile("再調査を記録する")).click()
    collector.get_by_role("radio", name="停止を続ける").check()
    collector.get_by_label(re.compile("^調べたこと")).fill("収入も財産もない")
    collector.get_by_role("button", name="再調査を記録する").click()
    expect(collector.get_by_text("停止を続けます")).to_be_visible()

    settings.BASE_DATE = date(2028, 11, 1)
    collector.goto(f"/claims/measures/{measure.pk}/")
    collector.get_by_role("radio", name=re.compile("資力が回復した")).check()
    collector.get_by_label(re.compile("^調べたこと")).fill("給与が見つかった")
    collector.get_by_role("button", name="再調査を記録する").click()
    expect(collector.get_by_text("取消しの決裁を待っています")).to_be_visible()
    assert Hold.objects.get().ends_on is None
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("取消し（架空 花子）")).click()
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました")).to_be_visible()
    assert Hold.objects.get().ends_on == date(2028, 11, 1)
    supervisor.goto(f"/claims/measures/{measure.pk}/")
    expect(supervisor.get_by_role("link", name="取消通知書を開く")).to_be_visible()
    assert faults(supervisor) == []
    assert AccessLog.objects.filter(action="measure", person_key=number).exists()
    assert complaints == []
