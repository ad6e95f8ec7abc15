"""納付書: what a slip asks for, what it refuses, and which older slips it makes invalid. All people are synthetic."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from claims.models import Claim, ClaimKind, Payment, Slip
from claims.services.charges import amounts_due
from claims.services.recognition import recognise
from claims.services.slips import LetterSlip, SlipRefused, issue_slip, register_letter_slips, title_of, void_slip
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, system_user
from toyota_collect.documents.barcodes import read_slip
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
LIMIT = date(2026, 12, 4)


def issue(*claims: Claim, **changes) -> Slip:
    asked = {
        "person_id": claims[0].identity.person_id,
        "claim_ids": [one.pk for one in claims],
        "as_of": TODAY,
        "due_on": LIMIT,
        "issued_on": TODAY,
        "by": system_user(),
    }
    return issue_slip(**(asked | changes))


def state(slip: Slip, *, on: date = TODAY) -> str:
    return Slip.objects.with_money().get(pk=slip.pk).state(on=on)


# --- issuing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", [TODAY, LIMIT], ids=["on the day of issue", "on the last day of use"])
def test_it_asks_for_what_the_claims_owe_on_the_day(as_of):
    someone = person()
    owed = [
        claim(someone, principal_yen=41_000, fee_yen=100, due_on=date(2026, 6, 30)),
        claim(someone, kind="water_charge", source="suido", principal_yen=6_000, due_on=date(2026, 8, 31)),
    ]
    book(owed[1], "levy", "cost", 1_500, on=TODAY)
    owed[1].refresh_from_db()
    slip = issue(*owed, as_of=as_of)
    dues = amounts_due(owed, as_of=as_of)
    assert slip.amount_yen == sum(due.total_yen for due in dues.values()) > 48_600
    for line in slip.lines.all():
        due = dues[line.claim_id]
        assert (line.principal_yen, line.fee_yen, line.late_yen, line.cost_yen, line.yen) == (
            due.principal_yen,
            due.fee_yen,
            due.late_yen,
            due.cost_yen,
            due.total_yen,
        )


def test_its_number_is_in_its_barcode_and_both_are_told_for_people():
    slip = issue(claim(principal_yen=7_000, due_on=TODAY))
    fields = read_slip(slip.barcode)
    assert (fields.free, fields.amount, fields.due) == (slip.number, 7_000, "261204")
    assert slip.number[14:] == "1000000"
    assert slip.reference == f"M-{int(slip.number[:14]):08d}"
    audit = AuditEvent.objects.get(event="slip.issued")
    assert audit.detail == {
        "person": slip.person.number,
        "yen": 7_000,
        "claims": 1,
        "voided": 0,
    }


@pytest.mark.parametrize(
    ("yen", "has_barcode"), [pytest.param(300_000, True, id="30万円"), pytest.param(300_001, False, id="30万1円")]
)
def test_above_the_shops_limit_it_has_a_number_but_no_barcode(yen, has_barcode):
    first = issue(claim(principal_yen=yen, due_on=TODAY))
    second = issue(claim(principal_yen=yen, due_on=TODAY))
    assert bool(first.barcode) == has_barcode
    assert len({first.number, second.number}) == len({first.reference, second.reference}) == 2


def test_the_title_names_each_kind_once():
    someone = person()
    kinds = [("resident_tax", "zei"), ("nhi_tax", "kokuho"), ("housing_rent", "jutaku"), ("water_charge", "suido")]
    claims = [claim(someone, kind=code, source=source) for code, source in kinds]
    names = [ClaimKind.objects.get(code=code).name for code, _ in kinds]
    assert title_of([claims[0], claims[0], claims[1]]) == f"{names[0]}・{names[1]}"
    assert title_of(claims) == f"{names[0]} ほか3種目"
    assert issue(claims[0]).title == names[0]
    assert issue(claims[0], title="市税").title == "市税"


def lapsed() -> Claim:
    made = claim()
    Claim.objects.filter(pk=made.pk).update(prescribes_on=date(2026, 11, 19))
    return made


def lapses_before_the_deadline() -> Claim:
    made = claim()
    Claim.objects.filter(pk=made.pk).update(prescribes_on=date(2026, 12, 3))
    return made


def paid() -> Claim:
    made = claim(principal_yen=1_000, due_on=TODAY)
    pay(made, 1_000, on=TODAY)
    return made


@pytest.mark.parametrize(
    ("make", "changes", "words"),
    [
        pytest.param(lapsed, {}, "時効の期間を過ぎています", id="lapsed: 地方税法18条2項"),
        pytest.param(lapses_before_the_deadline, {}, "使用期限をその日まで", id="lapses before the deadline"),
        pytest.param(paid, {}, "未納はありません", id="paid"),
        pytest.param(claim, {"claim_ids": []}, "1つ以上", id="no claim"),
        pytest.param(claim, {"claim_ids": [-1]}, "1つ以上", id="no such claim"),
        pytest.param(claim, {"due_on": date(2026, 11, 19)}, "発行日より前", id="deadline in the past"),
        pytest.param(claim, {"as_of": date(2026, 12, 5)}, "基準日より前", id="deadline before the day of the sum"),
    ],
)
def test_it_refuses_what_nobody_should_pay(make, changes, words):
    with pytest.raises(SlipRefused, match=words):
        issue(make(), **changes)
    assert not Slip.objects.exists()


def test_the_last_day_of_a_claim_may_be_the_last_day_of_its_slip():
    made = claim()
    Claim.objects.filter(pk=made.pk).update(prescribes_on=LIMIT)
    assert issue(made).due_on == LIMIT


def test_it_refuses_a_claim_of_somebody_else():
    mine, theirs = claim(), claim()
    with pytest.raises(SlipRefused, match="この人の期別"):
        issue(mine, theirs)


# --- void ------------------------------------------------------------------------------------------------


def test_a_newer_slip_makes_the_older_ones_of_its_claims_invalid_and_no_others():
    someone = person()
    first, second, third = claim(someone), claim(someone), claim(someone)
    old, other = issue(first, second), issue(third)
    new = issue(second)
    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.voided_on, old.void_reason, old.replaced_by) == (TODAY, "新しい納付書を作ったため", new)
    assert (other.voided_on, other.replaced_by) == (None, None)
    assert (state(old), state(other), state(new)) == ("void", "valid", "valid")
    newest = issue(second)
    old.refresh_from_db()
    assert (old.replaced_by, newest.replaces.get()) == (new, new)


def test_a_slip_is_taken_out_of_use_once_and_with_a_reason():
    slip = issue(claim())
    with pytest.raises(SlipRefused, match="理由"):
        void_slip(slip_id=slip.pk, on=TODAY, reason=" ", by=system_user())
    void_slip(slip_id=slip.pk, on=TODAY, reason="書き損じ", by=system_user())
    slip.refresh_from_db()
    assert (slip.voided_on, slip.void_reason, slip.replaced_by) == (TODAY, "書き損じ", None)
    with pytest.raises(SlipRefused, match="すでに無効"):
        void_slip(slip_id=slip.pk, on=TODAY, reason="もう一度", by=system_user())
    assert AuditEvent.objects.filter(event="slip.voided").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"voided_on": TODAY}, id="a day without a reason"),
        pytest.param({"void_reason": "なぜか"}, id="a reason without a day"),
        pytest.param({"amount_yen": 0}, id="no money"),
    ],
)
def test_the_database_refuses_half_a_void_and_a_slip_for_nothing(change):
    slip = issue(claim())
    with pytest.raises(IntegrityError), transaction.atomic():
        Slip.objects.filter(pk=slip.pk).update(**change)


# --- what it is good for -----------------------------------------------------------------------------------


def payment(slip: Slip, status: str) -> Payment:
    return Payment.objects.create(
        feed="convenience",
        key=f"{slip.pk}-{status}",
        state=status,
        paid_on=TODAY,
        amount_yen=slip.amount_yen,
        slip=slip,
        first_seen_on=TODAY,
    )


@pytest.mark.parametrize(
    ("status", "expected"), [("final", "paid"), ("provisional", "announced"), ("cancelled", "valid")]
)
def test_its_state_follows_its_money(status, expected):
    slip = issue(claim())
    payment(slip, status)
    assert state(slip) == expected


def test_money_of_an_invalid_slip_is_seen_all_the_same():
    slip = issue(claim())
    void_slip(slip_id=slip.pk, on=TODAY, reason="書き損じ", by=system_user())
    payment(slip, "final")
    assert state(slip) == "paid"


def test_it_ends_with_its_last_day_and_when_nothing_is_owed_any_more():
    owed = claim(principal_yen=1_000, due_on=TODAY)
    slip = issue(owed)
    assert (state(slip, on=LIMIT), state(slip, on=date(2026, 12, 5))) == ("valid", "expired")
    pay(owed, 1_000, on=TODAY)
    assert state(slip) == "paid"


# --- slips of letters --------------------------------------------------------------------------------------


def letter_slip(of: Claim, **changes) -> LetterSlip:
    made = LetterSlip(
        person_id=of.identity.person_id,
        number="000100000010010000000",
        barcode="",
        reference="0001-0000001-001",
        title="市民税・県民税",
        issued_on=TODAY,
        as_of=TODAY,
        due_on=LIMIT,
        lines=((of.pk, 10_000, 100, 300, 50),),
    )
    return replace(made, **changes)


def test_slips_of_letters_are_registered_once():
    owed, later = claim(), claim()
    given = letter_slip(owed)
    assert register_letter_slips([given], by=system_user()) == 1
    second = letter_slip(later, number="000100000020010000000", reference="0001-0000002-001")
    assert register_letter_slips([given, second], by=system_user()) == 1
    assert register_letter_slips([given, second], by=system_user()) == 0
    slip = Slip.objects.get(number=given.number)
    line = slip.lines.get()
    assert (slip.origin, slip.amount_yen, slip.person_id) == ("letter", 10_450, given.person_id)
    assert (line.claim_id, line.principal_yen, line.fee_yen, line.late_yen, line.cost_yen) == given.lines[0]
    assert Slip.objects.count() == 2


def test_a_letters_slip_makes_an_older_slip_invalid():
    owed, other = claim(), claim()
    old, kept = issue(owed), issue(other)
    register_letter_slips([letter_slip(owed)], by=system_user())
    old.refresh_from_db()
    assert old.replaced_by == Slip.objects.get(origin="letter")
    assert state(kept) == "valid"
    assert register_letter_slips([letter_slip(owed)], by=system_user()) == 0
    new = issue(owed)
    register_letter_slips([letter_slip(owed)], by=system_user())  # the letter's run is made again: nothing new
    assert state(new) == "valid"


def test_no_slips_are_nothing_to_do():
    assert register_letter_slips([], by=system_user()) == 0
    assert not AuditEvent.objects.filter(event="slips.registered").exists()


def test_the_number_of_queries_does_not_depend_on_the_slips(django_assert_num_queries):
    owed = [claim() for _ in range(12)]
    many = [
        letter_slip(one, number=f"{place:014d}".ljust(21, "0"), reference=f"R{place}")
        for place, one in enumerate(owed, 1)
    ]
    by = system_user()
    for some in (many[:1], many):
        with django_assert_num_queries(6):  # savepoint, slips, lines, older slips, audit row, release
            register_letter_slips(some, by=by)
    assert Slip.objects.count() == 12


@pytest.mark.parametrize("by", ["barcode", "reference"])
def test_money_finds_its_claims_by_either_number(by):
    owed = claim(principal_yen=7_000, due_on=TODAY)
    slip = issue(owed)
    told = {"slip_code": slip.barcode} if by == "barcode" else {"reference": slip.reference}
    made = Payment.objects.create(
        feed="counter", key="1", state="final", paid_on=TODAY, amount_yen=7_000, first_seen_on=TODAY, **told
    )
    recognise(made)
    assert (made.slip, made.person_id) == (slip, slip.person_id)
    assert Claim.objects.being_paid().get() == owed
