"""Where one installation keeps its things, and the locks that its processes share."""

import fcntl
import hashlib
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
Command = Sequence[str | Path]


class Refused(Exception):
    """What was asked cannot be done; the message is one sentence for the person at the keyboard."""


def say(message: str) -> None:
    """Tell the person something; stdout stays free for the results of commands."""
    print(f"[toyota-collect] {message}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class State:
    """One whole installation: database, broker, files, logs and secret under one folder.

    Attributes:
        folder: absolute path of the installation.
        durable: False for the throw-away installation of the tests, which nobody needs after a power cut.
    """

    folder: Path
    durable: bool = True

    @classmethod
    def named(cls, name: str, *, durable: bool = True) -> "State":
        """Open the installation in the folder ``name``, made when it is missing.

        Raises:
            Refused: the folder cannot be written by this user.
        """
        state = cls(Path(name).expanduser().resolve(), durable)
        try:
            state.folder.mkdir(parents=True, exist_ok=True)
            for inner in (state.logs, state.locks, state.folder / "files"):
                inner.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Refused(f"{state.folder} cannot be used as the state folder: {error.strerror}.") from error
        if not os.access(state.logs, os.W_OK):
            raise Refused(f"{state.folder} belongs to another user; set TC_STATE to a folder of your own.")
        return state

    @classmethod
    def of_environment(cls) -> "State":
        """The installation that TC_STATE names; var/ of the project otherwise."""
        return cls.named(os.environ.get("TC_STATE") or str(ROOT / "var"))

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def locks(self) -> Path:
        return self.folder / "locks"

    @property
    def migrated(self) -> Path:
        """The file that remembers which migrations the embedded database has."""
        return self.folder / "migrated"

    @property
    def key(self) -> str:
        """A short name of this installation, unique on the machine."""
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:10]

    def sockets(self, server: str) -> Path:
        """The folder of a server's socket: short, because the kernel allows 107 bytes for the whole path."""
        return Path("/tmp") / f"tc-{os.geteuid()}-{self.key}-{server}"

    def secret_key(self) -> str:
        """The secret of this installation, made once."""
        file = self.folder / "secret_key"
        with locked(self.locks / "secret_key"):
            if not file.exists():
                with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
                    out.write(secrets.token_urlsafe(48))
        return file.read_text()

    def log(self, name: str) -> IO[bytes]:
        """Open a log to append to; a large one is put aside first."""
        file = self.logs / f"{name}.log"
        if file.exists() and file.stat().st_size > 20 * 2**20:
            file.replace(file.with_suffix(".log.1"))
        return open(file, "ab")


def try_lock(handle: IO[str], kind: int) -> bool:
    """Take a lock without waiting; a shared lock that is turned into another kind is lost on failure."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(file: Path) -> bool:
    """Whether some process holds the file exclusively."""
    with open(file, "a") as handle:
        return not try_lock(handle, fcntl.LOCK_SH)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the file exclusively, after waiting for whoever has it."""
    with open(file, "a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def wait_for(condition: Callable[[], bool], seconds: float, step: float = 0.02) -> bool:
    """Wait until ``condition()`` is true; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
