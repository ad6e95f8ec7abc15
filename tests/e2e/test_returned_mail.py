"""返戻 in the browser: read, looked for, sent again to the 送付先; and where nobody is found, 公示送達 until it is served."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from claims.models import BookingSource, ClaimEvent
from notices.models import Dunning, PublicNotice
from notices.services import dunnings, public_notices
from tests.e2e.conftest import SignIn
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user, user
from tests.integration.notices.test_addressees import dunned
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)
WIDE = {"width": 1440, "height": 900}


@pytest.fixture
def sent(transactional_db: None, settings: Any, tmp_path: Any) -> dict[str, Dunning]:
    """督促状 to two people, posted today."""
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    BookingSource.objects.update(by="own")
    moved = person(name="架空 転居", name_key="架空転居", kana_key="カクウテンキョ")
    lost = person(name="架空 行方", name_key="架空行方", kana_key="カクウユクエ", birth_on=date(1971, 2, 3))
    for someone in (moved, lost):
        claim(someone, due_on=date(2026, 10, 31))
    operator = user(Role.PRINT_OPERATOR)
    run = dunned(operator)
    dunnings.post_run(run_id=run.pk, on=TODAY, pulled=[], by=operator)
    return {one.person.name: one for one in run.dunnings.select_related("person")}


def photo() -> dict[str, Any]:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return {"name": "現地.png", "mimeType": "image/png", "buffer": out.getvalue()}


def examined(page: Page) -> None:
    assert faults(page) == []
    page.set_viewport_size(WIDE)


def look(page: Page, step: str, found: str = "分からない", *, file: bool = True) -> None:
    panel = page.get_by_role("region", name="住所調査")
    expect(panel).to_be_visible()
    form = panel.locator("form")
    if not form.is_visible():
        panel.get_by_text("調べたことを登録する").click()
    form.get_by_role("radio", name=step, exact=True).check()
    form.get_by_role("radio", name=found).check()
    form.get_by_label(re.compile("^内容")).fill("架空の照会")
    if file:
        form.get_by_label(re.compile("^資料")).set_input_files(photo())
    form.get_by_role("button", name="住所調査を登録する").click()
    expect(page.get_by_text("住所調査を記録しました")).to_be_visible()


def test_from_the_returned_envelope_to_a_new_address_and_to_the_board(
    sign_in: SignIn, sent: dict[str, Dunning], complaints: list[str], settings: Any
) -> None:
    moved, lost = sent["架空 転居"], sent["架空 行方"]
    clerk = sign_in(Role.PRINT_OPERATOR)
    clerk.locator(".side-nav").get_by_role("link", name=re.compile("^返戻")).click()
    clerk.get_by_role("link", name=re.compile("返戻を受け付ける")).click()
    for one in (moved, lost):
        clerk.get_by_label(re.compile("^記号・番号")).fill(one.number)
        clerk.get_by_label(re.compile("^記号・番号")).press("Enter")
        expect(clerk.get_by_text(f"{one.person.name}：返戻（宛所不明）を登録しました")).to_be_visible()
    assert ClaimEvent.objects.filter(kind="dunning", withdrawn_at=None).count() == 0

    collector = sign_in(Role.COLLECTOR)
    collector.locator(".side-nav").get_by_role("link", name=re.compile("^返戻")).click()
    examined(collector)
    collector.get_by_role("link", name=moved.number).click()
    look(collector, "住民票", "新しい住所が分かった")
    expect(collector.get_by_text("この住所に送ります。")).to_be_visible()
    examined(collector)
    collector.get_by_role("link", name="送付先を直す").click()
    collector.get_by_label(re.compile("^郵便番号")).fill("460-0001")
    collector.get_by_label(re.compile("^住所")).fill("愛知県名古屋市中区架空2番地")
    collector.get_by_label(re.compile("^ここへ送る理由")).fill("転居していた")
    collector.get_by_label(re.compile("^知った根拠")).select_option("register")
    collector.get_by_label(re.compile("^何で知ったか")).fill("住民票")
    examined(collector)
    collector.get_by_role("button", name="登録する").click()
    panel = collector.get_by_role("region", name="文書の送り先")
    expect(panel.get_by_text("送付先の登録があるため（転居していた）")).to_be_visible()
    expect(panel.get_by_text("愛知県名古屋市中区架空2番地").first).to_be_visible()
    examined(collector)
    collector.locator(".side-nav").get_by_role("link", name=re.compile("^返戻")).click()
    collector.get_by_role("link", name=moved.number).click()
    collector.get_by_role("radio", name="新しい住所へ再送した").check()
    collector.get_by_role("button", name="記録する").click()
    expect(collector.get_by_text("返戻の対応を記録しました")).to_be_visible()
    assert ClaimEvent.objects.filter(kind="dunning", withdrawn_at=None).get().claim_id == moved.claim_id

    collector.get_by_role("link", name=lost.number).click()
    expect(collector.get_by_text("まだ調べていないもの")).to_be_visible()
    for step in ("住民票", "戸籍の附票", "現地"):
        look(collector, step)
    look(collector, "電話", file=False)
    collector.get_by_label(re.compile("^公示送達による理由")).fill("どこにも所在がない（架空）")
    collector.get_by_role("button", name="公示送達を起案する").click()
    collector.get_by_role("link", name=re.compile("^公示送達（地方税）")).click()
    examined(collector)
    collector.get_by_role("button", name="決裁に回す").click()
    expect(collector.get_by_text("決裁を依頼しました")).to_be_visible()
    notice = PublicNotice.objects.get()

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("公示送達（地方税）")).click()
    expect(supervisor.get_by_text(re.compile("戸籍の附票：分からない"))).to_be_visible()
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました")).to_be_visible()

    collector.reload()
    collector.get_by_label(re.compile("^掲示したことの資料")).set_input_files(photo())
    examined(collector)
    collector.get_by_role("button", name="掲示を登録する").click()
    expect(collector.get_by_text("掲示を登録しました")).to_be_visible()
    assert collector.request.get(f"{collector.url}paper/").body().startswith(b"%PDF")

    served = TODAY + timedelta(days=7)
    settings.BASE_DATE = served
    assert public_notices.serve_due(by=system_user("system.print"), today=served) == 1
    collector.reload()
    expect(collector.get_by_text("送達されたものとみなされました")).to_be_visible()
    collector.get_by_label(re.compile("^掲示を終えたことの資料")).set_input_files(photo())
    collector.get_by_role("button", name="掲示の終わりを登録する").click()
    expect(collector.get_by_text("掲示の終わりを登録しました")).to_be_visible()
    examined(collector)
    collector.goto("/")
    collector.locator(".side-nav").get_by_role("link", name=re.compile("^公示送達")).click()
    collector.get_by_role("link", name=re.compile("^すべて")).click()
    expect(collector.get_by_role("row", name=re.compile("架空 行方")).get_by_text("掲示終了")).to_be_visible()
    examined(collector)
    notice.refresh_from_db()
    assert notice.served_on == served
    assert ClaimEvent.objects.get(claim=lost.claim_id, kind="dunning", withdrawn_at=None).on == served
    assert complaints == []
