"""What two sessions at once, and raw SQL, can not do to money. All people are synthetic."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from claims.models import (
    BookingSource,
    Claim,
    Entry,
    FrozenYear,
    Overpayment,
    Payment,
    PaymentCase,
    PaymentLine,
    Receipt,
    ReceiptFile,
    Refund,
    Slip,
)  # fmt: skip
from claims.services import cancellations, cases, overpayments, receipts, years
from claims.services.posting import BookingRefused, Line, post, post_receipt
from claims.services.verify import OVERPAYMENT_SQL, RECEIPT_SQL, _balances, _kept
from tests.factories.claims import book, claim
from tests.factories.debtors import person, system_user, user
from tests.integration.claims.test_overpayments import ACCOUNT
from toyota_collect import approvals
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.models import AuditEvent

TODAY = date(2026, 11, 20)
PATIENCE = 20  # seconds until a test that waits for another session gives up


# --- two sessions -------------------------------------------------------------------------------------------


@pytest.fixture
def sessions(transactional_db):
    BookingSource.objects.update(by="own")


class Session(Thread):
    """Another session: acts in a connection of its own; ``outcome`` is what it returned or raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.act, self.outcome, self.pid = act, None, 0
        self.start()

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (self.pid,) = cursor.fetchone()
            self.outcome = self.act()
        except Exception as error:
            self.outcome = error
        finally:
            connection.close()

    def ended(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive()
        return self.outcome

    def until_it_waits(self) -> None:
        """Return when the session waits for a lock."""
        end = monotonic() + PATIENCE
        while monotonic() < end:
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_locks WHERE pid = %s AND NOT granted", [self.pid])
                if cursor.fetchone() is not None:
                    return
            assert self.is_alive(), f"it did not wait: {self.outcome!r}"
            sleep(0.02)
        raise AssertionError("the other session never came to its lock")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(acts))

    def together(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            barrier.wait(PATIENCE)
            return act()

        return run

    return [session.ended() for session in [Session(together(act)) for act in acts]]


def is_free(row: Any) -> bool:
    """Whether the row can be locked at once; an error if somebody holds it."""
    return type(row).objects.filter(pk=row.pk).select_for_update(nowait=True, of=("self",)).first() == row


def receipt(yen: int, number: str = "P1") -> Receipt:
    return post_receipt(
        [], number=number, paid_on=TODAY, booked_on=TODAY, channel="counter", yen=yen, ground="tax",
        by=system_user(), detail={},
    )  # fmt: skip


def allocate(made: Receipt, owed: Claim, yen: int) -> int:
    with transaction.atomic():
        line = Line("receipt", "principal", -yen, TODAY, claim_id=owed.pk, receipt_id=made.pk)
        return post([line], by=system_user(), event="x", subject_type="x", subject_key="x", detail={})


def proved() -> bool:
    return [*_balances(), *_kept("receipt", RECEIPT_SQL), *_kept("overpayment", OVERPAYMENT_SQL)] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("parts", "wins"),
    [
        pytest.param([600, 600], 1, id="only one fits"),
        pytest.param([500, 500], 2, id="both fit"),
        pytest.param([300, 300, 300, 300], 3, id="three of four fit"),
    ],
)
def test_a_receipt_split_by_several_at_once_is_never_used_twice(sessions, parts, wins):
    made, claims = receipt(1_000), [claim(principal_yen=1_000, due_on=TODAY) for _ in parts]
    found = at_once(
        *(lambda o=o, y=y: allocate(made, o, y) for o, y in zip(claims, parts, strict=True))
    )  # fmt: skip
    assert found.count(1) == wins
    assert all("この領収の残り" in str(error) for error in found if isinstance(error, BookingRefused))
    assert sum(isinstance(error, BookingRefused) for error in found) == len(parts) - wins
    made.refresh_from_db()
    assert made.left_yen == 1_000 - sum(parts[:wins])
    assert proved()


@pytest.mark.django_db(transaction=True)
def test_a_claim_paid_by_two_at_once_is_never_paid_twice(sessions):
    owed, both = claim(principal_yen=1_000, due_on=TODAY), [receipt(800, "P1"), receipt(800, "P2")]
    found = at_once(*(lambda made=made: allocate(made, owed, 800) for made in both))
    assert sorted(type(one).__name__ for one in found) == ["BookingRefused", "int"]
    owed.refresh_from_db()
    assert owed.principal_yen == 200
    assert proved()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_booking_the_same_receipt_at_once(sessions):
    made, owed = receipt(1_000), claim(principal_yen=5_000, due_on=TODAY)
    answer = [{"claim": owed.pk, "principal": 1_000, "fee": 0, "late": 0, "cost": 0}]
    act = lambda: receipts.book_receipt(receipt_id=made.pk, answer=answer, by=system_user(), today=TODAY)  # noqa: E731
    found = at_once(act, act)
    assert sorted(type(one).__name__ for one in found) == ["BookingRefused", "Plan"]
    assert Entry.objects.filter(kind="receipt").count() == 1
    assert AuditEvent.objects.filter(event="receipt.allocated").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_receipt_number_at_once_is_one_receipt(sessions):
    found = at_once(*[lambda: receipt(1_000)] * 4)
    assert sorted(type(one).__name__ for one in found) == [*["BookingRefused"] * 3, "Receipt"]
    assert Receipt.objects.count() == AuditEvent.objects.filter(event="receipt.booked").count() == 1


def overpaid(yen: int = 10_000) -> Overpayment:
    someone = person()
    owed = claim(someone, principal_yen=1_000, due_on=TODAY)
    receipts.receive_at_counter(
        person_id=someone.pk, claim_ids=[owed.pk], yen=yen + 1_000, paid_on=TODAY, by=system_user(), today=TODAY
    )
    overpayments.name_account(person_id=someone.pk, by=system_user(), **ACCOUNT)
    return Overpayment.objects.get(person=someone)


def asked_about(over: Overpayment):
    return overpayments.ask(overpayment_id=over.pk, answer=[], by=user("receipts_clerk"), on=TODAY)


@pytest.mark.django_db(transaction=True)
def test_two_chiefs_deciding_the_same_overpayment_at_once(sessions):
    over = overpaid()
    asked, chiefs = asked_about(over), [user("supervisor"), user("supervisor")]
    found = at_once(
        *(lambda by=by: approvals.decide(approval_id=asked.pk, decision="approved", by=by) for by in chiefs)
    )
    assert sorted(type(one).__name__ for one in found) == ["Approval", "ApprovalRefused"]
    assert [refund.amount_yen for refund in Refund.objects.all()] == [10_000]
    assert proved()


# Who waits for whom: each of these held one lock and waited for the other's, until both had the same order.


@pytest.mark.django_db(transaction=True)
def test_taking_a_receipt_back_waits_for_other_receipts_before_it_holds_a_claim(sessions):
    owed = claim(principal_yen=100_000, due_on=date(2026, 6, 30))
    first, second = receipt(100_000), receipt(1_000, "P2")
    part = {"claim": owed.pk, "principal": 100_000, "fee": 0, "late": 0, "cost": 0}
    receipts.book_receipt(receipt_id=first.pk, answer=[part], by=system_user(), today=TODAY)
    late = part | {"principal": 0, "late": 1_000}
    receipts.book_receipt(receipt_id=second.pk, answer=[late], by=system_user(), today=TODAY)
    with transaction.atomic():
        Receipt.objects.select_for_update().get(pk=second.pk)  # as somebody does who takes the second one back
        other = Session(
            lambda: cancellations.cancel_receipt(
                receipt_id=first.pk, on=TODAY, reason="不渡り", by=system_user(), today=TODAY
            )
        )
        other.until_it_waits()
        assert is_free(owed)
    assert other.ended() == first
    owed.refresh_from_db()
    assert owed.principal_yen == 99_000
    assert proved()


@pytest.mark.django_db(transaction=True)
def test_taking_a_receipt_back_waits_for_its_overpayment_before_it_holds_a_claim(sessions):
    over = overpaid()
    made, owed = Receipt.objects.get(), Claim.objects.get()
    with transaction.atomic():
        Overpayment.objects.select_for_update().get(pk=over.pk)  # as somebody does who sets it off
        other = Session(
            lambda: cancellations.cancel_receipt(
                receipt_id=made.pk, on=TODAY, reason="不渡り", by=system_user(), today=TODAY
            )
        )
        other.until_it_waits()
        assert is_free(owed)
    assert other.ended() == made
    assert proved()


@pytest.mark.django_db(transaction=True)
def test_asking_again_while_the_decision_is_being_carried_out_is_refused_at_once(sessions):
    over = overpaid()
    asked, chief, clerk = asked_about(over), user("supervisor"), user("receipts_clerk")
    with transaction.atomic():
        Overpayment.objects.select_for_update().get(pk=over.pk)  # as asking does
        other = Session(lambda: approvals.decide(approval_id=asked.pk, decision="approved", by=chief))
        other.until_it_waits()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        with pytest.raises(ApprovalRefused, match="すでに決裁を待って"):
            approvals.ask(subject_type=overpayments.SUBJECT, subject_key=str(over.pk), title="x", by=clerk)
    assert other.ended().decision == "approved"


@pytest.mark.django_db(transaction=True)
def test_a_decision_on_a_payment_waits_for_its_file_before_it_holds_the_case(sessions):
    case = payment_case()
    asked = cases.ask(case_id=case.pk, action="no_money", by=user("receipts_clerk"))
    chief = user("supervisor")
    with transaction.atomic():
        Payment.objects.select_for_update().get(pk=case.payment_id)  # as a file does that tells more of it
        other = Session(lambda: approvals.decide(approval_id=asked.pk, decision="approved", by=chief))
        other.until_it_waits()
        assert is_free(case)
    assert other.ended().decision == "approved"


@pytest.mark.django_db(transaction=True)
def test_a_year_is_frozen_only_when_nobody_is_still_writing_into_it(sessions):
    owed, chief = claim(principal_yen=1_000, due_on=TODAY), user("supervisor")
    with transaction.atomic():
        book(owed, "correction", "principal", 100, on=date(2026, 3, 31))
        other = Session(lambda: years.freeze_year(year=2025, on=TODAY, by=chief))
        other.until_it_waits()
    assert isinstance(other.ended(), FrozenYear)
    with pytest.raises(DatabaseError, match="frozen"):
        book(owed, "correction", "principal", 100, on=date(2026, 3, 31))


# --- raw SQL ------------------------------------------------------------------------------------------------


def payment(**facts: Any) -> Payment:
    return Payment.objects.create(
        **{
            "feed": "convenience", "key": "架空1", "state": "provisional", "paid_on": TODAY, "amount_yen": 1_000,
            "first_seen_on": TODAY,
        } | facts
    )  # fmt: skip


def payment_case() -> PaymentCase:
    return PaymentCase.objects.create(payment=payment(), kind="no_final", explanation="架空", opened_on=TODAY)


def payment_line() -> PaymentLine:
    file = ReceiptFile.objects.create(name="架空.dat", sha256="0" * 64, as_of=TODAY, by=system_user())
    return PaymentLine.objects.create(
        file=file, payment=payment(), line=1, status="provisional", amount_yen=1_000, paid_on=TODAY, raw=b"x"
    )


def cancelled() -> Any:
    made = receipt(1_000)
    return cancellations.cancel_receipt(
        receipt_id=made.pk, on=TODAY, reason="架空", by=system_user(), today=TODAY
    ).cancellation


def overpayment() -> Overpayment:
    return Overpayment.objects.create(
        person=person(), cause="excess", arose_on=TODAY, claimable_until=TODAY, explanation="架空", ground="tax",
        by=system_user(),
    )  # fmt: skip


def refund() -> Refund:
    over = overpayment()
    account = overpayments.name_account(person_id=over.person_id, by=system_user(), **ACCOUNT)
    return Refund.objects.create(
        overpayment=over, amount_yen=1_000, decided_on=TODAY, account=account, by=system_user()
    )


def slip() -> Slip:
    (made,) = Slip.objects.bulk_create(
        [
            Slip(
                person=person(), origin="desk", number="0" * 21, reference="M-1", title="架空", issued_on=TODAY,
                as_of=TODAY, due_on=TODAY, amount_yen=1_000, by=system_user(),
            )
        ]
    )  # fmt: skip
    return made


WRITTEN_ONCE = [
    pytest.param(lambda: claim().entries.get(), '"on" = "on" + 1', id="Entry"),
    pytest.param(lambda: claim().entries.get(), "note = 'x'", id="Entry, its note"),
    pytest.param(lambda: receipt(1_000), "amount_yen = 2000", id="Receipt, its amount"),
    pytest.param(lambda: receipt(1_000), "paid_on = paid_on - 1", id="Receipt, its day"),
    pytest.param(lambda: receipt(1_000), "amount_yen = 2000, left_yen = 2000", id="Receipt, with what is left"),
    pytest.param(cancelled, "reason = 'x'", id="ReceiptCancellation"),
    pytest.param(payment_line, "amount_yen = 2000", id="PaymentLine"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("make", "change"), WRITTEN_ONCE)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {change}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_what_tells_of_money_is_written_once(make, change, statement):
    row = make()
    before = type(row).objects.filter(pk=row.pk).values().get()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=row._meta.db_table, change=change))
    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.mark.django_db
@pytest.mark.parametrize("yen", [-1, 1_001])
def test_what_is_left_of_a_receipt_stays_within_it(yen):
    made = receipt(1_000)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE claims_receipt SET left_yen = %s WHERE id = %s", [yen, made.pk])


KEPT = [
    pytest.param(slip, "title = '別'", {"title": "架空"}, id="Slip"),
    pytest.param(overpayment, "explanation = '別'", {"explanation": "架空"}, id="Overpayment"),
    pytest.param(refund, "amount_yen = 2", {"amount_yen": 1_000}, id="Refund"),
    pytest.param(payment, "amount_yen = 2", {"amount_yen": 1_000}, id="Payment"),
    pytest.param(payment_case, "explanation = '別'", {"explanation": "架空"}, id="PaymentCase"),
    pytest.param(
        lambda: BookingSource.objects.filter(by="section").first(), "by = 'own'", {"by": "section"}, id="BookingSource"
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("make", "change", "was"), KEPT)
def test_raw_sql_leaves_what_was_in_the_history(make, change, was):
    row = make()
    table, history = row._meta.db_table, apps.get_model("claims", f"{type(row).__name__}History").objects
    assert not history.filter(pgh_obj_id=row.pk).exists()  # an insert is its own record
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change} WHERE id = %s", [row.pk])
        assert list(history.filter(pgh_obj_id=row.pk).values_list(*was)) == [tuple(was.values())]
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row.pk])
    kept = history.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    assert list(kept.values_list("pgh_label", flat=True)) == ["update", "delete"]
    assert kept.values_list(*was)[1] != tuple(was.values())  # before it was deleted: as it had been changed
