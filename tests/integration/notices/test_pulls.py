"""引抜: what came since the amounts were fixed takes its letter out of the pile, and nothing else does."""

import time
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.models import Claim, ClaimEvent, Hold, Payment, PaymentTarget, Plan, PlanClaim, Slip
from debtors.models import Person, SourceIdentity
from debtors.services.joining import join_people
from notices.models import Letter, PrintRun, Pull
from notices.services import pulls, runs
from notices.services.pull_selection import letters_to_pull
from notices.services.runs import RunRefused
from tests.factories.claims import book, claim, pay, receive
from tests.factories.debtors import person, protect, system_user, user
from tests.factories.mailing import mark
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find, pulled, scan
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db


def alone(*, name: str, **facts) -> Person:
    """Somebody who shares no fact with anybody else."""
    return person(name=name, name_key=name, kana_key=f"カ{name}", **facts)


@pytest.fixture
def pair(finished_run):
    """A run of two letters: the first person's changes, the second's does not."""

    def make(**facts) -> tuple[PrintRun, Claim]:
        changing = claim(alone(name="架空変子"), **facts)
        claim(alone(name="架空同太"), principal_yen=20_000)
        return finished_run(), changing

    return make


def found(run: PrintRun) -> dict[int, list[str]]:
    letters = run.letters.filter(state="verified")
    return {
        letter.person_id: [one.reason.value for one in reasons]
        for letter, reasons in (
            (Letter.objects.get(pk=pk), reasons) for pk, reasons in letters_to_pull(letters, run=run, today=DAY).items()
        )
    }


def hold(owed: Claim, *, reason: str = "tax_grace", channels: tuple[str, ...] = ("notice",), **facts) -> Hold:
    defaults = {"starts_on": DAY, "review_on": DAY, "placed_by": system_user(), "claim": owed}
    return Hold.objects.create(
        person=owed.identity.person, reason=reason, channels=list(channels), **(defaults | facts)
    )


def announce(owed: Claim | None, *, of: Person | None = None) -> Payment:
    payment = Payment.objects.create(
        feed="convenience",
        key=f"架空{timezone.now().timestamp()}",
        paid_on=DAY,
        first_seen_on=DAY,
        amount_yen=1_000,
        state="provisional",
        person=of,
    )
    if owed:
        PaymentTarget.objects.create(payment=payment, claim=owed)
    return payment


def sign_plan(owed: Claim) -> None:
    """A plan that silences nothing (the city's own choice), signed today."""
    from toyota_collect.documents.store import keep_document

    deed = keep_document(
        number="架空1",
        kind="deed",
        subject_type="",
        subject_key="",
        path="x.pdf",
        content=b"",
        pages=1,
        by=system_user(),
    )
    plan = Plan.objects.create(
        person=owed.identity.person,
        history_number=1,
        terms={},
        amount_yen=1_000,
        total_yen=10_000,
        late_yen=0,
        drafted_on=DAY,
        by=system_user(),
        deed=deed,
        signed_on=DAY,
        signer="架空",
        signed_as="self",
        last_entry=0,
    )
    PlanClaim.objects.create(plan=plan, claim=owed, position=1, principal_yen=1_000, fee_yen=0, late_yen=0, cost_yen=0)


def withdraw_dunning(owed: Claim) -> None:
    ClaimEvent.objects.filter(claim=owed).update(withdrawn_at=timezone.now())


CHANGES = {
    "paid": lambda owed: pay(owed, 1_000, on=DAY),
    "paid long ago, booked now": lambda owed: pay(owed, 1_000, on=date(2026, 9, 1)),
    "paid wholly": lambda owed: pay(owed, 10_000, on=DAY),
    "announced": lambda owed: announce(owed),
    "paid by the person, claim unknown": lambda owed: announce(None, of=owed.identity.person),
    "held": lambda owed: hold(owed),
    "held as a person": lambda owed: hold(owed, claim=None),
    "planned": lambda owed: hold(owed, reason="plan"),
    "planned without silence": sign_plan,
    "lawyers": lambda owed: hold(owed, reason="lawyers"),
    "exempted": lambda owed: book(owed, "exemption", "principal", -1_000, on=DAY),
    "raised": lambda owed: book(owed, "correction", "principal", 500, on=DAY),
    "written off": lambda owed: book(owed, "write_off", "principal", -10_000, on=DAY),
    "lapsed": lambda owed: Claim.objects.filter(pk=owed.pk).update(prescribes_on=DAY - timedelta(days=1)),
    "not yet due": lambda owed: Claim.objects.filter(pk=owed.pk).update(due_on=DAY + timedelta(days=10)),
    "died": lambda owed: Person.objects.filter(pk=owed.identity.person_id).update(died_on=DAY),
    "moved": lambda owed: Person.objects.filter(pk=owed.identity.person_id).update(
        address="愛知県豊田市錦町1丁目1番地"
    ),
    "other postal code": lambda owed: Person.objects.filter(pk=owed.identity.person_id).update(postal_code="4710025"),
    "renamed": lambda owed: Person.objects.filter(pk=owed.identity.person_id).update(name="架空 改姓"),
    "protected": lambda owed: protect(owed.identity.person, starts_on=DAY),
    "dunning withdrawn": withdraw_dunning,
}
EXPECTED = {
    "paid": ["paid"],
    "paid long ago, booked now": ["paid"],
    "paid wholly": ["paid"],
    "announced": ["announced"],
    "paid by the person, claim unknown": ["announced"],
    "held": ["held"],
    "held as a person": ["held"],
    "planned": ["planned"],
    "planned without silence": ["planned"],
    "lawyers": ["lawyers"],
    "exempted": ["corrected"],
    "raised": ["corrected"],
    "written off": ["ended"],
    "lapsed": ["lapsed"],
    "not yet due": ["other"],
    "died": ["deceased"],
    "moved": ["address"],
    "other postal code": ["address"],
    "renamed": ["name"],
    "protected": ["protected"],
    "dunning withdrawn": ["dunning"],
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_came_since_takes_out_just_its_letter(change, pair):
    run, owed = pair()
    ClaimEvent.objects.create(
        claim=owed, kind="dunning", on=date(2026, 9, 20), ground=owed.ground, origin="架空", by=system_user()
    )
    assert found(run) == {}
    CHANGES[change](owed)
    assert found(run) == {owed.identity.person_id: EXPECTED[change]}


def test_what_was_so_already_takes_out_nothing(finished_run):
    """A part payment, a hold on the telephone and a correction before the amounts were fixed are in the letter."""
    owed = claim(alone(name="架空既子"), principal_yen=10_000)
    pay(owed, 2_000, on=date(2026, 10, 1))
    book(owed, "correction", "principal", -500, on=date(2026, 10, 2))
    hold(owed, channels=("call",))
    run = finished_run()
    assert run.letters.get().claims.get().entries == 3
    assert found(run) == {}


def test_an_entry_of_a_transaction_that_was_open_meanwhile_is_not_overlooked(pair):
    """It bears a time before the snapshot: only what the ledger holds counts, not when it says it was written."""
    run, owed = pair()
    receipt = receive(owed, 1_000, on=DAY)
    book(
        owed, "receipt", "principal", -1_000, on=DAY, receipt=receipt, written_at=run.started_at - timedelta(minutes=30)
    )
    assert found(run) == {owed.identity.person_id: ["paid"]}


def test_a_payment_taken_back_again_is_still_a_reason_to_look(pair):
    run, owed = pair()
    receipt = pay(owed, 1_000, on=DAY)
    entry = receipt.entries.get()
    book(owed, "reversal", "principal", 1_000, on=DAY, reverses=entry)
    assert found(run) == {owed.identity.person_id: ["paid", "corrected"]}


def test_somebody_who_may_be_a_person_under_protection_is_pulled(pair):
    run, owed = pair()
    hidden = SourceIdentity.objects.get(pk=owed.identity_id)
    other = person(name=hidden.name, name_key=hidden.name_key, kana_key=hidden.kana_key)
    protect(other, starts_on=DAY)
    assert found(run) == {owed.identity.person_id: ["maybe_protected"]}


def test_the_letter_of_a_person_found_to_be_another_is_pulled(pair):
    run, owed = pair()
    staying = run.letters.exclude(person=owed.identity.person_id).get().person
    join_people(keep_id=staying.pk, other_id=owed.identity.person_id, on=DAY, by=user("supervisor"), reason="架空")
    assert found(run)[owed.identity.person_id] == ["relinked"]


def test_the_letter_of_a_person_parted_from_a_claim_is_pulled(pair):
    run, owed = pair()
    SourceIdentity.objects.filter(pk=owed.identity_id).update(person=alone(name="架空別人"))
    assert found(run)[run.letters.order_by("serial").get(claims__claim=owed).person_id] == ["relinked"]


# --- the list ---------------------------------------------------------------------------------------------


def test_the_list_grows_and_never_shrinks(pair, operator):
    run, owed = pair()
    assert find(run, operator) == 0
    assert (run.state, run.pulled_by) == ("pulled", operator)
    announced = announce(owed)
    assert find(run, operator) == 1
    Payment.objects.filter(pk=announced.pk).update(state="cancelled", settled_at=timezone.now())
    assert find(run, operator) == 0
    pull = Pull.objects.get()
    assert (pull.reason, pull.confirmed_as, pull.letter.state) == ("announced", "", "pulled")
    other = run.letters.exclude(pk=pull.letter_id).get()
    pay(other.claims.get().claim, 1_000, on=DAY)
    assert find(run, operator) == 1
    assert list(AuditEvent.objects.filter(event="run.pulled").order_by("pk").values_list("detail", flat=True)) == [
        {"new": 0},
        {"new": 1},
        {"new": 0},
        {"new": 1},
    ]


def test_looking_again_leaves_a_confirmed_one_alone(pair, operator):
    run, owed = pair()
    pay(owed, 1_000, on=DAY)
    pulled(run, operator)
    before = list(Pull.objects.values())
    assert find(run, operator) == 0
    assert list(Pull.objects.values()) == before


def test_a_sample_never_goes_past_its_check(pair, operator):
    run, _ = pair()
    PrintRun.objects.filter(pk=run.pk).update(is_sample=True)
    with pytest.raises(RunRefused, match="見本"):
        find(run, operator)
    with pytest.raises(IntegrityError, match="run_sample_stays_in_the_house"), transaction.atomic():
        PrintRun.objects.filter(pk=run.pk).update(state="pulled", pulled_at=timezone.now(), pulled_by=operator)


def test_nothing_is_pulled_while_letters_are_being_made_or_after_the_seal(frozen_run, operator):
    claim(person())
    run = frozen_run()
    with pytest.raises(RunRefused, match="作成中"):
        find(run, operator)
    PrintRun.objects.filter(pk=run.pk).update(state="sealed", pulled_at=timezone.now(), pulled_by=operator)
    with pytest.raises(RunRefused, match="封緘済"):
        find(run, operator)


def test_what_failed_cannot_be_made_again_once_letters_are_pulled(pair, operator):
    run, _ = pair()
    find(run, operator)
    with pytest.raises(RunRefused, match="引抜を始めた"):
        runs.retry(run_id=run.pk, by=operator)


# --- confirming -------------------------------------------------------------------------------------------


@pytest.fixture
def one_pulled(pair, operator):
    run, owed = pair()
    pay(owed, 1_000, on=DAY)
    find(run, operator)
    return run, Pull.objects.get()


def test_reading_the_mark_confirms_and_makes_the_slips_void(one_pulled, operator):
    run, pull = one_pulled
    slips = Slip.objects.filter(person=pull.letter.person)
    assert [slip.voided_on for slip in slips] == [None]
    read = scan(run, mark(pull.letter, sheet=2), operator)
    assert (read.left, read.again) == (0, False)
    pull.refresh_from_db()
    assert (pull.confirmed_as, pull.confirmed_by, pull.seen) == ("scanned", operator, [1])
    assert [(slip.voided_on, slip.void_reason) for slip in slips.all()] == [(DAY, "催告書を引き抜いたため")]
    assert Slip.objects.filter(voided_on=None).count() == 1
    assert scan(run, pull.letter.number, operator).again
    assert AuditEvent.objects.filter(event="pull.confirmed").count() == 1


@pytest.mark.parametrize("way", ["number", "reference", "barcode", "mark"])
def test_any_number_of_the_paper_will_do(way, one_pulled, operator):
    run, pull = one_pulled
    slip = Slip.objects.get(person=pull.letter.person)
    text = {
        "number": pull.letter.number,
        "reference": slip.reference,
        "barcode": slip.barcode,
        "mark": mark(pull.letter),
    }[way]
    assert scan(run, text, operator).pull == pull


def test_a_slip_that_was_paid_with_is_left_to_its_payment(one_pulled, operator):
    run, pull = one_pulled
    slip = Slip.objects.get(person=pull.letter.person)
    payment = announce(None)
    Payment.objects.filter(pk=payment.pk).update(slip=slip)
    scan(run, mark(pull.letter), operator)
    slip.refresh_from_db()
    assert slip.voided_on is None


def test_a_letter_that_is_not_on_the_list_goes_back_to_its_place(one_pulled, operator):
    run, pull = one_pulled
    other = run.letters.exclude(pk=pull.letter_id).get()
    with pytest.raises(RunRefused, match="元の場所に戻して"):
        scan(run, mark(other), operator)
    assert Pull.objects.filter(confirmed_as="").count() == 1


def test_the_paper_of_another_run_is_told(one_pulled, operator):
    run, pull = one_pulled
    with pytest.raises(RunRefused, match="ほかの一斉催告"):
        scan(run, f"{(run.pk + 1) % 10_000:04d}{pull.letter.serial:07d}0111", operator)
    with pytest.raises(RunRefused, match="この一斉催告にありません"):
        scan(run, f"{run.pk % 10_000:04d}{9_999_999:07d}0111", operator)
    with pytest.raises(RunRefused, match="催告書の番号ではありません"):
        scan(run, "4901234567894", operator)


def test_every_envelope_of_a_letter_has_to_be_read(one_pulled, operator):
    """A letter of twelve sheets whose second envelope stayed in the pile must not count as pulled."""
    run, pull = one_pulled
    Pull.objects.filter(pk=pull.pk).update(envelopes=2)
    with pytest.raises(RunRefused, match="封筒が2通"):
        scan(run, pull.letter.number, operator)
    first = scan(run, mark(pull.letter, 1), operator)
    assert (first.left, first.pull.confirmed_as) == (1, "")
    assert scan(run, mark(pull.letter, 1), operator).left == 1
    with pytest.raises(RunRefused, match="3通目はありません"):
        scan(run, mark(pull.letter, 3), operator)
    assert scan(run, f"{pull.letter.number}/2", operator).left == 0
    assert Pull.objects.get().confirmed_as == "scanned"


def test_as_many_envelopes_as_its_sheets_fill(pair, operator):
    run, owed = pair()
    pay(owed, 1_000, on=DAY)
    Letter.objects.filter(person=owed.identity.person_id).update(sheets=12)
    find(run, operator)
    assert Pull.objects.get().envelopes == 2


def test_many_are_marked_as_never_printed(finished_run, operator):
    owed = [claim(alone(name=f"架空{n}"), principal_yen=10_000 + n) for n in range(3)]
    run = finished_run()
    for one in owed:
        pay(one, 1_000, on=DAY)
    find(run, operator)
    chosen = list(Pull.objects.order_by("letter__serial").values_list("pk", flat=True)[:2])
    arguments = {"run_id": run.pk, "by": operator, "now": timezone.now(), "today": DAY}
    assert pulls.mark_not_printed(pull_ids=chosen, **arguments) == 2
    assert pulls.mark_not_printed(pull_ids=chosen, **arguments) == 0
    assert list(Pull.objects.order_by("letter__serial").values_list("confirmed_as", flat=True)) == [
        "not_printed",
        "not_printed",
        "",
    ]
    assert Slip.objects.exclude(voided_on=None).count() == 2
    with pytest.raises(RunRefused, match="1通以上"):
        pulls.mark_not_printed(pull_ids=[], **arguments)


def test_one_of_which_an_envelope_was_read_was_printed(one_pulled, operator):
    run, pull = one_pulled
    Pull.objects.filter(pk=pull.pk).update(envelopes=2, seen=[1])
    with pytest.raises(RunRefused, match="残りの封筒"):
        pulls.mark_not_printed(run_id=run.pk, pull_ids=[pull.pk], by=operator, now=timezone.now(), today=DAY)


def test_a_confirmation_without_a_person_is_refused_by_the_database(one_pulled):
    with pytest.raises(IntegrityError, match="pull_confirmed_by_somebody"), transaction.atomic():
        Pull.objects.update(confirmed_as="scanned")


def test_as_many_questions_for_many_letters_as_for_few(finished_run, operator, django_assert_max_num_queries):
    for n in range(12):
        pay(claim(alone(name=f"架空{n}"), principal_yen=10_000 + n), 1_000, on=date(2026, 9, 1))
    run = finished_run()
    for letter in run.letters.all():
        pay(letter.claims.get().claim, 1_000, on=DAY)
    started = time.monotonic()
    with django_assert_max_num_queries(40):
        assert len(letters_to_pull(run.letters.filter(state="verified"), run=run, today=DAY)) == 12
    assert time.monotonic() - started < 5
