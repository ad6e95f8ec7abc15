"""An import that was stopped goes on where it stood, and tells how far it is (killed for real in tests/chaos)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from claims import tasks
from claims.intake import apply_claims, progress, run
from claims.models import Claim, Entry, ImportBatch, ImportFile
from tests.factories.debtors import user
from tests.factories.extracts import AS_OF, claims, receipts, register
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(tmp_path, settings) -> ImportBatch:
    """A batch whose worker was killed after the first of three files was committed, before anything was moved away."""
    settings.INTAKE_DIR = tmp_path
    register(tmp_path, {})
    claims(tmp_path, {})
    receipts(tmp_path, {})
    batch = run.start(by=user("receipts_clerk"), as_of=AS_OF)
    batch.step = "架空の処理をしています"
    batch.save()
    first = run.find_extracts(tmp_path)[0]
    assert run.import_file(batch, first).status == ImportFile.Status.COMMITTED
    return batch


def names(batch: ImportBatch) -> list[tuple[str, int]]:
    return list(batch.files.order_by("pk").values_list("content", "inserted"))


def test_what_was_committed_is_not_done_again(stopped, tmp_path):
    tasks.import_folder(batch_id=stopped.pk)
    stopped.refresh_from_db()
    assert names(stopped) == [("register", 1), ("claims", 1), ("receipts", 1)]
    assert (stopped.files_total, stopped.step, stopped.finished_at is None) == (3, "", False)
    assert run.extract_paths(tmp_path) == []


def test_another_file_of_the_same_name_is_done(stopped, tmp_path):
    register(tmp_path, {"atena_number": "A777"})
    tasks.import_folder(batch_id=stopped.pk)
    assert names(stopped) == [("register", 1), ("register", 1), ("claims", 1), ("receipts", 1)]


def test_what_failed_is_tried_again_and_told_once(stopped, tmp_path):
    run.import_file(stopped, run.Extract(tmp_path / "zei_tainou_20261120.csv", None, "架空の失敗"))
    tasks.import_folder(batch_id=stopped.pk)
    assert names(stopped) == [("register", 1), ("claims", 1), ("receipts", 1)]


def test_a_batch_stopped_while_its_files_were_moved_away_is_finished(stopped, tmp_path):
    for path in run.extract_paths(tmp_path):
        path.unlink()
    tasks.import_folder(batch_id=stopped.pk)
    stopped.refresh_from_db()
    assert (names(stopped), stopped.problem) == ([("register", 1)], "")
    assert stopped.finished_at


def test_a_task_that_comes_twice_does_nothing_the_second_time(stopped, tmp_path):
    for _time in range(2):
        tasks.import_folder(batch_id=stopped.pk)
    stopped.refresh_from_db()
    assert (Claim.objects.count(), Entry.objects.count(), stopped.problem) == (1, 2, "")
    assert AuditEvent.objects.filter(event="import.finished").count() == 1


def test_a_message_that_comes_again_takes_no_file_of_a_later_batch(stopped, tmp_path):
    """Files of the next day may have the same names: they are not what the finished batch has read."""
    tasks.import_folder(batch_id=stopped.pk)
    assert run.extract_paths(tmp_path) == []
    put = tmp_path / "done" / f"{stopped.pk:06d}"
    old = {path.name: path.read_bytes() for path in put.iterdir()}
    path = claims(tmp_path, {"notice_number": "N777"})
    tasks.import_folder(batch_id=stopped.pk)
    assert path.exists()
    assert path.with_name(path.name + ".control.csv").exists()
    assert {path.name: path.read_bytes() for path in put.iterdir()} == old


def test_batches_whose_worker_is_gone_are_started_again(stopped, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.import_folder, "delay", lambda **arguments: sent.append(arguments))
    tasks.sweep_imports()
    assert sent == []  # it stopped only now
    assert run.unfinished(since=timedelta(0)) == [stopped.pk]
    monkeypatch.setattr(tasks, "STOPPED_AFTER", timedelta(0))
    tasks.sweep_imports()
    assert sent == [{"batch_id": stopped.pk}]
    monkeypatch.setattr(run, "is_running", lambda: True)
    assert run.unfinished(since=timedelta(0)) == []


def test_who_finds_the_batch_at_work_leaves_it_alone(stopped, monkeypatch):
    """A broker may hand a task out twice; a second worker neither waits for ever nor ends the batch of the first."""

    @run.contextmanager
    def held(_patience):
        raise run.FolderRefused(run.RUNNING)
        yield

    monkeypatch.setattr(run, "one_at_a_time", held)
    tasks.import_folder(batch_id=stopped.pk)
    stopped.refresh_from_db()
    assert (stopped.problem, stopped.finished_at) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_how_far_a_file_is_can_be_read_before_it_is_committed(tmp_path, monkeypatch, transactional_db):
    """The step is read inside the file's transaction, where only what others committed is news."""
    seen = []
    real = apply_claims.apply

    def apply(cursor, job):
        seen.append(ImportBatch.objects.values_list("step", flat=True).get())
        return real(cursor, job)

    monkeypatch.setattr(progress, "EVERY", 0.0)
    monkeypatch.setattr(apply_claims, "apply", apply)
    batch = run.start(by=run.intake_user(), as_of=AS_OF)
    path = claims(tmp_path, {}, {"notice_number": "N002"})
    assert run.import_file(batch, run.match(path)).status == ImportFile.Status.COMMITTED
    assert seen == [f"{path.name} の2行を台帳に書いています"]


def test_the_newest_batch_is_taken_up_after_a_weekend_too_and_an_older_one_is_not(stopped):
    began = timezone.now() - timedelta(days=3)
    ImportBatch.objects.filter(pk=stopped.pk).update(started_at=began)
    assert run.unfinished(since=timedelta(minutes=2)) == [stopped.pk]
    ImportBatch.objects.create(by=user("receipts_clerk"), as_of=AS_OF, finished_at=timezone.now())
    assert run.unfinished(since=timedelta(minutes=2)) == []


def test_a_batch_from_before_the_clock_was_set_back_is_taken_up(stopped):
    ImportBatch.objects.filter(pk=stopped.pk).update(started_at=timezone.now() + timedelta(days=3))
    assert run.unfinished(since=timedelta(minutes=2)) == [stopped.pk]


def test_who_waited_for_the_lock_finishes_nothing_again(stopped, tmp_path, monkeypatch):
    """Another worker ends the batch between the message and the lock."""
    late = ImportBatch.objects.get(pk=stopped.pk)
    real = run.one_at_a_time

    @run.contextmanager
    def meanwhile(patience):
        monkeypatch.setattr(run, "one_at_a_time", real)
        run.run(stopped, tmp_path)
        with real(patience):
            yield

    monkeypatch.setattr(run, "one_at_a_time", meanwhile)
    assert run.run(late, tmp_path).finished_at
    assert AuditEvent.objects.filter(event="import.finished").count() == 1


def test_mended_rows_are_finished_by_one_at_a_time(stopped, monkeypatch):
    @run.contextmanager
    def held(_patience):
        raise run.FolderRefused(run.RUNNING)
        yield

    with monkeypatch.context() as busy:
        busy.setattr(run, "one_at_a_time", held)
        tasks.finish_import(batch_id=stopped.pk)
    stopped.refresh_from_db()
    assert stopped.finished_at is None
    tasks.finish_import(batch_id=stopped.pk)
    stopped.refresh_from_db()
    assert stopped.finished_at
