"""The pages of the lawyers' money: drawn in every state; a firm sees its own and nothing of another."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lawyers.models import CaseCost, Invoice, MoneyDifference, Remittance, TrustReceipt
from lawyers.rules.fees import InvoiceLine as Line
from lawyers.services import costs, invoices
from lawyers.services.late_money import find_late
from tests.factories import lawyers_money as money
from tests.factories.claims import claim, pay
from tests.factories.debtors import user
from tests.factories.lawyers import page as paper_page
from toyota_collect import approvals
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY, OCTOBER = money.DAY, date(2026, 10, 1)
MISSING = 10**9


@pytest.fixture(autouse=True)
def _ours():
    money.we_book()


def signed_in(as_user):
    client = Client()
    client.force_login(as_user)
    return client


@pytest.fixture
def clerk():
    return user(Role.RECEIPTS_CLERK)


class Filled:
    """A firm with something in every state."""

    def __init__(self, clerk, name):
        self.firm = money.firm(name=name)
        owed = money.rent(yen=300_000)
        owed.identity.person.name = f"{name}の人"
        owed.identity.person.save()
        self.tax = claim(owed.identity.person, principal_yen=7_654_321)
        self.case = money.case(self.firm, owed)
        self.held = money.take(self.case, 1_111)
        self.cancelled = money.take(self.case, 1_112)
        TrustReceipt.objects.filter(pk=self.cancelled.pk).update(
            cancelled_at="2026-11-01T00:00+09:00", cancelled_because="x"
        )
        self.told = money.tell(money.take(self.case, 2_222))
        self.wrong = money.tell(money.take(self.case, 3_333), yen=3_332)
        self.arrived = money.tell(money.take(self.case, 4_444))
        money.confirm(self.arrived, by=clerk, bank_yen=4_443)
        self.ready = money.tell(money.take(self.case, 6_666))
        money.confirm(self.ready, by=clerk)
        self.booked = money.booked(money.take(self.case, 5_555))
        self.cost = costs.note_cost(
            case_id=self.case.pk, day=date(2026, 10, 20), kind="stamp", yen=777, note="", token=uuid4(),
            by=money.lawyer(self.firm), on=DAY,
        )  # fmt: skip
        lines = invoices.computed_lines(firm_id=self.firm.pk, month=OCTOBER)
        self.invoice = invoices.submit(
            firm_id=self.firm.pk, month=OCTOBER, number=f"{name}-1", lines=lines, by=money.lawyer(self.firm), on=DAY
        )
        find_late(on=DAY, by=clerk)

    @property
    def client(self):
        return signed_in(money.lawyer(self.firm))

    def words(self):
        """What no other firm may read."""
        return [self.firm.name, self.case.number, *map(str, ("1,111", "2,222", "3,333", "4,444", "5,555", "6,666"))]


ADDRESSES = [
    ("lawyers:room-take", lambda own: own.case.pk, "get"),
    ("lawyers:room-take", lambda own: own.case.pk, "post"),
    ("lawyers:room-trust-cancel", lambda own: own.held.pk, "post"),
    ("lawyers:room-remittance", lambda own: own.told.pk, "get"),
    ("lawyers:room-remittance", lambda own: own.told.pk, "post"),
    ("lawyers:room-remittance-withdraw", lambda own: own.told.pk, "post"),
    ("lawyers:room-cost-note", lambda own: own.case.pk, "get"),
    ("lawyers:room-cost-note", lambda own: own.case.pk, "post"),
    ("lawyers:room-cost-withdraw", lambda own: own.cost.pk, "post"),
    ("lawyers:room-invoice-sent", lambda own: own.invoice.pk, "get"),
]


def body(response):
    """Without what differs from page to page: tokens."""
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', "", response.content.decode())


@pytest.mark.parametrize(("name", "pk", "method"), ADDRESSES)
def test_what_is_another_firms_is_as_if_it_did_not_exist(name, pk, method, clerk):
    own, other = Filled(clerk, "甲"), Filled(clerk, "乙")
    client = own.client
    data = {"reason": "x", "how": "x", "yen": 1, "note": "x"}
    there = getattr(client, method)(reverse(name, args=[pk(other)]), data)
    nowhere = getattr(client, method)(reverse(name, args=[MISSING]), data)
    assert there.status_code == nowhere.status_code == 404
    assert body(there) == body(nowhere)
    assert getattr(client, method)(reverse(name, args=[pk(own)]), data).status_code in (200, 302)


def test_telling_with_another_firm_or_its_receipts_is_not_there(clerk):
    own, other = Filled(clerk, "甲"), Filled(clerk, "乙")
    facts = {"sent_on": "2026-11-20", "yen": 1_111, "token": str(uuid4())}
    for firm, trust in ((other.firm.pk, own.held.pk), (own.firm.pk, other.held.pk), (own.firm.pk, MISSING), ("x", 1)):
        answer = own.client.post(reverse("lawyers:room-tell"), facts | {"firm": firm, "trust": trust})
        assert answer.status_code == 404
    assert TrustReceipt.objects.get(pk=other.held.pk).remittance is None


@pytest.mark.parametrize("name", ["lawyers:room-money", "lawyers:room-costs", "lawyers:room-invoice"])
def test_the_pages_show_nothing_of_another_firm_and_no_tax(name, clerk):
    own, other = Filled(clerk, "甲"), Filled(clerk, "乙")
    for query in ({}, {"firm": other.firm.pk}, {"firm": "x"}, {"q": other.case.number}):
        page = own.client.get(reverse(name), query)
        assert page.status_code == 200
        text = page.content.decode()
        assert own.firm.name in text
        assert "乙" not in text
        assert other.case.number not in text.replace(f'value="{other.case.number}"', "")
        assert "7,654,321" not in text
        assert "市民税" not in text


@pytest.mark.parametrize("name", ["lawyers:room-money", "lawyers:room-costs", "lawyers:room-invoice"])
def test_an_ended_contract_or_a_member_who_left_sees_nothing(name, clerk):
    own = Filled(clerk, "甲")
    lawyer = money.lawyer(own.firm)
    own.firm.is_active = False
    own.firm.save()
    assert own.case.number not in signed_in(lawyer).get(reverse(name)).content.decode()
    own.firm.is_active = True
    own.firm.save()
    own.firm.members.clear()
    client = signed_in(lawyer)
    assert "登録されていません" in client.get(reverse(name)).content.decode()
    assert client.post(reverse("lawyers:room-invoice"), {}).status_code == 404
    for address, pk, method in ADDRESSES:
        assert getattr(client, method)(reverse(address, args=[pk(own)])).status_code == 404


def test_money_of_a_case_that_ended_stands_without_the_name(clerk):
    own = Filled(clerk, "甲")
    assert "甲の人" in own.client.get(reverse("lawyers:room-money")).content.decode()
    money.finish(own.case)
    text = own.client.get(reverse("lawyers:room-money")).content.decode()
    assert own.case.number in text
    assert "甲の人" not in text


@pytest.mark.parametrize("name", ["take", "cost-note"])
def test_what_was_before_a_case_ended_is_noted_on_a_page_with_its_number_alone(name, clerk):
    own = Filled(clerk, "甲")
    money.finish(own.case, on=date(2026, 11, 17))
    seen = AccessLog.objects.filter(person_key=own.case.person.number).count()
    address = reverse(f"lawyers:room-{name}", args=[own.case.pk])
    listed = own.client.get(reverse("lawyers:room-money" if name == "take" else "lawyers:room-costs"))
    assert address in listed.content.decode()
    for day, status in (("2026-11-18", 200), ("2026-11-16", 302)):
        facts = {"received_on": day, "day": day, "kind": "stamp", "yen": "1234", "note": "", "token": str(uuid4())}
        shown = own.client.post(address, facts)
        assert shown.status_code == status
        text = own.client.get(address).content.decode() + shown.content.decode()
        assert own.case.number in text
        assert "甲の人" not in text
        assert "未納" not in text
        assert "領収書" not in text.replace("領収書の番号など", "")
        assert "手を離れ" in text
    assert AccessLog.objects.filter(person_key=own.case.person.number).count() == seen
    rows = TrustReceipt.objects if name == "take" else CaseCost.objects
    assert rows.filter(yen=1_234, case=own.case).count() == 1


def test_a_firm_notes_sums_and_sends(clerk):
    firm = money.firm()
    case = money.case(firm)
    client = signed_in(money.lawyer(firm))
    facts = {"received_on": "2026-11-19", "yen": "12000", "note": "現金", "token": str(uuid4())}
    for _ in range(2):
        answer = client.post(reverse("lawyers:room-take", args=[case.pk]), facts)
        assert answer.status_code == 302
    taken = TrustReceipt.objects.get()
    summed = client.get(reverse("lawyers:room-money"), {"trust": taken.pk}).content.decode()
    assert "12,000" in summed
    assert 'value="12000"' in summed
    told = {"firm": firm.pk, "trust": taken.pk, "sent_on": "2026-11-20", "yen": "11999", "token": str(uuid4())}
    page = client.post(reverse("lawyers:room-tell"), told, follow=True).content.decode()
    assert "差異になりました" in page
    sent = Remittance.objects.get()
    right = {"trust": taken.pk, "sent_on": "2026-11-20", "yen": "12000", "note": "打ち誤り"}
    answer = client.post(reverse("lawyers:room-remittance", args=[sent.pk]), right, follow=True)
    assert "市が着金を確かめて" in answer.content.decode()
    client.post(reverse("lawyers:room-remittance-withdraw", args=[sent.pk]), {"reason": "取りやめ"})
    client.post(reverse("lawyers:room-trust-cancel", args=[taken.pk]), {"reason": "誤記"})
    taken.refresh_from_db()
    assert taken.cancelled_because == "誤記"
    assert AccessLog.objects.filter(person_key=case.person.number, basis=case.number).exists()


def test_refusals_stay_on_the_page_with_what_was_typed(clerk):
    firm = money.firm(designated=False)
    case = money.case(firm)
    client = signed_in(money.lawyer(firm))
    assert "いまは、本人からお金を受け取れません" in client.get(reverse("lawyers:room-money")).content.decode()
    facts = {"received_on": "2026-11-19", "yen": "12000", "token": str(uuid4())}
    text = client.post(reverse("lawyers:room-take", args=[case.pk]), facts).content.decode()
    assert "市の納付書か市の窓口" in text
    assert 'value="12000"' in text
    assert "必須" in client.post(reverse("lawyers:room-cost-note", args=[case.pk]), {}).content.decode()
    answer = client.post(
        reverse("lawyers:room-tell"), {"firm": firm.pk, "yen": 1, "sent_on": "2026-11-19", "token": uuid4()}
    )
    assert "預っているお金はありません" in answer.content.decode()


def test_costs_and_an_invoice_from_the_proposal(clerk):
    owed = money.rent()
    case = money.case(money.firm(), owed)
    pay(owed, 66_667, on=date(2026, 10, 9))
    client = signed_in(money.lawyer(case.firm))
    facts = {"day": "2026-10-20", "kind": "stamp", "yen": "84", "note": "", "token": str(uuid4())}
    client.post(reverse("lawyers:room-cost-note", args=[case.pk]), facts)
    wrong = CaseCost.objects.get()
    client.post(reverse("lawyers:room-cost-withdraw", args=[wrong.pk]))
    client.post(reverse("lawyers:room-cost-note", args=[case.pk]), facts | {"token": str(uuid4())})
    page = client.get(reverse("lawyers:room-invoice"), {"month": "2026-10-01"})
    assert "令和8年10月分" in page.content.decode()
    data = {"month": "2026-10-01", "number": "R8-10"}
    for form in [page.context["lines"].management_form, *page.context["lines"]]:
        data |= {field.html_name: field.value() if field.value() is not None else "" for field in form}
    bad = client.post(reverse("lawyers:room-invoice"), data | {"lines-0-route": ""}).content.decode()
    assert "両方入れてください" in bad
    sent = client.post(reverse("lawyers:room-invoice"), data, follow=True)
    assert "請求書を出しました" in sent.content.decode()
    found = Invoice.objects.get()
    assert found.total_yen == 10_000 + 1_000 + 84
    assert "提出済です" in client.get(reverse("lawyers:room-invoice"), {"month": "2026-10-01"}).content.decode()


def test_a_cost_carries_its_receipt_for_the_city_to_open(clerk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    case = money.case(money.firm())
    address = reverse("lawyers:room-cost-note", args=[case.pk])
    facts = {"day": "2026-10-20", "kind": "stamp", "yen": "84", "note": ""}
    client, pdf = signed_in(money.lawyer(case.firm)), paper_page("領収書 84円")

    def send(name, content):
        paper = SimpleUploadedFile(name, content)
        return client.post(address, facts | {"token": str(uuid4()), "paper": paper})

    assert send("領収書.exe", b"MZ").status_code == 200
    assert not CaseCost.objects.exists()
    assert send("領収書.pdf", pdf).status_code == 302
    noted = CaseCost.objects.get()
    assert (noted.file.case, noted.file.title) == (case, "領収書　収入印紙・手数料")
    assert "領収書あり" in client.get(reverse("lawyers:room-costs")).content.decode()
    sent = invoices.submit(
        firm_id=case.firm.pk, month=OCTOBER, number="R8-1", by=money.lawyer(case.firm), on=DAY,
        lines=invoices.computed_lines(firm_id=case.firm.pk, month=OCTOBER),
    )  # fmt: skip
    file = reverse("lawyers:cost-file", args=[noted.pk])
    city = signed_in(clerk)
    assert file in city.get(reverse("lawyers:invoice", args=[sent.pk])).content.decode()
    given = city.get(file)
    assert b"".join(given) == pdf
    assert AccessLog.objects.filter(action="lawyers.file", person_key=case.person.number).count() == 1
    assert client.get(file).status_code == 403


def test_the_citys_pages_in_every_state(clerk):
    own = Filled(clerk, "甲")
    client, chief = signed_in(clerk), signed_in(user(Role.SUPERVISOR))
    board = client.get(reverse("lawyers:money")).content.decode()
    assert "甲" in board
    assert "送金第" in board
    for told in Remittance.objects.all():
        assert client.get(reverse("lawyers:remittance", args=[told.pk])).status_code == 200
    assert "本人は記帳できません" in client.get(reverse("lawyers:remittance", args=[own.ready.pk])).content.decode()
    answer = chief.post(reverse("lawyers:remittance-book", args=[own.ready.pk]), follow=True).content.decode()
    assert "記帳しました" in answer
    page = client.post(reverse("lawyers:remittance-confirm", args=[own.told.pk]), {"bank_yen": 1}).content.decode()
    assert "必須" in page
    facts = {"arrived_on": "2026-11-19", "bank_yen": 2_221, "bank_source": "通帳"}
    page = client.post(reverse("lawyers:remittance-confirm", args=[own.told.pk]), facts, follow=True).content.decode()
    assert "差異に入れました" in page
    row = MoneyDifference.objects.get(kind="bank", subject_key=f"lawyers.remittance:{own.told.pk}")
    settle = reverse("lawyers:difference-settle", args=[row.pk])
    assert "まだ1円違います" in client.post(settle, {"how": "x"}, follow=True).content.decode()
    facts = facts | {"bank_yen": 2_222, "bank_source": "通帳（残り）"}
    client.post(reverse("lawyers:remittance-confirm", args=[own.told.pk]), facts)
    assert "差異を片付けました" in client.post(settle, {"how": "残りの1円が届いた"}, follow=True).content.decode()


def test_the_city_puts_right_the_money_of_a_firm_whose_contract_ended(clerk):
    own, other = Filled(clerk, "甲"), Filled(clerk, "乙")
    client, board = signed_in(clerk), reverse("lawyers:money")
    tell = reverse("lawyers:remittance-tell", args=[own.firm.pk])
    facts = {"trust": own.held.pk, "sent_on": "2026-11-19", "yen": "1111", "token": str(uuid4())}
    assert tell not in client.get(board).content.decode()
    assert "契約中の事務所" in client.post(tell, facts).content.decode()
    assert "直す" not in client.get(reverse("lawyers:remittance", args=[own.told.pk])).content.decode()
    own.firm.is_active = False
    own.firm.save()
    assert tell in client.get(board).content.decode()
    assert client.post(tell, facts | {"trust": other.held.pk}).status_code == 404
    page = client.post(tell, facts | {"sent_on": "2026-10-01"}).content.decode()
    assert "送金の日は、預り金を受け取った日から" in page
    assert 'value="1111"' in page
    assert "送金を登録しました" in client.post(tell, facts, follow=True).content.decode()
    told = Remittance.objects.get(trust_receipts=own.held)
    assert told.told_by == clerk
    page = reverse("lawyers:remittance", args=[told.pk])
    correct = reverse("lawyers:remittance-correct", args=[told.pk])
    assert correct in client.get(page).content.decode()
    change = {"trust": own.held.pk, "sent_on": "2026-11-18", "yen": "1111"}
    assert "必須" in client.post(correct, change).content.decode()
    client.post(correct, change | {"note": "日の誤り"})
    told.refresh_from_db()
    assert (told.sent_on, told.note) == (date(2026, 11, 18), "日の誤り")
    money.confirm(told, by=user(Role.RECEIPTS_CLERK), arrived_on=date(2026, 11, 19))
    assert "送金を登録した（直した）本人は記帳できません" in client.get(page).content.decode()
    withdraw = reverse("lawyers:remittance-withdraw", args=[own.told.pk])
    assert "送金を取り消しました" in client.post(withdraw, {"reason": "送っていない"}, follow=True).content.decode()


def test_an_invoice_side_by_side(clerk):
    own = Filled(clerk, "甲")
    client = signed_in(clerk)
    address = reverse("lawyers:invoice", args=[own.invoice.pk])
    text = client.get(address).content.decode()
    assert "計算と照合する" in text
    assert "申告の計" in text
    assert "収入印紙・手数料" in text
    assert "円違います" not in text
    client.post(reverse("lawyers:invoice-check", args=[own.invoice.pk]))
    assert "支払の決裁に出す" in client.get(address).content.decode()
    client.post(reverse("lawyers:invoice-ask", args=[own.invoice.pk]))
    own.invoice.refresh_from_db()
    assert "決裁を待っています" in client.get(address).content.decode()
    assert "決裁待ち" in client.get(reverse("lawyers:money")).content.decode()
    text = client.post(reverse("lawyers:invoice-give-back", args=[own.invoice.pk]), {"note": "x"}).content.decode()
    assert "決裁に出した請求書は返せません" in text
    approvals.decide(approval_id=own.invoice.approval_id, decision="approved", by=user(Role.SUPERVISOR))
    assert "支払決定" in client.get(address).content.decode()
    line = [Line(own.case.number, "talks", 1, 0, 0, 0), Line("知らない件", "suit", 5, 1, 0, 0)]
    sent = invoices.submit(
        firm_id=own.firm.pk, month=date(2026, 11, 1), number="甲-2", lines=line, by=money.lawyer(own.firm), on=DAY
    )
    address = reverse("lawyers:invoice", args=[sent.pk])
    text = client.post(reverse("lawyers:invoice-check", args=[sent.pk]), follow=True).content.decode()
    assert "計算にない" in text
    assert "申告の計" not in text  # it asks for none
    assert "違う" in text
    assert "市の計算との差異" in own.client.get(reverse("lawyers:room-invoice-sent", args=[sent.pk])).content.decode()
    assert (
        "返しました"
        in client.post(
            reverse("lawyers:invoice-give-back", args=[sent.pk]), {"note": "知らない件がある"}, follow=True
        ).content.decode()
    )
    shown = own.client.get(reverse("lawyers:room-invoice-sent", args=[sent.pk])).content.decode()
    assert "知らない件がある" in shown


def test_empty_pages(clerk):
    assert "片付いていない差異はありません" in signed_in(clerk).get(reverse("lawyers:money")).content.decode()
    client = signed_in(money.lawyer(money.firm()))
    for name in ("lawyers:room-money", "lawyers:room-costs", "lawyers:room-invoice"):
        assert client.get(reverse(name)).status_code == 200
