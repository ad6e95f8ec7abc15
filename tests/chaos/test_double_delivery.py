"""A broker may deliver a task twice, one after the other or at once: the database is as after one delivery."""

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import Task, current_app
from django.conf import settings
from django.db import connection

from claims.services.verify import verify_ledger
from tests import pristine
from tests.chaos.deliveries import DAY, PREPARED
from tests.kept import Rows, _rows

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
APPS = ("toyota_collect.", "debtors.", "claims.", "notices.", "welfare.", "lawyers.")
# Figures that each delivery counts anew: the same rows, with another moment.
COUNTED_ANEW = {"toyota_collect_summary"}
# The log tells each time that somebody looked, also if nothing was new.
LOOKED_AGAIN = ("questions.kept", "signals.refreshed")


class Broker:
    """What is sent waits until a delivery has begun, and is then done at once, as part of it."""

    def __init__(self) -> None:
        self.delivers = False

    def apply_async(self, task: Task, args: Any = None, kwargs: Any = None, **_options: Any) -> Any:
        if self.delivers:
            return task.apply(kwargs=kwargs or {}, throw=True)
        return None

    def deliver(self, name: str, arguments: dict[str, Any]) -> None:
        self.delivers = True
        current_app.tasks[name].apply(kwargs=arguments, throw=True)

    def deliver_two_at_once(self, name: str, arguments: dict[str, Any]) -> list[Exception]:
        """Give what they raised."""
        self.delivers = True
        both, raised = threading.Barrier(2), list[Exception]()

        def one() -> None:
            try:
                both.wait(10)
                current_app.tasks[name].apply(kwargs=arguments, throw=True)
            except Exception as error:
                raised.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not any(thread.is_alive() for thread in threads), "the two wait for each other"
        return raised


@pytest.fixture(autouse=True)
def _all_tasks_are_known() -> None:
    current_app.loader.import_default_modules()


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker()
    monkeypatch.setattr(Task, "apply_async", lambda task, *given, **named: made.apply_async(task, *given, **named))
    return made


@pytest.fixture
def prepare(settings: Any, tmp_path: Path, broker: Broker) -> Callable[[str, str], dict[str, Any]]:
    def begin(name: str, folder: str) -> dict[str, Any]:
        settings.BASE_DATE = DAY
        settings.MEDIA_ROOT, settings.INTAKE_DIR = tmp_path / folder / "files", tmp_path / folder / "inbox"
        settings.MEDIA_ROOT.mkdir(parents=True)
        broker.delivers = False
        return PREPARED[name]()

    return begin


def rows() -> Rows:
    found = _rows()
    for table in COUNTED_ANEW & found.keys():
        found[table] = {str(number) for number in range(len(found[table]))}
    log = found["toyota_collect_auditevent"]
    log -= {row for row in log if any(f",{event}," in row for event in LOOKED_AGAIN)}
    return found


def files() -> dict[str, int]:
    """How many files lie below MEDIA_ROOT and in the inbox, by the first folder."""
    root = Path(settings.MEDIA_ROOT).parent
    found = [path.relative_to(root).parts for path in root.rglob("*") if path.is_file()]
    return dict(Counter("/".join(parts[: 2 if parts[0] == "files" else 1]) for parts in found))


def test_every_task_is_delivered_twice_here():
    assert {name for name in current_app.tasks if name.startswith(APPS)} == PREPARED.keys()


@pytest.mark.parametrize("name", PREPARED)
def test_twice_is_once(name: str, prepare: Any, broker: Broker):
    arguments = prepare(name, "first")
    before = rows()
    broker.deliver(name, arguments)
    once, lie = rows(), files()
    assert once != before, "it did nothing, so twice proves nothing"
    is_sound = verify_ledger().ok
    broker.deliver(name, arguments)
    again = rows()
    assert {table: once[table] ^ again[table] for table in once | again if once[table] != again[table]} == {}
    assert files() == lie
    pristine.restore()

    raised = broker.deliver_two_at_once(name, prepare(name, "second"))
    together = rows()
    counts = {table: (len(once[table]), len(together[table])) for table in once | together}
    assert {table: both for table, both in counts.items() if both[0] != both[1]} == {}, raised
    assert raised == []
    assert files() == lie
    assert verify_ledger().ok == is_sound
