"""Receipts extracts into the ledger: money once, wrong money taken back, never more than is owed."""

from datetime import date

import pytest

from claims.models import BookingSource, Claim, Entry, Receipt
from tests.factories.extracts import claims, counts, import_one, receipts, rejects

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def claim(kept, tmp_path) -> Claim:
    def make() -> Claim:
        import_one(claims(tmp_path, {"fee_yen": "100", "dunned_on": "5080720"}))
        return Claim.objects.get()

    return kept(make)


def balances(claim: Claim) -> tuple[int, int, int]:
    claim.refresh_from_db()
    return claim.principal_yen, claim.fee_yen, claim.late_yen


def part_payments(claim: Claim) -> list[date]:
    valid = claim.events.filter(kind="part_payment", withdrawn_at=None)
    return list(valid.order_by("on").values_list("on", flat=True))


def test_money_is_booked_by_component_and_the_late_charge_determined(claim, tmp_path):
    file = import_one(receipts(tmp_path, {"principal_yen": "41000", "fee_yen": "100", "late_yen": "700"}))
    assert counts(file) == (1, 0, 0, 0)
    receipt = Receipt.objects.get()
    assert (receipt.amount_yen, receipt.paid_on, receipt.booked_on) == (41_800, date(2026, 7, 15), date(2026, 7, 17))
    assert (receipt.channel, receipt.ground) == ("convenience", claim.ground)
    assert list(receipt.entries.order_by("pk").values_list("kind", "component", "amount_yen")) == [
        ("late_fixed", "late", 700),
        ("receipt", "late", -700),
        ("receipt", "fee", -100),
        ("receipt", "principal", -41_000),
    ]
    assert set(receipt.entries.values_list("on", flat=True)) == {date(2026, 7, 15)}
    assert balances(claim) == (0, 0, 0)
    assert part_payments(claim) == []


def test_the_same_file_again_books_nothing(claim, tmp_path):
    path = receipts(tmp_path, {}, {"receipt_number": "R002"}, {"receipt_number": "R003", "cancels": "R002"})
    assert counts(import_one(path)) == (3, 0, 0, 0)
    before = list(Entry.objects.values_list())
    assert counts(import_one(path)) == (0, 0, 3, 0)
    assert list(Entry.objects.values_list()) == before
    assert balances(claim) == (40_000, 100, 0)


def test_a_payment_that_leaves_a_rest_acknowledges_it(claim, tmp_path):
    import_one(
        receipts(
            tmp_path,
            {"principal_yen": "1000", "paid_on": "5080715"},
            {"principal_yen": "20000", "paid_on": "5080815", "receipt_number": "R002"},
            {"principal_yen": "20000", "paid_on": "5080915", "receipt_number": "R003"},
        )
    )
    assert part_payments(claim) == [date(2026, 7, 15), date(2026, 8, 15)]
    assert claim.events.filter(kind="part_payment").first().ground == claim.ground


def test_a_cancelled_receipt_is_reversed_with_its_late_charge(claim, tmp_path):
    import_one(receipts(tmp_path, {"principal_yen": "40000", "late_yen": "700"}))
    assert balances(claim) == (1_000, 100, 0)
    back = {"receipt_number": "R009", "cancels": "R001", "principal_yen": "40000", "late_yen": "700"}
    assert counts(import_one(receipts(tmp_path, back))) == (1, 0, 0, 0)
    assert balances(claim) == (41_000, 100, 0)
    reversals = Entry.objects.filter(kind="reversal")
    assert set(reversals.values_list("receipt__receipt_number", "note")) == {("R001", "領収取消 R009")}
    assert part_payments(claim) == []


def test_a_wrong_receipt_its_cancellation_and_the_right_one_in_one_file(claim, tmp_path):
    rows = [
        {"receipt_number": "R001", "principal_yen": "41000"},
        {"receipt_number": "R002", "principal_yen": "41000", "cancels": "R001"},
        {"receipt_number": "R003", "principal_yen": "41000", "paid_on": "5080801"},
    ]
    assert counts(import_one(receipts(tmp_path, *rows))) == (3, 0, 0, 0)
    assert balances(claim) == (0, 100, 0)


def test_a_cancellation_makes_room_for_a_payment_that_stands_before_it(claim, tmp_path):
    import_one(receipts(tmp_path, {"principal_yen": "41000"}))
    rows = [
        {"receipt_number": "R003", "principal_yen": "41000"},
        {"receipt_number": "R002", "principal_yen": "41000", "cancels": "R001"},
    ]
    assert counts(import_one(receipts(tmp_path, *rows))) == (2, 0, 0, 0)
    assert balances(claim) == (0, 100, 0)


def test_part_payment_stays_while_another_receipt_of_the_day_stands(claim, tmp_path):
    import_one(receipts(tmp_path, {}, {"receipt_number": "R002", "principal_yen": "500"}))
    import_one(receipts(tmp_path, {"receipt_number": "R003", "cancels": "R001"}))
    assert part_payments(claim) == [date(2026, 7, 15)]


REFUSED = [
    pytest.param([{"notice_number": "N999"}], (2, "no_claim"), "台帳にありません", id="no claim"),
    pytest.param([{}, {}], (3, "duplicate"), "2行目と同じ領収番号", id="twice in the file"),
    pytest.param([{"principal_yen": "41001"}], (2, "overpaid"), "1円多く", id="more than the principal"),
    pytest.param([{"fee_yen": "101"}], (2, "overpaid"), "1円多く", id="more than the fee"),
    pytest.param([{"principal_yen": "0"}], (2, "amount"), "0円", id="no money"),
    pytest.param([{"cancels": "R777"}], (2, "key"), "取り消す領収", id="cancels what is not there"),
    pytest.param(
        [{}, {"receipt_number": "R002", "principal_yen": "999", "cancels": "R001"}],
        (3, "key"),
        "金額が違います",
        id="cancels another amount",
    ),
    pytest.param(
        [
            {},
            {"receipt_number": "R002", "cancels": "R001"},
            {"receipt_number": "R003", "cancels": "R001"},
        ],
        (4, "duplicate"),
        "3行目が同じ領収を取り消しています",
        id="cancels twice",
    ),
    pytest.param([{"paid_on": "5081121"}], (2, "date"), "基準日より先", id="paid after the business date"),
]


@pytest.mark.parametrize(("rows", "refused", "reason"), REFUSED)
def test_refused_receipts_name_the_line_and_the_reason(tmp_path, rows, refused, reason):
    file = import_one(receipts(tmp_path, *rows))
    assert (file.status, rejects(file)) == ("committed", [refused])
    assert reason in file.rejected_rows.get().reason
    assert file.inserted == len(rows) - 1


def test_the_payment_that_is_too_much_is_refused_and_those_that_fit_are_taken(claim, tmp_path):
    rows = [
        {"receipt_number": "R001", "principal_yen": "99000"},
        {"receipt_number": "R002", "principal_yen": "21000"},
        {"receipt_number": "R003", "principal_yen": "20000"},
        {"receipt_number": "R004", "principal_yen": "1"},
    ]
    file = import_one(receipts(tmp_path, *rows))
    assert rejects(file) == [(2, "overpaid"), (5, "overpaid")]
    assert balances(claim) == (0, 100, 0)


def test_a_cancellation_falls_with_the_receipt_it_takes_back(claim, tmp_path):
    rows = [
        {"receipt_number": "R001", "principal_yen": "99000"},
        {"receipt_number": "R002", "principal_yen": "99000", "cancels": "R003"},
        {"receipt_number": "R003", "principal_yen": "99000", "notice_number": "N999"},
    ]
    file = import_one(receipts(tmp_path, *rows))
    assert rejects(file) == [(2, "overpaid"), (3, "key"), (4, "no_claim")]
    assert balances(claim) == (41_000, 100, 0)


def test_a_known_number_with_other_content_is_refused(claim, tmp_path):
    import_one(receipts(tmp_path, {}))
    file = import_one(receipts(tmp_path, {"principal_yen": "2000"}))
    assert rejects(file) == [(2, "duplicate")]
    assert "違う内容" in file.rejected_rows.get().reason
    assert balances(claim) == (40_000, 100, 0)


def test_kinds_whose_money_we_book_ourselves_take_none_from_a_section(claim, tmp_path):
    BookingSource.objects.filter(kind__code="resident_tax").update(by="own")
    assert rejects(import_one(receipts(tmp_path, {}))) == [(2, "kind")]
    assert balances(claim) == (41_000, 100, 0)
