"""Files of money: the same twice, in parts, in the wrong order, damaged; the ledger is as after one good file."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from claims import tasks, views_money
from claims.models import BookingSource, Claim, Entry, Payment, PaymentCase, Receipt, ReceiptFile, Slip
from claims.moneyfiles import Status
from claims.services import payments, slips
from claims.tasks import take_in_receipts
from tests.factories.claims import book, claim
from tests.factories.debtors import person, system_user, user
from tests.factories.moneyfiles import convenience, counter, direct_debit, el_tax

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
PAID = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def we_book_everything():
    BookingSource.objects.update(by="own")


def slip_for(*claims: Claim, as_of: date = TODAY) -> Slip:
    return slips.issue_slip(
        person_id=claims[0].identity.person_id,
        claim_ids=[one.pk for one in claims],
        as_of=as_of,
        due_on=date(2026, 12, 14),
        issued_on=date(2026, 11, 10),
        by=system_user(),
    )


def take(content: bytes, name: str = "file.dat") -> ReceiptFile:
    return payments.take_in(content=content, name=name, by=system_user(), as_of=TODAY)


def store(kind: Status, *codes: str, paid_on: date = PAID) -> bytes:
    return convenience(kind, [(code, paid_on) for code in codes], made_on=TODAY)


def ledger() -> tuple[object, ...]:
    """What the ledger says, without ids: balances, money, states."""
    claims = Claim.objects.order_by("notice_number").values_list(
        "notice_number", "principal_yen", "fee_yen", "late_yen"
    )
    money = Entry.objects.filter(receipt__isnull=False).order_by(
        "claim__notice_number", "kind", "component", "amount_yen"
    )
    return (
        tuple(claims),
        tuple(money.values_list("claim__notice_number", "kind", "component", "amount_yen", "on")),
        tuple(Receipt.objects.order_by("amount_yen").values_list("amount_yen", "left_yen", "paid_on")),
        tuple(Payment.objects.order_by("key").values_list("key", "state", "amount_yen")),
    )


def one_slip(principal_yen: int = 41_000) -> Slip:
    return slip_for(claim(principal_yen=principal_yen, due_on=date(2026, 10, 31)))


# --- what one good file does ------------------------------------------------------------------------------


def test_a_final_payment_of_a_slip_is_booked_by_itself():
    owed = claim(principal_yen=41_000, fee_yen=100, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    file = take(store(Status.FINAL, slip.barcode))
    assert (file.problem, file.records, file.new_records, file.total_yen) == ("", 1, 1, slip.amount_yen)
    owed.refresh_from_db()
    assert owed.outstanding_yen == 0
    payment = Payment.objects.get()
    assert (payment.state, payment.slip, payment.person) == ("final", slip, slip.person)
    assert payment.settled_at is not None
    assert payment.receipt is not None
    assert payment.receipt.left_yen == 0
    assert not PaymentCase.objects.exists()


def test_a_provisional_payment_stops_dunning_and_settles_nothing(client):
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    reachable = Claim.objects.reachable_by("notice", on=TODAY)
    assert owed in reachable
    take(store(Status.PROVISIONAL, slip.barcode))
    owed.refresh_from_db()
    assert owed.principal_yen == 41_000
    assert not Receipt.objects.exists()
    for channel in ("notice", "call", "seizure", "lawyers"):
        assert owed not in Claim.objects.reachable_by(channel, on=TODAY)
    client.force_login(user("collector"))
    panel = reverse("claims:panel-holds", args=[slip.person.number])
    assert "納付の速報" in client.get(panel).content.decode()
    take(store(Status.CANCELLED, slip.barcode))
    assert "納付の速報" not in client.get(panel).content.decode()
    assert owed in Claim.objects.reachable_by("notice", on=TODAY)


def test_a_debit_names_its_instalment_and_a_failed_one_books_nothing():
    paid, failed = claim(principal_yen=20_000, notice_number="7000000001"), claim(notice_number="7000000002")
    take(direct_debit([("7000000001-01", 20_000), ("7000000002-01", 10_000)], on=PAID, ok={"7000000001-01"}))
    paid.refresh_from_db()
    failed.refresh_from_db()
    assert (paid.principal_yen, failed.principal_yen) == (0, 10_000)
    assert dict(Payment.objects.values_list("reference", "state")) == {
        "7000000001-01": "final",
        "7000000002-01": "failed",
    }
    assert Receipt.objects.get().channel == "direct_debit"


@pytest.mark.parametrize(
    ("make", "channel"), [pytest.param(counter, "counter", id="窓口"), pytest.param(el_tax, "el_qr", id="共通納税")]
)
def test_other_feeds_book_by_the_printed_number(make, channel):
    slip = one_slip()
    assert take(make([(slip.reference, slip.amount_yen, PAID)])).problem == ""
    assert Receipt.objects.get().channel == channel
    assert Claim.objects.get().outstanding_yen == 0


# --- twice, in parts, in any order ---------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing():
    content = store(Status.FINAL, one_slip().barcode)
    take(content)
    before = ledger()
    again = take(content)
    assert "取込済み" in again.problem
    assert ledger() == before


def test_a_file_whose_records_are_known_from_another_one_changes_nothing():
    first, second = one_slip(), one_slip(7_000)
    take(store(Status.FINAL, first.barcode, second.barcode))
    before = ledger()
    file = take(store(Status.FINAL, second.barcode))
    assert (file.problem, file.records, file.new_records) == ("", 1, 0)
    assert ledger() == before


def _files(first: Slip, second: Slip) -> Sequence[bytes]:
    return [
        store(Status.PROVISIONAL, first.barcode, second.barcode),
        store(Status.FINAL, first.barcode),
        store(Status.FINAL, second.barcode),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_parts_in_any_order_give_the_ledger_of_one_good_file(order):
    codes = one_slip(), one_slip(7_000)
    files = _files(*codes)
    for place in order:
        assert take(files[place]).problem == ""
    got = ledger()
    assert [row[1:] for row in got[0]] == [(0, 0, 0), (0, 0, 0)]
    assert {state for _, state, _ in got[3]} == {"final"}
    assert Receipt.objects.count() == 2
    assert not PaymentCase.objects.exists()


def trailer_changed(content: bytes) -> bytes:
    """The same file whose trailer counts one record more."""
    start = content.rindex(b"\r\n8") + 3
    place = content.index(b"1", start)
    return content[:place] + b"2" + content[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:-30], id="cut off at the end"),
        pytest.param(lambda content: trailer_changed(content), id="another figure in the trailer"),
        pytest.param(lambda content: content[: len(content) // 2], id="half a file"),
        pytest.param(lambda content: content[240:], id="without its beginning"),
    ],
)
def test_a_damaged_file_leaves_the_ledger_untouched_and_says_why(damage):
    slip = one_slip()
    before = ledger()
    content = store(Status.FINAL, slip.barcode)
    assert damage(content) != content
    file = take(damage(content))
    assert file.problem
    assert not any(word in file.problem for word in ("Error", "Traceback", "Exception"))
    assert ledger() == before
    assert take(content).problem == ""
    assert Claim.objects.get().outstanding_yen == 0


# --- what two people have to look at ------------------------------------------------------------------------


def case_of(*, kind: str) -> PaymentCase:
    case = PaymentCase.objects.get()
    assert case.kind == kind, case.explanation
    assert case.explanation
    assert case.payment.settled_at is None
    return case


def test_an_unknown_payer():
    take(direct_debit([("UNKNOWN-9", 12_345)], on=PAID))
    case = case_of(kind="unknown")
    assert case.payment.receipt.left_yen == 12_345


def test_a_second_payment_of_a_paid_slip():
    slip = one_slip()
    take(store(Status.FINAL, slip.barcode))
    take(convenience(Status.FINAL, [(slip.barcode, PAID, "18:40")], made_on=TODAY))
    assert "すでに納付済み" in case_of(kind="double").explanation


def test_an_amount_that_differs_from_the_slip():
    slip = one_slip()
    take(counter([(slip.reference, slip.amount_yen - 1_000, PAID)]))
    assert f"{slip.amount_yen:,}円" in case_of(kind="differs").explanation


def test_more_than_is_owed_by_now():
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    book(owed, "exemption", "principal", -10_000, on=date(2026, 11, 12))
    take(store(Status.FINAL, slip.barcode))
    assert "10,000円多い" in case_of(kind="excess").explanation


def test_an_old_slip_that_still_fits_is_booked_and_explained():
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    old, new = slip_for(owed), slip_for(owed)
    old.refresh_from_db()
    assert (old.voided_on, old.replaced_by) == (date(2026, 11, 10), new)
    take(store(Status.FINAL, old.barcode))
    payment = Payment.objects.get()
    assert f"古い納付書 {old.reference}" in payment.note
    assert new.reference in payment.note
    owed.refresh_from_db()
    assert owed.outstanding_yen == 0


def test_an_old_slip_that_no_longer_fits():
    owed, other = claim(principal_yen=41_000, due_on=date(2026, 10, 31)), None
    old = slip_for(owed)
    other = claim(owed.identity.person, principal_yen=5_000, due_on=date(2026, 10, 31))
    slip_for(owed, other)
    book(owed, "exemption", "principal", -10_000, on=date(2026, 11, 12))
    take(store(Status.FINAL, old.barcode))
    assert "古い納付書" in case_of(kind="old_slip").explanation


def test_a_missing_final_after_fifteen_business_days():
    slip = one_slip()
    take(store(Status.PROVISIONAL, slip.barcode))
    # 2026-11-20 is a Friday; 11-23 is a holiday: the 15th business day after it is 2026-12-14.
    assert payments.find_missing_finals(by=system_user(), today=date(2026, 12, 14)) == 0
    assert payments.find_missing_finals(by=system_user(), today=date(2026, 12, 15)) == 1
    assert payments.find_missing_finals(by=system_user(), today=date(2026, 12, 15)) == 0
    case_of(kind="no_final")


@pytest.mark.parametrize("order", [(Status.FINAL, Status.CANCELLED), (Status.CANCELLED, Status.FINAL)], ids=str)
def test_a_cancellation_beside_a_final_one_is_looked_at_in_either_order(order):
    slip = one_slip()
    for kind in order:
        take(store(kind, slip.barcode))
    case = PaymentCase.objects.get()
    assert case.kind == "contradicts"
    assert Receipt.objects.count() == 1


def test_money_for_a_lapsed_tax_is_not_kept():
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    Claim.objects.filter(pk=owed.pk).update(prescribes_on=date(2026, 11, 15))
    take(store(Status.FINAL, slip.barcode))
    assert "時効" in case_of(kind="lapsed").explanation


def test_money_of_a_kind_the_section_books_waits_for_the_section():
    BookingSource.objects.filter(kind__code="resident_tax").update(by="section")
    owed = claim(principal_yen=41_000, due_on=date(2026, 10, 31))
    slip = slip_for(owed)
    take(store(Status.FINAL, slip.barcode))
    payment = Payment.objects.get()
    assert (payment.section_yen, payment.receipt, payment.settled_at) == (slip.amount_yen, None, None)
    assert owed not in Claim.objects.reachable_by("notice", on=TODAY)
    assert payments.settle_section_payments(today=TODAY) == 0
    book(owed, "receipt", "principal", -41_000, on=PAID)
    assert payments.settle_section_payments(today=TODAY) == 1
    assert payments.settle_section_payments(today=TODAY) == 0


def test_a_cancellation_before_the_final_word_makes_no_receipt_of_what_the_section_books():
    BookingSource.objects.filter(kind__code="resident_tax").update(by="section")
    slip = one_slip()
    for kind in (Status.CANCELLED, Status.FINAL):
        take(store(kind, slip.barcode))
    assert PaymentCase.objects.get().kind == "contradicts"
    assert not Receipt.objects.exists()


def test_one_slip_of_own_and_section_kinds_is_split():
    BookingSource.objects.filter(kind__code="water_charge").update(by="section")
    someone = person()
    tax = claim(someone, principal_yen=41_000, due_on=date(2026, 10, 31))
    water = claim(someone, kind="water_charge", source="suido", principal_yen=6_000, due_on=date(2026, 10, 31))
    slip = slip_for(tax, water)
    take(store(Status.FINAL, slip.barcode))
    payment = Payment.objects.get()
    assert payment.receipt is not None
    assert payment.receipt.amount_yen + payment.section_yen == slip.amount_yen
    tax.refresh_from_db()
    water.refresh_from_db()
    assert (tax.outstanding_yen, water.principal_yen) == (0, 6_000)


# --- large files go to a worker ----------------------------------------------------------------------------


@pytest.fixture
def kept(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return payments.keep_for_worker(
        content=store(Status.FINAL, one_slip().barcode), name="large.dat", by=system_user(), as_of=TODAY
    )


def test_a_kept_file_is_taken_in_once_by_whichever_worker_runs(kept):
    assert (kept.is_waiting, kept.records, Receipt.objects.count()) == (True, 1, 0)
    for _ in range(2):
        take_in_receipts.apply(kwargs={"file_id": kept.pk}).get()
    kept.refresh_from_db()
    assert (kept.is_waiting, kept.problem, kept.new_records) == (False, "", 1)
    assert Receipt.objects.count() == 1
    assert Claim.objects.get().outstanding_yen == 0


def test_a_cache_that_is_away_costs_a_word_and_not_the_file(kept, monkeypatch):
    """It dies with the broker, which is the same server."""

    def away(*_given, **_facts):
        raise ConnectionError

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.set", away)
    take_in_receipts.apply(kwargs={"file_id": kept.pk}, throw=True)
    kept.refresh_from_db()
    assert (kept.is_waiting, Receipt.objects.count()) == (False, 1)


def test_a_file_the_broker_forgot_is_sent_again(kept, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.take_in_receipts, "delay", lambda **arguments: sent.append(arguments))
    tasks.sweep_receipt_files()
    assert sent == []
    ReceiptFile.objects.update(at=timezone.now() - timedelta(minutes=16))
    tasks.sweep_receipt_files()
    assert sent == [{"file_id": kept.pk}]


def test_a_kept_file_that_was_altered_is_refused(kept, tmp_path):
    (tmp_path / kept.waits_at).write_bytes(b"altered")
    take_in_receipts.apply(kwargs={"file_id": kept.pk}).get()
    kept.refresh_from_db()
    assert "変わっています" in kept.problem
    assert not Receipt.objects.exists()


def test_the_same_or_a_damaged_file_is_never_kept(kept):
    again = payments.keep_for_worker(
        content=store(Status.FINAL, Slip.objects.get().barcode), name="again.dat", by=system_user(), as_of=TODAY
    )
    assert "取込済み" in again.problem
    assert payments.keep_for_worker(content=b"1CV", name="x", by=system_user(), as_of=TODAY).problem


def test_a_large_upload_is_sent_to_a_worker(
    client, settings, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    sent = []
    monkeypatch.setattr(views_money, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(views_money.take_in_receipts, "delay", lambda **arguments: sent.append(arguments))
    client.force_login(user("receipts_clerk"))
    upload = SimpleUploadedFile("large.dat", store(Status.FINAL, one_slip().barcode))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("claims:money-take-in"), {"files": upload})
    file = ReceiptFile.objects.get()
    assert sent == [{"file_id": file.pk}]
    page = client.get(reverse("claims:money-file", args=[file.pk])).content.decode()
    assert "取込中" in page
    assert 'hx-trigger="every 2s"' in page
