"""The figures for the monitoring: who gets them, that they are right, and that they tell of nobody."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from time import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from prometheus_client.parser import text_string_to_metric_families

from claims.models import Entry, SealBlock
from claims.services.seal import seal_new_entries
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect import metrics
from toyota_collect.celery import app
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
TOKEN = "t" * 40


class Broker:
    """A queue as Redis would show it: the newest first."""

    def __init__(self, waiting: list[str]) -> None:
        self.waiting, self.default_channel, self.client = waiting, self, self

    def __enter__(self) -> "Broker":
        return self

    def __exit__(self, *_: object) -> None: ...
    def ensure_connection(self, **_: object) -> None: ...
    def llen(self, name: str) -> int:
        assert name == "celery"
        return len(self.waiting)

    def hlen(self, name: str) -> int:
        return 3

    def lindex(self, name: str, at: int) -> str | None:
        return self.waiting[at] if self.waiting else None


@pytest.fixture(autouse=True)
def _token(settings, tmp_path, monkeypatch):
    settings.METRICS_TOKEN = TOKEN
    settings.BACKUP_DIR = tmp_path / "backups"
    monkeypatch.setattr(app, "connection_for_read", lambda: Broker([]))


def figures(client: Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(answer.content.decode())
        for one in family.samples
    }


@pytest.mark.parametrize(
    ("configured", "given"),
    [
        pytest.param(TOKEN, None, id="none"),
        pytest.param(TOKEN, "Bearer wrong", id="wrong"),
        pytest.param(TOKEN, f"Bearer {TOKEN}x", id="longer"),
        pytest.param(TOKEN, TOKEN, id="without its scheme"),
        pytest.param(TOKEN, "Bearer トークン", id="not ASCII"),
        pytest.param("", "Bearer ", id="nothing is configured"),
        pytest.param("short", "Bearer short", id="too short a token opens nothing"),
    ],
)
def test_without_the_token_there_is_no_such_page(client, settings, configured, given):
    settings.METRICS_TOKEN = configured
    client.force_login(user(Role.ADMINISTRATOR))  # nor for the highest role
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert answer.status_code == 404
    assert b"tc_" not in answer.content


def test_requests_are_counted_by_view_and_status_and_by_nothing_else(client):
    found = figures(client)
    view, away = ("tc_request_seconds_count", "200", "healthz"), ("tc_request_seconds_count", "404", "-")
    person_page = ("tc_request_seconds_count", "200", "debtors:person")
    client.force_login(user(Role.COLLECTOR))
    somebody = person()
    assert client.get(reverse("debtors:person", args=[somebody.number])).status_code == 200
    client.get("/no-such-page/?q=架空子")
    after = figures(client)
    assert after.get(person_page, 0) == found.get(person_page, 0) + 1
    assert after[away] == found.get(away, 0) + 1
    assert after.get(view, 0) == found.get(view, 0)
    names = {key for one in metrics.ours.collect() for sample in one.samples for key in sample.labels}
    assert names == {"view", "status", "le"}
    assert not any(str(somebody.number) in part or "架空" in part for key in after for part in key)


def test_the_queue_tells_how_long_the_oldest_waits(client, monkeypatch):
    jobs = [json.dumps({"headers": {"sent_at": time() - age}}) for age in (5, 60, 300)]  # the newest first
    monkeypatch.setattr(app, "connection_for_read", lambda: Broker(jobs))
    found = figures(client)
    assert found["tc_queue_waiting",] == 3
    assert found["tc_queue_taken",] == 3
    assert 300 <= found["tc_queue_oldest_seconds",] < 330


def test_an_empty_queue_waits_for_nothing(client):
    found = figures(client)
    assert (found["tc_queue_waiting",], found["tc_queue_oldest_seconds",]) == (0, 0)


def test_what_does_not_answer_is_said_and_the_rest_is_there(client, monkeypatch):
    def away() -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(app, "connection_for_read", away)
    found = figures(client)
    assert found["tc_answers", "broker"] == 0
    assert found["tc_answers", "database"] == 1
    assert ("tc_queue_waiting",) not in found
    assert found["tc_database_bytes",] > 1_000_000


def test_the_database_tells_its_size_and_connections(client):
    found = figures(client)
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        assert found["tc_database_connections_most",] == int(cursor.fetchone()[0])
    assert sum(value for key, value in found.items() if key[0] == "tc_database_connections") >= 1


def test_the_ledger_tells_when_it_was_sealed_and_what_is_not(client):
    claim(person())  # its levy is an entry
    found = figures(client)
    assert found["tc_ledger_unsealed_seconds",] > 0
    before = time()
    assert seal_new_entries() > 0
    found = figures(client)
    assert before - 1 <= found["tc_ledger_last_seal_timestamp_seconds",] <= time() + 1
    assert found["tc_ledger_unsealed_seconds",] == 0
    assert SealBlock.objects.last().last_entry == Entry.objects.order_by("-pk").first().pk


def test_the_backup_and_the_beat_tell_their_last_time_or_nothing(client, settings):
    found = figures(client)
    assert ("tc_backup_last_timestamp_seconds",) not in found
    assert ("tc_beat_last_tick_timestamp_seconds",) not in found
    ticked = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
    for name, made_at in (("old", "2026-11-19T03:00:00+09:00"), ("new", "2026-11-20T10:02:03+09:00"), ("half", "")):
        (settings.BACKUP_DIR / name).mkdir(parents=True)
        if made_at:
            (settings.BACKUP_DIR / name / "manifest.json").write_text(json.dumps({"made_at": made_at}))
    every = IntervalSchedule.objects.create(every=5, period="minutes")
    PeriodicTask.objects.create(name="x", task="x", interval=every, last_run_at=ticked)
    found = figures(client)
    assert found["tc_backup_last_timestamp_seconds",] == ticked.timestamp()
    assert found["tc_beat_last_tick_timestamp_seconds",] == ticked.timestamp()


@pytest.mark.parametrize(
    ("age", "well"),
    [
        pytest.param(None, False, id="never"),
        pytest.param(590, True, id="lately"),
        pytest.param(620, False, id="too long ago"),
    ],
)
def test_the_health_of_the_beat_is_its_last_tick(age, well):
    if age is not None:
        every = IntervalSchedule.objects.create(every=5, period="minutes")
        PeriodicTask.objects.create(
            name="x", task="x", interval=every, last_run_at=timezone.now() - timedelta(seconds=age)
        )
    with nullcontext() if well else pytest.raises(CommandError):
        call_command("beat_ticks")
