"""What PostgreSQL and Valkey have in common for their keeper and their users."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any, Protocol

from toyota_collect.embedded.processes import Running
from toyota_collect.embedded.state import IS_ROOT, ROOT, Command, Refused, State

VENV = ROOT / ".venv"


class Server(Protocol):
    """One server of one installation."""

    name: str
    state: State

    @property
    def url(self) -> str:
        """How Django reaches it."""
        ...

    def start(self) -> Running:
        """Start it and return once it answers.

        Raises:
            Refused: it cannot be started.
        """
        ...


def site_packages() -> Path | None:
    """The folder of the installed libraries of .venv; they are looked at, not imported."""
    return next(iter(sorted(VENV.glob("lib/python3.*/site-packages"))), None)


def socket_folder(state: State, server: str, owner: str | None = None) -> Path:
    """Make the private folder of a server's socket.

    Raises:
        Refused: something of another user is in its place.
    """
    folder = state.sockets(server)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    owners = {os.geteuid(), pwd.getpwnam(owner).pw_uid} if owner else {os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise Refused(f"{folder} belongs to somebody else; remove it and start again.")
    folder.chmod(0o700)
    if owner:
        shutil.chown(folder, owner)
    return folder


def service_user() -> str | None:
    """The user PostgreSQL runs as when we are root, because it refuses to be root itself."""
    if not IS_ROOT:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise Refused("PostgreSQL refuses to run as root and there is neither a user postgres nor nobody.")


def as_user(name: str | None) -> dict[str, Any]:
    """Arguments of ``subprocess`` that run a command as that user, away from folders closed to it."""
    if name is None:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def works_as(name: str | None, command: Command) -> bool:
    """Whether the command runs and succeeds as that user."""
    try:
        done = subprocess.run(command, **as_user(name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return done.returncode == 0
