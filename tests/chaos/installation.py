"""A whole installation in a folder of its own, for tests that kill its parts."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import redis

from toyota_collect.embedded.state import ROOT, State, wait_for

CLOCK = Path(__file__).with_name("clock")


class Start:
    """A bin/start on a state of its own, without the demo city, until the test ends."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.output = folder.with_suffix(".out")
        clean = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        settings = {"TC_STATE": str(folder), "DEMO": "0", "HTTPS": "0", "PORT": "8123"} | variables
        self.environment = clean | settings
        with self.output.open("wb") as out:
            self.process = subprocess.Popen([ROOT / "bin/start"], env=self.environment, stdout=out, stderr=out)

    def wait_until_ready(self, seconds: float = 600) -> "Start":
        assert wait_for(lambda: "is ready" in self.said or self.process.poll() is not None, seconds), self.said
        assert self.process.poll() is None, self.said
        return self

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(150)

    def remove(self) -> None:
        """Remove the folder and what lies beside it."""
        for beside in (".out", ".clock"):
            self.folder.with_suffix(beside).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def url(self) -> str:
        found = re.search(r"is ready: (\S+)", self.said)
        assert found, self.said
        return found[1]

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}healthz", timeout=5) as response:
                return response.status == 200
        except OSError:
            return False

    def processes(self) -> dict[int, str]:
        """Every process of this installation, by its command line, its environment or where it writes to.

        A process that gives itself a title (gunicorn) has written over the first two.
        """
        mine, found = str(self.folder).encode(), {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command, variables = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
                output = os.fsencode(os.readlink(process / "fd/1"))
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue  # it ended meanwhile
            if state != "Z" and (mine in command or b"TC_STATE=" + mine in variables or mine in output):
                found[int(process.name)] = command.replace(b"\0", b" ").decode()
        return found

    def sockets(self) -> list[Path]:
        state = State(self.folder)
        return [path for path in (state.sockets("postgres"), state.sockets("valkey")) if path.exists()]

    def pids_of(self, part: str) -> list[int]:
        """The processes whose command line holds the part, oldest first."""
        return sorted(pid for pid, command in self.processes().items() if part in command)

    def pid_of(self, part: str) -> int:
        """The oldest process whose command line holds the part."""
        return self.pids_of(part)[0]

    def inside(self, code: str) -> Any:
        """What a piece of Python prints as JSON inside the installation, as its operator would run it."""
        command = [ROOT / "bin/manage", "shell", "-v0", "-c", code]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None


class Watched:
    """The database of the installation, seen from outside; while it is away nothing is known."""

    def __init__(self, start: Start) -> None:
        self._sockets = State(start.folder).sockets("postgres")

    def rows(self, query: str) -> list[tuple]:
        with psycopg.connect(host=str(self._sockets), user="app", dbname="app") as connection:
            return connection.execute(query).fetchall()

    def value(self, query: str) -> Any:
        try:
            return self.rows(query)[0][0]
        except (psycopg.OperationalError, IndexError):
            return None


class Clock:
    """The clock of an installation's Python processes (``clock/sitecustomize.py``)."""

    def __init__(self, file: Path) -> None:
        self._file, self.seconds = file, 0.0
        self.variables = {"PYTHONPATH": str(CLOCK), "TC_CHAOS_CLOCK": str(file)}

    def set(self, seconds: float) -> None:
        """So many seconds before (below 0) or after the true time."""
        self.seconds = seconds
        half = self._file.with_suffix(".half")
        half.write_text(str(seconds))
        half.replace(self._file)

    def forward(self, seconds: float) -> None:
        self.set(self.seconds + seconds)


def _kill(start: Start, *parts: str) -> None:
    found = [pid for part in parts for pid in start.pids_of(part)]
    assert found, f"no {parts} in {start.processes()}"
    for pid in found:
        with suppress(ProcessLookupError):  # it went with the one before
            os.kill(pid, signal.SIGKILL)


def _broker(start: Start) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(State(start.folder).sockets("valkey") / "s"))


def flush(start: Start) -> None:
    """The broker forgets everything."""
    with _broker(start) as broker:
        broker.flushall()


def kill_database(start: Start) -> None:
    os.kill(int((start.folder / "pgdata/postmaster.pid").read_text().split()[0]), signal.SIGKILL)


# What may happen to an installation; "worker" is the parent and its children at once.
FALLS: dict[str, Callable[[Start], None]] = {
    "beat": lambda start: _kill(start, " beat "),
    "web": lambda start: _kill(start, "gunicorn"),
    "broker": lambda start: _kill(start, "valkey-server"),
    "flush": flush,
    "worker": lambda start: _kill(start, "celeryd:", "celery:app worker"),
    "database": kill_database,
}

# Who works on it now, told so that another attempt gives another answer; none if nobody does.
AT_WORK = {
    "receipts": "SELECT string_agg(DISTINCT l.pid::text, ' ') FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
    " WHERE c.relname = 'claims_paymentline' AND l.mode = 'RowExclusiveLock'",
    "packet": "SELECT started_at::text FROM lawyers_packet WHERE id = {id} AND state = 'making'",
    "letters": "SELECT string_agg(l.pid::text, ' ') FROM pg_locks l JOIN notices_printchunk c ON c.id = l.objid"
    " WHERE l.locktype = 'advisory' AND l.classid = 4710036 AND c.run_id = {id} AND c.state = 'rendering'",
    "imported": "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND objid = 4710035 AND granted",
}
OVER = {
    "receipts": "SELECT waits_at = '' FROM claims_receiptfile WHERE id = {id}",
    "packet": "SELECT state IN ('ready', 'failed') FROM lawyers_packet WHERE id = {id}",
    "letters": "SELECT state IN ('verified', 'failed', 'draft') FROM notices_printrun WHERE id = {id}",
    "imported": "SELECT finished_at IS NOT NULL FROM claims_importbatch WHERE id = {id}",
}


class City(Start):
    """An installation whose clock can be set, with one of ``works`` to watch at a time."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.clock = Clock(folder.with_suffix(".clock"))
        super().__init__(folder, BASE_DATE="2026-11-20", **self.clock.variables, **variables)
        self.database = Watched(self)

    def begin(self, work: str, **sizes: int) -> int:
        given = ", ".join(f"{name}={value}" for name, value in sizes.items())
        return self.inside(f"import json; from tests.chaos import works; print(json.dumps(works.{work}({given})))")[
            "id"
        ]

    def result(self, work: str, pk: int) -> dict[str, Any]:
        return self.inside(
            f"import json; from tests.chaos import works; print(json.dumps(works.result('{work}', {pk})))"
        )

    def at_work(self, work: str, pk: int) -> str | None:
        return self.database.value(AT_WORK[work].format(id=pk))

    def is_over(self, work: str, pk: int) -> bool:
        return bool(self.database.value(OVER[work].format(id=pk)))

    def wait_for_work(self, until: Callable[[], bool], idle: Callable[[], bool], seconds: float = 240) -> bool:
        """Wait; where nobody works, time passes faster: five minutes every three seconds, so that the sweeps come round."""
        deadline, pushed = time.monotonic() + seconds, time.monotonic()
        while not until():
            if time.monotonic() > deadline:
                return False
            if not idle():
                pushed = time.monotonic()
            elif time.monotonic() - pushed > 3:
                self.clock.forward(300)
                pushed = time.monotonic()
            time.sleep(0.1)
        return True
