"""The lawyers' cases in the browser: the city chooses, decides and hands over; the firm works on a case behind a second factor;
the money that the firm took and what it asks for are counted to the yen. Everything is synthetic."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from queue import Queue
from threading import Thread
from typing import Any

import pikepdf
import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from claims.models import Claim, Entry
from lawyers.models import Firm, Invoice, LegalCase, MonthlyReport, Proceeding, Proposal, Remittance
from lawyers.services import mandates, packets, proposals, room
from tests.e2e.conftest import PASSWORD, SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.e2e.test_case_work import panel
from tests.e2e.test_desk import Mouse, wide
from tests.e2e.test_log_in import code_of, fill_log_in
from tests.factories import lawyers, lawyers_money, legal
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import User
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = legal.DAY
MOST_CLICKS = 4  # from the list of candidates to the decision that was asked for


@pytest.fixture(autouse=True)
def _today(transactional_db: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hashing slowly is not under test


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker beside the web server makes the packets while the browser waits and asks."""
    jobs: Queue[int | None] = Queue()

    def work() -> None:
        while pk := jobs.get():
            packets.make(packet_id=pk)
        connection.close()

    monkeypatch.setattr(packets, "_send", jobs.put)
    thread = Thread(target=work)
    thread.start()
    yield
    jobs.put(None)
    thread.join(timeout=30)


def tenant(name: str, kana: str = "カクウ タロウ", **facts: Any) -> Any:
    """Somebody who may go to lawyers, with the papers of a claim; the proof of its delivery is a scan."""
    made = legal.free(name, kana=kana, **facts)
    rent = Claim.objects.get(identity__person=made)
    for kind, title in (("contract", "契約書"), ("cause", "請求の明細"), ("basis", "計算の控え")):
        lawyers.evidence(rent, kinds=(kind,), text=f"{made.name}　市営住宅の{title}の写し（架空）")
    lawyers.evidence(rent, kinds=("delivery",))
    return made


def test_from_the_candidates_to_the_hand_over_and_one_case_taken_back(
    sign_in: SignIn, worker: None, complaints: list[str]
) -> None:
    firm = legal.firm(user(Role.LAWYER))
    goes, too = tenant("賃借 一郎", "チンシャク イチロウ"), tenant("店子 花子", "タナコ ハナコ")
    claim(goes, principal_yen=30_000)  # a tax, which never goes along
    asked = person(name="架空 未照会", kana="カクウ ミショウカイ", name_key="架空未照会", kana_key="カクウミショウカイ")
    legal.rent(asked, yen=90_000)
    taxpayer = person(name="架空 税太", kana="カクウ ゼイタ", name_key="架空税太", kana_key="カクウゼイタ")
    claim(taxpayer, principal_yen=500_000, due_on=date(2026, 1, 31))
    notices = Claim.objects.reachable_by("notice", on=TODAY)
    rents = set(notices.filter(kind__code="housing_rent").values_list("identity__person", flat=True))
    assert rents == {goes.pk, too.pk, asked.pk}

    # Who may go, who may not and why; a person who owes tax alone is not there.
    officer, mouse = sign_in(Role.COLLECTOR), Mouse()
    officer.get_by_role("link", name="弁護士への委任").click()
    officer.get_by_role("link", name=re.compile("候補を見る")).click()
    rows = officer.locator("table.pick > tbody")
    expect(rows).to_have_count(3)
    shut_out = rows.filter(has_text=asked.name)
    expect(shut_out).to_contain_text("選べません")
    expect(shut_out).to_contain_text("福祉")
    expect(shut_out.get_by_role("link", name=re.compile("福祉への照会を開く"))).to_be_visible()
    expect(shut_out.get_by_role("checkbox")).to_have_count(0)
    expect(officer.locator("#main")).not_to_contain_text(taxpayer.name)
    expect(rows.filter(has_text=goes.name)).to_contain_text("ほかに市が自ら滞納処分する債権 1件")
    assert faults(officer) == []
    take(officer, "lawyers_candidates")
    wide(officer)

    # What a court would ask of one person.
    officer.get_by_role("link", name=goes.name, exact=True).click()
    expect(panel(officer, "訴訟の準備の信号")).to_contain_text("費用の計")
    assert faults(officer) == []
    take(officer, "lawyers_meter")
    wide(officer)
    officer.get_by_role("link", name="委任の候補").click()

    # Two people into a packet, and before a decider.
    for one in (goes, too):
        mouse.press(officer.get_by_role("checkbox", name=f"{one.name}を選ぶ"))
    mouse.press(officer.get_by_role("button", name=re.compile("束に入れる")))
    officer.get_by_label(re.compile("^委任する理由")).fill("催告3回と訪問に応じない（架空）")
    mouse.press(officer.get_by_role("button", name=re.compile("決裁に出す")))
    expect(officer.get_by_text("決裁に出しました").first).to_be_visible()
    assert mouse.clicks <= MOST_CLICKS
    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("弁護士への委任：")).click()
    expect(supervisor.locator("#main")).to_contain_text(goes.name)
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました").first).to_be_visible()

    # The packet is made beside the browser; what no program can read must be looked at before it goes.
    officer.reload()
    officer.get_by_role("button", name="書類の束を作る").click()
    packet = panel(officer, "書類の束")
    expect(packet).to_contain_text("できた", timeout=60_000)
    expect(packet).to_contain_text("目で確かめる証拠 2点")
    expect(packet.get_by_role("link", name=re.compile("開いて確かめる")).first).to_be_visible()
    assert faults(officer) == []
    take(officer, "lawyers_mandate")
    wide(officer)
    hand = officer.get_by_role("button", name=re.compile("引き渡す"))
    hand.click()
    expect(officer.get_by_text("目で確かめてください").first).to_be_visible()
    assert not LegalCase.objects.with_firm().exists()
    officer.get_by_role("checkbox", name="証拠を目で確かめた").check()
    hand.click()
    expect(officer.get_by_text("引き渡しました").first).to_be_visible()

    # From now the city writes to neither of them about the rent; nothing else is silenced by it.
    still = set(notices.values_list("identity__person", "kind__code"))
    assert still == {(goes.pk, "resident_tax"), (taxpayer.pk, "resident_tax"), (asked.pk, "housing_rent")}

    # One case is taken back, with the reason; the firm has the other alone.
    case = LegalCase.objects.get(person=too)
    officer.get_by_role("link", name=case.number).click()
    expect(panel(officer, "取り戻す・終える")).to_be_visible()
    assert faults(officer) == []
    wide(officer)
    officer.get_by_label(re.compile("^理由")).fill("入院して収入がなくなったと家族から電話（架空）")
    officer.get_by_role("button", name=re.compile("取り戻す")).click()
    expect(officer.get_by_text("取り戻しました").first).to_be_visible()
    assert list(LegalCase.objects.of_member(firm.members.get())) == [LegalCase.objects.get(person=goes)]
    assert complaints == []


@pytest.fixture
def attorney() -> User:
    """A lawyer with a password and no second factor yet."""
    made = user(Role.LAWYER)
    made.display_name = "架空 弁子"
    made.set_password(PASSWORD)
    made.save()
    return made


def handed_with_packet(firm: Firm, *people: Any, monkeypatch: pytest.MonkeyPatch) -> list[LegalCase]:
    """Cases with the firm, their packet made as it is made."""
    mandate = legal.approved(firm, *people)
    officer = user(Role.COLLECTOR)
    with monkeypatch.context() as patch:
        patch.setattr(packets, "_send", lambda pk: packets.make(packet_id=pk))
        packets.ask_packet(mandate_id=mandate.pk, by=officer, on=TODAY)
    mandates.hand_over(mandate_id=mandate.pk, by=officer, on=TODAY, looked=True)
    return list(mandate.cases.all())


def enter_with_second_factor(page: Page, account: User) -> None:
    """Log in, be sent to set up the second factor, log out, and log in with it."""
    page.goto("/lawyers/")
    fill_log_in(page, account.username, PASSWORD)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_role("heading", name="2段階認証の設定")).to_be_visible()
    page.goto("/lawyers/")  # there is no way past it
    expect(page.get_by_role("heading", name="2段階認証の設定")).to_be_visible()
    secret = page.locator(".entrance__secret").inner_text()
    page.get_by_label("6桁の番号").fill(code_of(secret))
    page.get_by_role("button", name="設定する").click()
    page.get_by_role("heading", name="予備の番号").wait_for()
    page.get_by_role("link", name="控えたので業務に進む").click()
    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="ログアウトする").click()
    page.goto("/accounts/login/")
    fill_log_in(page, account.username, PASSWORD)
    page.get_by_label("6桁の番号（または予備の番号）").fill(code_of(secret, later=1))  # each code lets in once
    page.get_by_role("button", name="ログインする").click()
    expect(page.get_by_role("heading", name="弁護士の部屋", level=1)).to_be_visible()


def test_a_lawyer_takes_a_case_on_and_goes_to_court(
    open_page: Callable[[], Page], attorney: User, settings: Any, monkeypatch: pytest.MonkeyPatch, complaints: list[str]
) -> None:
    firm, other = legal.firm(attorney), legal.firm(user(Role.LAWYER), name="架空 あかね法律事務所")
    (case,) = handed_with_packet(firm, tenant("賃借 一郎", "チンシャク イチロウ"), monkeypatch=monkeypatch)
    (foreign,) = legal.handed(other, legal.free("他所 花子"))
    officer = user(Role.COLLECTOR)
    User.objects.filter(pk=officer.pk).update(display_name="架空 徴太")
    settings.DEMO, settings.BASE_DATE = False, (today := date(2026, 12, 8))

    page, mouse = open_page(), Mouse()
    enter_with_second_factor(page, attorney)
    cases = panel(page, "委任された件").locator("tbody")
    expect(cases).to_contain_text(case.person.name)
    expect(page.locator("#main")).not_to_contain_text(foreign.person.name)
    complaints.clear()  # so far there was nothing to complain of but what the log-in pages are tested for elsewhere

    # The packet opens with the key, and with nothing else.
    with page.expect_download() as got:
        page.get_by_role("button", name=re.compile("束を受け取る")).click()
    content = got.value.path().read_bytes()
    page.get_by_role("button", name="開く鍵を見る").click()
    passphrase = page.locator("#passphrase").inner_text()
    assert faults(page) == []
    wide(page)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(content))
    with pikepdf.open(io.BytesIO(content), password=passphrase) as packet:
        assert len(packet.pages) == firm.mandates.get().packets.get().pages
    page.get_by_role("link", name="弁護士の部屋", exact=True).last.click()

    # Taken on after the check for conflicts of interest.
    cases.get_by_role("link", name=case.person.name).click()
    expect(panel(page, "経過")).to_have_count(0)
    page.get_by_label(re.compile("^利益相反の確認")).fill("事件簿で本人と保証人を検索し、該当なし")
    mouse.press(page.get_by_role("button", name=re.compile("受任する")))
    expect(page.get_by_text("受任しました").first).to_be_visible()
    assert mouse.clicks == 1

    # The log, a question that the city answers, a proposal that the city decides.
    log = panel(page, "経過")
    log.get_by_label(re.compile("^内容")).fill("受任通知を送付した（架空）")
    log.get_by_label(re.compile("^種類")).select_option("letter")
    log.get_by_role("button", name=re.compile("経過を書く")).click()
    expect(log.locator(".timeline")).to_contain_text("受任通知を送付した")
    page.get_by_label(re.compile("^市への質問")).fill("分納の申出はありましたか")
    page.get_by_role("button", name="質問する").click()
    question = case.questions.get()
    room.answer(question_id=question.pk, by_firm=False, text="ありません（架空）", by=officer, on=today)
    page.reload()
    expect(panel(page, "質問と回答")).to_contain_text("ありません（架空）")
    page.get_by_text("提案する", exact=True).first.click()
    offer = panel(page, "提案")
    offer.get_by_label(re.compile("^提案")).select_option("payment_order")
    offer.get_by_label(re.compile("^理由と見込み")).fill("連絡がなく、争いもない")
    offer.get_by_role("button", name="提案する").click()
    expect(offer).to_contain_text("連絡がなく、争いもない")
    proposal = Proposal.objects.get()
    asked = proposals.ask_decision(proposal_id=proposal.pk, reason="必要", council="", by=officer, on=today)
    approvals.decide(approval_id=asked.pk, decision="approved", by=legal.decider())

    # The proceeding, and the days from which its deadlines follow.
    page.reload()
    page.get_by_label(re.compile("^裁判所")).fill("豊田簡易裁判所")
    page.get_by_label(re.compile("^事件番号")).fill("令和8年(ロ)第1号")
    page.get_by_role("button", name="手続を登録する").click()
    court = panel(page, "裁判・和解")
    for event, day in (("filed", "2026-11-24"), ("served", "2026-12-02")):
        court.get_by_label(re.compile("^できごと")).select_option(event)
        court.get_by_label(re.compile("^日")).fill(day)
        court.get_by_role("button", name="できごとを書く").click()
        expect(page.get_by_text("期限と時効を計算し直しました").first).to_be_visible()
    # Two weeks from the service (民事訴訟法391条1項), then thirty days to ask for 仮執行宣言 (392条): 15 January is a Friday.
    table = court.get_by_role("row")
    expect(table.filter(has_text="支払督促への異議")).to_contain_text("R8.12.16")
    expect(table.filter(has_text="仮執行宣言の申立て")).to_contain_text("R9.1.15")
    assert Proceeding.objects.get().steps.count() == 2
    assert faults(page) == []
    take(page, "lawyer_case")
    wide(page)

    # The report of a month that is over; the case of another firm is not there.
    page.goto("/lawyers/")
    expect(panel(page, "期限")).to_contain_text("令和9年1月15日")
    assert faults(page) == []
    take(page, "lawyer_room")
    wide(page)
    page.get_by_label(re.compile("^月 ")).fill("2026-11")
    page.get_by_label(re.compile("^報告 ")).fill("1件を受任し、支払督促を申し立てた（架空）")
    page.get_by_role("button", name="報告を提出する").click()
    expect(page.get_by_text("月次報告を提出しました").first).to_be_visible()
    expect(panel(page, "月次報告")).to_contain_text("令和8年11月分")
    assert MonthlyReport.objects.get().figures["with_firm"] == 1
    assert complaints == []
    answer = page.goto(f"/lawyers/room/{foreign.pk}/")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("#main")).not_to_contain_text(foreign.person.name)


def test_money_that_the_firm_took_and_an_invoice_that_is_one_yen_wrong(
    sign_in: SignIn, settings: Any, complaints: list[str]
) -> None:
    settings.BASE_DATE = date(2026, 12, 3)
    lawyers_money.we_book()
    attorney = sign_in(Role.LAWYER)
    firm = lawyers_money.firm(name="架空 みどり法律事務所")
    firm.members.set([User.objects.get(username=Role.LAWYER.value)])
    owed = lawyers_money.rent(
        person(name="架空 賃子", kana="カクウ チンコ", name_key="架空賃子", kana_key="カクウチンコ")
    )
    case = lawyers_money.case(firm, owed)

    # The firm took money, and sends it.
    attorney.get_by_role("link", name="預り金と請求").click()
    attorney.get_by_role("link", name=re.compile("預り金を記録する")).click()
    attorney.get_by_label(re.compile("^受け取った日")).fill("2026-11-10")
    attorney.get_by_label(re.compile("^受け取った額")).fill("66667")
    attorney.get_by_role("button", name=re.compile("記録する")).click()
    attorney.get_by_role("checkbox", name=re.compile("66,667円")).check()
    attorney.get_by_role("button", name=re.compile("選んだ預り金を合計する")).click()
    expect(attorney.get_by_label(re.compile("^送金額"))).to_have_value("66667")
    assert faults(attorney) == []
    wide(attorney)
    attorney.get_by_label(re.compile("^送金の日")).fill("2026-11-12")
    attorney.get_by_role("button", name=re.compile("送金を登録する")).click()
    expect(attorney.get_by_text("送金を登録しました").first).to_be_visible()
    told = Remittance.objects.get()

    # One sees it at the bank, another books it.
    clerk = sign_in(Role.RECEIPTS_CLERK)
    clerk.get_by_role("link", name="弁護士のお金").click()
    clerk.get_by_role("link", name=f"第{told.pk}号").click()
    clerk.get_by_label(re.compile("^着金の日")).fill("2026-11-13")
    clerk.get_by_label(re.compile("^着金額")).fill("66667")
    clerk.get_by_label(re.compile("^確かめた書類")).fill("入出金明細（架空）")
    clerk.get_by_role("button", name=re.compile("着金を登録する")).click()
    expect(clerk.get_by_text("着金を確かめた本人は記帳できません")).to_be_visible()
    expect(clerk.get_by_role("button", name=re.compile("記帳する"))).to_have_count(0)
    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto(f"/lawyers/money/remittances/{told.pk}/")
    assert faults(supervisor) == []
    wide(supervisor)
    supervisor.get_by_role("button", name=re.compile("記帳する")).click()
    expect(supervisor.get_by_text("記帳しました").first).to_be_visible()
    entry = Entry.objects.get(claim=owed, kind=Entry.Kind.RECEIPT)
    assert (entry.on, -entry.amount_yen) == (date(2026, 11, 10), 66_667)
    assert lawyers_money.balance(owed) == 33_333

    # An invoice that is one yen too high comes back; the right one is agreed on, asked for, and approved.
    send_invoice(attorney, firm, "R8-11", more_yen=1)
    clerk.goto("/lawyers/money/")
    clerk.get_by_role("link", name="R8-11", exact=True).click()
    clerk.get_by_role("button", name=re.compile("計算と照合する")).click()
    lines = panel(clerk, "請求と計算")
    expect(lines).to_contain_text("10,001")
    expect(lines).to_contain_text("10,000")
    expect(lines.locator("tfoot")).to_contain_text("差 ＋1")
    expect(clerk.get_by_role("button", name=re.compile("支払の決裁に出す"))).to_have_count(0)
    assert faults(clerk) == []
    wide(clerk)
    clerk.goto("/lawyers/money/")
    expect(panel(clerk, "差異")).to_contain_text("＋1")
    assert faults(clerk) == []
    take(clerk, "lawyers_money")
    wide(clerk)
    clerk.get_by_role("link", name=re.compile("請求書を開く")).click()
    clerk.get_by_label(re.compile("^返す理由")).fill("報酬が計算より1円多い")
    clerk.get_by_role("button", name="返す", exact=True).click()
    expect(clerk.get_by_text("請求書を事務所に返しました").first).to_be_visible()
    send_invoice(attorney, firm, "R8-11再")
    clerk.goto("/lawyers/money/")
    clerk.get_by_role("link", name="R8-11再", exact=True).click()
    clerk.get_by_role("button", name=re.compile("計算と照合する")).click()
    clerk.get_by_role("button", name=re.compile("支払の決裁に出す")).click()
    expect(clerk.get_by_text("支払の決裁を待っています")).to_be_visible()
    supervisor.goto("/approvals/")
    supervisor.get_by_role("link", name=re.compile("弁護士報酬の支払")).click()
    expect(supervisor.locator("#main")).to_contain_text("R8-11再")
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました").first).to_be_visible()
    states = dict(Invoice.objects.values_list("number", "state"))
    assert states == {"R8-11": "returned", "R8-11再": "approved"}
    case.refresh_from_db()
    assert case.is_open  # money ends no case
    assert complaints == []


def send_invoice(page: Page, firm: Firm, number: str, *, more_yen: int = 0) -> None:
    """What the ledger gives, or some yen more."""
    page.goto(f"/lawyers/room/money/invoices/?firm={firm.pk}")
    fee = page.get_by_label("1行目の報酬（円）")
    if more_yen:
        fee.fill(str(int(fee.input_value()) + more_yen))
    page.get_by_label(re.compile("^請求書番号")).fill(number)
    page.get_by_role("button", name=re.compile("請求書を出す")).click()
    expect(page.get_by_text("請求書を出しました").first).to_be_visible()
