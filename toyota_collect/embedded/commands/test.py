"""bin/test: pytest with servers of its own, thrown away afterwards."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from toyota_collect.embedded import environment, libraries
from toyota_collect.embedded.environment import PYTHON
from toyota_collect.embedded.processes import run as run_child
from toyota_collect.embedded.processes import stop_on_signals
from toyota_collect.embedded.session import session
from toyota_collect.embedded.state import IS_ROOT, ROOT, Command, Refused, State, say, try_lock

FOLDERS = "tc-throw-away-"
# File by file, in the order of the folders: those of the browser come first, for they are few and long.
PARALLEL = ["-q", "-ra", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
LONGEST = 3600  # seconds one test may take at full size


def run(arguments: list[str]) -> int:
    """Run pytest with the arguments; ``--long``, ``--chaos`` and ``--require-browser`` are ours."""
    stop_on_signals()
    environment.ensure()
    libraries.ensure()
    variables = _browser(required="--require-browser" in arguments)
    if "--long" in arguments:
        variables["TC_LONG"] = "1"
    command: Command = [PYTHON, "-m", "pytest", *_options(arguments)]
    with throw_away_state() as state, session(state) as found:
        return run_child(command, env=found | variables, cwd=ROOT)


@contextmanager
def throw_away_state() -> Iterator[State]:
    """An empty installation without regard for power cuts, removed afterwards."""
    # As root, PostgreSQL's own user has to reach the folder.
    folder = Path(tempfile.mkdtemp(prefix=FOLDERS, dir="/tmp" if IS_ROOT else None))
    _remove_forgotten(folder.parent)
    try:
        yield State.named(str(folder), durable=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_forgotten(parent: Path) -> None:
    """Remove what a killed run left; a run that still uses its servers keeps its folder."""
    for folder in parent.glob(f"{FOLDERS}*"):
        found, users = folder.stat(), folder / "locks" / "postgres.users"
        if found.st_uid != os.geteuid() or found.st_mtime > time.time() - 60:
            continue
        if not users.exists() or _is_free(users):
            shutil.rmtree(folder, ignore_errors=True)


def _is_free(users: Path) -> bool:
    with users.open("a") as handle:
        return try_lock(handle, fcntl.LOCK_EX)


def _options(arguments: list[str]) -> list[str]:
    """pytest's arguments: the everyday tests on two processes, unless the caller chose something himself."""
    own = {"--long", "--chaos", "--require-browser"}
    given = [argument for argument in arguments if argument not in own]
    options = ["-ra"] if given else [*PARALLEL]
    if "-m" not in given:
        marks = (
            "chaos" if "--chaos" in arguments else "not chaos" if "--long" in arguments else "not chaos and not long"
        )
        options += ["-m", marks]
    if {"--long", "--chaos"} & set(arguments):
        options += ["-o", f"faulthandler_timeout={LONGEST}"]
    return options + given


def _browser(*, required: bool) -> dict[str, str]:
    found = libraries.browser()
    if found:
        return {"CHROMIUM": found}
    if required:
        raise Refused("there is no Chromium and none could be installed, but the browser tests must run.")
    say("!" * 80)
    say("THE BROWSER TESTS ARE SKIPPED: there is no Chromium. Install it, or name it in CHROMIUM.")
    say("!" * 80)
    return {}
