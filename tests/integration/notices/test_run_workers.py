"""Workers that die, are slow or get no message: every bundle is made once, and the run ends. All data is synthetic."""

import errno
import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from notices.models import PrintChunk
from notices.services import progress, rendering, runs
from notices.services.at_work import What, at_work
from notices.tasks import count_run, render_chunk
from tests.integration.notices.conftest import approve
from tests.integration.notices.test_run_life import owing

pytestmark = pytest.mark.django_db


def _take(chunk: PrintChunk) -> int:
    """What a worker does before it dies."""
    return rendering._take(chunk.pk)


def test_a_bundle_in_work_is_left_alone(frozen_run, quick, sent):
    owing(10_000)
    run = frozen_run()
    _take(run.chunks.get())
    assert rendering.render_chunk(chunk_id=run.chunks.get().pk) is False
    sent.clear()
    with at_work(What.BUNDLE, run.chunks.get().pk):
        rendering.sweep(now=timezone.now())
    assert (run.chunks.get().state, sent, quick.rendered) == ("rendering", [], 0)


def test_a_dead_workers_bundle_is_taken_up_again(frozen_run, quick, sent, media):
    owing(10_000)
    run = frozen_run()
    chunk = run.chunks.get()
    _take(chunk)
    half = media / f"runs/{run.pk}/tmp1.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"%PDF")
    sent.clear()
    rendering.sweep(now=timezone.now())
    assert sent[0] == ("render_chunk", {"chunk_id": chunk.pk})
    render_chunk(**sent[0][1])
    run.refresh_from_db()
    assert (run.state, run.letters.get().state, run.chunks.get().attempts) == ("verified", "verified", 2)
    assert not half.exists()  # what the dead one was writing


def test_a_message_handed_out_again_need_not_wait_for_the_sweep(frozen_run, quick, sent):
    owing(10_000)
    run = frozen_run()
    _take(run.chunks.get())
    render_chunk.apply(kwargs={"chunk_id": run.chunks.get().pk})
    assert run.chunks.get().state == "rendering"
    render_chunk.push_request(delivery_info={"redelivered": True})
    render_chunk.run(chunk_id=run.chunks.get().pk)
    render_chunk.pop_request()
    assert (run.chunks.get().state, run.chunks.get().attempts) == ("done", 2)


def test_what_a_slow_worker_brings_back_late_is_thrown_away(frozen_run, quick, media):
    owing(10_000)
    run = frozen_run()
    chunk = run.chunks.get()
    first = _take(chunk)
    slow = rendering._make(chunk, first)
    rendering.sweep(now=timezone.now())
    render_chunk(chunk_id=chunk.pk)
    kept = run.chunks.get().sha256
    slow.pdf = b"other bytes"
    rendering._record(chunk, first, slow)
    assert run.chunks.get().sha256 == kept == hashlib.sha256((media / run.chunks.get().path).read_bytes()).hexdigest()
    assert list(media.rglob("*.part")) == []


def test_a_bundle_that_kills_its_workers_is_given_up_and_can_be_retried(frozen_run, quick, sent, operator):
    owing(10_000)
    run = frozen_run()
    chunk = run.chunks.get()
    for _ in range(rendering.MOST_ATTEMPTS):
        _take(chunk)
        rendering.sweep(now=timezone.now())
    rendering.sweep(now=timezone.now())
    run.refresh_from_db()
    assert (run.state, run.chunks.get().state) == ("failed", "failed")
    assert "作り直す" in run.problem
    assert progress.progress(run).difference == 0

    assert runs.retry(run_id=run.pk, by=operator) == 1
    render_chunk(chunk_id=chunk.pk)
    run.refresh_from_db()
    assert (run.state, run.problem) == ("verified", "")


def test_an_unexpected_fault_gives_the_bundle_back(frozen_run, quick, sent, monkeypatch):
    owing(10_000)
    run = frozen_run()
    monkeypatch.setattr("notices.services.engine.render", lambda letters: 1 / 0)
    sent.clear()
    for attempt in range(1, rendering.MOST_ATTEMPTS + 1):
        render_chunk(chunk_id=run.chunks.get().pk)
        assert run.chunks.get().attempts == attempt
    run.refresh_from_db()
    assert (run.state, run.chunks.get().state, len(sent)) == ("failed", "failed", rendering.MOST_ATTEMPTS - 1)


def test_a_lost_message_is_sent_again(frozen_run, sent):
    owing(10_000)
    run = frozen_run()
    sent.clear()
    rendering.sweep(now=timezone.now() + timedelta(minutes=2))
    assert sent == [("render_chunk", {"chunk_id": run.chunks.get().pk})]


def test_a_lost_count_is_sent_again(make_run, operator, sent):
    run = make_run()
    runs.ask_count(run_id=run.pk, by=operator)
    sent.clear()
    rendering.sweep(now=timezone.now() + timedelta(minutes=6))
    assert [task for task, _ in sent] == ["count_run"]


def test_a_lost_start_is_sent_again(make_run, operator, sent):
    owing(10_000)
    run = make_run()
    approve(run, operator)
    runs.start(run_id=run.pk, by=operator)
    sent.clear()
    rendering.sweep(now=timezone.now() + timedelta(minutes=6))
    assert sent == [("freeze_run", {"run_id": run.pk})]


def test_failed_letters_are_made_again_in_a_bundle_of_their_own(frozen_run, quick, operator, sent):
    owing(10_000, 20_000)
    run = frozen_run()
    bad = run.letters.get(serial=1)
    quick.broken = {bad.total_yen}
    render_chunk(chunk_id=run.chunks.get().pk)
    quick.broken = set()
    assert runs.retry(run_id=run.pk, by=operator) == 1
    render_chunk(chunk_id=run.chunks.get(sequence=2).pk)
    run.refresh_from_db()
    bad.refresh_from_db()
    assert (run.state, bad.state, bad.chunk.sequence, bad.first_page) == ("verified", "verified", 2, 1)
    with pytest.raises(runs.RunRefused, match="作り直す通はありません"):
        runs.retry(run_id=run.pk, by=operator)


def test_a_full_disk_costs_no_attempt_and_the_bundle_goes_on_with_room(frozen_run, quick, sent, media, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, "No space left on device")

    owing(10_000)
    run = frozen_run()
    sent.clear()
    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        for _ in range(rendering.MOST_ATTEMPTS + 1):
            render_chunk(chunk_id=run.chunks.get().pk)
    chunk = run.chunks.get()
    assert (chunk.state, chunk.attempts, sent) == ("waiting", 0, [])
    assert "空き容量がない" in chunk.problem
    assert list(media.rglob("*.part")) == []
    rendering.sweep(now=timezone.now() + timedelta(minutes=2))
    assert sent == [("render_chunk", {"chunk_id": chunk.pk})]
    render_chunk(**sent[0][1])
    run.refresh_from_db()
    assert (run.state, run.chunks.get().problem) == ("verified", "")


def test_a_count_delivered_twice_counts_once(make_run, operator, sent):
    owing(10_000)
    run = make_run()
    runs.ask_count(run_id=run.pk, by=operator)
    counted = []
    for _ in range(2):
        count_run(run_id=run.pk, user_id=operator.pk)
        run.refresh_from_db()
        counted.append((run.state, run.counts))
    assert counted[0] == counted[1]
    assert counted[0][0] == "counted"
