"""過誤納: set-off before refund, interest, the decision, the bank's file and what comes back. All people are synthetic."""

from datetime import date

import pytest

from claims.models import BookingSource, Entry, Overpayment, PaymentCase, Refund, TransferFile
from claims.moneyfiles import read_transfers
from claims.services import cancellations, cases, overpayments, payments, receipts, transfers
from claims.services.overpayments import PlanRefused
from claims.services.transfers import TransferRefused
from claims.services.verify import OVERPAYMENT_SQL, RECEIPT_SQL, _kept
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, system_user, user
from tests.factories.moneyfiles import direct_debit
from toyota_collect import approvals
from toyota_collect.approvals import ApprovalRefused

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
ACCOUNT = {
    "bank_code": "0005",
    "bank_kana": "カクウギンコウ",
    "branch_code": "001",
    "branch_kana": "ホンテン",
    "account_type": "1",
    "account_number": "1234567",
    "holder_kana": "カクウ タロウ",
}


@pytest.fixture(autouse=True)
def we_book_everything():
    BookingSource.objects.update(by="own")


def overpaid(someone, yen: int, *, paid_on: date = date(2026, 6, 1)) -> Overpayment:
    """Somebody paid so much more than the 1,000 yen they owed."""
    owed = claim(someone, principal_yen=1_000, due_on=date(2026, 6, 30))
    receipts.receive_at_counter(
        person_id=someone.pk, claim_ids=[owed.pk], yen=yen + 1_000, paid_on=paid_on, by=system_user(), today=TODAY
    )
    return Overpayment.objects.get(person=someone)


def settle(over: Overpayment, *, lines=None) -> Overpayment:
    plan, _ = overpayments.propose(over, on=TODAY)
    answer = [share.as_json() for share in plan.shares] if lines is None else lines
    asked = overpayments.ask(overpayment_id=over.pk, answer=answer, by=user("receipts_clerk"), on=TODAY)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))
    over.refresh_from_db()
    assert _kept("overpayment", OVERPAYMENT_SQL) == _kept("receipt", RECEIPT_SQL) == []
    return over


def test_unpaid_taxes_come_before_the_person_as_in_the_worked_case():
    # tests/cases/allocation.json a11: 85,600 overpaid, 40,000 unpaid: 40,000 set off, 45,600 paid out.
    someone = person()
    over = overpaid(someone, 85_600)
    unpaid = claim(someone, principal_yen=40_000, due_on=date(2026, 10, 31))
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    over = settle(over)
    unpaid.refresh_from_db()
    assert (unpaid.principal_yen, unpaid.late_yen, over.left_yen) == (0, 0, 0)
    refund = Refund.objects.get()
    assert refund.amount_yen == 45_600
    assert refund.decided_on == TODAY


def test_interest_runs_from_a_month_after_the_payment():
    someone = person()
    over = overpaid(someone, 500_000)
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    assert over.interest_from == date(2026, 7, 2)  # paid 6-1: counted from 6-2, one month ends on 7-1
    over = settle(over)
    # 7-2 to 11-20 are 142 days at 1.3 % (2026): 500,000 x 13 x 142 / 365,000 = 2,528 -> 2,500.
    assert Refund.objects.get().interest_yen == 2_500
    assert sum(over.entries.filter(kind="refund").values_list("amount_yen", flat=True)) == 502_500


def test_interest_on_what_is_set_off_ends_when_both_could_be_set_off():
    # 17条の4: 500,000 overpaid on 6-1, interest from 7-2. 300,000 set off against a claim due on 10-31 (moved to 11-2):
    # 7-2 to 11-2 are 124 days: 300,000 x 13 x 124 / 365,000 = 1,324. The other 200,000 to 11-20, 142 days: 1,011.
    someone = person()
    over = overpaid(someone, 500_000)
    claim(someone, principal_yen=300_000, due_on=date(2026, 11, 2))
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    plan, interest = overpayments.propose(over, on=TODAY)
    assert (plan.used_yen, plan.rest_yen) == (300_000, 200_000)
    assert (sorted(step.yen for step in interest.steps), interest.raw_yen, interest.yen) == (
        [1_011, 1_324],
        2_335,
        2_300,
    )
    settle(over)
    refund = Refund.objects.get()
    assert (refund.amount_yen, refund.interest_yen) == (200_000, 2_300)


def test_money_is_never_set_off_against_what_the_section_books():
    someone = person()
    over = overpaid(someone, 10_000)
    claim(someone, kind="property_tax", principal_yen=40_000, due_on=date(2026, 10, 31))
    BookingSource.objects.filter(kind__code="property_tax").update(by="section")
    plan, _ = overpayments.propose(over, on=TODAY)
    assert plan.used_yen == 0


def test_tax_money_is_never_set_off_against_other_claims():
    someone = person()
    over = overpaid(someone, 10_000)
    claim(someone, kind="water_charge", source="suido", principal_yen=40_000, due_on=date(2026, 10, 31))
    plan, _ = overpayments.propose(over, on=TODAY)
    assert plan.used_yen == 0


def test_a_set_off_counts_as_paid_on_the_day_both_could_be_set_off():
    someone = person()
    over = overpaid(someone, 300_000, paid_on=date(2026, 6, 1))
    unpaid = claim(someone, principal_yen=200_000, due_on=date(2026, 6, 30))
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    settle(over)
    unpaid.refresh_from_db()
    assert (unpaid.principal_yen, unpaid.late_yen) == (0, 0)  # 充当適状 on the due date: no late charge


def test_interest_on_money_that_is_wholly_set_off_is_paid_out():
    someone = person()
    over = overpaid(someone, 500_000)
    unpaid = claim(someone, principal_yen=700_000, due_on=date(2026, 10, 31))
    with pytest.raises(PlanRefused, match="還付口座"):
        settle(over)
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    settle(over)
    unpaid.refresh_from_db()
    refund = Refund.objects.get()
    assert (unpaid.principal_yen, refund.amount_yen, refund.interest_yen > 0) == (200_000, 0, True)
    assert refund.interest_yen == sum(over.entries.filter(kind="refund").values_list("amount_yen", flat=True))


def test_a_claim_named_twice_in_a_plan_is_refused():
    someone = person()
    over = overpaid(someone, 10_000)
    unpaid = claim(someone, principal_yen=5_000, due_on=date(2026, 10, 31))
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    part = {"claim": unpaid.pk, "principal": 2_000, "fee": 0, "late": 0, "cost": 0}
    with pytest.raises(PlanRefused, match="案を作り直して"):
        settle(over, lines=[part, part])


def test_a_set_off_never_makes_a_past_balance_negative():
    """Asked while the claim was open; paid and taken back before the decision, so that for two days nothing was owed."""
    someone = person()
    over = overpaid(someone, 10_000)
    unpaid = claim(someone, principal_yen=5_000, due_on=date(2026, 10, 31))
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    asked_on = date(2026, 11, 12)
    plan, _ = overpayments.propose(over, on=asked_on)
    asked = overpayments.ask(
        overpayment_id=over.pk,
        answer=[share.as_json() for share in plan.shares],
        by=user("receipts_clerk"),
        on=asked_on,
    )
    paid = pay(unpaid, 5_000, on=date(2026, 11, 14))
    book(unpaid, "reversal", "principal", 5_000, on=date(2026, 11, 16), reverses=paid.entries.get())
    with pytest.raises(ApprovalRefused, match="案を作り直して"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))
    assert not Entry.objects.filter(kind="set_off").exists()


def test_money_to_be_paid_out_needs_an_account_first():
    over = overpaid(person(), 10_000)
    with pytest.raises(PlanRefused, match="還付口座"):
        overpayments.ask(overpayment_id=over.pk, answer=[], by=user("receipts_clerk"), on=TODAY)


def test_the_same_money_is_never_paid_back_twice():
    someone = person()
    over = overpaid(someone, 10_000)
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    settle(over)
    with pytest.raises(PlanRefused, match="もう残っていません"):
        overpayments.ask(overpayment_id=over.pk, answer=[], by=user("receipts_clerk"), on=TODAY)
    assert Refund.objects.count() == 1


def test_a_decision_on_money_that_has_gone_elsewhere_fails():
    someone = person()
    over = overpaid(someone, 10_000)
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    asked = overpayments.ask(overpayment_id=over.pk, answer=[], by=user("receipts_clerk"), on=TODAY)
    receipt = over.entries.get().receipt
    cancellations.cancel_receipt(receipt_id=receipt.pk, on=TODAY, reason="不渡り", by=system_user(), today=TODAY)
    with pytest.raises(ApprovalRefused, match="もう残っていません"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))


def test_money_of_an_unknown_payer_is_given_to_whom_a_decision_names():
    payments.take_in(
        content=direct_debit([("NOBODY", 30_000)], on=date(2026, 11, 18)), name="x", by=system_user(), as_of=TODAY
    )
    asked = cases.ask(case_id=PaymentCase.objects.get().pk, action="unknown", by=user("receipts_clerk"))
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))
    over, someone = Overpayment.objects.get(), person()
    with pytest.raises(PlanRefused, match="理由"):
        overpayments.ask_payer(overpayment_id=over.pk, person_id=someone.pk, by=user("receipts_clerk"), reason=" ")
    asked = overpayments.ask_payer(
        overpayment_id=over.pk, person_id=someone.pk, by=user("receipts_clerk"), reason="通帳を見せてもらった"
    )
    over.refresh_from_db()
    assert over.person is None
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"))
    over.refresh_from_db()
    assert (over.person, over.cause, over.left_yen) == (someone, "excess", 30_000)


# --- the bank ---------------------------------------------------------------------------------------------


def test_each_refund_is_in_one_file_and_the_bank_is_told_the_sum():
    for yen in (10_000, 20_000):
        someone = person()
        over = overpaid(someone, yen)
        overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
        settle(over)
    file = transfers.make_transfer_file(transfer_on=date(2026, 11, 27), by=system_user())
    assert (file.count, file.total_yen) == (2, 30_000)
    told = read_transfers(bytes(file.content), as_of=TODAY)
    assert (told.total_yen, [one.amount_yen for one in told.transfers]) == (30_000, [10_000, 20_000])
    with pytest.raises(TransferRefused, match="振込を待っている"):
        transfers.make_transfer_file(transfer_on=date(2026, 11, 27), by=system_user())
    assert TransferFile.objects.count() == 1


def test_a_transfer_that_comes_back_is_owed_again():
    someone = person()
    over = overpaid(someone, 10_000)
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    over = settle(over)
    refund = Refund.objects.get()
    with pytest.raises(TransferRefused, match="振込に出していない"):
        transfers.return_refund(refund_id=refund.pk, on=TODAY, by=system_user(), today=TODAY)
    transfers.make_transfer_file(transfer_on=date(2026, 11, 27), by=system_user())
    transfers.return_refund(refund_id=refund.pk, on=date(2026, 11, 30), by=system_user(), today=TODAY)
    over.refresh_from_db()
    assert over.left_yen == 10_000
    assert Entry.objects.filter(overpayment=over, kind="reversal").count() == 1
    with pytest.raises(TransferRefused):
        transfers.return_refund(refund_id=refund.pk, on=TODAY, by=system_user(), today=TODAY)
