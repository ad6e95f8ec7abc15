"""A line of the log names ids and places, and nobody."""

import json
import logging
import sys
from types import SimpleNamespace

import pytest

from toyota_collect.log_lines import JsonLine
from toyota_collect.tracing import Trace, begin, end

SAID = "豊田架空子 は 豊田市西町3丁目 に住む"


def line(message: str, *args: object, error: BaseException | None = None) -> dict:
    info = None
    if error is not None:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    record = logging.LogRecord("toyota_collect.x", logging.ERROR, __file__, 1, message, args, info)
    told = JsonLine().format(record)
    assert "\n" not in told
    return json.loads(told)


def test_it_has_its_fields_and_those_of_the_trace():
    before = begin(Trace("abcdefgh", 7, "job-1"))
    try:
        told = line("bundle %s failed", 12)
    finally:
        end(before)
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "ERROR",
        "logger": "toyota_collect.x",
        "message": "bundle 12 failed",
        "request": "abcdefgh",
        "user": 7,
        "task": "job-1",
    }


def test_a_line_break_in_what_is_told_begins_no_second_line():
    assert line("import of %s failed", 'x\n{"level": "INFO"}')["message"].count("\n") == 1


class Diag(Exception):
    diag = SimpleNamespace(constraint_name="one_open_hold", sqlstate="23505", message_detail=SAID)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(("%s", ValueError(SAID)), id="the error as an argument"),
        pytest.param(("it failed: %r", ValueError(SAID)), id="its repr"),
        pytest.param(
            ("Task x[1] raised unexpected: %(exc)s", {"exc": repr(SAID)[:12], "traceback": SAID}),
            id="Celery's, shortened",
        ),
    ],
)
def test_what_an_error_quotes_is_left_out(said):
    error = said[1] if isinstance(said[1], Exception) else ValueError(SAID)
    told = line(said[0], said[1], error=error)
    assert "架空子" not in json.dumps(told, ensure_ascii=False)
    assert told["error"][0]["type"] == "builtins.ValueError"
    assert told["error"][0]["at"][-1].startswith("tests/unit/toyota_collect/test_log_lines.py:")


def test_the_cause_and_its_constraint_are_told_without_their_words():
    error = RuntimeError("booking failed")
    error.__cause__ = Diag(SAID)
    told = line("it ended", error=error)
    assert [one["type"].rpartition(".")[2] for one in told["error"]] == ["RuntimeError", "Diag"]
    assert told["error"][1]["constraint"] == "one_open_hold"
    assert told["error"][1]["sqlstate"] == "23505"
    assert "架空子" not in json.dumps(told, ensure_ascii=False)


def test_what_was_searched_for_is_left_out():
    assert (
        line("Error handling request %s", "/people/?q=架空子&x=1 done")["message"]
        == "Error handling request /people/?… done"
    )


def test_what_a_job_returned_is_left_out():
    told = line("Task %(name)s succeeded: %(return_value)s", {"name": "x", "return_value": SAID})
    assert told["message"] == "Task x succeeded: …"
