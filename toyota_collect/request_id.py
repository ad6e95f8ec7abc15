"""One id for a click and all that follows from it: in the log, in the history of rows, in the jobs it puts on the queue."""

import re
from contextvars import Token
from time import time
from typing import Any
from uuid import uuid4

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from pghistory.middleware import HistoryMiddleware

from toyota_collect.middleware import Handler
from toyota_collect.tracing import Trace, begin, end, trace

HEADER = "X-Request-ID"
PLAIN = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)  # anything else could forge a line of the log


_before: dict[str, Token[Trace | None]] = {}  # by job; a worker's process runs one, tests run them within a request


def request_id(get_response: Handler) -> Handler:
    """Give each request an id, and tell it in the answer. Only a proxy of ours may bring one along."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.BEHIND_PROXY else ""
        mine = given if PLAIN.fullmatch(given) else uuid4().hex
        before = begin(Trace(mine))
        try:
            response = get_response(request)
            response.headers[HEADER] = mine
            return response
        finally:
            end(before)

    return middleware


class ActingUser:
    """Note who asks, once the log-in was looked at anyway: pages without one ask the database nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        if getattr(view, "login_required", True):
            begin(trace()._replace(user=request.user.pk))


class History(HistoryMiddleware):
    """The history of a row tells by which request it was changed."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_context(request), "request": trace().request}


@before_task_publish.connect
def _send_along(headers: dict[str, Any], **_: Any) -> None:
    """What a job was asked by travels with it; what the schedule asks for begins an id of its own."""
    headers |= {"request_id": trace().request or uuid4().hex, "user_id": trace().user, "sent_at": time()}


@task_prerun.connect
def _take_over(task_id: str, task: Any, **_: Any) -> None:
    sent = task.request
    mine = sent.get("request_id") or trace().request or uuid4().hex
    _before[task_id] = begin(Trace(mine, sent.get("user_id"), task_id))


@task_postrun.connect
def _give_back(task_id: str, **_: Any) -> None:
    if task_id in _before:
        end(_before.pop(task_id))
