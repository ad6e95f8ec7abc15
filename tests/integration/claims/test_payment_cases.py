"""What two people decide about a payment in doubt, and what the ledger says then. All people are synthetic."""

from datetime import date

import pytest

from claims.models import BookingSource, Claim, Overpayment, Payment, PaymentCase, Receipt
from claims.moneyfiles import Status
from claims.services import cases, payments, slips
from claims.services.cases import CaseRefused, ask, propose
from tests.factories.claims import book, claim
from tests.factories.debtors import person, system_user, user
from tests.factories.moneyfiles import convenience, counter, direct_debit
from toyota_collect import approvals
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PAID = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def we_book_everything():
    BookingSource.objects.update(by="own")


@pytest.fixture
def clerk():
    return user("receipts_clerk")


@pytest.fixture
def supervisor():
    return user("supervisor")


def take(content: bytes) -> None:
    assert payments.take_in(content=content, name="x.dat", by=system_user(), as_of=TODAY).problem == ""


def slip_for(owed: Claim):
    return slips.issue_slip(
        person_id=owed.identity.person_id,
        claim_ids=[owed.pk],
        as_of=TODAY,
        due_on=date(2026, 12, 14),
        issued_on=date(2026, 11, 10),
        by=system_user(),
    )


def decide(case: PaymentCase, clerk, supervisor, decision="approved", **answer):
    asked = ask(case_id=case.pk, by=clerk, **answer)
    approvals.decide(approval_id=asked.pk, decision=decision, by=supervisor, reason="確認した")
    case.refresh_from_db()
    return case


def test_an_unknown_payment_is_given_to_whom_it_belongs(clerk, supervisor):
    owed = claim(person(kana="ﾅｿﾞﾉ ﾋﾄ", kana_key="ナゾノヒト"), principal_yen=12_345, due_on=date(2026, 10, 31))
    take(direct_debit([("NOBODY", 12_345, "ﾅｿﾞﾉ ﾋﾄ")], on=PAID))
    case = PaymentCase.objects.get()
    proposal = propose(case)
    assert (proposal.action, list(proposal.people)) == ("unknown", [owed.identity.person])
    found = propose(case, person=owed.identity.person)
    lines = [share.as_json() for share in found.plan.shares if share.yen]
    decide(case, clerk, supervisor, action="allocate", lines=lines, person_id=owed.identity.person_id)
    owed.refresh_from_db()
    assert (owed.principal_yen, case.closed_at is None) == (0, False)
    assert Receipt.objects.get().left_yen == 0
    assert Payment.objects.get().settled_at is not None


def test_nobody_books_alone(clerk, supervisor):
    take(direct_debit([("NOBODY", 12_345)], on=PAID))
    case = PaymentCase.objects.get()
    asked = ask(case_id=case.pk, by=clerk, action="unknown")
    assert not Overpayment.objects.exists()
    for somebody in (clerk, user("collector"), user("receipts_clerk")):
        with pytest.raises(ApprovalRefused):
            approvals.decide(approval_id=asked.pk, decision="approved", by=somebody)
    with pytest.raises(CaseRefused, match="すでに決裁を待って"):
        ask(case_id=case.pk, by=clerk, action="unknown")
    approvals.decide(approval_id=asked.pk, decision="approved", by=supervisor)
    over = Overpayment.objects.get()
    assert (over.cause, over.person, over.left_yen) == ("unknown", None, 12_345)
    with pytest.raises(ApprovalRefused, match="すでに決定"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=supervisor)
    assert AuditEvent.objects.filter(event="payment_case.closed").count() == 1


def test_what_was_sent_back_can_be_asked_again(clerk, supervisor):
    take(direct_debit([("NOBODY", 12_345)], on=PAID))
    case = decide(PaymentCase.objects.get(), clerk, supervisor, "rejected", action="unknown")
    assert case.closed_at is None
    assert decide(case, clerk, supervisor, action="unknown").closed_at is not None


def test_a_double_payment_becomes_an_overpayment(clerk, supervisor):
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    for time in ("10:00", "11:00"):
        take(convenience(Status.FINAL, [(slip.barcode, PAID, time)], made_on=TODAY))
    case = PaymentCase.objects.get()
    assert propose(case).action == "return"
    decide(case, clerk, supervisor, action="return")
    over = Overpayment.objects.get()
    assert (over.cause, over.left_yen, over.person) == ("double", slip.amount_yen, owed.identity.person)
    # 地方税法17条の4: one month after the day following the payment (setting), so the first day with interest is 12-19.
    assert over.interest_from == date(2026, 12, 19)


def test_an_answer_that_no_longer_fits_fails_the_decision_and_books_nothing(clerk, supervisor):
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    take(counter([(slip.reference, 30_000, PAID)]))
    case = PaymentCase.objects.get()
    lines = [share.as_json() for share in propose(case).plan.shares if share.yen]
    asked = ask(case_id=case.pk, by=clerk, action="allocate", lines=lines)
    book(owed, "exemption", "principal", -20_000, on=date(2026, 11, 19))
    with pytest.raises(ApprovalRefused, match="案を作り直してください"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=supervisor)
    asked.refresh_from_db()
    case.refresh_from_db()
    assert (asked.is_open, case.closed_at) == (True, None)
    assert Receipt.objects.get().left_yen == 30_000


def test_a_missing_final_ends_as_no_money_and_dunning_speaks_again(clerk, supervisor):
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    take(convenience(Status.PROVISIONAL, [(slip_for(owed).barcode, PAID)], made_on=TODAY))
    payments.find_missing_finals(by=system_user(), today=date(2026, 12, 15))
    assert owed not in Claim.objects.reachable_by("notice", on=TODAY)
    decide(PaymentCase.objects.get(), clerk, supervisor, action="no_money")
    assert owed in Claim.objects.reachable_by("notice", on=TODAY)


@pytest.mark.parametrize(("action", "owes"), [("no_money", 41_000), ("keep", 0)])
def test_a_cancellation_beside_a_final_one_is_decided(clerk, supervisor, action, owes):
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    for kind in (Status.FINAL, Status.CANCELLED):
        take(convenience(kind, [(slip.barcode, PAID)], made_on=TODAY))
    decide(PaymentCase.objects.get(), clerk, supervisor, action=action)
    owed.refresh_from_db()
    assert owed.principal_yen == owes


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param({"action": "allocate"}, "納付した人を選んで", id="nobody to give it to"),
        pytest.param({"action": "no_money"}, "入金の有無を問うのは", id="money that came in is no missing money"),
        pytest.param({"action": "destroy"}, "処理のしかた", id="an unknown action"),
    ],
)
def test_answers_that_do_not_fit_are_refused(clerk, answer, why):
    take(direct_debit([("NOBODY", 12_345)], on=PAID))
    with pytest.raises(CaseRefused, match=why):
        cases.ask(case_id=PaymentCase.objects.get().pk, by=clerk, **answer)
    assert not PaymentCase.objects.exclude(approval=None).exists()


def test_money_that_came_after_all_is_not_cancelled_by_a_decision_about_its_absence(clerk, supervisor):
    """速報, overdue, somebody proposes to end it; then the 確報 comes and is booked. The old proposal must not undo it."""
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    take(convenience(Status.PROVISIONAL, [(slip.barcode, PAID, "10:00")], made_on=TODAY))
    assert payments.find_missing_finals(by=system_user(), today=date(2026, 12, 25)) == 1
    case = PaymentCase.objects.get()
    asked = ask(case_id=case.pk, by=clerk, action="no_money")
    take(convenience(Status.FINAL, [(slip.barcode, PAID, "10:00")], made_on=TODAY))
    case.refresh_from_db()
    assert case.closed_at is not None  # nothing is in doubt any more
    with pytest.raises(ApprovalRefused, match="すでに終わって"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=supervisor)
    owed.refresh_from_db()
    assert (owed.principal_yen, Receipt.objects.get().left_yen) == (0, 0)


def test_a_proposal_made_before_the_reason_changed_is_not_carried_out(clerk, supervisor):
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    for time in ("10:00", "11:00"):
        take(convenience(Status.FINAL, [(slip.barcode, PAID, time)], made_on=TODAY))
    case = PaymentCase.objects.get()
    asked = ask(case_id=case.pk, by=clerk, action="return")
    take(convenience(Status.CANCELLED, [(slip.barcode, PAID, "11:00")], made_on=TODAY))
    with pytest.raises(ApprovalRefused, match="案を作ったあとで"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=supervisor)
    assert not Overpayment.objects.exists()


def test_money_that_nobody_has_booked_is_not_kept_as_it_is(clerk):
    """取消 first, then 確報: the receipt waits; to keep the books as they are would leave its money nowhere."""
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    take(convenience(Status.CANCELLED, [(slip.barcode, PAID, "10:00")], made_on=TODAY))
    take(convenience(Status.FINAL, [(slip.barcode, PAID, "10:00")], made_on=TODAY))
    case = PaymentCase.objects.get()
    assert (case.kind, Receipt.objects.get().left_yen) == ("contradicts", slip.amount_yen)
    with pytest.raises(CaseRefused, match="充当していない"):
        ask(case_id=case.pk, by=clerk, action="keep")
