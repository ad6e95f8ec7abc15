"""bin/start: the whole installation in one command, until Ctrl-C."""

import argparse
import fcntl
import json
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from toyota_collect.embedded import environment, libraries
from toyota_collect.embedded.database import ensure_migrated
from toyota_collect.embedded.environment import PYTHON
from toyota_collect.embedded.processes import Service, Stopped, ignore_signals, stop_on_signals
from toyota_collect.embedded.processes import run as run_child
from toyota_collect.embedded.session import session
from toyota_collect.embedded.state import ROOT, Refused, State, say, try_lock
from toyota_collect.embedded.supervisor import Supervisor

LOW_PRIORITY = ("nice", "-n", "10")  # who waits before a screen comes before imports and print runs
CONFIGURED = ("--config", "python:toyota_collect.web_server")
HEALTHY_WITHIN = 120  # seconds; a busy machine needs time for three Python processes


def run(arguments: list[str]) -> int:
    """Install, start, migrate, load the demo city, serve; with ``--check`` stop as soon as /healthz is 200."""
    parser = argparse.ArgumentParser(prog="bin/start", description="Starts Toyota Collect; Ctrl-C stops all of it.")
    parser.add_argument("--check", action="store_true", help="start everything, wait for /healthz, stop, exit 0")
    options = parser.parse_args(arguments)
    stop_on_signals()
    environment.ensure()
    libraries.ensure()
    state = State.of_environment()
    with _only_one(state), session(state) as variables:
        ensure_migrated(state, variables)
        demo = variables.get("DEMO", "").lower() in {"1", "true", "yes", "on"}
        _manage(variables, *(["load_demo"] if demo else ["collectstatic", "--noinput", "-v0"]))
        with _listener(any_port=options.check) as listener:
            return _serve(state, variables, listener, once=options.check, demo=demo)


def _serve(state: State, variables: Mapping[str, str], listener: socket.socket, *, once: bool, demo: bool) -> int:
    """Run web, worker and beat until a signal; nothing of them is left afterwards."""
    host, port = listener.getsockname()
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"
    supervisor = Supervisor(state)
    ready = False
    try:
        for service in _services(variables, listener):
            supervisor.start(service)
        _wait_until_healthy(url, supervisor)
        ready = True
        if once:
            say("/healthz answers 200; stopping")
            return 0
        print(f"\nToyota Collect is ready: {url}\n", flush=True)
        if demo:
            _manage(variables, "demo_accounts")
        print("\nCtrl-C stops everything.", flush=True)
        supervisor.run_until_stopped()
    except Stopped:
        say("stopping")
        if not ready:
            raise
    finally:
        ignore_signals()
        supervisor.stop()
    return 0


def _services(variables: Mapping[str, str], listener: socket.socket) -> list[Service]:
    cores = os.cpu_count() or 1
    celery: list[str | Path] = [PYTHON, "-m", "celery", "-A", "toyota_collect.celery:app"]
    worker = ["worker", "--concurrency", str(cores), "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    beat = ["beat", "-S", "toyota_collect.beat:Scheduler", "--pidfile=", "--loglevel", "INFO"]
    options = {"env": dict(variables), "cwd": ROOT}
    return [
        Service("worker", [*LOW_PRIORITY, *celery, *worker], options=options),
        Service("beat", [*celery, *beat], options=options),
        Service(
            "web",
            web_server(listener),
            options=options | {"pass_fds": [listener.fileno()]},
        ),
    ]


def web_server(listener: socket.socket) -> list[str | Path]:
    """The command of the web server on a socket that is handed down to it."""
    bind = ["--bind", f"fd://{listener.fileno()}"]
    return [PYTHON, "-m", "gunicorn", "toyota_collect.wsgi:application", *bind, *CONFIGURED]


@contextmanager
def _only_one(state: State) -> Iterator[None]:
    with (state.locks / "start").open("a") as handle:
        if not try_lock(handle, fcntl.LOCK_EX):
            raise Refused(
                f"bin/start already runs for {state.folder}; stop it first, or set TC_STATE to another folder."
            )
        yield


def _listener(*, any_port: bool) -> socket.socket:
    """Open the web server's socket here, so that nobody can take the port between the test and the start."""
    host, wanted = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    if not wanted.isdecimal() or int(wanted) > 65535:
        raise Refused(f"PORT must be a number up to 65535, not {wanted!r}.")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, 0 if any_port else int(wanted)))
    except OSError as error:
        try:
            listener.bind((host, 0))
        except OSError:
            raise Refused(f"cannot listen on {host}: {error.strerror}.") from error
        say(f"port {wanted} cannot be used ({error.strerror}); using {listener.getsockname()[1]} instead")
    listener.listen(128)
    return listener


def _wait_until_healthy(url: str, supervisor: Supervisor) -> None:
    deadline, answer = time.monotonic() + HEALTHY_WITHIN, "no answer"
    while time.monotonic() < deadline:
        supervisor.watch()
        try:
            with urllib.request.urlopen(f"{url}healthz", timeout=10) as response:  # noqa: S310  our own address
                if response.status == 200:
                    return
        except urllib.error.HTTPError as error:
            answer = error.read(300).decode(errors="replace")
        except OSError:
            pass
        time.sleep(0.2)
    raise Refused(f"not healthy after {HEALTHY_WITHIN} s: {json.dumps(answer)}; see {supervisor.state.logs}.")


def _manage(variables: Mapping[str, str], *arguments: str) -> None:
    if run_child([PYTHON, ROOT / "manage.py", *arguments], env=variables):
        raise Refused(f"manage {arguments[0]} failed; the message above says why.")
