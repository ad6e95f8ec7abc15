"""Figures for the city's monitoring, in Prometheus' text: how the house does, never who does what or owes what."""

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from time import perf_counter, time
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from toyota_collect.backup import last_made
from toyota_collect.celery import app as celery
from toyota_collect.middleware import Handler
from toyota_collect.registry import registry

log = logging.getLogger(__name__)
ours = CollectorRegistry()
REQUESTS = Histogram(
    "tc_request_seconds",
    "Time of requests by the name of the view (never its address) and the status.",
    ["view", "status"],
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30),
    registry=ours,
)
Gauges = Iterable[GaugeMetricFamily]


def measured(get_response: Handler) -> Handler:
    """Count each request with its time; what no view answers (static files, wrong addresses) stands under ``-``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        response = get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else ""
        REQUESTS.labels(view or "-", response.status_code).observe(perf_counter() - started)
        return response

    return middleware


def text() -> bytes:
    """All figures now. A part of the house that does not answer is said, and leaves out only its own figures."""
    requests = ours
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # gunicorn: those of all its processes
        requests = CollectorRegistry()
        MultiProcessCollector(requests)
    now = CollectorRegistry()
    now.register(_Now())
    return generate_latest(requests) + generate_latest(now)


class _Now(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        answers = GaugeMetricFamily("tc_answers", "Whether a part of the house answers: 1 or 0.", labels=["part"])
        parts: dict[str, Callable[[], Gauges]] = {
            "database": _database,
            "broker": _queue,
            "beat": _beat,
            "backup": _backup,
        }
        for part, read in (parts | {gauge.name: _of(gauge) for gauge in registry.gauges}).items():
            try:
                found = list(read())
            except Exception:  # whatever is broken, the other figures are wanted all the more
                log.warning("no figures of %s", part, exc_info=True)
                found = []
                answers.add_metric([part], 0)
            else:
                answers.add_metric([part], 1)
            yield from found
        yield answers


def _of(gauge: Any) -> Callable[[], Gauges]:
    return lambda: _one(gauge.name, gauge.help, gauge.read())


def _one(name: str, help_: str, value: float | None) -> Gauges:
    """A figure without labels; none where it is not known, for 0 would say something else."""
    return [] if value is None else [GaugeMetricFamily(name, help_, value=value)]


def _database() -> Gauges:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('max_connections')::int")
        size, most = cursor.fetchone()
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1"
        )
        states = cursor.fetchall()
    connections = GaugeMetricFamily("tc_database_connections", "Connections by state.", labels=["state"])
    for state, count in states:
        connections.add_metric([state], count)
    return [
        GaugeMetricFamily("tc_database_bytes", "Size of the database.", value=size),
        GaugeMetricFamily("tc_database_connections_most", "Connections the server allows.", value=most),
        connections,
    ]


def _queue() -> Gauges:
    """Jobs that no worker has yet taken: kombu puts new ones at the left of a list and takes them at the right."""
    name = celery.conf.task_default_queue
    with celery.connection_for_read() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        redis = broker.default_channel.client
        length, taken, oldest = redis.llen(name), redis.hlen("unacked"), redis.lindex(name, -1)
    sent_at = json.loads(oldest)["headers"].get("sent_at") if oldest else None
    waited = max(time() - sent_at, 0) if sent_at else 0
    return [
        GaugeMetricFamily("tc_queue_waiting", "Jobs that wait for a worker.", value=length),
        GaugeMetricFamily("tc_queue_taken", "Jobs that a worker has taken and not ended.", value=taken),
        GaugeMetricFamily("tc_queue_oldest_seconds", "How long the oldest of those that wait does.", value=waited),
    ]


def last_tick() -> datetime | None:
    """When beat last started a job; it writes that down every three minutes."""
    from django_celery_beat.models import PeriodicTask

    last: datetime | None = PeriodicTask.objects.aggregate(last=Max("last_run_at"))["last"]
    return last


def _beat() -> Gauges:
    last = last_tick()
    return _one("tc_beat_last_tick_timestamp_seconds", "When beat last started a job.", last and last.timestamp())


def _backup() -> Gauges:
    """By the newest backup that has a manifest, which is written last."""
    last = last_made(settings.BACKUP_DIR)
    return _one(
        "tc_backup_last_timestamp_seconds", "When the last finished backup was made.", last and last.timestamp()
    )
