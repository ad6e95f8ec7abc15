"""The desk in a browser: the log from the keyboard, a visitor with three kinds of slips in twelve clicks, a call."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from claims.models import ClaimEvent, Plan, Slip
from claims.services.slips import issue_slip
from debtors.models import CallTurn, Contact, CounterVisit
from debtors.services_work import log_letters
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.e2e.test_case_work import panel
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect.models import Setting
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
MOST_CLICKS = 12


class Mouse:
    """Clicks that are counted."""

    def __init__(self) -> None:
        self.clicks = 0

    def press(self, target: Locator) -> None:
        self.clicks += 1
        target.click()


def wide(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def visitor(transactional_db: None, settings: Any, tmp_path: Any):
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, date(2026, 11, 20)
    someone = person(
        name="架空 由美子", kana="カクウ ユミコ", name_key="架空由美子", kana_key="カクウユミコ", phone="090-0000-0000"
    )
    claim(someone, principal_yen=41_000, due_on=date(2026, 6, 30))
    claim(someone, kind="nhi_tax", source="kokuho", principal_yen=24_000, due_on=date(2026, 7, 31))
    claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300, due_on=date(2026, 10, 31))
    return someone


def test_a_contact_in_its_place_from_the_keyboard(sign_in: SignIn, visitor, complaints: list[str]) -> None:
    page = sign_in(Role.COLLECTOR)
    lines = [(visitor.pk, "催告書を発送した", "contract")]
    log_letters(lines=lines, outcome="sent", on=date(2026, 11, 2), by=user("print_operator"))
    page.goto(f"/people/{visitor.number}/")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="経過を記録する")).to_be_visible()
    expect(page.get_by_label("話せた")).to_be_focused()
    assert faults(page) == []
    wide(page)
    page.keyboard.press("6")  # 不在
    expect(page.get_by_role("textbox", name="次の一手")).to_have_value("もう一度電話する")
    expect(page.get_by_label("期限")).to_have_value("2026-11-23")
    page.keyboard.press("5")  # 納められない: what was proposed follows the outcome
    expect(page.get_by_role("textbox", name="次の一手")).to_have_value("生活の相談につなぐか、猶予・停止を検討する")
    page.keyboard.press("q")
    expect(page.get_by_label("内容")).to_have_value("仕事が減り、収入が下がったとのこと。")
    take(page, "log")
    page.keyboard.press("s")
    expect(panel(page, "経過")).to_contain_text("収入が下がった")
    expect(panel(page, "次の一手")).to_contain_text("生活の相談につなぐか")
    expect(panel(page, "最後の接触")).to_contain_text("納められない")
    take(page, "person")
    assert page.url.endswith(f"/people/{visitor.number}/")
    contact = Contact.objects.exclude(outcome="sent").get()
    assert (contact.outcome, contact.channel, contact.on) == ("hardship", "phone", date(2026, 11, 20))

    panel(page, "経過").get_by_role("link", name="訂正する").click()
    page.get_by_role("textbox", name="内容").fill("けがで働けないとのこと。")
    page.get_by_label("訂正の理由").fill("聞き違い")
    assert faults(page) == []
    wide(page)
    page.get_by_role("button", name="訂正を記録する").click()
    expect(panel(page, "経過")).to_contain_text("理由：聞き違い")
    expect(panel(page, "経過").locator("s")).to_contain_text("収入が下がった")
    panel(page, "経過").get_by_role("link", name="交渉").click()
    expect(panel(page, "経過").locator(".timeline li")).to_have_count(2)
    page.keyboard.press("?")
    expect(page.locator(".key-help__sheet")).to_be_visible()
    assert complaints == []


def test_without_scripts_the_log_is_a_page_of_its_own(browser: Any, live_server: Any, sign_in: SignIn, visitor) -> None:
    cookies = sign_in(Role.COLLECTOR).context.cookies()
    context = browser.new_context(base_url=live_server.url, locale="ja-JP", java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"/people/{visitor.number}/contacts/new/")
    page.get_by_label("話せた").check()
    page.get_by_role("button", name="仕事が減った").click()
    expect(page.get_by_label("内容")).to_have_value("仕事が減り、収入が下がったとのこと。")
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_role("textbox", name="次の一手")).to_have_value("約束したことを電話で確かめる")
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_role("main").get_by_text("経過を記録しました")).to_be_visible()
    context.close()


def test_a_visitor_with_tax_insurance_and_housing_slips(sign_in: SignIn, visitor, complaints: list[str]) -> None:
    days = {"as_of": date(2026, 11, 20), "due_on": date(2026, 12, 4), "issued_on": date(2026, 11, 20)}
    tax, insurance, rent = visitor.identities.order_by("pk").values_list("claims", flat=True)
    slip = issue_slip(person_id=visitor.pk, claim_ids=[tax], by=user(Role.COLLECTOR), **days)
    page, mouse = sign_in(Role.COLLECTOR), Mouse()

    mouse.press(page.get_by_role("link", name="窓口"))
    expect(page.get_by_role("textbox", name="カナ・氏名・電話")).to_be_focused()
    assert faults(page) == []
    wide(page)
    page.get_by_role("textbox", name="カナ・氏名・電話").focus()
    page.keyboard.type(f"]C1{slip.barcode}\n")  # as the scanner sends it
    expect(page.get_by_role("heading", name="架空 由美子")).to_be_visible()
    for words in ("市民税・県民税", "国保税", "住宅"):
        expect(page.locator("#slip-claims")).to_contain_text(words)
    expect(page.locator("#slip-sum")).to_contain_text("3件")
    assert faults(page) == []
    wide(page)

    mouse.press(page.get_by_label("顔写真付きの証明書"))
    mouse.press(page.locator(f"#claim-{insurance}"))
    mouse.press(page.locator(f"#claim-{rent}"))
    expect(page.locator("#slip-sum")).to_contain_text("1件")
    take(page, "counter")
    mouse.press(page.get_by_role("button", name="納付書にする"))
    made = Slip.objects.exclude(pk=slip.pk).get()
    link = page.get_by_role("link", name="納付書を印刷する")
    mouse.clicks += 1  # it opens the paper beside the page
    assert page.context.request.get(link.get_attribute("href") or "").body().startswith(b"%PDF")
    expect(page.locator("#slip-sum")).to_contain_text("2件")  # the rest

    mouse.press(page.get_by_role("button", name="分納にする"))
    expect(page.locator(f"#claim-{insurance}")).to_be_checked()
    expect(page.locator(f"#claim-{tax}")).not_to_be_checked()
    mouse.press(page.get_by_role("button", name="この案で誓約書に進む"))
    mouse.press(page.get_by_role("button", name="誓約書を作る"))
    deed = page.get_by_role("link", name="分納誓約書")
    mouse.clicks += 1
    assert page.context.request.get(deed.get_attribute("href") or "").body().startswith(b"%PDF")
    mouse.press(page.get_by_role("button", name="誓約書を受けた"))
    expect(page.get_by_role("heading", name="この来庁でしたこと")).to_be_visible()
    assert faults(page) == []
    wide(page)
    mouse.press(page.get_by_role("button", name="経過を書いて終える"))
    expect(page.get_by_text("来庁の経過を記録しました")).to_be_visible()

    assert mouse.clicks <= MOST_CLICKS
    contact = Contact.objects.get()
    for words in (made.reference, "誓約書を受けた"):
        assert words in contact.text
    assert (contact.outcome, contact.checked) == ("plan", ["photo"])
    assert set(ClaimEvent.objects.values_list("claim", flat=True)) == {insurance, rent}
    assert Plan.objects.get().signed_on == date(2026, 11, 20)
    assert CounterVisit.objects.get().closed_at is not None
    assert complaints == []


def test_an_interrupted_visit_waits_with_its_ticks_and_its_paper(
    sign_in: SignIn, visitor, complaints: list[str]
) -> None:
    page = sign_in(Role.COLLECTOR)
    tax, insurance, rent = visitor.identities.order_by("pk").values_list("claims", flat=True)
    page.goto(f"/people/{visitor.number}/")
    page.keyboard.press("v")
    page.get_by_label("証明書2点").check()
    page.locator(f"#claim-{tax}").uncheck()
    expect(page.locator("#announcer")).to_contain_text("2件")
    page.get_by_label("話したこと").fill("仕事が減った")
    page.get_by_label("話したこと").press("Tab")
    expect(page.locator("#announcer")).to_contain_text("2件")
    page.wait_for_load_state("networkidle")
    other = sign_in(Role.SUPERVISOR)  # a colleague goes on
    other.goto("/demands/counter/")
    other.get_by_role("link", name="架空 由美子").click()
    expect(other.get_by_label("話したこと")).to_have_value("仕事が減った")
    expect(other.locator(f"#claim-{tax}")).not_to_be_checked()
    other.get_by_role("button", name="承認書にする").click()
    expect(other.get_by_text("署名待ち").first).to_be_visible()
    assert faults(other) == []
    wide(other)
    other.get_by_role("button", name="署名を受けた").click()
    expect(other.get_by_text("債務の承認を記録しました")).to_be_visible()
    assert set(ClaimEvent.objects.values_list("claim", flat=True)) == {insurance, rent}
    assert complaints == []


def test_a_call_from_the_list_to_the_written_outcome(sign_in: SignIn, visitor, complaints: list[str]) -> None:
    always = ["00:00", "23:59:59.999999"]
    days = ("weekday", "saturday", "sunday", "holiday")
    Setting.objects.filter(key="call.hours").update(value=dict.fromkeys(days, always))
    page = sign_in(Role.COLLECTOR)
    page.goto("/claims/calls/")
    page.get_by_role("button", name="順番を作る").click()
    expect(panel(page, "これからの順番")).to_contain_text("架空 由美子")
    assert faults(page) == []
    wide(page)
    page.keyboard.press("c")
    expect(page.get_by_text("090-0000-0000")).to_be_visible()
    expect(page.get_by_text("滞納合計")).to_have_count(0)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # no field half under the foot of the window
    assert faults(page) == []
    wide(page)
    page.get_by_label("生年月日").check()
    page.get_by_label("住所", exact=True).check()
    page.keyboard.press("k")
    expect(panel(page, "滞納合計")).to_contain_text("円")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert faults(page) == []
    wide(page)
    take(page, "call")
    page.keyboard.press("2")
    page.get_by_label("約束の日").fill("2026-11-30")
    page.get_by_label("内容").fill("月末に納めるとのこと")
    page.get_by_role("button", name="記録する").click()
    expect(page.get_by_role("main").get_by_text("経過を記録しました")).to_be_visible()
    assert CallTurn.objects.get().state == "done"
    assert sorted(Contact.objects.get().checked) == ["address", "birth"]
    assert complaints == []
