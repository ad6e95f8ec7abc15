"""Slips of letters become known with their letters: the numbers printed, once, and never those of a sample."""

import json
from dataclasses import replace
from datetime import date

import pytest

from claims.models import BookingSource, Claim, Payment, Slip
from claims.services.recognition import recognise
from claims.services.settlement import examine
from claims.services.slips import issue_slip, register_letter_slips
from notices.letter import LetterData, slips
from notices.models import PrintChunk
from notices.rules.marks import read_mark
from notices.services import runs
from notices.services.letter_data import run_number
from notices.services.letter_slips import letter_slips
from notices.services.rendering import render_chunk
from tests.factories.claims import book, claim
from tests.factories.debtors import person, protect, system_user
from tests.integration.notices.conftest import DAY
from toyota_collect.documents.barcodes import read_slip
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db


def of_letters() -> dict[str, Slip]:
    return {slip.reference: slip for slip in Slip.objects.filter(origin="letter").prefetch_related("lines")}


def test_they_are_what_the_letter_prints(finished_run):
    someone = person()
    claim(someone, principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    claim(someone, principal_yen=7_300, due_on=date(2026, 1, 5))
    claim(someone, kind="water_charge", source="suido", principal_yen=6_000)
    run = finished_run()
    data = LetterData.from_json(json.dumps(run.letters.get().snapshot))
    printed, known = slips(data), of_letters()
    assert len(printed) == len(known) == 2
    for slip in printed:
        found = known[slip.reference]
        assert (found.barcode, found.number) == (slip.number, slip.number[8:29])
        assert (found.amount_yen, found.due_on, found.person) == (slip.amount_yen, slip.due_on, someone)
        assert {str(line.claim_id) for line in found.lines.all()} == set(slip.claim_refs)
        assert sum(line.principal_yen for line in found.lines.all()) == slip.principal_yen
        assert sum(line.yen for line in found.lines.all()) == slip.amount_yen
    assert AuditEvent.objects.get(event="slips.registered").detail == {"slips": 2, "voided": 0}


def test_one_without_a_barcode_has_a_number_of_its_own(finished_run):
    for _ in range(2):
        claim(person(), principal_yen=400_000)
    finished_run()
    found = list(of_letters().values())
    assert [slip.barcode for slip in found] == ["", ""]
    assert len({slip.number for slip in found}) == 2
    assert all(slip.number == slip.reference.replace("-", "").ljust(21, "0") for slip in found)


@pytest.mark.parametrize("yen", [41_000, 400_000])
def test_runs_whose_four_figures_are_the_same_never_share_a_slip(finished_run, monkeypatch, yen):
    """After 9,999 runs the figures begin again: the slips of the later run are known too, each with its own number."""
    one, two = claim(person(), principal_yen=yen), claim(person(), principal_yen=yen)
    run = finished_run()
    again = [replace(LetterData.from_json(json.dumps(letter.snapshot)), run_round=1) for letter in run.letters.all()]
    people = list(run.letters.values_list("person_id", flat=True))
    new = [slip for of, data in zip(people, again, strict=True) for slip in letter_slips(of, data)]
    assert register_letter_slips(new, by=system_user()) == 2
    found = Slip.objects.filter(origin="letter")
    assert found.values("number").distinct().count() == 4
    assert set(found.filter(lines__claim__in=[one, two], voided_on=None).values_list("number", flat=True)) == {
        slip.number for slip in new
    }
    for slip in new:
        if slip.barcode:
            assert read_mark(slip.barcode).run == run.pk
            assert read_slip(slip.barcode).free == slip.number


def test_the_four_figures_of_runs_begin_again_and_are_never_those_of_single_letters():
    assert [run_number(pk) for pk in (0, 1, 9_998, 9_999, 10_000, 19_998, 19_999)] == [0, 1, 9_998, 9_999, 1, 9_999, 1]


def test_money_paid_with_one_finds_its_claims_and_what_it_was_asked_for(finished_run):
    """Costs (費用) stand under 延滞金等 on paper, and are booked as what they are."""
    BookingSource.objects.update(by="own")
    owed = claim(person(), principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    book(owed, "levy", "cost", 1_500, on=date(2026, 3, 1))
    finished_run()
    slip = Slip.objects.get()
    line = slip.lines.get()
    assert (line.principal_yen, line.fee_yen, line.cost_yen, line.late_yen > 0) == (41_000, 100, 1_500, True)
    paid = Payment.objects.create(
        feed="convenience", key="1", state="final", paid_on=DAY, amount_yen=slip.amount_yen, first_seen_on=DAY,
        slip_code=slip.barcode,
    )  # fmt: skip
    recognise(paid)
    assert paid.slip == slip
    (share,) = examine(paid).shares
    assert (share.claim, share.cost_yen, share.yen) == (owed, 1_500, slip.amount_yen)


def test_a_letter_that_is_not_printed_has_no_slips_and_leaves_older_ones_in_use(frozen_run, quick):
    owed = claim(person(), principal_yen=41_000)
    days = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    old = issue_slip(person_id=owed.identity.person_id, claim_ids=[owed.pk], by=system_user(), **days)
    run = frozen_run()
    protect(owed.identity.person)
    for chunk in run.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    old.refresh_from_db()
    assert (run.letters.get().state, old.voided_on, of_letters()) == ("failed", None, {})


def test_a_letters_slips_make_those_of_the_counter_invalid(finished_run):
    owed = claim(person(), principal_yen=41_000)
    days = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    old = issue_slip(person_id=owed.identity.person_id, claim_ids=[owed.pk], by=system_user(), **days)
    finished_run()
    old.refresh_from_db()
    assert old.replaced_by == Slip.objects.get(origin="letter")


def test_a_bundle_made_again_registers_nothing_twice(finished_run):
    claim(person(), principal_yen=41_000)
    run = finished_run()
    first = of_letters()
    PrintChunk.objects.update(state="waiting")
    for chunk in run.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    assert of_letters() == first
    assert run.letters.get().state == "verified"


def test_what_a_slow_worker_brings_too_late_is_not_registered(frozen_run, quick, monkeypatch):
    claim(person(), principal_yen=41_000)
    run = frozen_run()
    real = quick.render

    def taken_meanwhile(letters):
        PrintChunk.objects.update(attempts=2)
        return real(letters)

    monkeypatch.setattr("notices.services.engine.render", taken_meanwhile)
    render_chunk(chunk_id=run.chunks.get().pk)
    assert of_letters() == {}


def test_a_sample_registers_nothing(quick, sent):
    claim(person(), principal_yen=41_000)
    sample = runs.make_run(
        conditions=runs.Conditions(as_of=DAY, issued_on=DAY, deadline_on=date(2026, 12, 14), minimum_yen=1),
        by=system_user("system.print"),
        is_sample=True,
    )
    runs.begin_sample(run_id=sample.pk)
    for pk in runs.fix_amounts(run_id=sample.pk, by=system_user(), today=DAY):
        render_chunk(chunk_id=pk)
    assert sample.letters.get().state == "verified"
    assert not Slip.objects.exists()
    assert Claim.objects.reachable_by("notice", on=DAY).exists()
