"""Receipts of our own: what they pay, what the database refuses, and taking them back. All people are synthetic."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from claims.models import BookingSource, Claim, ClaimEvent, Entry, Overpayment, Receipt
from claims.services import cancellations, receipts
from claims.services.allocation import plan_allocation
from claims.services.posting import BookingRefused, Line, post, post_receipt
from tests.factories.claims import book, claim
from tests.factories.debtors import person, system_user
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PAID = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def we_book_everything():
    BookingSource.objects.update(by="own")


def receipt(yen: int, *, paid_on: date = PAID, number: str = "P1") -> Receipt:
    return post_receipt(
        [],
        number=number,
        paid_on=paid_on,
        booked_on=paid_on,
        channel="counter",
        yen=yen,
        ground="tax",
        by=system_user(),
        detail={},
    )


def pay(
    yen: int, *claims: Claim, paid_on: date = PAID, number: str = "P1", rest_as: str = "", person_id=None
) -> Receipt:
    made = receipt(yen, paid_on=paid_on, number=number)
    plan = plan_allocation(claims, yen=yen, on=paid_on)
    receipts.book_receipt(
        receipt_id=made.pk,
        answer=[share.as_json() for share in plan.shares if share.yen],
        by=system_user(),
        today=TODAY,
        rest_as=rest_as,
        person_id=person_id,
    )
    made.refresh_from_db()
    return made


def balances(one: Claim) -> tuple[int, int, int]:
    one.refresh_from_db()
    return one.principal_yen, one.fee_yen, one.late_yen


def test_a_part_payment_goes_to_principal_first_and_acknowledges_the_rest():
    owed = claim(principal_yen=41_000, fee_yen=100, due_on=date(2026, 6, 30))
    made = pay(20_100, owed)
    assert balances(owed) == (21_000, 0, 0)
    assert made.left_yen == 0
    event = ClaimEvent.objects.get(claim=owed, kind="part_payment")
    assert event.on == PAID


def test_paying_off_the_principal_determines_the_late_charge():
    # 2026-06-30 to 11-19: 31 days at 2.8 % (97 yen) and 111 days at 9.1 % (1,134 yen) of 41,000: 1,231 -> 1,200.
    owed = claim(principal_yen=41_000, due_on=date(2026, 6, 30))
    pay(41_000, owed)
    assert balances(owed) == (0, 0, 1_200)
    assert not ClaimEvent.objects.filter(claim=owed, kind="part_payment", withdrawn_at=None).exists()
    pay(1_200, owed, number="P2")
    assert balances(owed) == (0, 0, 0)


def test_one_receipt_pays_claims_of_two_laws_each_by_its_own():
    someone = person()
    tax = claim(someone, principal_yen=10_000, due_on=date(2026, 6, 30))
    water = claim(someone, kind="water_charge", source="suido", principal_yen=5_000, due_on=date(2026, 7, 31))
    made = pay(12_000, tax, water)
    assert balances(tax) == (0, 0, 0)  # 23 + 276 yen of late charge: below 1,000, so none
    assert balances(water) == (3_045, 0, 0)  # 民法489条: 45 yen of damages (5,000 x 3 % x 111 / 365) before principal
    assert sorted(made.entries.filter(kind="receipt").values_list("component", "amount_yen")) == [
        ("late", -45),
        ("principal", -10_000),
        ("principal", -1_955),
    ]


def test_what_is_too_much_becomes_an_overpayment():
    someone = person()
    owed = claim(someone, principal_yen=1_000, due_on=TODAY)
    made = pay(1_500, owed, rest_as="excess", person_id=someone.pk)
    over = Overpayment.objects.get()
    assert (over.left_yen, over.person, over.cause) == (500, someone, "excess")
    assert made.left_yen == 0


def test_nothing_may_be_left_over_without_saying_where_it_goes():
    owed = claim(principal_yen=1_000, due_on=TODAY)
    with pytest.raises(BookingRefused, match="500円の行き先"):
        pay(1_500, owed)
    assert balances(owed)[0] == 1_000


def test_a_receipt_is_used_once():
    first, second = claim(principal_yen=1_000, due_on=TODAY), claim(principal_yen=1_000, due_on=TODAY)
    made = pay(1_000, first)
    line = Line("receipt", "principal", -1_000, PAID, claim_id=second.pk, receipt_id=made.pk)
    with pytest.raises(BookingRefused, match="この領収の残り"):
        post([line], by=system_user(), event="x", subject_type="x", subject_key="x", detail={})
    with pytest.raises(BookingRefused, match="すべて充当済み"):
        receipts.book_receipt(receipt_id=made.pk, answer=[], by=system_user(), today=TODAY)


def test_the_same_number_is_booked_once():
    receipt(1_000)
    with pytest.raises(BookingRefused, match="二度は記帳できません"):
        receipt(1_000)


def test_money_of_a_kind_the_section_books_is_refused():
    BookingSource.objects.filter(kind__code="resident_tax").update(by="section")
    with pytest.raises(BookingRefused, match="所管課が記帳"):
        pay(1_000, claim(principal_yen=1_000, due_on=TODAY))


def test_a_claim_that_owes_less_by_now_is_named():
    owed = claim(principal_yen=1_000, due_on=TODAY)
    made, other = receipt(1_000), receipt(400, number="P2")
    answer = [{"claim": owed.pk, "principal": 1_000, "fee": 0, "late": 0, "cost": 0}]
    receipts.book_receipt(receipt_id=other.pk, answer=[answer[0] | {"principal": 400}], by=system_user(), today=TODAY)
    with pytest.raises(BookingRefused, match="案を作り直してください"):
        receipts.book_receipt(receipt_id=made.pk, answer=answer, by=system_user(), today=TODAY)


def test_a_claim_named_twice_would_be_charged_its_late_charge_twice_and_is_refused():
    owed = claim(principal_yen=100_000, due_on=date(2026, 6, 30))
    made = receipt(3_000)
    part = {"claim": owed.pk, "principal": 0, "fee": 0, "late": 1_500, "cost": 0}
    with pytest.raises(BookingRefused, match="選び直して"):
        receipts.book_receipt(receipt_id=made.pk, answer=[part, part], by=system_user(), today=TODAY)
    assert balances(owed) == (100_000, 0, 0)


# --- taking back --------------------------------------------------------------------------------------------


def cancel(made: Receipt) -> Receipt:
    return cancellations.cancel_receipt(receipt_id=made.pk, on=TODAY, reason="不渡り", by=system_user(), today=TODAY)


def test_cancelling_restores_exactly_and_lets_the_late_charge_run_on():
    owed = claim(principal_yen=41_000, fee_yen=100, due_on=date(2026, 6, 30))
    made = pay(42_300, owed)
    assert balances(owed) == (0, 0, 0)
    made = cancel(made)
    assert balances(owed) == (41_000, 100, 0)
    assert made.left_yen == 0
    assert not ClaimEvent.objects.filter(claim=owed, kind="part_payment", withdrawn_at=None).exists()
    with pytest.raises(BookingRefused, match="すでに取り消され"):
        cancel(made)
    assert AuditEvent.objects.filter(event="receipt.cancelled").count() == 1


def test_money_for_late_charge_of_a_claim_open_again_goes_to_its_principal():
    owed = claim(principal_yen=100_000, due_on=date(2026, 6, 30))
    first = pay(100_000, owed, paid_on=date(2026, 10, 1))
    assert balances(owed) == (0, 0, 1_700)  # 31 days at 2.8 %: 237, 62 days at 9.1 %: 1,545
    pay(1_700, owed, number="P2")
    cancel(first)
    assert balances(owed) == (98_300, 0, 0)


def test_late_charge_that_was_written_off_stays_determined_when_its_receipt_is_taken_back():
    owed = claim(principal_yen=100_000, due_on=date(2026, 6, 30))
    first = pay(100_000, owed, paid_on=date(2026, 10, 1))
    book(owed, "write_off", "late", -1_700, on=date(2026, 11, 10))
    cancel(first)
    assert balances(owed) == (100_000, 0, 0)
    # 31 days at 2.8 %: 237, 111 days at 9.1 %: 2,767; 3,004 -> 3,000, of which 1,700 were written off.
    pay(100_000, owed, number="P2")
    assert balances(owed) == (0, 0, 1_300)


def test_a_cancelled_receipt_pays_nothing_more():
    owed = claim(principal_yen=1_000, due_on=TODAY)
    made = cancel(pay(1_000, owed))
    line = Line("receipt", "principal", -1_000, PAID, claim_id=owed.pk, receipt_id=made.pk)
    with pytest.raises(BookingRefused, match="この領収の残り"):
        post([line], by=system_user(), event="x", subject_type="x", subject_key="x", detail={})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"amount_yen": 400}, id="another amount"),
        pytest.param({"component": "fee"}, id="another component"),
        pytest.param({"receipt": None}, id="another receipt"),
    ],
)
def test_a_reversal_restores_exactly_the_entry_it_names(change):
    owed = claim(principal_yen=1_000, due_on=TODAY)
    made = pay(500, owed)
    paid = made.entries.get()
    facts = {"component": "principal", "amount_yen": 500, "receipt": made} | change
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(claim=owed, kind="reversal", on=TODAY, reverses=paid, by=system_user(), **facts)
    assert balances(owed)[0] == 500


def test_a_reversal_is_never_reversed():
    owed = claim(principal_yen=1_000, due_on=TODAY)
    made = cancel(pay(500, owed))
    reversal = made.entries.get(kind="reversal")
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            claim=owed,
            kind="reversal",
            component="principal",
            amount_yen=-500,
            on=TODAY,
            reverses=reversal,
            receipt=made,
            by=system_user(),
        )
