"""預り金: taken under a designation alone, never more than is owed, once."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from claims.models import BookingSource, Overpayment
from lawyers.models import Designation, LegalCase, TrustReceipt
from lawyers.services import trust
from lawyers.services.money import MoneyRefused
from tests.factories import lawyers_money as money
from tests.factories.claims import pay
from tests.factories.debtors import user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ours():
    money.we_book()


def refused(of_case, yen=1_000, **facts):
    with pytest.raises(MoneyRefused) as told:
        money.take(of_case, yen, **facts)
    assert not TrustReceipt.objects.filter(case=of_case).exists()
    return str(told.value)


def test_money_is_noted_once_with_its_designation_and_audit_row():
    case, token = money.case(money.firm()), uuid4()
    first = money.take(case, 30_000, token=token)
    again = money.take(case, 30_000, token=token)
    assert again == first
    assert first.designation == Designation.objects.get()
    assert AuditEvent.objects.filter(event="trust.taken", subject_key=str(first.pk)).count() == 1
    with pytest.raises(MoneyRefused, match="別の内容"):
        money.take(case, 30_001, token=token)


def test_without_a_designation_the_debtor_pays_the_city():
    case = money.case(money.firm(designated=False))
    text = refused(case)
    assert "市の納付書" in text
    assert "本人に返し" in text


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "may"),
    [
        pytest.param(date(2026, 10, 5), None, True, id="自作: its first day"),
        pytest.param(date(2026, 10, 6), None, False, id="自作: the day before it"),
        pytest.param(date(2026, 9, 1), date(2026, 10, 5), True, id="自作: its last day"),
        pytest.param(date(2026, 9, 1), date(2026, 10, 4), False, id="自作: the day after it"),
    ],
)
def test_the_days_of_a_designation(starts_on, ends_on, may):
    firm = money.firm(designated=False)
    Designation.objects.create(firm=firm, starts_on=starts_on, ends_on=ends_on, number="1", source="架空")
    case = money.case(firm)
    if may:
        assert money.take(case, 1_000)
    else:
        assert "指定" in refused(case)


def test_another_firms_designation_is_none():
    firm = money.firm(designated=False)
    money.firm()
    assert "指定" in refused(money.case(firm))


def test_days_and_sums_that_cannot_be():
    case = money.case(money.firm(), yen=100_000)
    assert "先の日" in refused(case, received_on=date(2026, 11, 21))
    assert "引渡しより前" in refused(case, received_on=date(2026, 8, 31))
    assert "1円以上" in refused(case, 0)
    assert "あと100,000円まで" in refused(case, 100_001)
    assert money.take(case, 100_000, received_on=money.HANDED)


def test_what_is_held_or_sent_already_counts():
    case = money.case(money.firm(), yen=100_000)
    money.tell(money.take(case, 60_000))
    taken = money.take(case, 39_999)
    with pytest.raises(MoneyRefused, match="あと1円まで"):
        money.take(case, 2)
    trust.cancel(trust_id=taken.pk, reason="二重に記録した", by=money.lawyer(case.firm))
    assert money.take(case, 40_000)


def test_late_charge_up_to_the_day_may_be_taken():
    claim = money.rent(kind="housing_rent", yen=1_000_000, due_on=date(2026, 3, 31))
    case = money.case(money.firm(), claim)
    # 3% a year of 1,000,000 yen from April 1 to October 5: 188 days
    assert money.take(case, 1_000_000 + 15_452)
    with pytest.raises(MoneyRefused, match="あと0円まで"):
        money.take(case, 1)


def test_only_claims_that_we_book_and_that_may_still_be_paid():
    claim = money.rent()
    case = money.case(money.firm(), claim)
    BookingSource.objects.filter(kind=claim.kind).update(by=BookingSource.By.SECTION)
    assert "所管課" in refused(case)
    money.we_book()
    pay(claim, 100_000, on=date(2026, 10, 1))
    assert "受け取れる債権がありません" in refused(case)


def test_another_firms_and_left_cases_do_not_exist():
    case, other = money.case(money.firm()), money.firm()
    stranger = money.lawyer(other)
    with pytest.raises(LegalCase.DoesNotExist):
        money.take(case, 1_000, by=stranger)
    with pytest.raises(LegalCase.DoesNotExist):
        money.take(case, 1_000, by=user(Role.LAWYER))
    never = money.case(other, state="picked", handed_on=None, last_entry=None, accepted_on=None, accepted_by=None)
    with pytest.raises(LegalCase.DoesNotExist):
        money.take(never, 1_000, by=stranger)
    left = money.case(other)
    other.members.clear()
    with pytest.raises(LegalCase.DoesNotExist):
        money.take(left, 1_000, by=stranger)
    idle = money.case(money.firm(is_active=False))
    with pytest.raises(LegalCase.DoesNotExist):
        money.take(idle, 1_000)


@pytest.mark.parametrize(
    ("received_on", "text"),
    [
        pytest.param(date(2026, 8, 31), "引渡しより前", id="自作: the day before the hand-over"),
        pytest.param(money.HANDED, "", id="自作: the day of the hand-over"),
        pytest.param(date(2026, 11, 17), "", id="自作: the day of the end"),
        pytest.param(date(2026, 11, 18), "11月17日に事務所の手を離れ", id="自作: the day after it"),
    ],
)
def test_what_was_taken_before_the_case_ended_is_noted_after_it(received_on, text):
    case = money.case(money.firm())
    money.finish(case, on=date(2026, 11, 17))
    if text:
        assert text in refused(case, received_on=received_on)
        return
    assert money.take(case, 1_000, received_on=received_on)
    with pytest.raises(LegalCase.DoesNotExist):
        money.take(case, 1_000, received_on=received_on, by=money.lawyer(money.firm()))


def test_what_an_ended_case_owes_by_now_neither_binds_nor_shows():
    owed = money.rent(yen=40_000)
    case = money.case(money.firm(), owed)
    money.finish(case)
    pay(owed, 40_000, on=money.DAY)
    taken = money.take(case, 30_000)
    money.booked(taken)
    assert Overpayment.objects.get().left_yen == 30_000


def test_cancelled_for_a_reason_before_it_is_sent():
    case = money.case(money.firm())
    taken, own = money.take(case, 1_000), money.lawyer(case.firm)
    with pytest.raises(MoneyRefused, match="理由"):
        trust.cancel(trust_id=taken.pk, reason=" ", by=own)
    with pytest.raises(TrustReceipt.DoesNotExist):
        trust.cancel(trust_id=taken.pk, reason="x", by=money.lawyer(money.firm()))
    for _ in range(2):
        assert trust.cancel(trust_id=taken.pk, reason="誤記", by=own).cancelled_because == "誤記"
    assert AuditEvent.objects.filter(event="trust.cancelled").count() == 1
    sent = money.take(case, 2_000)
    money.tell(sent)
    with pytest.raises(MoneyRefused, match="送金を取り消して"):
        trust.cancel(trust_id=sent.pk, reason="誤記", by=own)


@pytest.mark.parametrize("facts", [{"yen": 2}, {"received_on": date(2026, 10, 6)}])
def test_what_was_taken_stays(facts):
    taken = money.take(money.case(money.firm()), 1_000)
    with pytest.raises(Exception, match="what_was_taken_stays"), transaction.atomic():
        TrustReceipt.objects.filter(pk=taken.pk).update(**facts)
    with pytest.raises(Exception, match="never_deleted"), transaction.atomic():
        TrustReceipt.objects.filter(pk=taken.pk).delete()


def test_constraints_of_a_receipt():
    taken = money.take(money.case(money.firm()), 1_000)
    told = money.tell(money.take(money.case(money.firm()), 1_000))
    rows = TrustReceipt.objects
    with pytest.raises(IntegrityError, match="trust_receipt_cancelled_for_a_reason"), transaction.atomic():
        rows.filter(pk=taken.pk).update(cancelled_because="理由だけ")
    with pytest.raises(IntegrityError, match="trust_receipt_cancelled_for_a_reason"), transaction.atomic():
        rows.filter(remittance=told).update(cancelled_because="誤記", cancelled_at="2026-11-20T00:00+09:00")
    receipt = pay(money.rent(), 1_000, on=money.DAY)
    with pytest.raises(IntegrityError, match="trust_receipt_booked_is_remitted"), transaction.atomic():
        rows.filter(pk=taken.pk).update(receipt=receipt)
    facts = {"case": taken.case, "designation": taken.designation, "received_on": money.DAY, "by": taken.by}
    with pytest.raises(IntegrityError, match="trust_receipt_is_money"), transaction.atomic():
        rows.create(yen=0, token=uuid4(), **facts)
    with pytest.raises(IntegrityError, match="token"), transaction.atomic():
        rows.create(yen=1, token=taken.token, **facts)
