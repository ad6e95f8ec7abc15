"""The web, worker and beat processes of bin/start, kept running and stopped together."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from toyota_collect.embedded import guard
from toyota_collect.embedded.processes import Restarts, Running, Service
from toyota_collect.embedded.state import Refused, State, say


class Supervisor:
    """Starts services, restarts those that end by themselves, and leaves nothing behind."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.running: list[Running] = []
        self.restarts: defaultdict[str, Restarts] = defaultdict(Restarts)
        self.guard = subprocess.Popen(
            [sys.executable, "-P", Path(guard.__file__)], stdin=subprocess.PIPE, text=True, start_new_session=True
        )

    def start(self, service: Service) -> None:
        told = f" {int(service.stop_signal)} {service.grace}"
        one = Running(service, self.state.log(service.name), lambda pid: self._tell_guard(f"+ {pid}{told}"))
        self.running.append(one)

    def watch(self) -> None:
        """Restart what ends by itself, once; call it again and again.

        Raises:
            Refused: a service keeps ending.
        """
        for one in [one for one in self.running if one.ended]:
            self._forget(one)
            name, code = one.service.name, one.process.returncode
            log = self.state.logs / f"{name}.log"
            if not self.restarts[name].allow():
                last = log.read_text(errors="replace").strip().splitlines()[-1:]
                raise Refused(f"{name} keeps ending ({code}): {''.join(last)} (see {log})")
            say(f"{name} ended ({code}) and is started again; see {log}")
            self.start(one.service)

    def run_until_stopped(self) -> None:
        """Watch for ever; ends by ``Stopped`` or ``Refused``."""
        while True:
            time.sleep(0.5)
            self.watch()

    def stop(self) -> None:
        """Stop everything at once and wait for all of it."""
        for one in self.running:
            one.ask_to_stop()
        for one in list(self.running):
            self._forget(one)
        assert self.guard.stdin is not None
        self.guard.stdin.close()
        self.guard.wait()

    def _forget(self, one: Running) -> None:
        one.stop()
        self.running.remove(one)
        self._tell_guard(f"- {one.process.pid}")

    def _tell_guard(self, line: str) -> None:
        assert self.guard.stdin is not None
        os.write(self.guard.stdin.fileno(), f"{line}\n".encode())  # whole, also from a child between fork and exec
