"""The beat's own scheduler: what ran in the future (the clock was set back) does not wait until then."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from toyota_collect.beat import Scheduler

pytestmark = pytest.mark.django_db
SWEEP = "sweep-print-runs"  # every two minutes


@pytest.fixture
def run() -> list[str]:
    return []


@pytest.fixture
def scheduler(run: list[str], monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    monkeypatch.setattr(Scheduler, "apply_entry", lambda self, entry, producer=None: run.append(entry.name))
    monkeypatch.setattr(Scheduler, "producer", None)
    monkeypatch.setattr("django_celery_beat.schedulers.close_old_connections", lambda: None)
    made = Scheduler(app=current_app)
    made.tick()
    return made


def at(monkeypatch: pytest.MonkeyPatch, ahead: timedelta) -> None:
    """The clock of the beat, so far ahead of the true one."""
    moment: Any = timezone.localtime() + ahead
    monkeypatch.setattr(type(current_app._get_current_object()), "now", lambda _self: moment)
    monkeypatch.setattr("django_celery_beat.schedulers.ModelEntry._default_now", lambda _self: moment)
    monkeypatch.setattr("celery.schedules.schedule.now", lambda _self: moment)
    monkeypatch.setattr("celery.beat.time.time", moment.timestamp)


def all_due(scheduler: Scheduler, run: list[str]) -> set[str]:
    run.clear()
    for _ in range(100):
        if scheduler.tick() > 0:
            break
    return set(run)


def test_a_clock_set_back_under_the_beat_silences_nothing(scheduler, run, monkeypatch):
    at(monkeypatch, timedelta(days=3))
    assert SWEEP in all_due(scheduler, run)
    at(monkeypatch, timedelta(0))
    scheduler.tick()
    at(monkeypatch, timedelta(minutes=2, seconds=10))
    due = all_due(scheduler, run)
    assert {SWEEP, "sweep-imports"} <= due
    assert "sweep-packets" not in due  # every five minutes: what is not due is not run


def test_nor_one_set_back_while_the_beat_was_off(run, monkeypatch, scheduler):
    PeriodicTask.objects.update(last_run_at=timezone.now() + timedelta(days=3))
    again = Scheduler(app=current_app)
    again.tick()
    at(monkeypatch, timedelta(minutes=2, seconds=10))
    assert SWEEP in all_due(again, run)
