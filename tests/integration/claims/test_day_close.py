"""日締め: open until bank, receipts and entries agree; its journal ties to the receipts. All people are synthetic."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.urls import reverse

from claims.models import BookingSource
from claims.services import cancellations, day_close, payments, receipts
from claims.services.day_close import CloseRefused
from tests.factories.claims import claim
from tests.factories.debtors import person, system_user, user
from tests.factories.moneyfiles import bank_statement, counter

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def we_book_everything():
    BookingSource.objects.update(by="own")


@pytest.fixture
def clerk():
    return user("receipts_clerk")


def paid_at_counter(yen: int, *, levied_on_year: int = 2026, overpaid: int = 0):
    someone = person()
    owed = claim(someone, principal_yen=yen, due_on=date(2026, 10, 31), levy_year=levied_on_year)
    return receipts.receive_at_counter(
        person_id=someone.pk, claim_ids=[owed.pk], yen=yen + overpaid, paid_on=TODAY, by=system_user(), today=TODAY
    )


def enter(yen: int, clerk) -> None:
    day_close.enter_bank_total(day=TODAY, yen=yen, source="入出金明細", by=clerk)


def test_a_day_that_ties_is_closed_once(clerk):
    paid_at_counter(5_000)
    enter(5_000, clerk)
    row = day_close.close_day(day=TODAY, by=clerk)
    assert row.totals["receipts_yen"] == 5_000
    with pytest.raises(CloseRefused, match="すでに締めて"):
        day_close.close_day(day=TODAY, by=clerk)
    with pytest.raises(CloseRefused, match="変えられません"):
        enter(6_000, clerk)


def test_a_closed_day_that_moves_says_so(clerk, client):
    made = paid_at_counter(5_000)
    enter(5_000, clerk)
    row = day_close.close_day(day=TODAY, by=clerk)
    assert not day_close.moved_since(row, day_close.figures(TODAY))
    cancellations.cancel_receipt(receipt_id=made.pk, on=TODAY, reason="誤入力", by=system_user(), today=TODAY)
    assert day_close.moved_since(row, day_close.figures(TODAY))
    client.force_login(clerk)
    for name, args in (("claims:days", []), ("claims:day", [TODAY])):
        assert "締めたあとに動いた" in client.get(reverse(name, args=args)).content.decode()


def test_it_stays_open_without_the_banks_figure(clerk):
    paid_at_counter(5_000)
    with pytest.raises(CloseRefused, match="入っていません"):
        day_close.close_day(day=TODAY, by=clerk)


@pytest.mark.parametrize("difference", [-1, 1])
def test_it_stays_open_for_one_yen(clerk, difference):
    paid_at_counter(5_000)
    enter(5_000 + difference, clerk)
    with pytest.raises(CloseRefused, match="円違います"):
        day_close.close_day(day=TODAY, by=clerk)


def test_the_banks_own_statement_gives_the_total(clerk):
    paid_at_counter(5_000)
    content = bank_statement([(TODAY, 3_000), (TODAY, 2_000), (date(2026, 11, 19), 700)])
    row = day_close.take_bank_statement(day=TODAY, content=content, name="meisai.txt", by=clerk, as_of=TODAY)
    assert row.bank_yen == 5_000
    assert "meisai.txt" in row.bank_source
    with pytest.raises(CloseRefused, match="入金はありません"):
        day_close.take_bank_statement(day=date(2026, 11, 18), content=content, name="meisai.txt", by=clerk, as_of=TODAY)
    with pytest.raises(CloseRefused):
        day_close.take_bank_statement(day=TODAY, content=content[:-40], name="meisai.txt", by=clerk, as_of=TODAY)


def test_it_stays_open_while_a_payment_is_in_doubt(clerk):
    payments.take_in(content=counter([("NOBODY-1", 7_000, TODAY)]), name="madoguchi.csv", by=system_user(), as_of=TODAY)
    enter(7_000, clerk)
    found = day_close.figures(TODAY)
    assert (found.booking_difference_yen, found.left_yen, found.open_cases) == (7_000, 7_000, 1)
    with pytest.raises(CloseRefused, match="7,000円"):
        day_close.close_day(day=TODAY, by=clerk)


def test_a_cancelled_receipt_leaves_the_day(clerk):
    made = paid_at_counter(5_000)
    paid_at_counter(3_000)
    cancellations.cancel_receipt(receipt_id=made.pk, on=TODAY, reason="誤入力", by=system_user(), today=TODAY)
    found = day_close.figures(TODAY)
    assert (found.receipts_yen, found.entries_yen, found.late_cancelled_yen) == (3_000, 3_000, 5_000)


def test_the_journal_ties_to_the_receipts_and_tells_years_and_overpaid_money_apart():
    paid_at_counter(5_000)
    paid_at_counter(4_000, levied_on_year=2024, overpaid=300)
    rows = list(csv.reader(StringIO(day_close.journal_csv(TODAY))))
    assert rows[0] == day_close.JOURNAL_COLUMNS
    body, total = rows[1:-2], rows[-2]
    assert [(row[1], row[4], row[5], row[8]) for row in body] == [
        ("2026", "滞納繰越", "本税・元金", "4000"),
        ("2026", "現年", "本税・元金", "5000"),
        ("2026", "", "過誤納金", "300"),
    ]
    assert (total[3], total[8]) == ("収納の合計", "9300")
    assert rows[-1][3:] == ["充当・還付の合計", "", "", "", "0", "0"]
    assert day_close.figures(TODAY).receipts_yen == 9_300
