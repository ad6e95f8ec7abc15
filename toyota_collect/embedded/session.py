"""Using the servers of an installation: they are there inside the session, and gone after the last one."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from toyota_collect.embedded import libraries
from toyota_collect.embedded.keeper import open_server
from toyota_collect.embedded.servers import VENV
from toyota_collect.embedded.state import ROOT, Refused, State, is_locked, locked, try_lock, wait_for

URLS = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}


@contextmanager
def session(state: State) -> Iterator[dict[str, str]]:
    """Give the environment of Django with both servers running.

    ``DATABASE_URL`` and ``REDIS_URL`` win where they are set, in the environment or in ``.env``; what is missing is
    started, or shared with the other sessions of this installation.
    """
    given = _given(state)
    with ExitStack() as stack:
        urls = {}
        for name, variable in URLS.items():
            if variable not in given:
                server = open_server(name, state)
                _join(name, state, stack)
                urls[variable] = server.url
        yield django_environment(state, given | urls)


def django_environment(state: State, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of every Django process; a demo unless the operator configured a real installation."""
    demo = {} if given.keys() & {"DEMO", "SECRET_KEY", "SECRET_KEY_FILE", "HTTPS"} else {"DEMO": "1"}
    fixed = {
        "TC_STATE": str(state.folder),
        "TC_SERVERS_OF": str(state.folder),
        "DJANGO_SETTINGS_MODULE": "toyota_collect.settings",
        "SECRET_KEY": given.get("SECRET_KEY") or state.secret_key(),
        "PATH": f"{VENV / 'bin'}:{given.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(VENV),
    }
    return libraries.environment(demo | dict(given) | fixed)


def _given(state: State) -> dict[str, str]:
    """What the operator set; addresses that belong to another installation's session are not for this one."""
    given = _dotenv(ROOT / ".env") | dict(os.environ)
    if given.get("TC_SERVERS_OF", str(state.folder)) != str(state.folder):
        for variable in (*URLS.values(), "SECRET_KEY"):
            given.pop(variable, None)
    return {name: value for name, value in given.items() if value or name not in URLS.values()}


def _dotenv(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    lines = (line.strip().removeprefix("export ") for line in file.read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, value in pairs}


def _join(name: str, state: State, stack: ExitStack) -> None:
    """Become a user of the server until the stack closes; start its keeper if there is none."""
    users = stack.enter_context((state.locks / f"{name}.users").open("a"))
    alive, ready = state.locks / f"{name}.alive", state.locks / f"{name}.ready"
    with locked(state.locks / f"{name}.join"):
        fcntl.flock(users, fcntl.LOCK_SH)  # waits for a keeper that is just stopping
        stack.callback(_leave, users, alive)
        if not is_locked(alive):
            _start_keeper(name, state)
        wait_for(lambda: ready.exists() or not is_locked(alive), seconds=90)
    if not ready.exists():
        log = state.logs / f"{name}-keeper.log"
        last = log.read_text().strip().splitlines()[-1:] or [f"see {log}"]
        raise Refused(f"{name} could not be started: {last[0].removeprefix('[toyota-collect] ')}")


def _start_keeper(name: str, state: State) -> None:
    main = Path(__file__).with_name("__main__.py")
    durable = "durable" if state.durable else "throw-away"
    (state.locks / f"{name}.ready").unlink(missing_ok=True)
    with state.log(f"{name}-keeper") as log:
        subprocess.run(
            [sys.executable, "-P", main, "keep", name, state.folder, durable],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            check=False,  # what went wrong is in its log
        )


def _leave(users: IO[str], alive: Path) -> None:
    """Stop using the server; the last user waits until it is stopped."""
    # Neither lock can be had while the keeper is stopping; only the shared one while others go on.
    last = try_lock(users, fcntl.LOCK_EX) or not try_lock(users, fcntl.LOCK_SH)
    fcntl.flock(users, fcntl.LOCK_UN)
    if last:
        wait_for(lambda: not is_locked(alive), seconds=70)
