"""The log of a real installation: one JSON object a line, with ids and without a word about anybody.

What an error says often quotes what was being written (PostgreSQL names the row's values), and an address may carry
what was searched for: neither gets into the line. The kind of error, the constraint and the places in the code do.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toyota_collect.tracing import trace

ROOT = f"{Path(__file__).resolve().parent.parent}/"
QUERY = re.compile(r"\?\S+")
UNTOLD = {"exc", "traceback", "return_value", "args", "kwargs"}  # of Celery's own lines


class JsonLine(logging.Formatter):
    """time (UTC), level, logger, message, request, user (id), task; with an error also ``error``, the cause last."""

    def format(self, record: logging.LogRecord) -> str:
        now = trace()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "request": now.request,
            "user": now.user,
            "task": now.task,
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = [_told(error) for error in _chain(record.exc_info[1])]
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    if isinstance(record.args, Mapping):
        told = {name: "…" if name in UNTOLD else value for name, value in record.args.items()}
        text = str(record.msg) % told
    else:
        text = record.getMessage()
    if record.exc_info and record.exc_info[1]:
        for error in _chain(record.exc_info[1]):
            for said in filter(None, (repr(error), str(error))):
                text = text.replace(said, type(error).__name__)
    return QUERY.sub("?…", text)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _told(error: BaseException) -> dict[str, Any]:
    diag = getattr(error, "diag", None)  # of psycopg
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        **({"constraint": diag.constraint_name, "sqlstate": diag.sqlstate} if diag is not None else {}),
        "at": [
            f"{frame.filename.removeprefix(ROOT).rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__, limit=-30)
        ],
    }
