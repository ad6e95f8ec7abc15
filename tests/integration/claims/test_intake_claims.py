"""Claims extracts into the ledger: entries by difference, facts as sent, nothing twice."""

from datetime import date

import pytest

from claims.intake import apply_claims
from claims.models import BookingSource, Claim, ClaimEvent, ClaimKind, Entry, ImportFile, Overpayment
from claims.services import receipts as money
from debtors.models import SourceIdentity
from tests.factories import extracts
from tests.factories.extracts import claims, counts, import_one, receipts, rejects

pytestmark = pytest.mark.django_db


def booked(claim: Claim) -> list[tuple[str, str, int, date]]:
    return list(claim.entries.order_by("pk").values_list("kind", "component", "amount_yen", "on"))


def test_a_row_becomes_an_identity_a_claim_and_entries(tmp_path):
    row = {"corrected_yen": "40000", "exempted_yen": "5000", "fee_yen": "100", "dunned_on": "5080720"}
    file = import_one(claims(tmp_path, row | {"el_qr": "架空QR", "collector_number": "T9"}))
    assert (file.status, counts(file)) == ("committed", (1, 0, 0, 0))
    claim = Claim.objects.select_related("kind", "section", "identity__source").get()
    assert (claim.kind.code, claim.levy_year, claim.notice_number, claim.instalment) == (
        "resident_tax",
        2026,
        "N001",
        1,
    )
    assert (claim.collector_number, claim.el_qr, claim.section_paid_yen) == ("T9", "架空QR", 0)
    assert (claim.section, claim.ground) == (claim.kind.section, claim.kind.ground)
    assert booked(claim) == [
        ("levy", "principal", 41_000, date(2026, 4, 1)),
        ("correction", "principal", -1_000, date(2026, 4, 1)),
        ("exemption", "principal", -5_000, date(2026, 4, 1)),
        ("levy", "fee", 100, date(2026, 7, 20)),
    ]
    assert (claim.levied_yen, claim.principal_yen, claim.fee_yen) == (35_000, 35_000, 100)
    assert claim.events.values_list("kind", "on").get() == ("dunning", date(2026, 7, 20))
    identity = claim.identity
    assert (identity.name, identity.name_key, identity.birth_on) == ("架空　太郎", "架空太郎", date(1980, 4, 1))
    assert (identity.address_key, identity.phone_key, identity.ground) == ("小坂本町1-25", "0565001111", "tax")


@pytest.mark.parametrize(
    ("nominal", "due"),
    [
        pytest.param("5080831", date(2026, 8, 31), id="a Monday stays"),
        pytest.param("5081031", date(2026, 11, 2), id="Saturday to Monday"),
        pytest.param("5080429", date(2026, 4, 30), id="昭和の日"),
        pytest.param("5071231", date(2026, 1, 5), id="地税令6条の18 year end, then a weekend"),
    ],
)
def test_the_due_date_moves_past_holidays(tmp_path, nominal, due):
    import_one(claims(tmp_path, {"due_on": nominal}))
    assert Claim.objects.get().due_on == due


@pytest.mark.parametrize(
    ("label", "row", "levied_on"),
    [
        pytest.param("第{n}期", {}, date(2026, 4, 1), id="a levy by the year stands where the year begins"),
        pytest.param("第{n}期", {"due_on": "5090331"}, date(2026, 4, 1), id="also one not due yet"),
        pytest.param("{n}月分", {}, date(2026, 5, 1), id="a monthly charge in the month before it falls due"),
        pytest.param("{n}月分", {"due_on": "5090131"}, extracts.AS_OF, id="never after the business date"),
    ],
)
def test_no_payment_comes_before_the_levy(tmp_path, label, row, levied_on):
    ClaimKind.objects.filter(code="resident_tax").update(instalment_label=label)
    import_one(claims(tmp_path, row))
    assert Entry.objects.get().on == levied_on


def test_the_same_file_again_changes_nothing(tmp_path):
    path = claims(tmp_path, {"fee_yen": "100", "dunned_on": "5080720"}, {"instalment": "02", "exempted_yen": "41000"})
    import_one(path)
    before = list(Entry.objects.values_list()), SourceIdentity.history.rel.related_model.objects.count()
    again = import_one(path)
    assert counts(again) == (0, 0, 2, 0)
    assert before == (list(Entry.objects.values_list()), SourceIdentity.history.rel.related_model.objects.count())


def test_a_lower_levy_is_a_further_correction_of_the_business_date(tmp_path):
    import_one(claims(tmp_path, {"corrected_yen": "40000"}))
    file = import_one(claims(tmp_path, {"corrected_yen": "30000"}), as_of=date(2026, 11, 25))
    assert counts(file) == (0, 1, 0, 0)
    claim = Claim.objects.get()
    assert booked(claim)[-1] == ("correction", "principal", -10_000, date(2026, 11, 25))
    assert claim.principal_yen == 30_000


def test_more_exemption_is_booked_and_its_withdrawal_corrected(tmp_path):
    import_one(claims(tmp_path, {"exempted_yen": "1000"}))
    import_one(claims(tmp_path, {"exempted_yen": "3000"}))
    claim = Claim.objects.get()
    assert booked(claim)[-1][:3] == ("exemption", "principal", -2_000)
    path = claims(tmp_path, {"exempted_yen": "0"})
    import_one(path)
    claim.refresh_from_db()
    assert (booked(claim)[-1][:3], claim.principal_yen) == (("correction", "principal", 3_000), 41_000)
    assert counts(import_one(path)) == (0, 0, 1, 0)


def test_correction_and_exemption_that_cancel_out_are_both_booked(tmp_path):
    import_one(claims(tmp_path, {}))
    import_one(claims(tmp_path, {"corrected_yen": "43000", "exempted_yen": "2000"}))
    claim = Claim.objects.get()
    assert [entry[:3] for entry in booked(claim)[1:]] == [
        ("correction", "principal", 2_000),
        ("exemption", "principal", -2_000),
    ]


def test_a_fee_is_charged_once_and_taken_back(tmp_path):
    import_one(claims(tmp_path, {}))
    import_one(claims(tmp_path, {"fee_yen": "100", "dunned_on": "5080720"}))
    path = claims(tmp_path, {"fee_yen": "0", "dunned_on": ""})
    assert counts(import_one(path)) == (0, 1, 0, 0)
    claim = Claim.objects.get()
    assert [(kind, yen) for kind, component, yen, _ in booked(claim) if component == "fee"] == [
        ("levy", 100),
        ("correction", -100),
    ]
    assert claim.events.get().withdrawn_at is not None
    assert counts(import_one(path)) == (0, 0, 1, 0)


def test_another_day_of_dunning_replaces_the_former(tmp_path):
    for day in ("5080720", "5080721", "5080720"):
        import_one(claims(tmp_path, {"dunned_on": day}))
    valid = {event.on: event.withdrawn_at is None for event in ClaimEvent.objects.all()}
    assert valid == {date(2026, 7, 20): True, date(2026, 7, 21): False}


def test_changed_facts_of_a_person_are_stored_with_their_history(tmp_path):
    import_one(claims(tmp_path, {}))
    file = import_one(claims(tmp_path, {"address": "豊田市西町三丁目60番地"}))
    assert counts(file) == (0, 1, 0, 0)
    identity = SourceIdentity.objects.get()
    assert (identity.address, identity.address_key) == ("豊田市西町三丁目60番地", "西町3-60")
    assert identity.history.filter(pgh_label="update", address="豊田市小坂本町一丁目25番地").exists()


def test_a_claim_follows_its_new_debtor(tmp_path):
    import_one(claims(tmp_path, {}))
    import_one(claims(tmp_path, {"person_number": "Z002", "atena_number": "A002", "name": "見本　花子"}))
    claim = Claim.objects.get()
    assert claim.identity.person_number == "Z002"
    assert claim.history.get().identity_id != claim.identity_id
    assert claim.identity.person.name == "見本　花子"


def test_a_levy_below_what_was_received_is_refused(tmp_path):
    import_one(claims(tmp_path, {}))
    import_one(receipts(tmp_path, {"principal_yen": "20000"}))
    file = import_one(claims(tmp_path, {"corrected_yen": "19000"}))
    assert rejects(file) == [(2, "overpaid")]
    assert "1000円少なく" in file.rejected_rows.get().reason
    assert Claim.objects.get().principal_yen == 21_000
    assert counts(import_one(claims(tmp_path, {"corrected_yen": "20000"}))) == (0, 1, 0, 0)


def test_the_second_of_two_rows_of_one_claim_is_refused_with_its_bytes(tmp_path):
    path = claims(tmp_path, {}, {"levied_yen": "99000"}, {"instalment": "02"})
    file = import_one(path)
    assert (counts(file), rejects(file)) == ((2, 0, 0, 1), [(3, "duplicate")])
    row = file.rejected_rows.get()
    assert bytes(row.raw) == path.read_bytes().split(b"\r\n")[2]
    assert row.reason.startswith("2行目と同じ債権")
    assert Claim.objects.get(instalment=1).levied_yen == 41_000


def test_an_exemption_beyond_the_levy_is_refused(tmp_path):
    assert rejects(import_one(claims(tmp_path, {"exempted_yen": "41001"}))) == [(2, "amount")]


def test_a_failure_on_the_way_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(apply_claims, "INSERT_DUNNING", "SELECT 1 / 0")
    file = import_one(claims(tmp_path, {}))
    assert (file.status, counts(file)) == ("failed", (0, 0, 0, 0))
    assert "台帳は変わっていません" in file.message
    assert not Claim.objects.exists()
    assert not SourceIdentity.objects.exists()
    assert not Entry.objects.exists()
    assert ImportFile.objects.count() == 1


def test_a_levy_below_what_was_paid_leaves_an_overpayment_where_we_book_the_money(tmp_path):
    BookingSource.objects.update(by="own")
    import_one(claims(tmp_path, {}))
    claim = Claim.objects.select_related("identity").get()
    money.receive_at_counter(
        person_id=claim.identity.person_id,
        claim_ids=[claim.pk],
        yen=41_000,
        paid_on=date(2026, 11, 2),
        by=extracts.run.intake_user(),
        today=extracts.AS_OF,
    )
    file = import_one(claims(tmp_path, {"corrected_yen": "30000"}))
    assert counts(file) == (0, 1, 0, 0)
    claim.refresh_from_db()
    assert (claim.levied_yen, claim.principal_yen) == (30_000, 0)
    over = Overpayment.objects.get()
    assert (over.left_yen, over.cause, over.arose_on) == (11_000, "reduced", extracts.AS_OF)
    assert over.interest_from == date(2026, 11, 3)  # 地方税法17条の4第1項1号: the day after the payment
    assert counts(import_one(claims(tmp_path, {"corrected_yen": "30000"}))) == (0, 0, 1, 0)
    assert Overpayment.objects.count() == 1
