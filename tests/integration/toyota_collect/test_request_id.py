"""One id: in the answer, on the page of an error, in the log, in the history of a row, in the job and what it asks for."""

import json
import logging
import re
from contextlib import nullcontext

import pytest
from celery.app.trace import build_tracer
from celery.signals import after_task_publish
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from kombu import Connection

from tests.factories.debtors import person, user
from toyota_collect import request_id, urls
from toyota_collect.celery import app
from toyota_collect.log_lines import JsonLine
from toyota_collect.permissions import Permission, Role, require
from toyota_collect.tracing import Trace, begin, end, trace

GIVEN = "proxy-1234567890"
seen: list[Trace] = []


@require(Permission.HOME)
def breaks(request: HttpRequest) -> HttpResponse:
    raise ValueError("架空の人の住所")


@require(Permission.HOME)
def asks(request: HttpRequest) -> HttpResponse:
    first.delay()
    return HttpResponse("")


@app.task
def first() -> None:
    seen.append(trace())
    second.delay()


@app.task
def second() -> None:
    seen.append(trace())


urlpatterns = [*urls.urlpatterns, path("breaks/", breaks, name="breaks"), path("asks/", asks, name="asks")]
handler500 = urls.handler500


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture):
    """What a real installation would write, with the ids of the moment."""
    written: list[dict] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(JsonLine().format(record)))

    handler = Keep()
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("behind", "given", "taken"),
    [
        pytest.param(True, GIVEN, True, id="of our proxy"),
        pytest.param(False, GIVEN, False, id="of anybody"),
        pytest.param(True, "short", False, id="too short"),
        pytest.param(True, "x" * 65, False, id="too long"),
        pytest.param(True, 'abcdefgh", "user": 1', False, id="no plain token"),
        pytest.param(True, "１２３４５６７８", False, id="full width"),
    ],
)
def test_only_the_proxy_may_bring_one_and_only_a_plain_one(client, settings, behind, given, taken):
    settings.BEHIND_PROXY = behind
    answer = client.get("/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert (answer == given) == taken
    assert re.fullmatch("[0-9a-f]{32}" if not taken else GIVEN, answer)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_the_number_on_the_page_of_an_error_finds_the_line_of_the_log(lines):
    account = user(Role.COLLECTOR)
    client = Client(raise_request_exception=False)
    client.force_login(account)
    answer = client.get("/breaks/?q=架空子")
    mine = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert f'<strong class="wrap-any">{mine}</strong>' in answer.content.decode()
    (line,) = [one for one in lines if one["logger"] == "django.request"]
    assert (line["request"], line["user"], line["message"]) == (mine, account.pk, "Internal Server Error: /breaks/")
    assert line["error"][0]["type"] == "builtins.ValueError"
    assert not re.search("架空|住所|COLLECTOR|" + account.username, json.dumps(line, ensure_ascii=False))
    assert trace() == Trace()  # the next request of this thread begins without it


@pytest.mark.django_db
def test_the_history_of_a_row_tells_the_request():
    somebody = person()
    request = HttpRequest()
    request.path, request.user = "/people/", user(Role.COLLECTOR)
    before = begin(Trace("abcdefgh"))

    def change(_request: HttpRequest) -> HttpResponse:
        type(somebody).objects.filter(pk=somebody.pk).update(name="架空　変子")
        return HttpResponse("")

    request.method = "POST"
    try:
        request_id.History(change)(request)
    finally:
        end(before)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.metadata FROM debtors_personhistory h JOIN pghistory_context c ON c.id = h.pgh_context_id WHERE h.pgh_obj_id = %s",
            [somebody.pk],
        )
        told = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
    assert [(one["request"], one["user"]) for one in told] == [("abcdefgh", request.user.pk)]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch):
    """The headers of jobs, put on a queue that lies in memory."""
    kept: list[dict] = []

    def keep(headers: dict, **_: object) -> None:
        kept.append(headers)

    with Connection("memory://") as broker:
        monkeypatch.setattr(app, "producer_or_acquire", lambda producer=None: nullcontext(broker.Producer()))
        after_task_publish.connect(keep)
        yield kept
        after_task_publish.disconnect(keep)


def run(job: object, headers: dict) -> None:
    """As a worker does it: the headers become the job's request."""
    tracer = build_tracer(job.name, job, app=app)  # type: ignore[attr-defined]
    tracer(headers["id"], (), {}, {**headers, "args": (), "kwargs": {}})


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_the_job_and_what_it_asks_for_know_the_click(client, sent):
    seen.clear()
    account = user(Role.COLLECTOR)
    client.force_login(account)
    mine = client.get(reverse("asks")).headers["X-Request-ID"]
    run(first, sent[0])
    run(second, sent[1])
    assert [(one.request, one.user) for one in seen] == [(mine, account.pk)] * 2
    assert [one.task for one in seen] == [one["id"] for one in sent]
    assert sent[0]["sent_at"] <= sent[1]["sent_at"]
    assert trace() == Trace()  # nothing is left for the worker's next job


def test_what_the_schedule_asks_for_has_an_id_of_its_own(sent):
    first.apply_async()
    first.apply_async()
    ids = [one["request_id"] for one in sent]
    assert len(set(ids)) == 2
    assert all(request_id.PLAIN.fullmatch(one) for one in ids)
    assert [one["user_id"] for one in sent] == [None, None]
