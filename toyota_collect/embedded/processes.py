"""Children that cannot outlive the process that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from toyota_collect.embedded import guard
from toyota_collect.embedded.state import Command

PR_SET_PDEATHSIG = 1


def die_with_parent(number: int) -> Callable[[], None]:
    """Return a ``preexec_fn``: the kernel sends ``number`` to the child when this process ends, however it ends."""
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def before_exec() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended between fork and prctl
            os._exit(1)

    return before_exec


class Stopped(Exception):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def stop_on_signals() -> None:
    """Turn INT, TERM and HUP into ``Stopped``; a shell's background job would otherwise ignore INT."""

    def stop(number: int, _frame: object) -> None:
        ignore_signals()
        raise Stopped(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def ignore_signals() -> None:
    """Let nothing interrupt the clearing up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def run(command: Command, **options: Any) -> int:
    """Run a command that ends with this process, and return its exit code as a shell would (128 + signal)."""
    child = subprocess.Popen(command, preexec_fn=die_with_parent(signal.SIGTERM), **options)
    try:
        return _shell_code(child.wait())
    except Stopped as stopped:
        child.send_signal(signal.SIGTERM if stopped.number == signal.SIGHUP else stopped.number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(10)
        raise
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _shell_code(code: int) -> int:
    return 128 - code if code < 0 else code


@dataclass
class Service:
    """A process that should run until it is stopped.

    Attributes:
        stop_signal: the signal after which it ends in good order.
        grace: seconds it may take for that; then its whole process group is killed.
        options: further arguments of ``subprocess.Popen``.
    """

    name: str
    command: Command
    stop_signal: int = signal.SIGTERM
    grace: float = 10
    options: dict[str, Any] = field(default_factory=dict)


class Running:
    """A started service, leader of its own process group.

    ``announce`` is called in the child with its process id before it becomes the service: whoever has to know of it
    knows before there is anything to clear up, also when this process is killed at that moment.
    """

    def __init__(self, service: Service, log: IO[bytes], announce: Callable[[int], None] = lambda _pid: None) -> None:
        self.service = service
        tie_to_parent = die_with_parent(service.stop_signal)

        def before_exec() -> None:
            tie_to_parent()
            announce(os.getpid())

        with log:
            self.process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before_exec,
                **service.options,
            )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> None:
        """End it in good order, then by force; nothing of its group is left."""
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.service.grace)
        guard.kill_group(self.process.pid)
        self.process.wait()

    def ask_to_stop(self) -> None:
        if not self.ended:
            self.process.send_signal(self.service.stop_signal)


class Restarts:
    """How often something may end by itself before restarting it is pointless."""

    def __init__(self, most: int = 5, within: float = 60) -> None:
        self.most, self.within, self.times = most, within, list[float]()

    def allow(self) -> bool:
        now = time.monotonic()
        self.times = [one for one in self.times if now - one < self.within] + [now]
        return len(self.times) <= self.most
