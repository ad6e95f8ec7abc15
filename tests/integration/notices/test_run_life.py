"""From conditions to verified files: two persons, one moment, one letter each, nothing doubled, nothing lost."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from notices.models import Letter, LetterClaim, PrintRun
from notices.services import progress, runs
from notices.services.documents import CopyWithheld, letter_document
from notices.services.manifest import COLUMNS, manifest_path
from notices.tasks import count_run, freeze_run, render_chunk
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, system_user, user
from tests.integration.notices.conftest import DAY, approve
from toyota_collect import approvals
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.models import AuditEvent, Document, Setting

pytestmark = pytest.mark.django_db


def owing(*amounts: int, postal_code: str = "4710034") -> None:
    for amount in amounts:
        claim(person(postal_code=postal_code), principal_yen=amount)


# --- approval ------------------------------------------------------------------------------------------


def test_the_operator_cannot_start_without_approval(make_run, operator, sent):
    owing(10_000)
    run = make_run()
    with pytest.raises(runs.RunRefused, match="決裁"):
        runs.start(run_id=run.pk, by=operator)
    runs.ask_approval(run_id=run.pk, by=operator)
    with pytest.raises(runs.RunRefused, match="決裁"):
        runs.start(run_id=run.pk, by=operator)
    assert (PrintRun.objects.get().state, sent) == ("counted", [])


def test_who_asked_cannot_approve(make_run):
    owing(10_000)
    both = user("supervisor")
    run = make_run()
    asked = runs.ask_approval(run_id=run.pk, by=both)
    with pytest.raises(approvals.ApprovalRefused):
        approvals.decide(approval_id=asked.pk, decision="approved", by=both)
    assert PrintRun.objects.get(pk=run.pk).phase == "counted"


def test_an_approved_run_is_started_once(make_run, operator, sent):
    owing(10_000)
    run = make_run()
    approve(run, operator)
    runs.start(run_id=run.pk, by=operator)
    with pytest.raises(runs.RunRefused):
        runs.start(run_id=run.pk, by=operator)
    assert sent == [("freeze_run", {"run_id": run.pk})]


CONDITIONS = runs.Conditions(as_of=DAY, issued_on=DAY, deadline_on=date(2026, 12, 14), minimum_yen=5_000)


def test_a_worker_counts_and_says_what_stands_in_the_way(make_run, operator, sent):
    owing(10_000)
    run = make_run()
    Setting.objects.filter(key="city.profile").update(value={"mayor": "架空"})
    runs.ask_count(run_id=run.pk, by=operator)
    count_run(**sent.pop()[1])
    run.refresh_from_db()
    assert run.state == "draft"
    assert "city.profile" in run.problem


def test_nothing_goes_on_while_a_worker_counts(make_run, operator, sent):
    owing(10_000)
    run = make_run()
    runs.ask_count(run_id=run.pk, by=operator)
    for step in (runs.ask_count, runs.ask_approval, runs.start):
        with pytest.raises(runs.RunRefused, match="集計中"):
            step(run_id=run.pk, by=operator)
    count_run(**sent.pop()[1])
    assert runs.ask_approval(run_id=run.pk, by=operator).is_open


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(lambda **who: runs.count(today=DAY, **who), id="counted again"),
        pytest.param(lambda **who: runs.change_conditions(conditions=CONDITIONS, **who), id="changed"),
        pytest.param(lambda **who: runs.ask_approval(**who), id="asked twice"),
    ],
)
def test_what_waits_for_approval_cannot_be_changed(step, make_run, operator):
    owing(10_000)
    run = make_run()
    runs.ask_approval(run_id=run.pk, by=operator)
    with pytest.raises(runs.RunRefused, match="差戻し"):
        step(run_id=run.pk, by=operator)


def test_a_run_sent_back_is_changed_counted_and_asked_again(make_run, operator):
    owing(10_000, 2_000)
    run = make_run()
    asked = runs.ask_approval(run_id=run.pk, by=operator)
    approvals.decide(approval_id=asked.pk, decision="rejected", by=user("supervisor"), reason="金額を見直す")
    runs.change_conditions(run_id=run.pk, conditions=CONDITIONS, by=operator)
    assert runs.count(run_id=run.pk, by=operator, today=DAY).counts["letters"] == 1
    assert runs.ask_approval(run_id=run.pk, by=operator).pk != asked.pk


def test_nobody_to_write_to_needs_no_approval(make_run, operator):
    run = make_run()
    with pytest.raises(runs.RunRefused, match="送る人がいません"):
        runs.ask_approval(run_id=run.pk, by=operator)


def test_one_slip_a_person_needs_the_citys_leave(make_run):
    with pytest.raises(runs.RunRefused, match="全部で1枚"):
        make_run(slip_policy="person")
    Setting.objects.filter(key="letter.person_slip_allowed").update(value=True)
    assert make_run(slip_policy="person").slip_policy == "person"


def test_more_than_was_approved_sends_the_run_back(make_run, operator, sent):
    owing(10_000)
    run = make_run()
    approve(run, operator)
    owing(10_000)
    runs.start(run_id=run.pk, by=operator)
    assert runs.fix_amounts(run_id=run.pk, by=operator, today=DAY) == []
    run.refresh_from_db()
    assert (run.state, run.approval, Letter.objects.count()) == ("draft", None, 0)
    assert "超えました" in run.problem


def test_less_than_was_approved_goes_on(make_run, operator, sent):
    owing(10_000, 20_000)
    run = make_run()
    approve(run, operator)
    pay(LetterClaim._meta.get_field("claim").related_model.objects.first(), 10_000, on=DAY)
    runs.start(run_id=run.pk, by=operator)
    assert len(runs.fix_amounts(run_id=run.pk, by=operator, today=DAY)) == 1
    assert Letter.objects.count() == 1


# --- the snapshot ----------------------------------------------------------------------------------------


def test_everybody_gets_exactly_one_letter_in_postal_order(frozen_run):
    for code in ("4710034", "4700343", "4710025"):
        someone = person(postal_code=code)
        claim(someone)
        claim(someone, kind="water_charge", source="suido")
    run = frozen_run()
    letters = list(run.letters.order_by("serial"))
    assert [letter.postal_code for letter in letters] == ["4700343", "4710025", "4710034"]
    assert [letter.serial for letter in letters] == [1, 2, 3]
    assert len({letter.person_id for letter in letters}) == 3
    assert [letter.number for letter in letters] == [f"8豊債管第{n:06d}号" for n in (1, 2, 3)]


def test_total_lines_and_stored_claims_agree(frozen_run):
    someone = person()
    claim(someone, principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    claim(someone, kind="water_charge", source="suido", principal_yen=7_300, due_on=date(2026, 1, 5))
    run = frozen_run()
    letter = run.letters.get()
    lines = letter.snapshot["lines"]
    stored = list(letter.claims.all())
    assert letter.total_yen == sum(line.total_yen for line in stored) == run.counts["yen"]
    assert letter.total_yen == sum(line["principal_yen"] + line["fee_yen"] + line["late_yen"] for line in lines)
    assert {line["late_yen"] > 0 for line in lines} == {True}


def test_numbers_go_on_from_run_to_run_and_samples_have_their_own(frozen_run, operator):
    owing(10_000)
    frozen_run()
    sample = runs.make_run(
        conditions=runs.Conditions(as_of=DAY, issued_on=DAY, deadline_on=date(2026, 12, 14), minimum_yen=1),
        by=system_user("system.print"),
        is_sample=True,
    )
    runs.begin_sample(run_id=sample.pk)
    runs.fix_amounts(run_id=sample.pk, by=operator, today=DAY)
    frozen_run()
    numbers = Letter.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["8豊債管第000001号", "見本 8豊債管第000001号", "8豊債管第000002号"]


def test_freezing_twice_makes_no_second_letter(frozen_run):
    owing(10_000)
    run = frozen_run()
    freeze_run(run_id=run.pk)
    assert run.letters.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda letter: Letter.objects.filter(pk=letter.pk).update(total_yen=1), id="the total"),
        pytest.param(lambda letter: Letter.objects.filter(pk=letter.pk).update(snapshot={}), id="the snapshot"),
        pytest.param(lambda letter: letter.claims.update(principal_yen=1), id="a line"),
        pytest.param(lambda letter: letter.claims.all().delete(), id="a line taken out"),
        pytest.param(lambda letter: Letter.objects.filter(pk=letter.pk).delete(), id="the letter taken out"),
    ],
)
def test_a_frozen_letter_cannot_be_changed(change, frozen_run):
    owing(10_000)
    letter = frozen_run().letters.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        change(letter)


def test_a_second_letter_for_a_person_is_refused_by_the_database(frozen_run):
    owing(10_000)
    letter = frozen_run().letters.get()
    letter.pk, letter.serial, letter.number = None, 99, "二重"
    with pytest.raises(IntegrityError, match="one_letter_per_person_and_run"), transaction.atomic():
        letter.save(force_insert=True)


# --- making ------------------------------------------------------------------------------------------------


def test_a_finished_run_accounts_for_every_letter(finished_run, media, monkeypatch):
    monkeypatch.setattr("notices.services.snapshot.LETTERS_PER_BUNDLE", 2)
    owing(10_000, 20_000, 30_000)
    run = finished_run()
    assert (run.state, run.chunks.count()) == ("verified", 2)
    counted = progress.progress(run)
    assert (counted.total, counted.done, counted.waiting, counted.failed, counted.difference) == (3, 3, 0, 0, 0)
    for chunk in run.chunks.all():
        assert hashlib.sha256((media / chunk.path).read_bytes()).hexdigest() == chunk.sha256
    assert set(AuditEvent.objects.values_list("event", flat=True)) >= {"run.started", "run.frozen", "run.verified"}


def test_the_manifest_names_every_letter_page_and_slip(finished_run):
    owing(10_000, 400_000)
    run = finished_run()
    with manifest_path(run).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS == ["file", "page", "pages", "person", "number", "name", "amount", "due", "slips"]
    assert [(row["page"], row["pages"]) for row in rows] == [("1", "3"), ("4", "3")]
    for row, letter in zip(rows, run.letters.order_by("serial"), strict=True):
        slips = json.loads(row["slips"])
        assert (row["person"], row["number"], int(row["amount"])) == (
            letter.person.number,
            letter.number,
            letter.total_yen,
        )
        assert sum(slip["amount"] for slip in slips) == letter.total_yen
        assert {slip["due"] for slip in slips} == {"2026-12-14"} == {row["due"]}
        assert [slip["gs1"] is None for slip in slips] == [letter.total_yen > 300_000]


def test_a_letter_that_cannot_be_printed_fails_alone(frozen_run, quick):
    owing(10_000, 20_000, 30_000)
    run = frozen_run()
    quick.broken = {run.letters.get(serial=2).total_yen}
    render_chunk(chunk_id=run.chunks.get().pk)
    run.refresh_from_db()
    assert run.state == "verified"
    assert list(run.letters.order_by("serial").values_list("state", "failure_code")) == [
        ("verified", ""),
        ("failed", "glyph"),
        ("verified", ""),
    ]
    assert [failure.code for failure in progress.failures(run)] == ["glyph"]
    assert progress.progress(run).difference == 0


def test_a_letter_that_reads_wrong_is_taken_out_of_the_print_file(frozen_run, quick, media):
    owing(10_000, 20_000)
    run = frozen_run()
    wrong, right = run.letters.order_by("serial")
    quick.misread = {wrong.total_yen}
    render_chunk(chunk_id=run.chunks.get().pk)
    printed = (media / run.chunks.get().path).read_text()
    assert wrong.number not in printed
    assert right.number in printed
    right.refresh_from_db()
    assert (right.state, right.first_page) == ("verified", 1)
    assert Letter.objects.get(pk=wrong.pk).failure_code == "barcode"


def test_running_a_task_twice_changes_nothing(finished_run, quick):
    owing(10_000, 20_000)
    run = finished_run()
    before = list(run.letters.values()), list(run.chunks.values()), quick.rendered
    render_chunk(chunk_id=run.chunks.get().pk)
    assert (list(run.letters.values()), list(run.chunks.values()), quick.rendered) == before


def test_a_tampered_snapshot_is_never_printed(frozen_run, quick):
    import pgtrigger

    owing(10_000)
    run = frozen_run()
    with pgtrigger.ignore("notices.Letter:frozen"):
        run.letters.update(snapshot=run.letters.get().snapshot | {"honorific": "殿"})
    render_chunk(chunk_id=run.chunks.get().pk)
    assert run.letters.get().failure_code == "snapshot"


# --- the letter on its own ------------------------------------------------------------------------------------


def test_a_reprint_says_the_same_after_new_receipts(finished_run, operator):
    someone = person()
    owed = claim(someone, principal_yen=41_000)
    letter = finished_run().letters.get()
    first = letter_document(letter_id=letter.pk, by=operator, today=DAY)
    before = document_bytes(first)
    pay(owed, 41_000, on=DAY)
    again = letter_document(letter_id=letter.pk, by=operator, today=DAY)
    assert (again.pk, document_bytes(again), Document.objects.count()) == (first.pk, before, 1)
    assert json.loads(before)["lines"][0]["principal_yen"] == 41_000


def test_a_letter_first_asked_for_after_new_receipts_is_the_frozen_one(finished_run, operator):
    someone = person()
    owed = claim(someone, principal_yen=41_000)
    letter = finished_run().letters.get()
    pay(owed, 41_000, on=DAY)
    document = letter_document(letter_id=letter.pk, by=operator, today=DAY)
    assert json.loads(document_bytes(document))["lines"][0]["principal_yen"] == 41_000


def test_a_letter_is_withheld_once_the_person_is_protected(finished_run, operator):
    someone = person()
    claim(someone)
    letter = finished_run().letters.get()
    protect(someone, starts_on=DAY)
    with pytest.raises(CopyWithheld, match="支援措置"):
        letter_document(letter_id=letter.pk, by=operator, today=DAY)


def test_a_letter_of_somebody_protected_since_the_amounts_were_fixed_is_not_printed(frozen_run, quick):
    hidden, other = person(), person(name_key="架空別人", kana_key="カクウベツジン")
    claim(hidden)
    claim(other)
    run = frozen_run()
    protect(hidden, starts_on=DAY)
    for chunk in run.chunks.all():
        render_chunk(chunk_id=chunk.pk)
    letters = {letter.person_id: letter for letter in run.letters.all()}
    assert (letters[hidden.pk].state, letters[hidden.pk].failure_code) == (Letter.State.FAILED, "protected")
    assert letters[other.pk].state == Letter.State.VERIFIED
    assert quick.rendered == 1


def test_a_stored_letter_that_was_changed_is_not_shown(finished_run, operator, media: Path):
    owing(10_000)
    letter = finished_run().letters.get()
    document = letter_document(letter_id=letter.pk, by=operator, today=DAY)
    (media / document.path).write_bytes(b"other")
    with pytest.raises(DocumentLost):
        document_bytes(document)
