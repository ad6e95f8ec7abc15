"""時効ボード in the browser: what an act would do, then the act itself by two people, and the clock that moved."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import Claim, ClaimEvent
from claims.services import events
from claims.services.clocks import refresh_clocks
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)


@pytest.fixture
def owed(transactional_db: None, settings: Any) -> Claim:
    settings.BASE_DATE = TODAY
    someone = person(name="架空 花子", kana="カクウ ハナコ", kana_key="カクウハナコ")
    tax = claim(someone, principal_yen=41_000, due_on=date(2021, 12, 27), levy_year=2021)
    water = claim(someone, kind="water_charge", source="suido", principal_yen=6_000, due_on=date(2026, 8, 31))
    events.record_events(
        claim_ids=[tax.pk, water.pk], kind="dunning", on=date(2022, 1, 14), by=system_user(), origin="督促状"
    )
    refresh_clocks([tax.pk, water.pk])
    return tax


def row(page: Page, name: str) -> Any:
    return page.get_by_role("table", name=re.compile("期別ごとの時効")).get_by_role("row", name=re.compile(name))


def test_the_laboratory_before_and_after_an_act(sign_in: SignIn, owed: Claim, complaints: list[str]) -> None:
    collector = sign_in(Role.COLLECTOR)
    collector.get_by_role("link", name="時効", exact=True).click()
    collector.get_by_role("link", name="架空 花子").first.click()
    expect(collector.get_by_role("heading", name="時効ボード：架空 花子")).to_be_visible()
    expect(row(collector, "市民税")).to_contain_text("R9.1.24")

    collector.get_by_role("radio", name=re.compile("^催告")).check()
    expect(collector.get_by_text("動くのは2件のうち1件だけ")).to_be_visible()
    expect(row(collector, "市民税")).to_contain_text("R9.5.20")
    take(collector, "clocks")
    expect(collector).to_have_url(re.compile("act=demand"))
    collector.locator("body").press("6")  # 差押, by its key
    expect(row(collector, "市民税")).to_contain_text("完成しない")
    expect(row(collector, "水道料金")).to_contain_text("できない")
    expect(collector.get_by_text("自力執行できない債権です").first).to_be_visible()
    collector.get_by_role("link", name=re.compile("水道料金")).click()
    expect(collector.get_by_role("heading", name=re.compile("経過：水道料金"))).to_be_visible()
    collector.get_by_role("link", name=re.compile("市民税")).click()
    expect(collector.get_by_role("heading", name=re.compile("経過：市民税|経過：市・県民税"))).to_be_visible()
    assert faults(collector) == []
    collector.set_viewport_size({"width": 1440, "height": 900})
    assert ClaimEvent.objects.count() == 2

    collector.get_by_role("link", name=re.compile("行為を記録する")).click()
    collector.get_by_label("記録すること").select_option(label="差押")
    collector.get_by_label("理由・出どころ").fill("預金が見つかった（架空）")
    assert faults(collector) == []
    collector.set_viewport_size({"width": 1440, "height": 900})
    collector.get_by_role("button", name="進める").click()
    expect(collector.get_by_text("決裁に出しました")).to_be_visible()

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("差押：架空 花子")).click()
    supervisor.get_by_role("button", name="承認する").click()
    supervisor.goto(f"/claims/of/{owed.identity.person.number}/clocks/")
    expect(row(supervisor, "市民税")).to_contain_text("完成猶予中")
    expect(supervisor.get_by_role("heading", name=re.compile("経過：水道料金"))).to_be_visible()
    owed.refresh_from_db()
    assert owed.prescribes_on is None
    supervisor.goto("/claims/clocks/lapsed/")
    expect(supervisor.get_by_text("この期間に時効の期間が終わった期別はありません").first).to_be_visible()
    assert faults(supervisor) == []
    assert complaints == []


def test_without_javascript_the_button_answers(browser: Any, live_server: Any, sign_in: SignIn, owed: Claim) -> None:
    signed_in = sign_in(Role.COLLECTOR)
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, storage_state=signed_in.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"/claims/of/{owed.identity.person.number}/clocks/")
    page.get_by_role("radio", name=re.compile("分納誓約")).check()
    page.get_by_role("button", name="試算する").click()
    expect(page.get_by_text("2件すべてが動く")).to_be_visible()
    context.close()
