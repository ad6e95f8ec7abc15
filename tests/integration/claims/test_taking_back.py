"""取込の取り消し: an import is undone as if it had never come, and comes in again the same. All data is synthetic."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from claims import tasks
from claims.intake import run
from claims.models import (
    BookingSource,
    Claim,
    ClaimEvent,
    Entry,
    FrozenYear,
    ImportFile,
    Overpayment,
    Receipt,
    SealBlock,
)
from claims.services import receipts as money
from claims.services import taking_back
from debtors.models import IdentityLink, Person, SourceIdentity
from tests.factories.debtors import user
from tests.factories.extracts import AS_OF, claims, counts, import_one, receipts, register
from tests.factories.taking_back import BALANCES, ask, balances, course, proven, refusal, state, take_back
from toyota_collect import approvals
from toyota_collect.models import AuditEvent

# Each file is a transaction of its own here: by its moment the history is known again.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def day(settings):
    settings.BASE_DATE = AS_OF


def test_a_first_load_leaves_nothing_and_comes_in_again_the_same(tmp_path, client):
    path = claims(tmp_path, {}, {"instalment": "02", "fee_yen": "100", "dunned_on": "5081020"})
    first = import_one(path)
    clean, known, before = proven(), balances(), course()
    number = Person.objects.get().number
    taken = take_back(first)
    assert (taken.state, taken.problem) == ("done", "")
    first.refresh_from_db()
    assert (first.status, first.taken_back_in) == ("taken_back", taken)
    assert not Claim.objects.exists()
    gone = Claim._base_manager.all()
    assert {tuple(getattr(one, name) for name in BALANCES) for one in gone} == {(0, 0, 0, 0, 0)}
    assert not SourceIdentity.objects.exists()
    assert not IdentityLink.objects.filter(unlinked_at=None).exists()
    assert not ClaimEvent.objects.filter(withdrawn_at=None).exists()
    proven()
    assert SealBlock.objects.order_by("-pk")[0].last_entry == Entry.objects.order_by("-pk")[0].pk
    client.force_login(user("collector"))
    assert client.get(reverse("debtors:person", args=[number])).status_code == 404
    assert "0人" in client.get(reverse("debtors:search"), {"q": "架空"}).content.decode()
    again = import_one(path)
    assert counts(again) == counts(first)
    assert (proven(), balances(), course()[-1][1]) == (clean, known, before[-1][1])
    assert [found for _, found in course()] == [found for _, found in before]
    assert [one.number for one in Person.objects.in_force()] == [number]


def test_a_changed_file_is_restored_exactly(tmp_path):
    import_one(claims(tmp_path, {"fee_yen": "100", "dunned_on": "5080720"}, {"instalment": "02"}))
    import_one(receipts(tmp_path, {}))
    before, days = state(), course()
    other = {"name": "架空　次郎", "address": "豊田市西町三丁目60番地", "phone": "0565-00-2222"}
    changed = other | {
        "corrected_yen": "38000",
        "exempted_yen": "2000",
        "fee_yen": "0",
        "dunned_on": "5080725",
        "due_on": "5080731",
        "paid_total_yen": "1000",
    }
    path = claims(tmp_path, changed, other | {"instalment": "02"}, other | {"instalment": "03"})
    file = import_one(path)
    assert counts(file) == (1, 2, 0, 0)
    after = state()
    assert {name for name, value in after.items() if value != before[name]} == set(before) - {"receipts"}
    taken = take_back(file)
    assert (taken.state, taken.problem) == ("done", "")
    assert state() == before
    assert [(day, found) for day, found in course() if day in dict(days)] == days
    proven()
    assert counts(import_one(path)) == (1, 2, 0, 0)
    again = state()
    assert {name for name, value in again.items() if value != after[name]} <= {"claims", "clocks", "events"}  # new ids
    assert [one["principal_yen"] for one in again["claims"]] == [one["principal_yen"] for one in after["claims"]]
    proven()


def test_a_file_that_changed_nothing_is_taken_back_too(tmp_path):
    path = claims(tmp_path, {})
    import_one(path)
    before = state()
    assert take_back(import_one(path)).state == "done"
    assert state() == before


def test_receipts_are_taken_back_and_what_they_cancelled_is_booked_anew(tmp_path):
    import_one(claims(tmp_path, {}))
    first = import_one(receipts(tmp_path, {}, {"receipt_number": "R002", "principal_yen": "2000"}))
    before, days = state(), course()
    path = receipts(
        tmp_path,
        {"receipt_number": "R003", "cancels": "R001", "paid_on": "5080801"},
        {"receipt_number": "R004", "paid_on": "5080801", "principal_yen": "1500"},
        {"receipt_number": "R005", "paid_on": "5080802", "principal_yen": "500"},
        {"receipt_number": "R006", "cancels": "R005", "paid_on": "5080803", "principal_yen": "500"},
    )
    second = import_one(path)
    assert (counts(second), Claim.objects.get().principal_yen) == ((4, 0, 0, 0), 37_500)
    mixed, after = proven(), balances()
    assert take_back(second).state == "done"
    assert state() == before
    assert [(day, found) for day, found in course() if day in dict(days)] == days
    proven()
    assert counts(import_one(path)) == (4, 0, 0, 0)
    assert balances() == after
    assert proven() != mixed  # the same balances, with the entries that were reversed in between
    assert refusal(first).startswith(first.name)


def test_what_was_booked_anew_belongs_to_its_first_file(tmp_path):
    import_one(claims(tmp_path, {}))
    first = import_one(receipts(tmp_path, {}))
    second = import_one(receipts(tmp_path, {"receipt_number": "R003", "cancels": "R001", "paid_on": "5080801"}))
    for file in (second, first):
        assert take_back(file).state == "done"
    assert Claim.objects.get().principal_yen == 41_000
    assert not Receipt.objects.filter(taken_back_at=None).exists()
    proven()
    assert counts(import_one(receipts(tmp_path, {}))) == (1, 0, 0, 0)


def test_files_are_taken_back_from_the_newest(tmp_path):
    old = import_one(claims(tmp_path, {}))
    new = import_one(claims(tmp_path, {"levied_yen": "40000"}))
    money = import_one(receipts(tmp_path, {}))
    assert new.name in refusal(old)
    assert money.name in refusal(new)
    for file in (money, new, old):
        assert take_back(file).state == "done"
    assert not Claim.objects.exists()
    proven()


def test_a_task_that_runs_twice_undoes_once(tmp_path):
    file = import_one(claims(tmp_path, {}))
    taken = take_back(file)
    entries = Entry.objects.count()
    tasks.take_back(taking_id=taken.pk)
    assert Entry.objects.count() == entries
    assert AuditEvent.objects.filter(event="import.taken_back").count() == 1
    assert "すでに取り消しました" in refusal(file)


def test_nothing_is_done_while_an_import_runs_and_the_sweep_does_it_later(tmp_path):
    asked = ask(import_one(claims(tmp_path, {})))
    approvals.decide(approval_id=asked.approval_id, decision="approved", by=user("supervisor"))
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [run.RUN_LOCK])
        tasks.take_back(taking_id=asked.pk)
        asked.refresh_from_db()
        assert asked.state == "decided"
        cursor.execute("SELECT pg_advisory_unlock(%s)", [run.RUN_LOCK])
    other.close()
    tasks.sweep_imports()
    tasks.take_back(taking_id=asked.pk)
    asked.refresh_from_db()
    assert asked.state == "done"


def test_a_closed_year_takes_no_reversal(tmp_path):
    file = import_one(claims(tmp_path, {"levy_year": "506", "taxation_year": "506", "due_on": "5070228"}))
    FrozenYear.objects.create(year=2024, frozen_on=AS_OF, by=user("supervisor"))
    before = balances(date(2025, 3, 31))
    assert before
    assert take_back(file).state == "done"
    assert set(Entry.objects.filter(kind="reversal").values_list("accounting_year", flat=True)) == {2026}
    assert not balances()
    proven()


def test_all_files_of_an_import_go_together(tmp_path):
    register(tmp_path, {})
    claims(tmp_path, {})
    receipts(tmp_path, {})
    batch = run.run(run.start(by=run.intake_user(), as_of=AS_OF), tmp_path)
    clean, known = proven(), balances()
    assert "新しいものから" in refusal(batch.files.get(content="claims"))
    file = batch.files.first()
    taken = take_back(file, whole=True)
    assert (taken.state, taken.problem, taken.file) == ("done", "", None)
    assert set(batch.files.values_list("status", flat=True)) == {"taken_back"}
    assert not Claim.objects.exists()
    assert not SourceIdentity.objects.exists()
    assert not Person.objects.in_force().exists()
    proven()
    run.run(run.start(by=run.intake_user(), as_of=AS_OF), tmp_path)
    assert (proven(), balances()) == (clean, known)


def test_a_refusal_found_by_the_worker_stands_on_the_record(tmp_path):
    file = import_one(claims(tmp_path, {}))
    asked = ask(file)
    claim = Claim.objects.get()
    claim.events.create(kind="demand", on=AS_OF, ground=claim.ground, origin="", by=user("collector"))
    approvals.decide(approval_id=asked.approval_id, decision="approved", by=user("supervisor"))
    tasks.take_back(taking_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.state, file.status) == ("refused", "committed")
    assert "時効に関わるできごと1件" in asked.problem
    assert Claim.objects.get().principal_yen == 41_000
    assert AuditEvent.objects.filter(event="import.taking_back_refused").exists()


def test_a_failure_leaves_the_ledger_as_it_is(tmp_path, monkeypatch):
    file = import_one(claims(tmp_path, {}))
    before = state()
    asked = ask(file)
    approvals.decide(approval_id=asked.approval_id, decision="approved", by=user("supervisor"))
    monkeypatch.setattr(taking_back.undo, "STATEMENTS", (*taking_back.undo.STATEMENTS, "SELECT 1 / 0"))
    tasks.take_back(taking_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.state, state()) == ("refused", before)
    assert "処理に失敗しました" in asked.problem


def test_asking_needs_a_reason_and_is_done_once(tmp_path):
    file = import_one(claims(tmp_path, {}))
    assert "理由" in refusal(file, reason=" ")
    ask(file)
    assert "決裁を待っています" in refusal(file)


def test_who_asks_does_not_decide(tmp_path):
    file = import_one(claims(tmp_path, {}))
    clerk = user("supervisor")
    asked = taking_back.ask(batch_id=file.batch_id, file_id=file.pk, reason="誤り", by=clerk)
    with pytest.raises(approvals.ApprovalRefused):
        approvals.decide(approval_id=asked.approval_id, decision="approved", by=clerk)
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_files_of_before_have_no_moment(tmp_path):
    file = import_one(claims(tmp_path, {}))
    ImportFile.objects.update(begun_at=None)
    assert "記録を残す前" in refusal(file)


def test_history_tells_what_was(tmp_path):
    file = import_one(claims(tmp_path, {"dunned_on": "5080720"}))
    assert file.begun_at is not None
    assert ClaimEvent.objects.get().written_at == file.begun_at
    assert file.drew["claims"][0] <= Claim.objects.get().pk <= file.drew["claims"][1]


def paid_and_reduced(tmp_path) -> tuple[ImportFile, dict[str, Any], list[Any]]:
    """A claim paid in full of which a file takes a part back, its late charge determined anew."""
    BookingSource.objects.update(by="own")
    import_one(claims(tmp_path, {}))
    claim = Claim.objects.select_related("identity").get()
    facts = {
        "person_id": claim.identity.person_id,
        "claim_ids": [claim.pk],
        "yen": 41_800,
        "paid_on": date(2026, 11, 2),
    }
    money.receive_at_counter(**facts, by=user("receipts_clerk"), today=AS_OF)
    before, days = state(), course()
    return import_one(claims(tmp_path, {"corrected_yen": "30000"})), before, days


def test_an_untouched_overpayment_goes_with_its_file(tmp_path):
    file, before, days = paid_and_reduced(tmp_path)
    assert Overpayment.objects.filter(left_yen__gt=0).exists()
    assert Entry.objects.filter(in_file=None, component="late", kind="correction").exists()
    assert take_back(file).state == "done"
    assert state() == before
    assert [(day, found) for day, found in course() if day in dict(days)] == days
    assert not Overpayment.objects.filter(left_yen__gt=0).exists()
    proven()


def test_an_overpayment_that_was_paid_out_keeps_its_file(tmp_path):
    file, _, _ = paid_and_reduced(tmp_path)
    over = Overpayment.objects.filter(left_yen__gt=0).first()
    Entry.objects.create(
        kind="refund", component="overpaid", amount_yen=over.left_yen, on=AS_OF, overpayment=over, by=user("collector")
    )
    assert "過誤納金の充当・還付1件" in refusal(file)
