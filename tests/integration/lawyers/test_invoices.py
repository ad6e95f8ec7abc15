"""報酬の請求: what the ledger gives, to the yen; a difference of one yen is named; paid by a decision."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from claims.services.cancellations import cancel_receipt
from lawyers.models import CaseCost, Firm, Invoice, InvoiceLine, LegalCase, MoneyDifference
from lawyers.rules.fees import InvoiceLine as Line
from lawyers.services import costs, invoices
from lawyers.services.differences import settle_difference
from lawyers.services.money import MoneyRefused
from lawyers.services.recoveries import proposal
from tests.factories import lawyers_money as money
from tests.factories.claims import pay
from tests.factories.debtors import user
from toyota_collect import approvals
from toyota_collect.models import AuditEvent, Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DAY = date(2026, 10, 1), date(2026, 11, 1), money.DAY


@pytest.fixture(autouse=True)
def _ours():
    money.we_book()


@pytest.fixture
def clerk():
    return user(Role.RECEIPTS_CLERK)


def submit(firm, lines=None, *, month=OCTOBER, number="R8-1", by=None, on=DAY):
    lines = invoices.computed_lines(firm_id=firm.pk, month=month) if lines is None else lines
    return invoices.submit(firm_id=firm.pk, month=month, number=number, lines=lines, by=by or money.lawyer(firm), on=on)


def check(invoice, clerk):
    return invoices.check(invoice_id=invoice.pk, by=clerk, on=DAY)


def cost(of, yen, *, day=date(2026, 10, 20), token=None, by=None, kind="stamp"):
    by = by or money.lawyer(of.firm)
    return costs.note_cost(case_id=of.pk, day=day, kind=kind, yen=yen, note="", token=token or uuid4(), by=by, on=DAY)


def paid_case(yen=66_667, *, firm=None):
    """A case with so much paid straight to the city in October."""
    owed = money.rent(yen=100_000)
    case = money.case(firm or money.firm(), owed)
    pay(owed, yen, on=date(2026, 10, 9))
    return case


def test_money_to_the_city_and_to_the_firm_counts_after_the_hand_over_until_the_end():
    owed = money.rent(yen=200_000)
    pay(owed, 1_000, on=date(2026, 8, 20))  # before
    firm = money.firm()
    case = money.case(firm, owed)
    money.booked(money.take(case, 30_000))
    pay(owed, 20_000, on=date(2026, 10, 31))
    pay(owed, 5_000, on=date(2026, 11, 1))  # next month
    sent_late = money.take(case, 7_000)
    money.finish(case)
    money.booked(sent_late)  # the firm's own money counts although booked after the end
    pay(owed, 2_000, on=date(2026, 10, 30))  # after the end
    lines = invoices.computed_lines(firm_id=firm.pk, month=OCTOBER)
    assert lines == (Line(case.number, "talks", 57_000, 8_550, 0, 0), Line("", "", 0, 0, 855, 0))
    assert invoices.computed_lines(firm_id=firm.pk, month=date(2026, 9, 1)) == ()
    assert invoices.computed_lines(firm_id=money.firm().pk, month=OCTOBER) == ()


def test_each_payment_counts_by_the_route_of_its_day():
    owed = money.rent(yen=100_000)
    case = money.case(money.firm(), owed)
    pay(owed, 10_000, on=date(2026, 10, 9))
    pay(owed, 20_000, on=date(2026, 10, 10))
    pay(owed, 30_000, on=date(2026, 10, 20))
    money.proceeding(case, "payment_order", filed=date(2026, 10, 10), objection=date(2026, 10, 20))
    lines = invoices.computed_lines(firm_id=case.firm.pk, month=OCTOBER)
    assert [(line.route, line.recovered_yen, line.fee_yen) for line in lines] == [
        ("talks", 10_000, 1_500), ("payment_order", 20_000, 3_600), ("suit", 30_000, 6_000), ("", 0, 0),
    ]  # fmt: skip


def test_what_is_taken_back_lowers_the_next_invoice_and_nothing_comes_twice(clerk):
    firm = money.firm()
    owed = money.rent(yen=100_000)
    case = money.case(firm, owed)
    taken = money.take(case, 30_000)
    money.booked(taken)
    check(submit(firm), clerk)
    taken.refresh_from_db()
    cancel_receipt(receipt_id=taken.receipt_id, on=date(2026, 11, 5), reason="不渡り", by=clerk, today=DAY)
    pay(owed, 10_000, on=date(2026, 10, 31))  # of October, booked late
    november = proposal(firm, NOVEMBER)
    assert november.lines == ()
    assert [(number, yen) for number, _, yen in november.owed_back] == [(case.number, 20_000)]
    pay(owed, 25_000, on=date(2026, 11, 19))
    assert proposal(firm, NOVEMBER).lines[0].recovered_yen == 5_000


def test_what_came_in_before_the_hand_over_and_bounced_after_it_is_not_the_firms(clerk):
    owed = money.rent(yen=100_000)
    first = money.case(money.firm(), owed)
    taken = money.take(first, 30_000)
    money.booked(taken)
    money.finish(first)
    second = money.case(money.firm(), owed)
    pay(owed, 4_000, on=date(2026, 10, 30))
    taken.refresh_from_db()
    cancel_receipt(receipt_id=taken.receipt_id, on=date(2026, 10, 31), reason="不渡り", by=clerk, today=DAY)
    assert proposal(second.firm, OCTOBER).lines[0].recovered_yen == 4_000
    assert proposal(first.firm, OCTOBER).lines == ()


def test_costs_come_once_also_when_noted_late(clerk):
    case = paid_case(10_000)
    cost(case, 500)
    token = uuid4()
    assert cost(case, 84, token=token) == cost(case, 84, token=token)
    sent = submit(case.firm)
    assert (sent.cost_yen, sent.total_yen) == (584, 1_500 + 150 + 584)
    check(sent, clerk)
    cost(case, 100)  # of October, noted after the invoice
    assert invoices.computed_lines(firm_id=case.firm.pk, month=NOVEMBER) == (Line(case.number, "talks", 0, 0, 0, 100),)


def test_costs_stand_apart_as_the_firms_own_words_each_in_one_invoice(clerk):
    case = paid_case(10_000)
    firm = case.firm
    late = cost(case, 70, day=date(2026, 11, 2), kind="travel")  # told first, of the next month
    first = cost(case, 500)
    second = cost(case, 84, kind="postage")
    withdrawn = cost(case, 9)
    costs.withdraw_cost(cost_id=withdrawn.pk, by=money.lawyer(firm))
    sent = check(submit(firm), clerk)
    after = cost(case, 100)  # of October, told after the invoice
    assert costs.told_in(sent) == [first, second]
    asked = invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY)
    told = [value for name, value in asked.evidence.items() if name.startswith("事務所の申告")]
    assert told == [
        f"{case.number}　令和8年10月20日　収入印紙・手数料　500円　領収書なし",
        f"{case.number}　令和8年10月20日　郵便料・郵券　84円　領収書なし",
    ]
    assert asked.evidence["実費（円・事務所の申告）"] == 584
    assert "実費は事務所の申告です" in asked.reason
    november = submit(firm, month=NOVEMBER, number="R8-2")
    assert costs.told_in(november) == [after, late]
    wrong = Invoice.objects.get(pk=check(november, clerk).pk)
    assert (wrong.state, wrong.cost_yen) == ("agreed", 170)
    assert costs.told_in(wrong) == [after, late]


def test_without_costs_the_decision_says_nothing_of_them(clerk):
    sent = check(submit(paid_case().firm), clerk)
    asked = invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY)
    assert "申告です" not in asked.reason
    assert not [name for name in asked.evidence if name.startswith("事務所の申告")]


def test_costs_refused_and_withdrawn(clerk):
    case, other = paid_case(), money.firm()
    for facts in ({"yen": 0}, {"yen": 1, "kind": "x"}):
        with pytest.raises(MoneyRefused, match="1円以上"):
            cost(case, **facts)
    for day in (date(2026, 8, 31), date(2026, 11, 21)):
        with pytest.raises(MoneyRefused, match="引渡しの日から今日"):
            cost(case, 1, day=day)
    with pytest.raises(LegalCase.DoesNotExist):
        cost(case, 1, by=money.lawyer(other))
    ended = money.case(case.firm)
    money.finish(ended, on=date(2026, 10, 20))
    assert cost(ended, 1, day=date(2026, 10, 20))
    with pytest.raises(MoneyRefused, match="10月20日に事務所の手を離れ"):
        cost(ended, 1, day=date(2026, 10, 21))
    noted, own = cost(case, 500), money.lawyer(case.firm)
    with pytest.raises(MoneyRefused, match="別の内容"):
        cost(case, 501, token=noted.token)
    with pytest.raises(CaseCost.DoesNotExist):
        costs.withdraw_cost(cost_id=noted.pk, by=money.lawyer(other))
    for _ in range(2):
        assert costs.withdraw_cost(cost_id=noted.pk, by=own).withdrawn_at
    asked = cost(case, 400)
    sent = submit(case.firm)
    with pytest.raises(MoneyRefused, match="請求書に入っています"):
        costs.withdraw_cost(cost_id=asked.pk, by=own)
    invoices.give_back(invoice_id=sent.pk, note="実費の誤り", by=clerk, on=DAY)
    assert costs.withdraw_cost(cost_id=asked.pk, by=own).withdrawn_at
    with pytest.raises(IntegrityError, match="case_cost_is_money"), transaction.atomic():
        CaseCost.objects.filter(pk=asked.pk).update(yen=0)


def test_an_invoice_that_agrees_is_paid_by_a_decision(clerk):
    case = paid_case()
    sent = submit(case.firm)
    assert submit(case.firm) == sent
    with pytest.raises(MoneyRefused, match="先に照合"):
        invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY)
    for _ in range(2):
        assert check(sent, clerk).state == "agreed"
    asked = invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY)
    assert invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY) == asked
    assert asked.amount_yen == 11_000
    with pytest.raises(MoneyRefused, match="決裁に出した"):
        invoices.give_back(invoice_id=sent.pk, note="x", by=clerk, on=DAY)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user(Role.SUPERVISOR))
    sent.refresh_from_db()
    assert sent.state == "approved"
    assert check(sent, clerk).state == "approved"
    assert not MoneyDifference.objects.exists()
    assert AuditEvent.objects.filter(event="invoice.approved").count() == 1
    with pytest.raises(MoneyRefused, match="先に照合"):
        invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY)


def test_a_decision_about_an_invoice_given_back_fails(clerk):
    sent = submit(paid_case().firm)
    check(sent, clerk)
    asked = invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY)
    Invoice.objects.filter(pk=sent.pk).update(state="returned")
    with pytest.raises(approvals.ApprovalRefused, match="照合から"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=user(Role.SUPERVISOR))


@pytest.mark.parametrize("field", ["recovered_yen", "fee_yen", "cost_yen"])
@pytest.mark.parametrize("more", [1, -1])
def test_one_yen_is_found_and_named(field, more, clerk):
    case = paid_case()
    cost(case, 84)
    ours = invoices.computed_lines(firm_id=case.firm.pk, month=OCTOBER)
    wrong = (ours[0]._replace(**{field: getattr(ours[0], field) + more}), *ours[1:])
    sent = check(submit(case.firm, wrong), clerk)
    assert sent.state == "differs"
    assert [
        (one["case_number"], one["field"], one["claimed_yen"] - one["computed_yen"]) for one in sent.differences
    ] == [(case.number, field, more)]
    row = MoneyDifference.objects.get(kind="invoice")
    assert case.number in row.text
    assert row.yen == (0 if field == "recovered_yen" else more)
    with pytest.raises(MoneyRefused, match="返すか"):
        settle_difference(difference_id=row.pk, how="x", by=clerk, on=DAY)
    with pytest.raises(MoneyRefused, match="先に照合"):
        invoices.ask_payment(invoice_id=sent.pk, by=clerk, on=DAY)
    for _ in range(2):
        invoices.give_back(invoice_id=sent.pk, note="1円違う", by=clerk, on=DAY)
    row.refresh_from_db()
    assert row.closed_by == clerk
    assert check(submit(case.firm, number="R8-2"), clerk).state == "agreed"


def test_tax_of_one_yen_and_a_missing_or_strange_line(clerk):
    case, strange = paid_case(), paid_case()
    ours = invoices.computed_lines(firm_id=case.firm.pk, month=OCTOBER)
    lines = (ours[0], ours[1]._replace(tax_yen=ours[1].tax_yen + 1), Line(strange.number, "talks", 1, 0, 0, 0))
    found = check(submit(case.firm, lines), clerk).differences
    assert {(one["case_number"], one["field"]) for one in found} == {("", "tax_yen"), (strange.number, "line")}


def test_an_invoice_that_the_ledger_catches_up_with_agrees_when_checked_anew(clerk):
    owed = money.rent(yen=100_000)
    case = money.case(money.firm(), owed)
    sent = submit(case.firm, [Line(case.number, "talks", 1_000, 150, 0, 0), Line("", "", 0, 0, 15, 0)])
    assert check(sent, clerk).state == "differs"
    pay(owed, 1_000, on=date(2026, 10, 9))
    assert check(sent, clerk).state == "agreed"
    assert MoneyDifference.objects.get().closed_by == clerk


def test_submissions_that_are_refused(clerk):
    case, other = paid_case(), money.firm()
    own = money.lawyer(case.firm)
    with pytest.raises(Firm.DoesNotExist):
        submit(case.firm, by=money.lawyer(other))
    line = Line(case.number, "talks", 1, 0, 0, 0)
    for lines, text in (
        ([], "明細がありません"),
        ([line._replace(route="x")], "手段"),
        ([line._replace(route="")], "両方"),
        ([Line("", "talks", 1, 0, 0, 0)], "両方"),
        ([Line("", "", 1, 0, 0, 0)], "消費税だけ"),
        ([line._replace(fee_yen=-1)], "0円以上"),
        ([line._replace(case_number="1" * 31)], "30文字"),
        ([line] * 1_001, "1,000件"),
    ):
        with pytest.raises(MoneyRefused, match=text):
            submit(case.firm, lines)
    with pytest.raises(MoneyRefused, match="番号を入れて"):
        submit(case.firm, [line], number=" ")
    with pytest.raises(MoneyRefused, match="先の月"):
        submit(case.firm, [line], month=date(2026, 12, 1))
    sent = submit(case.firm, [line])
    with pytest.raises(MoneyRefused, match="使われています"):
        submit(case.firm, [line._replace(recovered_yen=2)])
    with pytest.raises(MoneyRefused, match="提出済"):
        submit(case.firm, [line], number="R8-2")
    with pytest.raises(MoneyRefused, match="古い月"):
        submit(case.firm, [line], number="R8-2", month=date(2026, 9, 1))
    with pytest.raises(MoneyRefused, match="10月分の照合がまだ"):
        submit(case.firm, [line], number="R8-2", month=NOVEMBER)
    invoices.give_back(invoice_id=sent.pk, note="違う", by=clerk, on=DAY)
    with pytest.raises(MoneyRefused, match="返却した"):
        check(sent, clerk)
    check(submit(case.firm, number="R8-3", by=own), clerk)
    later = submit(case.firm, [line], number="R8-4", month=NOVEMBER)
    agreed = Invoice.objects.get(number="R8-3")
    with pytest.raises(MoneyRefused, match="あとの月"):
        invoices.give_back(invoice_id=agreed.pk, note="違う", by=clerk, on=DAY)
    with pytest.raises(MoneyRefused, match="理由"):
        invoices.give_back(invoice_id=later.pk, note=" ", by=clerk, on=DAY)


def test_without_a_table_of_fees_nothing_is_computed():
    case = paid_case()
    Setting.objects.filter(key="lawyers.fees").delete()
    with pytest.raises(MoneyRefused, match=r"lawyers\.fees"):
        invoices.computed_lines(firm_id=case.firm.pk, month=OCTOBER)


def test_constraints_of_invoices(clerk):
    sent = submit(paid_case().firm)
    facts = {"firm": sent.firm, "sent_on": DAY, "sent_by": clerk, "fee_yen": 0, "tax_yen": 0, "cost_yen": 0}
    with pytest.raises(IntegrityError, match="invoice_one_a_month"), transaction.atomic():
        Invoice.objects.create(number="x", month=sent.month, **facts)
    with pytest.raises(IntegrityError, match="invoice_number_once_per_firm"), transaction.atomic():
        Invoice.objects.create(number=sent.number, month=NOVEMBER, **facts)
    with pytest.raises(IntegrityError, match="invoice_agrees_only_without"), transaction.atomic():
        Invoice.objects.filter(pk=sent.pk).update(state="agreed", differences=[1])
    with pytest.raises(Exception, match="read_only"), transaction.atomic():
        InvoiceLine.objects.filter(invoice=sent).update(fee_yen=1)
    with pytest.raises(Exception, match="never_deleted"), transaction.atomic():
        InvoiceLine.objects.filter(invoice=sent).delete()
